//! A service that misbehaves: each rule for retries and tokens, through the built component.
//!
//! The guest's clock runs fast, so that its waits take no time.

use defender_emulator::{Action, Challenge, ChallengeForm, Emulator, Fault, Matches, Point};
use serde_json::{Value, json};

use crate::support::{config, emulator, failed, fast, parsed};

const ID: &str = r#"{"incident_id": "2972395"}"#;

fn respond(status: u16, headers: &[(&str, &str)], body: Value) -> Action {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Action::Respond { status, headers, body }
}

fn graph_error(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message, "innerError": { "request-id": "r-1", "date": "2026-01-01T00:00:00" } } })
}

/// Adds a fault for paths that contain a text.
fn spoil(emulator: &Emulator, path: &str, times: Option<u32>, action: Action) {
    let matches = Matches { path_contains: Some(path.into()), ..Matches::default() };
    emulator.fault(Fault { matches, times, action, ..Fault::default() });
}

/// Method and status of every request so far, except those for tokens.
fn calls(emulator: &Emulator) -> Vec<(String, Option<u16>)> {
    let journal = emulator.journal().into_iter().filter(|exchange| !exchange.path.ends_with("/token"));
    journal.map(|exchange| (exchange.method, exchange.status)).collect()
}

#[track_caller]
fn made(emulator: &Emulator, method: &str, statuses: &[u16]) {
    let expected: Vec<_> = statuses.iter().map(|status| (method.to_owned(), Some(*status))).collect();
    assert_eq!(calls(emulator), expected);
}

#[tokio::test]
async fn a_read_is_retried_while_the_service_is_busy() {
    for (status, headers) in [(429, &[("Retry-After", "2")][..]), (429, &[]), (503, &[]), (502, &[]), (504, &[])] {
        let emulator = emulator();
        spoil(&emulator, "/security/", Some(2), respond(status, headers, graph_error("busy", "later")));
        parsed(fast().invoke("get_incident_details", &config(&emulator, |_| {}), ID).await);
        made(&emulator, "GET", &[status, status, 200]);
    }
}

#[tokio::test]
async fn throttling_that_does_not_fit_the_deadline_says_how_long_to_wait() {
    let emulator = emulator();
    let action = respond(429, &[("Retry-After", "90")], graph_error("TooManyRequests", "Please retry again later."));
    spoil(&emulator, "/security/", None, action);
    let error = failed(fast().invoke("list_incidents", &config(&emulator, |_| {}), "{}").await);
    assert_eq!((&error["kind"], &error["retry_after_seconds"]), (&json!("throttled"), &json!(90)));
    assert_eq!((&error["code"], &error["message"]), (&json!("TooManyRequests"), &json!("Please retry again later.")));
    made(&emulator, "GET", &[429]);
}

#[tokio::test]
async fn throttling_without_a_time_ends_as_throttled() {
    let emulator = emulator();
    let action = respond(429, &[], graph_error("TooManyRequests", "Please retry again later."));
    spoil(&emulator, "/security/", None, action);
    let error = failed(fast().invoke("list_incidents", &config(&emulator, |_| {}), "{}").await);
    assert_eq!((&error["kind"], &error["retry_after_seconds"]), (&json!("throttled"), &Value::Null));
    made(&emulator, "GET", &[429, 429, 429, 429]);
}

#[tokio::test]
async fn an_update_is_retried_only_if_it_did_not_begin() {
    let input = r#"{"incident_id": "2972395", "status": "resolved"}"#;
    for (status, expected) in [(503, &[503, 200][..]), (429, &[429, 200]), (500, &[500]), (502, &[502]), (504, &[504])]
    {
        let emulator = emulator();
        spoil(&emulator, "/security/", Some(1), respond(status, &[], graph_error("x", "y")));
        let _ = fast().invoke("update_incident", &config(&emulator, |_| {}), input).await;
        made(&emulator, "PATCH", expected);
    }
}

#[tokio::test]
async fn a_hunt_that_ran_too_long_is_retried_once() {
    let emulator = emulator();
    spoil(&emulator, "runHuntingQuery", None, respond(504, &[], graph_error("UnknownError", "")));
    let input = r#"{"query": "DeviceInfo | take 1"}"#;
    let error = failed(fast().invoke("run_hunting_query", &config(&emulator, |_| {}), input).await);
    assert_eq!(
        (&error["kind"], &error["code"], &error["status"]),
        (&json!("unavailable"), &json!("UnknownError"), &json!(504))
    );
    made(&emulator, "POST", &[504, 504]);
}

#[tokio::test]
async fn other_writes_are_never_retried() {
    let emulator = emulator();
    spoil(&emulator, "/comments", None, respond(503, &[("Retry-After", "1")], graph_error("x", "y")));
    let input = r#"{"method": "POST", "endpoint": "security/incidents/2972395/comments", "payload": {"@odata.type": "microsoft.graph.security.alertComment", "comment": "x"}}"#;
    let error = failed(fast().invoke("generic_action", &config(&emulator, |_| {}), input).await);
    assert_eq!((&error["kind"], &error["retry_after_seconds"]), (&json!("throttled"), &json!(1)));
    made(&emulator, "POST", &[503]);
}

#[tokio::test]
async fn a_claims_challenge_is_answered_once_with_its_claims() {
    for form in
        [ChallengeForm::Quoted, ChallengeForm::Unquoted, ChallengeForm::Reordered, ChallengeForm::SeveralHeaders]
    {
        let emulator = emulator();
        let config = config(&emulator, |_| {});
        let mut instance = fast().instance().await.expect("an instance");
        parsed(instance.invoke("get_incident_details", &config, ID).await);
        emulator.challenge_tokens(Challenge { form, ..Challenge::default() });
        emulator.clear_journal();
        parsed(instance.invoke("get_incident_details", &config, ID).await);
        let journal = emulator.journal();
        let statuses: Vec<_> = journal.iter().map(|exchange| exchange.status).collect();
        assert_eq!(statuses, [Some(401), Some(200), Some(200)], "{form:?}");
        assert!(journal[1].body.contains("nbf") && journal[1].body.contains("cp1"), "{}", journal[1].body);
    }
}

#[tokio::test]
async fn incidents_are_returned_even_without_their_alerts() {
    for action in [respond(500, &[], json!("")), Action::Silence { at: Point::Request }] {
        let emulator = emulator();
        let matches = Matches { query_contains: Some("expand".into()), ..Matches::default() };
        emulator.fault(Fault { matches, action, ..Fault::default() });
        let input = r#"{"expand": "alerts", "max_results": 3}"#;
        let answer = parsed(fast().invoke("list_incidents", &config(&emulator, |_| {}), input).await);
        assert_eq!(answer["data"]["value"].as_array().map(Vec::len), Some(3));
        let warning = answer["meta"]["warnings"][0].as_str().expect("a warning");
        assert!(warning.starts_with("the incidents come without alerts: "), "{warning}");
    }
}

#[tokio::test]
async fn a_redirected_incident_says_where_it_went() {
    let emulator = emulator();
    let config = config(&emulator, |_| {});
    let connector = fast();
    let list = parsed(connector.invoke("list_incidents", &config, r#"{"filter": "status eq 'redirected'"}"#).await);
    let id = list["data"]["value"][0]["id"].as_str().expect("a redirected incident");
    let input = json!({ "incident_id": id }).to_string();
    let answer = parsed(connector.invoke("get_incident_details", &config, &input).await);
    let to = answer["data"]["redirectIncidentId"].as_str().expect("its target");
    assert_eq!(
        answer["meta"]["warnings"],
        json!([format!("incident {id} was merged into incident {to}: get {to} for its present state")])
    );
}

#[tokio::test]
async fn an_update_based_on_an_old_state_is_refused() {
    let emulator = emulator();
    let config = config(&emulator, |_| {});
    let connector = fast();
    let present = parsed(connector.invoke("get_incident_details", &config, ID).await);
    let seen = present["data"]["lastUpdateDateTime"].as_str().expect("a time").to_owned();
    let input = json!({ "incident_id": "2972395", "severity": "low", "unchanged_since": seen }).to_string();
    parsed(connector.invoke("update_incident", &config, &input).await);
    emulator.clear_journal();
    let error = failed(connector.invoke("update_incident", &config, &input).await);
    assert_eq!(error["kind"], "conflict", "{error}");
    made(&emulator, "GET", &[200]);
}

#[tokio::test]
async fn tags_are_merged_without_regard_to_case() {
    let emulator = emulator();
    let config = config(&emulator, |_| {});
    let connector = fast();
    for (mode, tags, expected) in [
        ("replace", "Phishing,Finance", json!(["Phishing", "Finance"])),
        ("append", "phishing,CriticalAsset", json!(["Phishing", "Finance", "CriticalAsset"])),
        ("remove", "FINANCE", json!(["Phishing", "CriticalAsset"])),
    ] {
        let input = json!({ "incident_id": "2972395", "custom_tags": tags, "tag_mode": mode }).to_string();
        let answer = parsed(connector.invoke("update_incident", &config, &input).await);
        assert_eq!(answer["data"]["customTags"], expected, "{mode}");
    }
}

#[tokio::test]
async fn an_owner_can_be_cleared() {
    let emulator = emulator();
    let config = config(&emulator, |_| {});
    let connector = fast();
    let assign = r#"{"incident_id": "2972395", "assigned_to": "jdoe@domain.com"}"#;
    assert_eq!(
        parsed(connector.invoke("update_incident", &config, assign).await)["data"]["assignedTo"],
        "jdoe@domain.com"
    );
    let clear = r#"{"incident_id": "2972395", "clear": ["assigned_to"]}"#;
    assert_eq!(parsed(connector.invoke("update_incident", &config, clear).await)["data"]["assignedTo"], Value::Null);
}

#[tokio::test]
async fn pages_follow_one_another_to_the_end() {
    let emulator = emulator();
    let config = config(&emulator, |_| {});
    let connector = fast();
    let mut ids = Vec::new();
    let mut input = json!({ "max_results": 50, "count": true });
    loop {
        let page = parsed(connector.invoke("list_incidents", &config, &input.to_string()).await);
        let incidents = page["data"]["value"].as_array().expect("a list");
        ids.extend(incidents.iter().map(|incident| incident["id"].as_str().expect("an id").to_owned()));
        match page["meta"]["cursor"].as_str() {
            Some(cursor) => input = json!({ "cursor": cursor }),
            None => break,
        }
    }
    assert_eq!(ids.len(), 250);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 250);
}

/// Anything between a host and the service may cut, mark or replace the service's answers.
#[tokio::test]
async fn answers_altered_on_their_way_are_handled() {
    let edit = |keep_bytes, prefix: &str, suffix: &str| Action::EditBody {
        keep_bytes,
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        chunked: Some(true),
    };
    let spliced = r#"{"error":{"code":"UnknownError","message":"gone"}}"#;
    for (action, requests) in [
        (edit(Some(100), "", ""), 2),
        (edit(Some(100), "", spliced), 2),
        (edit(None, "\u{feff}", ""), 1),
        (Action::Replace { status: 200, headers: Vec::new(), body: json!("") }, 2),
        (respond(429, &[("Retry-After", "0.5,120")], json!({})), 2),
    ] {
        for (name, input) in [
            ("get_incident_details", r#"{"incident_id": "2972395"}"#),
            ("list_incidents", r#"{"max_results": 3}"#),
            ("run_hunting_query", r#"{"query": "DeviceInfo | take 2"}"#),
        ] {
            let emulator = emulator();
            spoil(&emulator, "/security/", Some(1), action.clone());
            let answer = parsed(fast().invoke(name, &config(&emulator, |_| {}), input).await);
            assert!(answer["data"].is_object(), "{name} {action:?}: {answer}");
            assert_eq!(calls(&emulator).len(), requests, "{name} {action:?}");
        }
    }
}

#[tokio::test]
async fn an_update_that_is_answered_without_the_incident_is_read_back() {
    for (status, body) in [(204, json!(null)), (202, json!(null)), (200, json!("{\"id\":"))] {
        let emulator = emulator();
        let matches = Matches { method: Some("PATCH".into()), ..Matches::default() };
        let action = Action::Replace { status, headers: Vec::new(), body };
        emulator.fault(Fault { matches, action, ..Fault::default() });
        let input = r#"{"incident_id": "2972395", "description": "read back"}"#;
        let answer = parsed(fast().invoke("update_incident", &config(&emulator, |_| {}), input).await);
        assert_eq!(answer["data"]["description"], "read back", "{status}");
        assert_eq!(answer["data"]["id"], "2972395");
        let methods: Vec<String> = calls(&emulator).into_iter().map(|(method, _)| method).collect();
        assert_eq!(methods, ["PATCH", "GET"], "{status}");
    }
}
