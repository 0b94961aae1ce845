//! `AlertInfo` and `AlertEvidence`: the tenant's alerts as tables.
//! Made from the same records that the alert endpoints serve, so ids and titles agree.

use serde_json::Value;

use super::field::{Field, blank, field, frame, text};
use crate::data::alert::Alert;
use crate::data::store::Store;
use crate::hunt::cell::{Cell, Frame, Kind};

pub(super) fn info(store: &Store) -> Frame {
    let alerts: Vec<Alert> = store.read().alerts().into_iter().cloned().collect();
    frame(&info_fields(), &alerts)
}

fn info_fields() -> Vec<Field<Alert>> {
    vec![
        field("Timestamp", Kind::DateTime, |alert| alert.created.into()),
        text("AlertId", |alert| (&alert.id).into()),
        text("Title", |alert| (&alert.title).into()),
        text("Category", |alert| alert.category.into()),
        text("Severity", severity),
        text("ServiceSource", |alert| alert.product.into()),
        text("DetectionSource", |alert| alert.detection_source.into()),
        text("AttackTechniques", techniques),
    ]
}

/// The tables write severities with a capital.
fn severity(alert: &Alert) -> Cell {
    let (first, rest) = alert.severity.split_at(1);
    format!("{}{rest}", first.to_uppercase()).into()
}

fn techniques(alert: &Alert) -> Cell {
    Value::from(alert.techniques).to_string().into()
}

struct Piece {
    alert: Alert,
    evidence: Value,
}

pub(super) fn evidence(store: &Store) -> Frame {
    let records = store.read();
    let alerts = records.alerts();
    let pieces = alerts.into_iter().flat_map(|alert| {
        alert.evidence.iter().map(|evidence| Piece { alert: alert.clone(), evidence: evidence.clone() })
    });
    frame(&evidence_fields(), &pieces.collect::<Vec<_>>())
}

/// The text at a JSON pointer.
fn at(piece: &Piece, pointer: &str) -> Cell {
    piece.evidence.pointer(pointer).and_then(Value::as_str).unwrap_or_default().into()
}

/// The first of several pointers that leads to text: kinds of evidence name the same thing differently.
fn first(piece: &Piece, pointers: &[&str]) -> Cell {
    pointers.iter().find_map(|pointer| piece.evidence.pointer(pointer)?.as_str()).unwrap_or_default().into()
}

fn entity(piece: &Piece) -> Cell {
    let kind = piece.evidence.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    match kind.trim_start_matches("#microsoft.graph.security.").trim_end_matches("Evidence") {
        "device" => "Machine",
        "user" => "User",
        "ip" => "Ip",
        "process" => "Process",
        "file" => "File",
        "url" => "Url",
        "mailbox" => "Mailbox",
        "analyzedMessage" => "MailMessage",
        "registryValue" => "RegistryValue",
        _ => "CloudApplication",
    }
    .into()
}

fn evidence_fields() -> Vec<Field<Piece>> {
    vec![
        field("Timestamp", Kind::DateTime, |piece| piece.alert.created.into()),
        text("AlertId", |piece| (&piece.alert.id).into()),
        text("Title", |piece| (&piece.alert.title).into()),
        text("Categories", |piece| format!("[\"{}\"]", piece.alert.category).into()),
        text("AttackTechniques", |piece| techniques(&piece.alert)),
        text("ServiceSource", |piece| piece.alert.product.into()),
        text("DetectionSource", |piece| piece.alert.detection_source.into()),
        text("EntityType", entity),
        text("EvidenceRole", |_| "Related".into()),
        blank("EvidenceDirection"),
        text("FileName", |piece| first(piece, &["/imageFile/fileName", "/fileDetails/fileName"])),
        text("FolderPath", |piece| first(piece, &["/imageFile/filePath", "/fileDetails/filePath"])),
        text("SHA1", |piece| first(piece, &["/imageFile/sha1", "/fileDetails/sha1"])),
        text("SHA256", |piece| first(piece, &["/imageFile/sha256", "/fileDetails/sha256"])),
        field("FileSize", Kind::Long, |piece| {
            let size =
                piece.evidence.pointer("/imageFile/fileSize").or(piece.evidence.pointer("/fileDetails/fileSize"));
            size.and_then(Value::as_i64).map_or(Cell::Null, Cell::Long)
        }),
        text("ThreatFamily", |piece| piece.alert.threat.unwrap_or_default().into()),
        text("RemoteIP", |piece| first(piece, &["/ipAddress", "/senderIp"])),
        text("RemoteUrl", |piece| at(piece, "/url")),
        text("AccountName", |piece| at(piece, "/userAccount/accountName")),
        text("AccountDomain", |piece| at(piece, "/userAccount/domainName")),
        text("AccountSid", |piece| at(piece, "/userAccount/userSid")),
        text("AccountObjectId", |piece| at(piece, "/userAccount/azureAdUserId")),
        text("AccountUpn", |piece| at(piece, "/userAccount/userPrincipalName")),
        text("DeviceId", |piece| at(piece, "/mdeDeviceId")),
        text("DeviceName", |piece| at(piece, "/deviceDnsName")),
        text("LocalIP", |piece| at(piece, "/lastIpAddress")),
        text("NetworkMessageId", |piece| at(piece, "/networkMessageId")),
        text("EmailSubject", |piece| at(piece, "/subject")),
        text("Application", |piece| at(piece, "/displayName")),
        field("ApplicationId", Kind::Int, |piece| {
            piece.evidence.get("appId").and_then(Value::as_i64).map_or(Cell::Null, Cell::Long)
        }),
        blank("OAuthApplicationId"),
        text("ProcessCommandLine", |piece| at(piece, "/processCommandLine")),
        text("RegistryKey", |piece| at(piece, "/registryKey")),
        text("RegistryValueName", |piece| at(piece, "/registryValueName")),
        text("RegistryValueData", |piece| at(piece, "/registryValue")),
        text("AdditionalFields", |piece| piece.evidence.to_string().into()),
        text("Severity", |piece| severity(&piece.alert)),
        blank("CloudResource"),
    ]
}
