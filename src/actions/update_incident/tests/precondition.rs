//! What is read before an update, and updates that are only checked.

use super::*;
use crate::wit::types::Error;

/// Checks the tags sent for these existing and these given ones.
#[track_caller]
fn merges(mode: TagMode, old: &str, given: &[&str], sent: &str) {
    let host = ScriptedHost::new([token(), answer(200, &incident(old, "")), answer(200, INCIDENT)]);
    let change = IncidentChange { custom_tags: Some(texts(given)), tag_mode: Some(mode), ..no_change() };
    run(&host, async |session| typed(session, "29", &change).await).expect(sent);
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

/// Updates an incident last updated at `updated`.
fn update_since(since: &str, updated: &str) -> (usize, Result<(), Fault>) {
    let host = ScriptedHost::new([token(), answer(200, &incident("[]", updated)), answer(200, INCIDENT)]);
    let change = IncidentChange { summary: Some("s".into()), unchanged_since: Some(since.into()), ..no_change() };
    let result = run(&host, async |session| typed(session, "29", &change).await).map(drop);
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
        // Equal at the precision given.
        ("2026-02-25T16:29:33.143Z", "2026-02-25T16:29:33.1433333Z"),
        ("2026-02-25T16:29:33Z", "2026-02-25T16:29:33.9999999Z"),
        ("2026-02-25T16:29:33.1Z", "2026-02-25T16:29:33.1999999Z"),
        ("2026-02-25T16:29:33.143333300Z", "2026-02-25T16:29:33.1433333Z"),
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
        ("2026-02-25T16:29:33.143Z", "2026-02-25T16:29:33.144Z"),
        ("2026-02-25T16:29:33Z", "2026-02-25T16:29:34Z"),
        ("2026-02-25T16:29:33.1234567Z", "2026-02-25T16:29:33.1234568Z"),
        ("2026-02-25T17:29:33.1+01:00", "2026-02-25T16:29:33.2Z"),
    ] {
        let (calls, result) = update_since(since, updated);
        let actual = result.expect_err("conflict");
        let expected = Error {
            status: Some(200),
            client_request_id: Some(crate::wire::scripted::CLIENT_REQUEST_ID.into()),
            remedy: Some(
                "read the incident again, decide again, and give its last update time as unchanged_since".into(),
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
        refuses(&change, &format!("unchanged_since: '{bad}' is not an RFC 3339 time, such as 2026-02-25T16:29:33.1Z"));
    }
    let (calls, result) = update_since("2026-02-25T16:29:33Z", "soon");
    let error = result.expect_err("no time");
    assert_eq!((error.kind, calls), (ErrorKind::MalformedResponse, 1));
    assert_eq!(
        error.message,
        "incident 29 came without a last update time, so unchanged_since cannot be checked; nothing was sent"
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
    let error = run(&host, async |session| typed(session, "29", &change).await).expect_err("gone");
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
    let incident = run(&host, async |session| typed(session, " 29 ", &change).await).expect("checked");
    assert_eq!(
        incident.raw_json,
        r#"{"assignedTo":null,"customTags":["a"],"severity":"low","status":"resolved","summary":"s"}"#
    );
    assert_eq!(
        (incident.id.as_str(), incident.status.as_deref(), incident.severity.as_deref()),
        ("29", Some("resolved"), Some("low"))
    );
    assert_eq!((incident.summary.as_deref(), incident.assigned_to), (Some("s"), None));
    assert_eq!(
        (incident.custom_tags, incident.warnings),
        (vec!["a".to_owned()], vec!["dry run: nothing was changed".to_owned()])
    );

    let input = r#"{"incident_id":"29","summary":"s","dry_run":"true"}"#;
    let answer = crate::sample::invoke(&ScriptedHost::new([]), "update_incident", CONFIG, input);
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
    let incident = run(&host, async |session| typed(session, "29", &change).await).expect("checked");
    assert_eq!(incident.raw_json, r#"{"customTags":["old","new"]}"#);
    assert_eq!(host.calls(), ["GET https://graph.microsoft.com/v1.0/security/incidents/29"]);
}
