//! The actions that recorded requests belong to, by name, and the words of their inputs.

pub(crate) use defender_xdr::catalog::{
    ADD_ALERT_COMMENT, ADD_INCIDENT_COMMENT, GENERIC_ACTION, GET_ALERT, GET_INCIDENT, LIST_ALERTS, LIST_INCIDENTS,
    MERGE_INCIDENTS, MOVE_ALERTS, RUN_HUNTING_QUERY, UPDATE_ALERT, UPDATE_INCIDENT,
};
use serde_json::Value;

/// The enums of incidents and alerts in requests, with their values on the wire.
pub(crate) const ENUMS: [(&str, &[&str]); 4] = [
    ("status", &["active", "resolved", "inProgress", "redirected", "awaitingAction"]),
    ("severity", &["unknown", "informational", "low", "medium", "high"]),
    ("classification", &["unknown", "falsePositive", "truePositive", "informationalExpectedActivity"]),
    (
        "determination",
        &[
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
        ],
    ),
];

/// An action and its input, as `json.invoke` takes them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) action: &'static str,
    pub(crate) input: Value,
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Blank and padded values are left to the generic action, which sends them as they are.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.trim() == text
}

/// The action changes old spellings, so they would not arrive as recorded.
pub(super) fn is_wire_word(parameter: &str, text: &str) -> bool {
    let words = ENUMS.iter().find(|(name, _)| *name == parameter).map(|(_, words)| *words);
    words.is_none_or(|words| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
}
