//! What is sent for a change, and what is refused.

mod precondition;
mod word;

use super::*;
use crate::sample::{CONFIG, INCIDENT, run, token};
use crate::wire::failure::Failure;
use crate::wire::host::Method;
use crate::wire::scripted::{ScriptedHost, Step, answer};
use crate::wit::actions::{Classification, Determination, IncidentStatus, Severity};

/// An empty change for tests to modify.
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
    run(&host, async |session| typed(session, "29", change).await).expect(body);
    assert_eq!(host.calls(), [format!("PATCH https://graph.microsoft.com/v1.0/security/incidents/29 {body}")]);
}

#[track_caller]
fn refuses(change: &IncidentChange, message: &str) {
    let error = run(&ScriptedHost::new([]), async |session| typed(session, "29", change).await).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

/// `invoke` sends exactly this body.
#[track_caller]
fn invoke_sends(input: &str, body: &str) {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
    crate::sample::invoke(&host, "update_incident", CONFIG, input).expect(input);
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
        let error = run(&ScriptedHost::new([]), async |session| typed(session, id, &change).await).expect_err(message);
        assert_eq!(error.message, message, "{id}");
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
        // A field named twice is cleared once.
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

/// An incident with tags and a last update time.
fn incident(tags: &str, updated: &str) -> String {
    format!(
        r#"{{"id":"29","status":"active","severity":"high","customTags":{tags},"createdDateTime":"2026-01-22T12:09:23Z","lastUpdateDateTime":"{updated}"}}"#
    )
}

#[test]
fn returns_the_updated_incident() {
    let updated = incident(r#"["a"]"#, "2026-02-25T16:29:33.1234567Z");
    let host = ScriptedHost::new([token(), answer(200, &updated)]);
    let change = IncidentChange { custom_tags: Some(texts(&["a"])), ..no_change() };
    let incident = run(&host, async |session| typed(session, "29", &change).await).expect("an incident");
    assert_eq!(
        (incident.raw_json, incident.last_update_at),
        (updated, Some("2026-02-25T16:29:33.1234567Z".to_owned()))
    );
    assert_eq!((incident.custom_tags, incident.warnings), (vec!["a".to_owned()], Vec::new()));
}

fn resolved() -> IncidentChange {
    IncidentChange { status: Some(IncidentStatus::Resolved), ..no_change() }
}

#[test]
fn an_update_without_a_usable_answer_is_read_back() {
    let cut = |why| Step::Cut(Box::new(answer(200, "{")), why);
    for done in [
        answer(204, ""),
        answer(202, ""),
        answer(200, ""),
        answer(200, r#"{"id":"29","status":"#),
        answer(200, r#"{"error":{"code":"UnknownError","message":"gone"}}"#),
        answer(200, "ok"),
        cut(Failure::Broken("reset".into())),
        cut(Failure::TooLarge(7)),
    ] {
        let now = incident("[]", "2026-02-25T16:29:33Z");
        let host = ScriptedHost::new([token(), done.clone(), answer(200, &now), done.clone(), answer(200, &now)]);
        let typed = run(&host, async |session| typed(session, "29", &resolved()).await).expect("an incident");
        assert_eq!((typed.raw_json.as_str(), typed.warnings.len()), (now.as_str(), 0), "{done:?}");
        let json = run(&host, async |session| json(session, "29", &resolved()).await).expect("an incident");
        assert!(json.contains(&now) && json.contains(r#""warnings":[]"#), "{json}");
        let methods: Vec<Method> = host.sent().iter().skip(1).map(|sent| sent.method).collect();
        assert_eq!(methods, [Method::Patch, Method::Get, Method::Patch, Method::Get], "an update is never repeated");
    }
}

#[test]
fn an_update_that_cannot_be_read_back_is_a_success_with_a_warning() {
    let steps = || [token(), answer(204, ""), answer(404, r#"{"error":{"code":"NotFound","message":"Gone."}}"#)];
    let warnings = "the update is done (status 204), but its answer was not the incident; it could not be read back: Gone.; this \
         is what was sent";
    let typed =
        run(&ScriptedHost::new(steps()), async |session| typed(session, "29", &resolved()).await).expect("a success");
    assert_eq!((typed.id.as_str(), typed.status.as_deref()), ("29", Some("resolved")));
    assert_eq!(
        (typed.raw_json.as_str(), typed.warnings.join("; ")),
        (r#"{"id":"29","status":"resolved"}"#, warnings.into())
    );
    let json =
        run(&ScriptedHost::new(steps()), async |session| json(session, "29", &resolved()).await).expect("a success");
    assert!(json.contains(r#"{"id":"29","status":"resolved"}"#), "{json}");
    let late = Step::Cut(Box::new(answer(200, "{")), Failure::Late);
    let host = ScriptedHost::new([token(), late]);
    let late = run(&host, async |session| super::typed(session, "29", &resolved()).await).expect("a success");
    assert_eq!((late.status.as_deref(), host.left()), (Some("resolved"), 0));
}

#[test]
fn after_a_proxys_page_the_update_may_have_happened() {
    for (status, kind) in [(200, ErrorKind::Interrupted), (302, ErrorKind::Interrupted), (403, ErrorKind::Unreachable)]
    {
        let host = ScriptedHost::new([token(), answer(status, "<html><title>Sign in</title>")]);
        let error = run(&host, async |session| typed(session, "29", &resolved()).await).expect_err("a page");
        assert_eq!((error.kind, host.left()), (kind, 0), "{status}");
        assert_eq!(error.remedy.expect("a remedy").contains("may have happened"), kind == ErrorKind::Interrupted);
    }
}

#[test]
fn the_number_of_tags_is_limited() {
    let tags = |count: usize| (0..count).map(|at| format!("tag {at}")).collect::<Vec<_>>();
    let change =
        |count| IncidentChange { custom_tags: Some(tags(count)), tag_mode: Some(TagMode::Append), ..no_change() };
    let error =
        run(&ScriptedHost::new([]), async |session| typed(session, "29", &change(1001)).await).expect_err("too many");
    assert_eq!(error.message, "custom_tags: has 1001 tags; allowed: 1000 at most");
    let host = ScriptedHost::new([token(), answer(200, &incident("[]", "x")), answer(200, INCIDENT)]);
    run(&host, async |session| typed(session, "29", &change(1000)).await).expect("an incident");
}
