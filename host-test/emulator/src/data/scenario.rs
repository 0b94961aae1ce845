//! The scenarios behind the incidents: names, alerts and their evidence.
//! Patterns with `{user}` and `{device}` in them; which person and device they hit is decided per incident.

use super::source::{ANTIVIRUS, CLOUD_APPS, ENDPOINT, ENTRA, IDENTITY, OFFICE, SENTINEL, Source};

/// One kind of incident.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) severity: &'static str,
    /// Classification and determination, once an analyst has looked.
    pub(crate) verdict: (&'static str, &'static str),
    pub(crate) system_tags: &'static [&'static str],
    pub(crate) resolves_itself: bool,
    pub(crate) alerts: &'static [AlertPattern],
}

/// One kind of alert.
#[derive(Debug)]
pub(crate) struct AlertPattern {
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) category: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) source: &'static Source,
    pub(crate) techniques: &'static [&'static str],
    pub(crate) threat: Option<&'static str>,
    pub(crate) evidence: &'static [Exhibit],
}

/// A kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exhibit {
    Device,
    User,
    Ip,
    Process,
    File,
    Url,
    Mailbox,
    Message,
    RegistryValue,
    CloudApplication,
}

use Exhibit::{CloudApplication, Device, File, Ip, Mailbox, Message, Process, RegistryValue, Url, User};

const fn alert(
    title: &'static str,
    description: &'static str,
    (category, severity): (&'static str, &'static str),
    source: &'static Source,
    techniques: &'static [&'static str],
    evidence: &'static [Exhibit],
) -> AlertPattern {
    AlertPattern { title, description, category, severity, source, techniques, threat: None, evidence }
}

/// The first is that of the incident named in examples; the second resolves itself.
pub(crate) static SCENARIOS: [Scenario; 9] = [
    Scenario {
        name: "Credential phishing campaign reached {user} and other recipients",
        description: "Messages that imitate the harbour's invoice portal led to a page that asks for a password. At least \
                      one recipient opened it.",
        severity: "high",
        verdict: ("truePositive", "phishing"),
        system_tags: &["Credential Phish"],
        resolves_itself: false,
        alerts: &[
            alert(
                "A potentially malicious URL click was detected",
                "{user} followed a link to a page that was found to collect passwords.",
                ("InitialAccess", "high"),
                &OFFICE,
                &["T1566.002"],
                &[User, Url, Message, Mailbox],
            ),
            alert(
                "Email messages containing malicious URL removed after delivery",
                "Messages with a link that was found to be malicious after delivery were taken out of mailboxes.",
                ("InitialAccess", "informational"),
                &OFFICE,
                &["T1566"],
                &[Message, Url, Mailbox],
            ),
            alert(
                "Unfamiliar sign-in properties",
                "{user} signed in from an address and with a browser that were not seen before.",
                ("InitialAccess", "medium"),
                &ENTRA,
                &["T1078.004"],
                &[User, Ip],
            ),
            alert(
                "Connection to a phishing host",
                "A browser on {device} opened a connection to a host that serves password forms.",
                ("CommandAndControl", "medium"),
                &ENDPOINT,
                &["T1204.001"],
                &[Device, User, Url, Process],
            ),
        ],
    },
    Scenario {
        name: "Email reported by user as malware or phish",
        description: "This alert is triggered when any email message is reported as malware or phish by users",
        severity: "low",
        verdict: ("unknown", "unknown"),
        system_tags: &["Credential Phish"],
        resolves_itself: true,
        alerts: &[alert(
            "Email reported by user as malware or phish",
            "{user} reported a message.",
            ("InitialAccess", "low"),
            &OFFICE,
            &["T1566"],
            &[Message, User],
        )],
    },
    Scenario {
        name: "Multi-stage incident involving Execution & Command and control on {device}",
        description: "A script host started an encoded command that stayed in touch with an outside host.",
        severity: "high",
        verdict: ("truePositive", "multiStagedAttack"),
        system_tags: &[],
        resolves_itself: false,
        alerts: &[
            alert(
                "Suspicious PowerShell command line",
                "PowerShell on {device} ran a command that was hidden by encoding.",
                ("Execution", "medium"),
                &ENDPOINT,
                &["T1059.001", "T1027"],
                &[Device, User, Process],
            ),
            alert(
                "Anomalous persistence by a Run key",
                "A value that starts a script at sign-in was written on {device}.",
                ("Persistence", "medium"),
                &ENDPOINT,
                &["T1547.001"],
                &[Device, RegistryValue, Process],
            ),
            alert(
                "Connection to a command and control address",
                "A process on {device} calls the same outside address at regular intervals.",
                ("CommandAndControl", "high"),
                &ENDPOINT,
                &["T1071.001"],
                &[Device, Ip, Process],
            ),
        ],
    },
    Scenario {
        name: "Commodity malware was prevented on {device}",
        description: "A file from a removable drive was stopped before it ran.",
        severity: "informational",
        verdict: ("truePositive", "malware"),
        system_tags: &[],
        resolves_itself: false,
        alerts: &[AlertPattern {
            title: "'Wacatac' malware was prevented",
            description: "A file on {device} was recognised and put into quarantine.",
            category: "Malware",
            severity: "informational",
            source: &ANTIVIRUS,
            techniques: &["T1204.002"],
            threat: Some("Trojan:Win32/Wacatac.B!ml"),
            evidence: &[Device, File, User],
        }],
    },
    Scenario {
        name: "Impossible travel activity involving {user}",
        description: "Two sign-ins of one account came from places too far apart for the time between them.",
        severity: "medium",
        verdict: ("informationalExpectedActivity", "confirmedActivity"),
        system_tags: &[],
        resolves_itself: false,
        alerts: &[
            alert(
                "Impossible travel activity",
                "{user} was active from two countries within minutes.",
                ("InitialAccess", "medium"),
                &CLOUD_APPS,
                &["T1078"],
                &[User, Ip, CloudApplication],
            ),
            alert(
                "Atypical travel",
                "The sign-in of {user} does not fit the places seen so far.",
                ("InitialAccess", "medium"),
                &ENTRA,
                &["T1078.004"],
                &[User, Ip],
            ),
        ],
    },
    Scenario {
        name: "Ransomware behaviour and credential dumping on {device}",
        description: "Files were renamed in quick succession after an account with rights on many devices was used from \
                      an unusual one.",
        severity: "high",
        verdict: ("truePositive", "apt"),
        system_tags: &["Ransomware"],
        resolves_itself: false,
        alerts: &[
            alert(
                "Possible ransomware activity based on a known extension",
                "Many files on {device} were renamed within a minute.",
                ("Ransomware", "high"),
                &ENDPOINT,
                &["T1486"],
                &[Device, Process, File],
            ),
            alert(
                "Sensitive credential memory read",
                "A process on {device} read the memory in which Windows keeps secrets.",
                ("CredentialAccess", "high"),
                &ENDPOINT,
                &["T1003.001"],
                &[Device, User, Process],
            ),
            alert(
                "Suspected DCSync attack (replication of directory services)",
                "{user} asked a domain controller for password hashes.",
                ("CredentialAccess", "high"),
                &IDENTITY,
                &["T1003.006"],
                &[User, Device, Ip],
            ),
        ],
    },
    Scenario {
        name: "Suspicious inbox rule and mass download involving {user}",
        description: "A rule that hides messages was made shortly before many files were fetched.",
        severity: "medium",
        verdict: ("truePositive", "compromisedAccount"),
        system_tags: &[],
        resolves_itself: false,
        alerts: &[
            alert(
                "Suspicious inbox manipulation rule",
                "A rule in the mailbox of {user} moves messages out of sight.",
                ("DefenseEvasion", "medium"),
                &CLOUD_APPS,
                &["T1564.008"],
                &[User, Mailbox, CloudApplication],
            ),
            alert(
                "Mass download",
                "{user} fetched far more files than usual.",
                ("Exfiltration", "medium"),
                &CLOUD_APPS,
                &["T1530"],
                &[User, Ip, CloudApplication],
            ),
        ],
    },
    Scenario {
        name: "Security test tool on {device}",
        description: "A tool used in attack simulations ran under an administrator's account.",
        severity: "low",
        verdict: ("informationalExpectedActivity", "securityTesting"),
        system_tags: &[],
        resolves_itself: false,
        alerts: &[alert(
            "Discovery by a known testing tool",
            "A tool on {device} listed accounts and shares.",
            ("Discovery", "low"),
            &ENDPOINT,
            &["T1087.002", "T1135"],
            &[Device, User, Process, File],
        )],
    },
    Scenario {
        name: "Repeated failed sign-ins on {device}",
        description: "A rule of the workspace counted more failures than its threshold allows.",
        severity: "low",
        verdict: ("falsePositive", "notMalicious"),
        system_tags: &[],
        resolves_itself: false,
        alerts: &[alert(
            "Failed sign-ins above threshold",
            "More than thirty failures for {user} within an hour.",
            ("CredentialAccess", "low"),
            &SENTINEL,
            &["T1110"],
            &[User, Device, Ip],
        )],
    },
];
