//! The words of Graph's enums, other spellings used by people and older pages, and which words go together.
//!
//! Source: <https://learn.microsoft.com/graph/api/security-incident-update>.

use crate::wit::actions::{
    Classification, ClearableField, Determination, HttpMethod, IncidentStatus, ResponseType, Severity, TagMode,
};
use crate::wit::triage::{AlertStatus, ClearableAlertField, CorrelationReason};
use crate::wit::types::Cloud;

/// An enum of the WIT package with a word for each value.
pub trait Vocabulary: Copy + Eq + 'static {
    /// Values with their words, in the order of messages.
    const WORDS: &'static [(Self, &'static str)];
    /// Other spellings, in lower case without separators, and the words they mean.
    const ALIASES: &'static [(&'static str, &'static str)] = &[];

    /// The word for a value, as Graph spells it.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(value, _)| *value == self).map_or("", |(_, word)| word)
    }

    /// Reads a word in any case, with or without spaces, hyphens, underscores and commas.
    ///
    /// # Errors
    /// What is wrong; the caller puts the field's name and value in front.
    fn parse(text: &str) -> Result<Self, String> {
        let words = words::<Self>();
        let meant = meant(text, &words, Self::ALIASES);
        let value = Self::WORDS.iter().find(|(_, word)| meant == Some(*word)).map(|(value, _)| *value);
        value.ok_or_else(|| unknown(text, &words))
    }
}

/// The words of a vocabulary.
pub fn words<V: Vocabulary>() -> Vec<&'static str> {
    V::WORDS.iter().map(|(_, word)| *word).collect()
}

/// Whether a text is one of these words. Case is ignored, as by the service.
pub fn is_meant(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The word that a text means. Not generic, so that the component contains it once and not ten times.
fn meant<'w>(text: &str, words: &[&'w str], aliases: &[(&str, &'w str)]) -> Option<&'w str> {
    let wanted = normalized(text);
    let word = words.iter().find(|word| normalized(word) == wanted).copied();
    word.or_else(|| aliases.iter().find(|(alias, _)| *alias == wanted).map(|(_, word)| *word))
}

fn unknown(text: &str, words: &[&str]) -> String {
    let allowed = words.join(", ");
    if normalized(text) == "unknownfuturevalue" {
        return format!(
            "stands for a value that this connector does not know; it can be read but not set; allowed: {allowed}"
        );
    }
    format!("is unknown; allowed: {allowed}")
}

/// Lower case, without spaces, hyphens, underscores and commas.
fn normalized(text: &str) -> String {
    let mut text = text.replace([' ', '-', '_', ','], "");
    text.make_ascii_lowercase();
    text
}

impl Vocabulary for IncidentStatus {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Active, "active"),
        (Self::InProgress, "inProgress"),
        (Self::Resolved, "resolved"),
        (Self::Redirected, "redirected"),
        (Self::AwaitingAction, "awaitingAction"),
    ];
}

/// Source: <https://learn.microsoft.com/graph/api/security-alert-update>.
impl Vocabulary for AlertStatus {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::New, "new"), (Self::InProgress, "inProgress"), (Self::Resolved, "resolved")];
}

impl Vocabulary for Severity {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Unknown, "unknown"),
        (Self::Informational, "informational"),
        (Self::Low, "low"),
        (Self::Medium, "medium"),
        (Self::High, "high"),
    ];
}

impl Vocabulary for Classification {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Unknown, "unknown"),
        (Self::FalsePositive, "falsePositive"),
        (Self::TruePositive, "truePositive"),
        (Self::InformationalExpectedActivity, "informationalExpectedActivity"),
    ];

    /// The portal's headings for determinations.
    const ALIASES: &'static [(&'static str, &'static str)] =
        &[("informational", "informationalExpectedActivity"), ("expectedactivity", "informationalExpectedActivity")];
}

impl Vocabulary for Determination {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Unknown, "unknown"),
        (Self::MultiStagedAttack, "multiStagedAttack"),
        (Self::MaliciousUserActivity, "maliciousUserActivity"),
        (Self::CompromisedAccount, "compromisedAccount"),
        (Self::Malware, "malware"),
        (Self::Phishing, "phishing"),
        (Self::UnwantedSoftware, "unwantedSoftware"),
        (Self::Apt, "apt"),
        (Self::SecurityTesting, "securityTesting"),
        (Self::SecurityPersonnel, "securityPersonnel"),
        (Self::LineOfBusinessApplication, "lineOfBusinessApplication"),
        (Self::ConfirmedActivity, "confirmedActivity"),
        (Self::NotMalicious, "notMalicious"),
        (Self::NotEnoughDataToValidate, "notEnoughDataToValidate"),
        (Self::Other, "other"),
    ];

    /// Names used by the portal and older interfaces; the wire names differ.
    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("compromiseduser", "compromisedAccount"),
        ("clean", "notMalicious"),
        ("noenoughdatatovalidate", "notEnoughDataToValidate"),
        ("insufficientdata", "notEnoughDataToValidate"),
        ("confirmeduseractivity", "confirmedActivity"),
        ("multistageattack", "multiStagedAttack"),
        ("securitytest", "securityTesting"),
        ("lineofbusinessapp", "lineOfBusinessApplication"),
        ("lobapplication", "lineOfBusinessApplication"),
        ("notenoughdata", "notEnoughDataToValidate"),
        ("advancedpersistentthreat", "apt"),
    ];
}

impl Vocabulary for TagMode {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Replace, "replace"), (Self::Append, "append"), (Self::Remove, "remove")];
}

impl Vocabulary for ClearableField {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::AssignedTo, "assigned_to"),
        (Self::Classification, "classification"),
        (Self::Determination, "determination"),
        (Self::Description, "description"),
        (Self::ResolvingComment, "resolving_comment"),
        (Self::DisplayName, "display_name"),
        (Self::Summary, "summary"),
        (Self::CustomTags, "custom_tags"),
    ];
}

impl Vocabulary for ClearableAlertField {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::AssignedTo, "assigned_to"),
        (Self::Classification, "classification"),
        (Self::Determination, "determination"),
    ];
}

/// Source: <https://learn.microsoft.com/graph/api/security-incident-mergeincidents>.
impl Vocabulary for CorrelationReason {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::RepeatedAlertOccurrence, "repeatedAlertOccurrence"),
        (Self::SameGeography, "sameGeography"),
        (Self::SimilarArtifacts, "similarArtifacts"),
        (Self::SameTargetedAsset, "sameTargetedAsset"),
        (Self::SameNetworkSegment, "sameNetworkSegment"),
        (Self::EventSequence, "eventSequence"),
        (Self::TimeFrame, "timeFrame"),
        (Self::SameThreatSource, "sameThreatSource"),
        (Self::SimilarTtpsOrBehavior, "similarTTPsOrBehavior"),
        (Self::SameActor, "sameActor"),
        (Self::SameCampaign, "sameCampaign"),
        (Self::SharedIndicators, "sharedIndicators"),
        (Self::SameAsset, "sameAsset"),
        (Self::NetworkProximity, "networkProximity"),
        (Self::EventCausalSequence, "eventCasualSequence"),
        (Self::TemporalProximity, "temporalProximity"),
        (Self::LateralMovementPath, "lateralMovementPath"),
    ];

    /// What the service's spelling means.
    const ALIASES: &'static [(&'static str, &'static str)] = &[("eventcausalsequence", "eventCasualSequence")];
}

impl Vocabulary for HttpMethod {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Get, "GET"),
        (Self::Put, "PUT"),
        (Self::Post, "POST"),
        (Self::Delete, "DELETE"),
        (Self::Patch, "PATCH"),
    ];
}

impl Vocabulary for ResponseType {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Json, "json"), (Self::Text, "text"), (Self::Content, "content")];
}

impl Vocabulary for Cloud {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Global, "global"), (Self::UsGov, "us-gov"), (Self::UsGovDod, "us-gov-dod")];
}

/// The determinations that go with a classification; `unknown` goes with each.
pub fn determinations(classification: Classification) -> &'static [Determination] {
    use Determination as D;
    match classification {
        Classification::Unknown => &[D::Unknown],
        Classification::TruePositive => &[
            D::MultiStagedAttack,
            D::MaliciousUserActivity,
            D::CompromisedAccount,
            D::Malware,
            D::Phishing,
            D::UnwantedSoftware,
            D::Apt,
            D::Other,
            D::Unknown,
        ],
        Classification::InformationalExpectedActivity => &[
            D::SecurityTesting,
            D::SecurityPersonnel,
            D::LineOfBusinessApplication,
            D::ConfirmedActivity,
            D::Other,
            D::Unknown,
        ],
        Classification::FalsePositive => &[D::NotMalicious, D::NotEnoughDataToValidate, D::Other, D::Unknown],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_legacy_and_documentation_spellings() {
        for (text, word) in [
            ("CompromisedUser", "compromisedAccount"),
            ("Compromised Account", "compromisedAccount"),
            ("Clean", "notMalicious"),
            ("NoEnoughDataToValidate", "notEnoughDataToValidate"),
            ("InsufficientData", "notEnoughDataToValidate"),
            ("insufficient data", "notEnoughDataToValidate"),
            ("ConfirmedUserActivity", "confirmedActivity"),
            ("MULTI_STAGED-ATTACK", "multiStagedAttack"),
            (" Line of business application ", "lineOfBusinessApplication"),
            ("APT", "apt"),
            ("SecurityPersonnel", "securityPersonnel"),
            // The portal's labels.
            ("Multi-stage attack", "multiStagedAttack"),
            ("Security test", "securityTesting"),
            ("Line-of-business application", "lineOfBusinessApplication"),
            ("Not malicious", "notMalicious"),
            ("Not enough data to validate", "notEnoughDataToValidate"),
        ] {
            assert_eq!(Determination::parse(text).map(Determination::word), Ok(word), "{text}");
        }
        assert_eq!(IncidentStatus::parse("In Progress").map(IncidentStatus::word), Ok("inProgress"));
        for text in ["Informational, expected activity", "informational_expected-activity"] {
            let word = Classification::parse(text).map(Classification::word);
            assert_eq!(word, Ok("informationalExpectedActivity"), "{text}");
        }
        assert_eq!(Classification::parse("TruePositive").map(Classification::word), Ok("truePositive"));
    }

    #[test]
    fn names_what_is_allowed() {
        assert_eq!(
            Severity::parse("critical"),
            Err("is unknown; allowed: unknown, informational, low, medium, high".into())
        );
        assert_eq!(
            IncidentStatus::parse("unknownFutureValue"),
            Err("stands for a value that this connector does not know; it can be read but not set; \
                 allowed: active, inProgress, resolved, redirected, awaitingAction"
                .into())
        );
    }
}
