//! The enumerations of the security API, in the order and with the sentinels of the metadata.
//! One place, because queries, changes and records must agree on the words.

use crate::odata::{SENTINEL, Vocabulary};

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

/// Only the members that the emulator's alerts carry: no filter and no change names a detection source.
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

/// Why alerts belong together: flags, of which several may be named.
pub(crate) static CORRELATION_REASON: Vocabulary = Vocabulary {
    name: "microsoft.graph.security.correlationReason",
    members: &[
        "repeatedAlertOccurrence",
        "sameGeography",
        "similarArtifacts",
        "sameTargetedAsset",
        "sameNetworkSegment",
        "eventSequence",
        "timeFrame",
        "sameThreatSource",
        "similarTTPsOrBehavior",
        "sameActor",
        "sameCampaign",
        "sharedIndicators",
        "sameAsset",
        "networkProximity",
        "eventCasualSequence",
        "temporalProximity",
        "lateralMovementPath",
        SENTINEL,
    ],
    later: &[],
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
