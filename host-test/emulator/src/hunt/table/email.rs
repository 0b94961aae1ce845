//! `EmailEvents`: mail that came in, went out or stayed inside.
//! The messages in the incidents' evidence are here too, under the same network message id.

use jiff::Timestamp;
use serde_json::Value;

use super::field::{Field, blank, field, frame, text};
use super::moment::moments;
use crate::data::evidence::{attacker_address, message_id};
use crate::data::person::Person;
use crate::data::seed;
use crate::data::store::Store;
use crate::data::tenant::USER_DOMAIN;
use crate::hunt::cell::{Cell, Frame, Kind};

const SUBJECTS: [&str; 6] = [
    "Crew change in Bergen",
    "Weekly port statistics",
    "Invoice 20817",
    "Re: dry dock dates",
    "Safety bulletin",
    "Lunch on Thursday?",
];

struct Mail {
    index: u64,
    at: Timestamp,
    network_id: String,
    sender: String,
    recipient: Person,
    subject: String,
    phish: bool,
}

pub(super) fn events(store: &Store) -> Frame {
    let mut mails: Vec<Mail> = moments(360, 700_000, store)
        .into_iter()
        .map(|moment| Mail {
            index: moment.index,
            at: moment.at,
            network_id: message_id(moment.index),
            sender: if moment.index % 2 == 0 {
                seed::pick(moment.index + 3, &store.people).upn.clone()
            } else {
                (*seed::pick(moment.index, &["agents@ports.example", "news@met.example", "sales@chandler.example"]))
                    .to_owned()
            },
            recipient: moment.person,
            subject: (*seed::pick(moment.index, &SUBJECTS)).to_owned(),
            phish: false,
        })
        .collect();
    mails.extend(from_evidence(store));
    mails.sort_by_key(|mail| std::cmp::Reverse(mail.at));
    frame(&fields(), &mails)
}

fn from_evidence(store: &Store) -> Vec<Mail> {
    let records = store.read();
    let alerts = records.alerts();
    let mail = |item: &Value| {
        let member = |name: &str| item.get(name).and_then(Value::as_str);
        let at: Timestamp = member("receivedDateTime")?.parse().ok()?;
        Some(Mail {
            index: 750_000 + at.as_second().unsigned_abs() % 40_000,
            at,
            network_id: member("networkMessageId")?.to_owned(),
            sender: "billing@harbour-docs.example".to_owned(),
            recipient: store.people.iter().find(|it| Some(it.upn.as_str()) == member("recipientEmailAddress"))?.clone(),
            subject: member("subject")?.to_owned(),
            phish: true,
        })
    };
    alerts.iter().flat_map(|alert| &alert.evidence).filter_map(mail).collect()
}

fn domain(address: &str) -> Cell {
    address.split('@').nth(1).unwrap_or_default().into()
}

fn fields() -> Vec<Field<Mail>> {
    vec![
        field("Timestamp", Kind::DateTime, |mail| mail.at.into()),
        text("NetworkMessageId", |mail| (&mail.network_id).into()),
        text("InternetMessageId", |mail| format!("<{}@{}>", seed::hex(mail.index, 20), USER_DOMAIN).into()),
        text("SenderMailFromAddress", |mail| (&mail.sender).into()),
        text("SenderFromAddress", |mail| (&mail.sender).into()),
        text("SenderDisplayName", |mail| mail.sender.split('@').next().unwrap_or_default().into()),
        blank("SenderObjectId"),
        text("SenderMailFromDomain", |mail| domain(&mail.sender)),
        text("SenderFromDomain", |mail| domain(&mail.sender)),
        text("SenderIPv4", |mail| attacker_address(mail.index).into()),
        blank("SenderIPv6"),
        text("RecipientEmailAddress", |mail| (&mail.recipient.upn).into()),
        text("RecipientObjectId", |mail| (&mail.recipient.object_id).into()),
        text("Subject", |mail| (&mail.subject).into()),
        field("EmailClusterId", Kind::Long, |mail| seed::below(mail.index % 40, 4_000_000_000).cast_signed().into()),
        text("EmailDirection", |mail| if mail.sender.ends_with(USER_DOMAIN) { "Intra-org" } else { "Inbound" }.into()),
        text("DeliveryAction", |mail| if mail.phish && mail.index % 2 == 0 { "Blocked" } else { "Delivered" }.into()),
        text("DeliveryLocation", |mail| {
            if mail.phish && mail.index % 2 == 0 { "Quarantine" } else { "Inbox/folder" }.into()
        }),
        text("ThreatTypes", |mail| if mail.phish { "Phish" } else { "" }.into()),
        blank("ThreatNames"),
        text("DetectionMethods", |mail| {
            if mail.phish { r#"{"Phish":["URL malicious reputation"]}"# } else { "" }.into()
        }),
        text("ConfidenceLevel", |mail| if mail.phish { r#"{"Phish":"High"}"# } else { "" }.into()),
        blank("EmailAction"),
        blank("EmailActionPolicy"),
        blank("EmailActionPolicyGuid"),
        text("AuthenticationDetails", |mail| {
            if mail.phish {
                r#"{"SPF":"fail","DKIM":"none","DMARC":"fail"}"#
            } else {
                r#"{"SPF":"pass","DKIM":"pass","DMARC":"pass"}"#
            }
            .into()
        }),
        field("AttachmentCount", Kind::Int, |mail| i64::from(mail.index % 5 == 0).into()),
        field("UrlCount", Kind::Int, |mail| i64::from(mail.phish || mail.index % 4 == 0).into()),
        text("EmailLanguage", |_| "en".into()),
        blank("Connectors"),
        blank("OrgLevelAction"),
        blank("OrgLevelPolicy"),
        blank("UserLevelAction"),
        blank("UserLevelPolicy"),
        text("ReportId", |mail| format!("{}-{}", mail.network_id, mail.index).into()),
        text("AdditionalFields", |_| "{}".into()),
        text("LatestDeliveryLocation", |mail| if mail.phish { "Quarantine" } else { "Inbox/folder" }.into()),
        text("LatestDeliveryAction", |mail| if mail.phish { "Blocked" } else { "Delivered" }.into()),
    ]
}
