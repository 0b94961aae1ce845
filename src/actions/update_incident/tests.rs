//! What is sent for a change, and what is refused.

use super::*;
use crate::scripted::{CONFIG, INCIDENT, ScriptedHost, answer, run, token};
use crate::wit::actions::{Classification, Determination, IncidentStatus, Severity};

/// A change of nothing, to be refined.
pub(crate) fn no_change() -> IncidentChange {
    IncidentChange {
        status: None,
        assigned_to: None,
        classification: None,
        determination: None,
        description: None,
        resolving_comment: None,
        severity: None,
        display_name: None,
        summary: None,
        custom_tags: None,
        tag_mode: None,
        clear: Vec::new(),
        unchanged_since: None,
        dry_run: None,
    }
}

/// The body of the PATCH for a change; nothing else is sent.
#[track_caller]
fn sends(change: &IncidentChange, body: &str) {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
    run(&host, |session| typed(session, "29", change)).expect(body);
    assert_eq!(host.calls(), [format!("PATCH https://graph.microsoft.com/v1.0/security/incidents/29 {body}")]);
}

#[track_caller]
fn refuses(change: &IncidentChange, message: &str) {
    let error = run(&ScriptedHost::new([]), |session| typed(session, "29", change)).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

/// An `invoke` that sends exactly this.
#[track_caller]
fn invoke_sends(input: &str, body: &str) {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
    crate::invoke::invoke(&host, "update_incident", CONFIG, input).expect(input);
    assert_eq!(
        host.calls(),
        [format!("PATCH https://graph.microsoft.com/v1.0/security/incidents/29 {body}")],
        "{input}"
    );
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[test]
fn sends_only_what_is_given() {
    let no = no_change;
    for (change, body) in [
        (IncidentChange { status: Some(IncidentStatus::InProgress), ..no() }, r#"{"status":"inProgress"}"#),
        (IncidentChange { severity: Some(Severity::High), ..no() }, r#"{"severity":"high"}"#),
        (IncidentChange { assigned_to: Some("jdoe@domain.com".into()), ..no() }, r#"{"assignedTo":"jdoe@domain.com"}"#),
        (
            IncidentChange { classification: Some(Classification::FalsePositive), ..no() },
            r#"{"classification":"falsePositive"}"#,
        ),
        (IncidentChange { determination: Some(Determination::Apt), ..no() }, r#"{"determination":"apt"}"#),
        (
            IncidentChange { description: Some("a \"b\"\n\u{1}ü".into()), ..no() },
            "{\"description\":\"a \\\"b\\\"\\n\\u0001ü\"}",
        ),
        (IncidentChange { resolving_comment: Some(" c ".into()), ..no() }, r#"{"resolvingComment":" c "}"#),
        (IncidentChange { display_name: Some("d".into()), ..no() }, r#"{"displayName":"d"}"#),
        (IncidentChange { summary: Some("s".into()), description: Some("  ".into()), ..no() }, r#"{"summary":"s"}"#),
        (IncidentChange { custom_tags: Some(texts(&["a", " b ", ""])), ..no() }, r#"{"customTags":["a","b"]}"#),
        (IncidentChange { tag_mode: Some(TagMode::Replace), summary: Some("s".into()), ..no() }, r#"{"summary":"s"}"#),
        (
            IncidentChange {
                tag_mode: Some(TagMode::Replace),
                custom_tags: Some(texts(&["Phishing", "phishing", "PHISHING", "Über", "über"])),
                ..no()
            },
            r#"{"customTags":["Phishing","Über"]}"#,
        ),
        (
            IncidentChange {
                classification: Some(Classification::TruePositive),
                determination: Some(Determination::Malware),
                status: Some(IncidentStatus::Resolved),
                ..no()
            },
            r#"{"classification":"truePositive","determination":"malware","status":"resolved"}"#,
        ),
    ] {
        sends(&change, body);
    }
}

#[test]
fn at_least_one_change_is_needed() {
    let message = "nothing to change: give at least one field besides incident_id";
    refuses(&no_change(), message);
    refuses(&IncidentChange { dry_run: Some(true), ..no_change() }, message);
    refuses(&IncidentChange { unchanged_since: Some("2026-02-25T16:29:33.1Z".into()), ..no_change() }, message);
    refuses(
        &IncidentChange { summary: Some(" ".into()), custom_tags: Some(texts(&["", " "])), ..no_change() },
        message,
    );
    refuses(&IncidentChange { tag_mode: Some(TagMode::Replace), ..no_change() }, message);
    for (mode, word) in [(TagMode::Append, "append"), (TagMode::Remove, "remove")] {
        let change = IncidentChange { tag_mode: Some(mode), summary: Some("s".into()), ..no_change() };
        refuses(&change, &format!("tag_mode: {word} needs custom_tags"));
    }
}

#[test]
fn the_id_must_be_digits() {
    let change = IncidentChange { summary: Some("s".into()), ..no_change() };
    for (id, message) in [
        ("", "incident_id: is required"),
        (" ", "incident_id: is required"),
        ("29/comments", "incident_id: must be decimal digits, such as 2972395"),
        ("../29", "incident_id: must be decimal digits, such as 2972395"),
        ("29?x", "incident_id: must be decimal digits, such as 2972395"),
        ("٢٩", "incident_id: must be decimal digits, such as 2972395"),
        ("-29", "incident_id: must be decimal digits, such as 2972395"),
        ("123456789012345678901", "incident_id: must be decimal digits, such as 2972395"),
    ] {
        let error = run(&ScriptedHost::new([]), |session| typed(session, id, &change)).expect_err(message);
        assert_eq!(error.message, message, "{id}");
    }
}

#[test]
fn each_spelling_becomes_the_name_on_the_wire() {
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
fn each_pair_of_classification_and_determination_is_judged() {
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
    // In the order of `words`: x goes with the classification.
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

#[test]
fn clears_fields() {
    use ClearableField as F;
    for (field, body) in [
        (F::AssignedTo, r#"{"assignedTo":null}"#),
        (F::Classification, r#"{"classification":null}"#),
        (F::Determination, r#"{"determination":null}"#),
        (F::Description, r#"{"description":null}"#),
        (F::ResolvingComment, r#"{"resolvingComment":null}"#),
        (F::DisplayName, r#"{"displayName":null}"#),
        (F::Summary, r#"{"summary":null}"#),
        (F::CustomTags, r#"{"customTags":[]}"#),
    ] {
        sends(&IncidentChange { clear: vec![field], ..no_change() }, body);
        // Named twice is cleared once.
        sends(&IncidentChange { clear: vec![field, field], ..no_change() }, body);
    }
    let change =
        IncidentChange { clear: vec![F::AssignedTo, F::Summary], description: Some("d".into()), ..no_change() };
    sends(&change, r#"{"assignedTo":null,"description":"d","summary":null}"#);
    invoke_sends(
        r#"{"incident_id":"29","clear":"assigned_to, Resolving Comment"}"#,
        r#"{"assignedTo":null,"resolvingComment":null}"#,
    );
}

#[test]
fn a_field_is_either_cleared_or_given() {
    use ClearableField as F;
    let given = IncidentChange {
        assigned_to: Some("x".into()),
        classification: Some(Classification::TruePositive),
        determination: Some(Determination::Phishing),
        description: Some("x".into()),
        resolving_comment: Some("x".into()),
        display_name: Some("x".into()),
        summary: Some("x".into()),
        custom_tags: Some(texts(&["x"])),
        ..no_change()
    };
    for (field, name) in [
        (F::AssignedTo, "assigned_to"),
        (F::Classification, "classification"),
        (F::Determination, "determination"),
        (F::Description, "description"),
        (F::ResolvingComment, "resolving_comment"),
        (F::DisplayName, "display_name"),
        (F::Summary, "summary"),
        (F::CustomTags, "custom_tags"),
    ] {
        let message = format!("clear: {name} is also given a value");
        refuses(&IncidentChange { clear: vec![field], ..given.clone() }, &message);
    }
}

/// An incident with tags and a time of its last update.
fn incident(tags: &str, updated: &str) -> String {
    format!(
        r#"{{"id":"29","status":"active","severity":"high","customTags":{tags},"createdDateTime":"2026-01-22T12:09:23Z","lastUpdateDateTime":"{updated}"}}"#
    )
}

/// The tags sent for these there and these given.
#[track_caller]
fn merges(mode: TagMode, old: &str, given: &[&str], sent: &str) {
    let host = ScriptedHost::new([token(), answer(200, &incident(old, "")), answer(200, INCIDENT)]);
    let change = IncidentChange { custom_tags: Some(texts(given)), tag_mode: Some(mode), ..no_change() };
    run(&host, |session| typed(session, "29", &change)).expect(sent);
    let url = "https://graph.microsoft.com/v1.0/security/incidents/29";
    assert_eq!(host.calls(), [format!("GET {url}"), format!(r#"PATCH {url} {{"customTags":{sent}}}"#)]);
}

#[test]
fn tags_are_appended_and_removed_without_regard_to_case() {
    merges(TagMode::Append, r#"["Demo"]"#, &["New"], r#"["Demo","New"]"#);
    merges(TagMode::Append, r#"["Demo","ÜBER"]"#, &["demo", "über", "New", "NEW"], r#"["Demo","ÜBER","New"]"#);
    merges(TagMode::Append, "[]", &["a", "b"], r#"["a","b"]"#);
    merges(TagMode::Append, "null", &["a"], r#"["a"]"#);
    merges(TagMode::Append, r#"["x",null]"#, &["a"], r#"["x","a"]"#);
    merges(TagMode::Remove, r#"["Demo","Keep","ÜBER"]"#, &["DEMO", "über", "absent"], r#"["Keep"]"#);
    merges(TagMode::Remove, r#"["Demo"]"#, &["demo"], "[]");
    merges(TagMode::Remove, "[]", &["demo"], "[]");
}

/// Updates an incident that was changed last at `updated`.
fn update_since(since: &str, updated: &str) -> (usize, Result<(), Fault>) {
    let host = ScriptedHost::new([token(), answer(200, &incident("[]", updated)), answer(200, INCIDENT)]);
    let change = IncidentChange { summary: Some("s".into()), unchanged_since: Some(since.into()), ..no_change() };
    let result = run(&host, |session| typed(session, "29", &change)).map(drop);
    (host.calls().len(), result)
}

#[test]
fn unchanged_since_lets_older_and_equal_updates_pass() {
    for (since, updated) in [
        ("2026-02-25T16:29:33.1Z", "2026-02-25T16:29:33.1Z"),
        ("2026-02-25T16:29:33.1234567Z", "2026-02-25T16:29:33.1234567Z"),
        ("2026-02-25T16:29:33.1234567Z", "2026-02-25T16:29:33.1234566Z"),
        ("2026-02-25T16:29:33.1000000Z", "2026-02-25T16:29:33.1Z"),
        ("2026-02-25T16:29:34Z", "2026-02-25T16:29:33.9999999Z"),
        (" 2026-02-25T17:29:33.1+01:00 ", "2026-02-25T16:29:33.1Z"),
        ("2030-01-01T00:00:00Z", "2026-02-25T16:29:33Z"),
    ] {
        let (calls, result) = update_since(since, updated);
        assert!(result.is_ok(), "{since} {updated}: {result:?}");
        assert_eq!(calls, 2);
    }
}

#[test]
fn unchanged_since_refuses_newer_updates() {
    for (since, updated) in [
        ("2026-02-25T16:29:33.1Z", "2026-02-25T16:29:33.1000001Z"),
        ("2026-02-25T16:29:33.1234567Z", "2026-02-25T16:29:33.1234568Z"),
        ("2026-02-25T16:29:33Z", "2026-02-25T16:29:33.0000001Z"),
        ("2026-02-25T17:29:33.1+01:00", "2026-02-25T16:29:33.2Z"),
    ] {
        let (calls, result) = update_since(since, updated);
        let actual = result.expect_err("conflict");
        let expected = Error {
            remedy: Some(
                "read the incident again, decide anew, and give its last update time as unchanged_since".into(),
            ),
            ..*error(
                ErrorKind::Conflict,
                format!("incident 29 was updated at {updated}, after unchanged_since {since}; nothing was sent"),
            )
        };
        assert_eq!(format!("{actual:#?}"), format!("{expected:#?}"));
        assert_eq!(calls, 1);
    }
    for bad in ["yesterday", "2026-02-25", "2026-02-25T16:29:33"] {
        let change = IncidentChange { summary: Some("s".into()), unchanged_since: Some(bad.into()), ..no_change() };
        refuses(&change, &format!("unchanged_since: '{bad}' is no RFC 3339 time, such as 2026-02-25T16:29:33.1Z"));
    }
    let (calls, result) = update_since("2026-02-25T16:29:33Z", "soon");
    let error = result.expect_err("no time");
    assert_eq!((error.kind, calls), (ErrorKind::MalformedResponse, 1));
    assert_eq!(
        error.message,
        "incident 29 came without a time of its last update, so unchanged_since cannot be checked; nothing was sent"
    );
}

#[test]
fn an_incident_that_cannot_be_read_is_not_changed() {
    let host = ScriptedHost::new([token(), answer(404, "")]);
    let change = IncidentChange {
        summary: Some("s".into()),
        unchanged_since: Some("2026-02-25T16:29:33Z".into()),
        ..no_change()
    };
    let error = run(&host, |session| typed(session, "29", &change)).expect_err("gone");
    assert_eq!((error.kind, host.calls().len()), (ErrorKind::NotFound, 1));
}

#[test]
fn a_dry_run_sends_nothing() {
    let change = IncidentChange {
        status: Some(IncidentStatus::Resolved),
        severity: Some(Severity::Low),
        summary: Some("s".into()),
        custom_tags: Some(texts(&["a"])),
        clear: vec![ClearableField::AssignedTo],
        dry_run: Some(true),
        ..no_change()
    };
    let host = ScriptedHost::new([]);
    let incident = run(&host, |session| typed(session, " 29 ", &change)).expect("checked");
    assert_eq!(
        incident.raw_json,
        r#"{"assignedTo":null,"customTags":["a"],"severity":"low","status":"resolved","summary":"s"}"#
    );
    assert_eq!((incident.id.as_str(), incident.status.as_str(), incident.severity.as_str()), ("29", "resolved", "low"));
    assert_eq!((incident.summary.as_deref(), incident.assigned_to), (Some("s"), None));
    assert_eq!(
        (incident.custom_tags, incident.warnings),
        (vec!["a".to_owned()], vec!["dry run: nothing was changed".to_owned()])
    );

    let input = r#"{"incident_id":"29","summary":"s","dry_run":"true"}"#;
    let answer = crate::invoke::invoke(&ScriptedHost::new([]), "update_incident", CONFIG, input);
    assert_eq!(
        answer.expect("checked"),
        r#"{"data":{"summary":"s"},"meta":{"dry_run":true,"warnings":["dry run: nothing was changed"]}}"#
    );
}

#[test]
fn a_dry_run_reads_what_it_depends_on() {
    let host = ScriptedHost::new([token(), answer(200, &incident(r#"["old"]"#, "2026-02-25T16:29:33Z"))]);
    let change = IncidentChange {
        custom_tags: Some(texts(&["new"])),
        tag_mode: Some(TagMode::Append),
        unchanged_since: Some("2026-02-25T16:29:33Z".into()),
        dry_run: Some(true),
        ..no_change()
    };
    let incident = run(&host, |session| typed(session, "29", &change)).expect("checked");
    assert_eq!(incident.raw_json, r#"{"customTags":["old","new"]}"#);
    assert_eq!(host.calls(), ["GET https://graph.microsoft.com/v1.0/security/incidents/29"]);
}

#[test]
fn answers_the_incident_as_it_is_afterwards() {
    let updated = incident(r#"["a"]"#, "2026-02-25T16:29:33.1234567Z");
    let host = ScriptedHost::new([token(), answer(200, &updated)]);
    let change = IncidentChange { custom_tags: Some(texts(&["a"])), ..no_change() };
    let incident = run(&host, |session| typed(session, "29", &change)).expect("an incident");
    assert_eq!((incident.raw_json, incident.last_update_at), (updated, "2026-02-25T16:29:33.1234567Z".to_owned()));
    assert_eq!((incident.custom_tags, incident.warnings), (vec!["a".to_owned()], Vec::new()));
}

#[test]
fn an_answer_that_is_no_incident_is_malformed() {
    let change = IncidentChange { summary: Some("s".into()), ..no_change() };
    for (body, message) in [
        ("", "the answer is no incident: EOF while parsing a value at line 1 column 0"),
        (r#"{"id":"29"}"#, "the answer is no incident: missing field `status` at line 1 column 11"),
    ] {
        let host = ScriptedHost::new([token(), answer(200, body)]);
        let error = run(&host, |session| typed(session, "29", &change)).expect_err(message);
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::MalformedResponse, message));
    }
}
