//! The enumerations of the security API: wire names, numbers, and which members are held back.
//! Graph reads names in any case, writes camelCase, and hides later members from clients that did not ask for them
//! (<https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations>).

/// The member that stands for all that came after it.
pub(crate) const SENTINEL: &str = "unknownFutureValue";

/// An enumeration of the metadata. Members are in the order of their numbers.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Qualified name, as it stands in front of a literal.
    pub(crate) name: &'static str,
    members: &'static [&'static str],
    /// Members added after the sentinel.
    later: &'static [&'static str],
}

impl Vocabulary {
    /// The member as the service writes it, whatever the case of the word.
    pub(crate) fn read(&self, word: &str) -> Option<&'static str> {
        self.members.iter().chain(self.later).find(|member| member.eq_ignore_ascii_case(word)).copied()
    }

    /// Position among the members, for comparisons by size.
    pub(crate) fn rank(&self, member: &str) -> Option<usize> {
        self.members.iter().chain(self.later).position(|known| *known == member)
    }

    /// What a client gets to see: later members only on request.
    pub(crate) fn visible<'a>(&self, member: &'a str, include_unknown: bool) -> &'a str {
        if include_unknown || !self.later.contains(&member) { member } else { SENTINEL }
    }

    /// Whether only clients that asked for it see this member.
    pub(crate) fn is_later(&self, member: &str) -> bool {
        self.later.contains(&member)
    }
}

pub(crate) static INCIDENT_STATUS: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.incidentStatus",
    members: &["active", "resolved", "inProgress", "redirected", SENTINEL],
    later: &["awaitingAction"],
};

pub(crate) static SEVERITY: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.alertSeverity",
    members: &["unknown", "informational", "low", "medium", "high", SENTINEL],
    later: &[],
};

pub(crate) static CLASSIFICATION: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.alertClassification",
    members: &["unknown", "falsePositive", "truePositive", "informationalExpectedActivity", SENTINEL],
    later: &[],
};

pub(crate) static DETERMINATION: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.alertDetermination",
    members: &[
        "unknown",
        "apt",
        "malware",
        "securityPersonnel",
        "securityTesting",
        "unwantedSoftware",
        "other",
        "multiStagedAttack",
        "compromisedAccount",
        "phishing",
        "maliciousUserActivity",
        "notMalicious",
        "notEnoughDataToValidate",
        "confirmedActivity",
        "lineOfBusinessApplication",
        SENTINEL,
    ],
    later: &[],
};

pub(crate) static ALERT_STATUS: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.alertStatus",
    members: &["unknown", "new", "inProgress", "resolved", SENTINEL],
    later: &[],
};

pub(crate) static SERVICE_SOURCE: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.serviceSource",
    members: &[
        "unknown",
        "microsoftDefenderForEndpoint",
        "microsoftDefenderForIdentity",
        "microsoftDefenderForCloudApps",
        "microsoftDefenderForOffice365",
        "microsoft365Defender",
        "azureAdIdentityProtection",
        "microsoftAppGovernance",
        "dataLossPrevention",
        SENTINEL,
    ],
    later: &[
        "microsoftDefenderForCloud",
        "microsoftSentinel",
        "microsoftInsiderRiskManagement",
        "microsoftThreatIntelligence",
        "microsoftSecurityForAI",
    ],
};

/// Only the members that the emulator's alerts carry: nothing can be filtered by or set to a detection source.
pub(crate) static DETECTION_SOURCE: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.detectionSource",
    members: &[
        "microsoftDefenderForEndpoint",
        "antivirus",
        "microsoftDefenderForOffice365",
        "microsoftDefenderForIdentity",
        "cloudAppSecurity",
        "microsoft365Defender",
        "azureAdIdentityProtection",
        SENTINEL,
    ],
    later: &["microsoftDefenderForCloud", "scheduledAlerts", "microsoftSentinel"],
};

pub(crate) static REMEDIATION_STATUS: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.evidenceRemediationStatus",
    members: &["none", "remediated", "prevented", "blocked", "notFound", SENTINEL],
    later: &["active", "pendingApproval", "declined", "unremediated", "running", "partiallyRemediated"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_any_case_and_writes_camel_case() {
        assert_eq!(CLASSIFICATION.read("TRUEpositive"), Some("truePositive"));
        assert_eq!(DETERMINATION.read("compromisedUser"), None, "a word of the pages, not of the metadata");
        assert_eq!(INCIDENT_STATUS.read("open"), None);
    }

    #[test]
    fn hides_later_members_unless_asked() {
        assert_eq!(INCIDENT_STATUS.visible("awaitingAction", false), "unknownFutureValue");
        assert_eq!(INCIDENT_STATUS.visible("awaitingAction", true), "awaitingAction");
        assert_eq!(INCIDENT_STATUS.visible("active", false), "active");
    }

    #[test]
    fn ranks_severities_by_their_numbers() {
        assert!(SEVERITY.rank("high") > SEVERITY.rank("medium"));
        assert!(SEVERITY.rank("low") > SEVERITY.rank("informational"));
    }
}
