//! What is sent, what is refused, and what is known when an answer is lost.

use super::alerts;
use super::update_alert;
use crate::sample::{CONFIG, run, token};
use crate::text::fault::Fault;
use crate::wire::failure::Failure;
use crate::wire::scripted::{ScriptedHost, Step, answer, answer_with};
use crate::wit::triage::{AlertChange, AlertQuery, AlertStatus};
use crate::wit::types::ErrorKind;

const BASE: &str = "https://graph.microsoft.com/v1.0/security";
const ALERT: &str = r##"{"id":"a1","incidentId":"29","status":"new","severity":"high","classification":null,"comments":[{"comment":"x"}],"evidence":[{"@odata.type":"#microsoft.graph.security.userEvidence"}]}"##;
const COMMENTS: &str = r#"{"value":[{"comment":"first","createdByDisplayName":"A","createdDateTime":"2026-01-22T12:09:23Z"},{"comment":"hi"}]}"#;
const TARGET: &str = r#"{"targetIncidentId":"29"}"#;

/// Runs an action by name against these answers of Graph; returns the outcome and the requests.
fn invoke(action: &str, input: &str, steps: &[Step]) -> (Result<serde_json::Value, Fault>, Vec<String>) {
    let host = ScriptedHost::new([&[token()], steps].concat());
    let outcome = crate::sample::invoke(&host, action, CONFIG, input);
    let calls = host.calls().iter().map(|call| call.replace(BASE, "")).collect();
    (outcome.map(|text| serde_json::from_str(&text).expect("JSON")), calls)
}

/// The writes that are sent once, each with its input, its request and a good answer.
const WRITES: [(&str, &str, &str, &str); 5] = [
    (
        "add_incident_comment",
        r#"{"incident_id": 29.0, "comment": "hi"}"#,
        r#"POST /incidents/29/comments {"@odata.type":"microsoft.graph.security.alertComment","comment":"hi"}"#,
        COMMENTS,
    ),
    (
        "add_alert_comment",
        r#"{"alert_id": "a1", "comment": "hi"}"#,
        r#"POST /alerts_v2/a1/comments {"@odata.type":"microsoft.graph.security.alertComment","comment":"hi"}"#,
        COMMENTS,
    ),
    (
        "merge_incidents",
        r#"{"incident_ids": "29, 30.0", "comment": "c", "reasons": ["Same Actor", "eventCausalSequence", "sameactor"]}"#,
        r#"POST /incidents/mergeIncidents {"incidentIds":["29","30"],"incidentComment":"c","mergeReasons":"sameActor,eventCasualSequence"}"#,
        TARGET,
    ),
    (
        "move_alerts",
        r#"{"alert_ids": ["a1", "a2", "a1"], "incident_id": 29}"#,
        r#"POST /alerts_v2/moveAlerts {"alertIds":["a1","a2"],"incidentId":"29"}"#,
        TARGET,
    ),
    (
        "move_alerts",
        r#"{"alert_ids": ["a1"], "comment": "c", "reasons": "sameAsset,timeFrame"}"#,
        r#"POST /alerts_v2/moveAlerts {"alertIds":["a1"],"incidentId":null,"alertComment":"c","newCorrelationReasons":"sameAsset,timeFrame"}"#,
        TARGET,
    ),
];

#[test]
fn a_write_is_sent_once_and_answers_with_what_the_service_says() {
    for (action, input, request, good) in WRITES {
        let (outcome, calls) = invoke(action, input, &[answer_with(200, &[("request-id", "r")], good)]);
        let outcome = outcome.expect(action);
        assert_eq!(calls, [request]);
        assert_eq!(outcome["data"], serde_json::from_str::<serde_json::Value>(good).expect("JSON"));
        assert_eq!(outcome["meta"]["request_id"], "r");
    }
}

#[test]
fn a_dry_run_sends_nothing() {
    for (action, input, request, _) in WRITES {
        let host = ScriptedHost::new([]);
        let input = input.replacen('{', r#"{"dry_run": "yes", "#, 1);
        let text = crate::sample::invoke(&host, action, CONFIG, &input).expect(action);
        let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let body = request.splitn(3, ' ').nth(2).expect("a body");
        assert_eq!(answer["data"], serde_json::from_str::<serde_json::Value>(body).expect("JSON"));
        assert_eq!(answer["meta"]["dry_run"], true);
    }
}

#[test]
fn a_write_that_may_have_happened_is_not_repeated_and_says_how_to_find_out() {
    for (action, input, request, _) in WRITES {
        for (step, kind) in [
            (Step::Fail(Failure::Broken("reset".into())), ErrorKind::Interrupted),
            (Step::Silence, ErrorKind::Interrupted),
            (answer(500, ""), ErrorKind::Unavailable),
            (answer(503, ""), ErrorKind::Unavailable),
            (answer_with(503, &[("retry-after", "5")], ""), ErrorKind::Throttled),
            (answer(504, ""), ErrorKind::Unavailable),
            (answer(408, ""), ErrorKind::Rejected),
            (answer(200, r#"{"error":{"code":"X","message":"boom"}}"#), ErrorKind::MalformedResponse),
        ] {
            let (outcome, calls) = invoke(action, input, &[step]);
            let fault = outcome.expect_err(action);
            assert_eq!((fault.kind, calls), (kind, vec![request.to_owned()]));
            let remedy = fault.remedy.expect("a remedy");
            assert!(remedy.starts_with("it may have happened: read the "), "{remedy}");
            assert!(remedy.contains("with get_"), "{remedy}");
        }
        for (step, kind) in [(answer(429, ""), ErrorKind::Throttled), (answer(501, ""), ErrorKind::Unavailable)] {
            let (outcome, calls) = invoke(action, input, &[step]);
            let fault = outcome.expect_err(action);
            assert_eq!((fault.kind, calls.len()), (kind, 1));
            assert!(!fault.remedy.expect("a remedy").contains("may have happened"));
        }
    }
}

#[test]
fn a_write_that_is_done_is_no_error_even_without_a_usable_answer() {
    for (action, input, _, good) in WRITES {
        for (step, data) in [
            (answer(204, ""), serde_json::Value::Null),
            (answer(200, r#"{"odd":1}"#), serde_json::json!({"odd": 1})),
            (answer(200, &good[..10]), serde_json::Value::Null),
            (answer(200, "no json"), serde_json::Value::Null),
        ] {
            let (outcome, calls) = invoke(action, input, &[step]);
            let outcome = outcome.expect(action);
            assert_eq!((&outcome["data"], calls.len()), (&data, 1));
            let warning = outcome["meta"]["warnings"][0].as_str().expect("a warning");
            assert!(
                warning.contains("(status 20") && warning.ends_with("but the answer could not be read"),
                "{warning}"
            );
        }
    }
}

#[test]
fn wrong_input_is_named_and_nothing_is_sent() {
    let long = format!(r#"{{"incident_id": "29", "comment": "{}"}}"#, "x".repeat(100_000));
    let many = format!(r#"{{"alert_ids": ["{}"]}}"#, vec!["a"; 10_000].join(r#"",""#));
    for (action, input, message) in [
        ("add_incident_comment", r#"{"incident_id": "29"}"#, "comment: is required"),
        (
            "add_incident_comment",
            r#"{"incident_id": "2/9", "comment": "x"}"#,
            "incident_id: must be decimal digits, such as 2972395",
        ),
        ("add_incident_comment", &long, "comment: has 100000 characters; allowed: 30000 at most"),
        ("get_alert", r#"{"alert_id": "a/b"}"#, "alert_id: 'a/b' is not the id of an alert"),
        ("add_alert_comment", r#"{"alert_id": "..", "comment": "x"}"#, "alert_id: '..' is not the id of an alert"),
        ("update_alert", r#"{"alert_id": "a"}"#, "nothing to change: give at least one field besides alert_id"),
        (
            "update_alert",
            r#"{"alert_id": "a", "status": "active"}"#,
            "status: 'active' is unknown; allowed: new, inProgress, resolved",
        ),
        (
            "update_alert",
            r#"{"alert_id": "a", "classification": "falsePositive", "determination": "apt"}"#,
            "determination: 'apt' does not go with",
        ),
        (
            "update_alert",
            r#"{"alert_id": "a", "assigned_to": "x", "clear": "assigned_to"}"#,
            "clear: assigned_to is also given a value",
        ),
        ("list_alerts", r#"{"max_results": 101}"#, "max_results: 101 is out of range; allowed: 1 to 100"),
        (
            "list_alerts",
            r#"{"filter": "incidentId eq '29'"}"#,
            "filter: 'incidentId' is not a field that alerts can be filtered by",
        ),
        ("list_alerts", r#"{"cursor": "x", "skip": 1}"#, "cursor: stands for the whole earlier query; leave out skip"),
        ("merge_incidents", r#"{"incident_ids": ["29"]}"#, "incident_ids: at least two different ids are needed"),
        (
            "merge_incidents",
            r#"{"incident_ids": ["29", "30"], "reasons": ["because"]}"#,
            "reasons: 'because' is unknown; allowed: repeatedAlertOccurrence",
        ),
        ("move_alerts", "{}", "alert_ids: at least one id is needed"),
        ("move_alerts", &many, "alert_ids: has 10000 ids; allowed: 1000 at most"),
        ("move_alerts", r#"{"alert_ids": ["a"], "incident_id": "x"}"#, "incident_id: must be decimal digits"),
    ] {
        let fault = crate::sample::invoke(&ScriptedHost::new([]), action, CONFIG, input).expect_err(message);
        assert_eq!(fault.kind, ErrorKind::InvalidInput);
        assert!(fault.message.starts_with(message), "{}", fault.message);
    }
}

#[test]
fn alerts_are_read_with_their_evidence() {
    let host = ScriptedHost::new([token(), answer(200, ALERT)]);
    let alert = run(&host, async |session| alerts::get(session, "a1").await).expect("an alert");
    assert_eq!((alert.alert.id.as_str(), alert.alert.classification), ("a1", None));
    assert_eq!((alert.incident_id.as_deref(), alert.comments.len()), (Some("29"), 1));
    assert_eq!(alert.raw_json, ALERT);

    let page = format!(
        r#"{{"@odata.count":7,"@odata.nextLink":"{BASE}/alerts_v2?$skip=2","value":[{ALERT},{{"status":"new"}}]}}"#
    );
    let host = ScriptedHost::new([token(), answer(200, &page)]);
    let query = AlertQuery {
        filter: Some("status eq 'new'".into()),
        max_results: Some(2),
        skip: None,
        count: Some(true),
        cursor: None,
    };
    let page = run(&host, async |session| alerts::list(session, &query).await).expect("a page");
    assert_eq!(host.calls(), [format!("GET {BASE}/alerts_v2?$top=2&$count=true&$filter=status%20eq%20%27new%27")]);
    assert_eq!((page.alerts.len(), page.total), (1, Some(7)));
    assert_eq!(page.cursor, Some(format!("{BASE}/alerts_v2?$skip=2")));
    assert_eq!(page.warnings, ["1 items of the page are not alerts and are left out"]);
}

#[test]
fn an_update_of_an_alert_sends_what_is_given_and_reads_back_what_is_not_answered() {
    let change = AlertChange {
        status: Some(AlertStatus::InProgress),
        assigned_to: None,
        classification: None,
        determination: None,
        clear: vec![crate::wit::triage::ClearableAlertField::AssignedTo],
        dry_run: None,
    };
    let host = ScriptedHost::new([token(), answer(204, ""), answer(200, ALERT)]);
    let alert = run(&host, async |session| update_alert::typed(session, "a1", &change).await).expect("an alert");
    assert_eq!(alert.raw_json, ALERT);
    assert_eq!(
        host.calls(),
        [
            format!(r#"PATCH {BASE}/alerts_v2/a1 {{"assignedTo":null,"status":"inProgress"}}"#),
            format!("GET {BASE}/alerts_v2/a1")
        ]
    );
    let dry = AlertChange { dry_run: Some(true), ..change };
    let alert = run(&ScriptedHost::new([]), async |session| update_alert::typed(session, "a1", &dry).await);
    let alert = alert.expect("a dry run");
    assert_eq!(alert.raw_json, r#"{"assignedTo":null,"status":"inProgress"}"#);
    assert_eq!((alert.alert.id.as_str(), alert.warnings), ("a1", vec!["dry run: nothing was changed".to_owned()]));
}
