//! Evidence of alerts: one open object per kind, each with its `@odata.type`.
//! Members and their order follow the captures where there is one, else the metadata.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::device::Device;
use super::person::{NT_DOMAIN, Person};
use super::scenario::Exhibit;
use super::seed;
use crate::message::clock;

/// Who and what an alert is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) index: u64,
    pub(crate) person: &'a Person,
    pub(crate) device: &'a Device,
    pub(crate) at: Timestamp,
    pub(crate) malicious: bool,
}

/// Hosts that the tenant's phishing messages link to. The top-level domain is reserved (RFC 2606).
pub(crate) const MALICIOUS_HOSTS: [&str; 4] = [
    "login.malicious.com.example",
    "invoice-portal.malicious-pay.example",
    "cdn.malicious.com.example",
    "harbour-docs.not-malicious-at-all.example",
];

/// Outside addresses of attackers, from a block that is reserved for examples (RFC 5737).
pub(crate) fn attacker_address(index: u64) -> String {
    format!("198.51.100.{}", 7 + seed::below(index, 40))
}

/// The network message id of the mail in a case: the mail tables use the same.
pub(crate) fn message_id(index: u64) -> String {
    seed::guid(40_000 + index)
}

/// The link in the mail of a case.
pub(crate) fn phishing_url(index: u64) -> String {
    format!("https://{}/s/{}", seed::pick(index, &MALICIOUS_HOSTS), seed::hex(index, 10))
}

/// One piece of evidence.
pub(crate) fn exhibit(kind: Exhibit, case: &Case<'_>) -> Value {
    let (name, own) = match kind {
        Exhibit::Device => ("device", device(case)),
        Exhibit::User => ("user", json!({"stream": null, "userAccount": account(case.person)})),
        Exhibit::Ip => (
            "ip",
            json!({"ipAddress": attacker_address(case.index), "countryLetterCode": seed::pick(case.index, &["NL", "RO", "US"]),
                   "stream": null, "location": null}),
        ),
        Exhibit::Process => ("process", process(case)),
        Exhibit::File => (
            "file",
            json!({"detectionStatus": "prevented", "mdeDeviceId": case.device.id,
                   "fileDetails": image(case.index, "order-confirmation.scr", "E:\\", None)}),
        ),
        Exhibit::Url => ("url", json!({"url": phishing_url(case.index)})),
        Exhibit::Mailbox => (
            "mailbox",
            json!({"primaryAddress": case.person.upn, "displayName": case.person.display_name, "upn": case.person.upn,
                   "userAccount": account(case.person)}),
        ),
        Exhibit::Message => ("analyzedMessage", message(case)),
        Exhibit::RegistryValue => (
            "registryValue",
            json!({"mdeDeviceId": case.device.id, "registryKey": "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
                   "registryHive": "HKEY_CURRENT_USER", "registryValue": "wscript.exe //B %APPDATA%\\sync.vbs",
                   "registryValueName": "SyncHelper", "registryValueType": "String"}),
        ),
        Exhibit::CloudApplication => (
            "cloudApplication",
            json!({"appId": 20_892, "displayName": "Microsoft SharePoint Online", "instanceId": 0,
                   "instanceName": "Microsoft SharePoint Online", "saasAppId": 20_892, "stream": null}),
        ),
    };
    let mut members = base(name, kind, case);
    if let Value::Object(own) = own {
        members.extend(own);
    }
    Value::Object(members)
}

fn base(name: &str, kind: Exhibit, case: &Case<'_>) -> Map<String, Value> {
    let verdict = if case.malicious { "malicious" } else { "suspicious" };
    let roles = if kind == Exhibit::Device { json!(["PrimaryDevice"]) } else { json!([]) };
    let remediation = match kind {
        Exhibit::File => "prevented",
        Exhibit::Message => "remediated",
        Exhibit::Url | Exhibit::Ip => "none",
        _ => "active",
    };
    let mut members = Map::new();
    members.insert("@odata.type".into(), format!("#microsoft.graph.security.{name}Evidence").into());
    members.insert("createdDateTime".into(), clock::graph(case.at).into());
    members.insert("verdict".into(), verdict.into());
    members.insert("remediationStatus".into(), remediation.into());
    members.insert("remediationStatusDetails".into(), Value::Null);
    members.insert("roles".into(), json!([]));
    members.insert("detailedRoles".into(), roles);
    members.insert("tags".into(), json!([]));
    members
}

fn device(case: &Case<'_>) -> Value {
    let device = case.device;
    json!({
        "firstSeenDateTime": clock::graph(clock::shift(case.at, -86_400 * 158)),
        "mdeDeviceId": device.id,
        "azureAdDeviceId": device.entra_id,
        "deviceDnsName": device.name,
        "hostName": device.host,
        "ntDomain": NT_DOMAIN,
        "dnsDomain": device.name.split_once('.').map(|(_, domain)| domain),
        "osPlatform": device.platform,
        "osBuild": device.build,
        "version": device.version,
        "healthStatus": "active",
        "riskScore": if case.malicious { "high" } else { "medium" },
        "rbacGroupId": if device.server { 84 } else { 125 },
        "rbacGroupName": device.group,
        "onboardingStatus": "onboarded",
        "defenderAvStatus": "updated",
        "lastIpAddress": device.address,
        "lastExternalIpAddress": device.public_address,
        "ipInterfaces": [device.address, "127.0.0.1", "::1"],
        "vmMetadata": null,
        "loggedOnUsers": [{"accountName": case.person.account, "domainName": NT_DOMAIN}],
        "resourceAccessEvents": [],
    })
}

fn process(case: &Case<'_>) -> Value {
    let started = clock::shift(case.at, -240);
    json!({
        "processId": 4_000 + seed::below(case.index, 9_000),
        "parentProcessId": 1_200 + seed::below(case.index + 1, 2_000),
        "processCommandLine": "powershell.exe -NoProfile -EncodedCommand SQBFAFgA",
        "processCreationDateTime": clock::graph(started),
        "parentProcessCreationDateTime": clock::graph(clock::shift(started, -5_400)),
        "detectionStatus": "detected",
        "mdeDeviceId": case.device.id,
        "parentProcessImageFile": image(3, "explorer.exe", "C:\\Windows", Some("Microsoft Corporation")),
        "imageFile": image(
            4, "powershell.exe", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0", Some("Microsoft Corporation")
        ),
        "userAccount": account(case.person),
    })
}

fn image(index: u64, name: &str, path: &str, publisher: Option<&str>) -> Value {
    json!({
        "sha1": seed::hex(50_000 + index, 40),
        "sha256": seed::hex(60_000 + index, 64),
        "md5": seed::hex(70_000 + index, 32),
        "sha256Ac": null,
        "fileName": name,
        "filePath": path,
        "fileSize": 40_960 + seed::below(index, 3_000_000),
        "filePublisher": publisher,
        "signer": publisher,
        "issuer": null,
    })
}

fn message(case: &Case<'_>) -> Value {
    json!({
        "networkMessageId": message_id(case.index),
        "internetMessageId": format!("<{}@mail.harbour-docs.example>", seed::hex(case.index, 20)),
        "subject": "Your harbour dues are overdue",
        "language": "en",
        "senderIp": attacker_address(case.index),
        "recipientEmailAddress": case.person.upn,
        "antiSpamDirection": "Inbound",
        "deliveryAction": "Delivered",
        "deliveryLocation": "Inbox",
        "urn": format!("urn:MailEntity:{}", seed::hex(case.index, 32)),
        "threats": ["ZapPhish"],
        "threatDetectionMethods": ["URLReputation"],
        "urls": [phishing_url(case.index)],
        "urlCount": 1,
        "attachmentsCount": 0,
        "receivedDateTime": clock::graph(clock::shift(case.at, -900)),
        "p1Sender": {"emailAddress": "billing@harbour-docs.example", "displayName": null, "domainName": "harbour-docs.example"},
        "p2Sender": {"emailAddress": "billing@harbour-docs.example", "displayName": "Harbour dues",
                     "domainName": "harbour-docs.example"},
    })
}

fn account(person: &Person) -> Value {
    json!({
        "accountName": person.account,
        "domainName": NT_DOMAIN,
        "userSid": person.sid,
        "azureAdUserId": person.object_id,
        "userPrincipalName": person.upn,
        "displayName": person.display_name,
        "activeDirectoryObjectGuid": null,
        "resourceAccessEvents": [],
    })
}
