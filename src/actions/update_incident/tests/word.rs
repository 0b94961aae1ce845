//! Every spelling of a word, and every pair of classification and determination.

use super::*;

#[test]
fn each_spelling_becomes_the_wire_name() {
    for (name, spellings, word) in [
        ("status", &["active", "Active", " ACTIVE "][..], "active"),
        ("status", &["inProgress", "In Progress", "in_progress", "in-progress", "INPROGRESS"], "inProgress"),
        ("status", &["resolved"], "resolved"),
        ("status", &["Redirected"], "redirected"),
        ("status", &["awaitingAction", "awaiting action"], "awaitingAction"),
        ("severity", &["Unknown"], "unknown"),
        ("severity", &["INFORMATIONAL"], "informational"),
        ("severity", &["low"], "low"),
        ("severity", &["Medium"], "medium"),
        ("severity", &["hIgH"], "high"),
        ("classification", &["unknown"], "unknown"),
        ("classification", &["FalsePositive", "false positive"], "falsePositive"),
        ("classification", &["TruePositive", "True Positive"], "truePositive"),
        (
            "classification",
            &["InformationalExpectedActivity", "informational-expected-activity"],
            "informationalExpectedActivity",
        ),
        ("determination", &["unknown"], "unknown"),
        ("determination", &["MultiStagedAttack", "multi staged attack"], "multiStagedAttack"),
        ("determination", &["MaliciousUserActivity"], "maliciousUserActivity"),
        (
            "determination",
            &["CompromisedAccount", "CompromisedUser", "compromised user", "compromisedAccount"],
            "compromisedAccount",
        ),
        ("determination", &["Malware"], "malware"),
        ("determination", &["Phishing"], "phishing"),
        ("determination", &["UnwantedSoftware"], "unwantedSoftware"),
        ("determination", &["Other"], "other"),
        ("determination", &["SecurityTesting"], "securityTesting"),
        ("determination", &["SecurityPersonnel"], "securityPersonnel"),
        ("determination", &["LineOfBusinessApplication"], "lineOfBusinessApplication"),
        (
            "determination",
            &["ConfirmedActivity", "ConfirmedUserActivity", "confirmed user activity"],
            "confirmedActivity",
        ),
        ("determination", &["Clean", "clean", "NotMalicious"], "notMalicious"),
        (
            "determination",
            &[
                "NoEnoughDataToValidate",
                "NotEnoughDataToValidate",
                "InsufficientData",
                "Insufficient Data",
                "no enough data to validate",
            ],
            "notEnoughDataToValidate",
        ),
        ("determination", &["APT", "apt"], "apt"),
    ] {
        for spelling in spellings {
            let input = serde_json::json!({ "incident_id": "29", name: spelling }).to_string();
            invoke_sends(&input, &format!(r#"{{"{name}":"{word}"}}"#));
        }
    }
}

#[test]
fn each_pair_of_classification_and_determination_is_checked() {
    use Determination as D;
    let words = [
        (D::Unknown, "unknown"),
        (D::Apt, "apt"),
        (D::Malware, "malware"),
        (D::SecurityPersonnel, "securityPersonnel"),
        (D::SecurityTesting, "securityTesting"),
        (D::UnwantedSoftware, "unwantedSoftware"),
        (D::Other, "other"),
        (D::MultiStagedAttack, "multiStagedAttack"),
        (D::CompromisedAccount, "compromisedAccount"),
        (D::Phishing, "phishing"),
        (D::MaliciousUserActivity, "maliciousUserActivity"),
        (D::NotMalicious, "notMalicious"),
        (D::NotEnoughDataToValidate, "notEnoughDataToValidate"),
        (D::ConfirmedActivity, "confirmedActivity"),
        (D::LineOfBusinessApplication, "lineOfBusinessApplication"),
    ];
    // In the order of `words`: x means that it goes with the classification.
    for (classification, name, fits, allowed) in [
        (Classification::Unknown, "unknown", "x..............", "unknown"),
        (
            Classification::TruePositive,
            "truePositive",
            "xxx..xxxxxx....",
            "multiStagedAttack, maliciousUserActivity, compromisedAccount, malware, phishing, unwantedSoftware, apt, other, \
             unknown",
        ),
        (
            Classification::InformationalExpectedActivity,
            "informationalExpectedActivity",
            "x..xx.x......xx",
            "securityTesting, securityPersonnel, lineOfBusinessApplication, confirmedActivity, other, unknown",
        ),
        (
            Classification::FalsePositive,
            "falsePositive",
            "x.....x....xx..",
            "notMalicious, notEnoughDataToValidate, other, unknown",
        ),
    ] {
        assert_eq!(fits.len(), words.len());
        for ((determination, word), fits) in words.into_iter().zip(fits.chars()) {
            let change = IncidentChange {
                classification: Some(classification),
                determination: Some(determination),
                ..no_change()
            };
            if fits == 'x' {
                sends(&change, &format!(r#"{{"classification":"{name}","determination":"{word}"}}"#));
            } else {
                refuses(
                    &change,
                    &format!("determination: '{word}' does not go with classification '{name}'; allowed: {allowed}"),
                );
            }
        }
    }
}
