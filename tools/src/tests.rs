//! The tools against scripted answers: what they send, what they answer, and how much of it.

use defender_xdr::wire::host::Method;
use defender_xdr::wire::scripted::{ScriptedHost, Step, answer};
use serde_json::Value;

use defender_xdr::actions::triage::comment::Owner;

use crate::settings::Settings;
use crate::tools::Tools;
use crate::{reading, writing};

const SECRET: &str = "planted~Secret.1";
const VARIABLES: [(&str, &str); 3] = [
    ("DEFENDER_TENANT_ID", "11112222-3333-4444-5555-666677778888"),
    ("DEFENDER_CLIENT_ID", "aaaabbbb-cccc-dddd-eeee-ffff00001111"),
    ("DEFENDER_CLIENT_SECRET", SECRET),
];

fn settings(more: &[(&str, &str)]) -> Result<Settings, String> {
    Settings::read(|name| {
        let set = more.iter().chain(&VARIABLES).find(|(known, _)| *known == name);
        set.map(|(_, value)| (*value).to_owned())
    })
}

/// Tools on a host that answers with a token and then with these steps.
fn tools(steps: &[Step], more: &[(&str, &str)]) -> Tools<ScriptedHost> {
    // `roles`: every permission that reading needs.
    let claims = "eyJyb2xlcyI6WyJTZWN1cml0eUluY2lkZW50LlJlYWQuQWxsIl19";
    let token = answer(200, &format!(r#"{{"expires_in":3599,"access_token":"e30.{claims}.x"}}"#));
    Tools { host: ScriptedHost::new([&[token], steps].concat()), settings: settings(more).expect("settings") }
}

#[track_caller]
fn parsed(answer: Result<String, String>) -> Value {
    serde_json::from_str(&answer.expect("an answer")).expect("JSON")
}

fn incident(id: usize) -> String {
    format!(r#"{{"id":"{id}","displayName":"{}","status":"active","severity":null,"customTags":[]}}"#, "x".repeat(500))
}

#[test]
fn an_incident_shows_what_a_reader_needs() {
    let body = r#"{"id":"29","displayName":"Odd","status":"active","assignedTo":null,"comments":[{"comment":"hi"}],"alerts":[{"id":"a1","title":"T"}],"unknown":1}"#;
    let tools = tools(&[answer(200, body)], &[]);
    let found = parsed(tools.host.finish(reading::get_incident(&tools, "29", Some(true))));
    assert_eq!(
        found,
        serde_json::json!({"id": "29", "status": "active", "name": "Odd", "comments": [{"comment": "hi"}],
            "alerts": [{"id": "a1", "title": "T"}]})
    );
    assert_eq!(tools.host.calls(), ["GET https://graph.microsoft.com/v1.0/security/incidents/29?$expand=alerts"]);
}

#[test]
fn what_does_not_fit_is_left_out_whole() {
    let list: Vec<String> = (0..50).map(incident).collect();
    let link = "https://graph.microsoft.com/v1.0/security/incidents?$skip=50";
    let page = format!(r#"{{"@odata.count":143,"@odata.nextLink":"{link}","value":[{}]}}"#, list.join(","));
    let small = tools(&[answer(200, &page)], &[("DEFENDER_TOOLS_MAX_BYTES", "8192")]);
    let text = small.host.finish(reading::list_incidents(&small, None, Some(50), None)).expect("a page");
    let found = parsed(Ok(text.clone()));
    let shown = found["incidents"].as_array().expect("a list").len();
    assert!((5..50).contains(&shown) && text.len() <= 8192, "{shown} in {}", text.len());
    assert_eq!((&found["total"], &found["cursor"]), (&143.into(), &Value::Null));
    let note = format!("{shown} of 50 incidents are shown, the others do not fit: ask for fewer with max-results");
    assert!(found["note"].as_str().expect("a note").starts_with(&note), "{}", found["note"]);

    let large = tools(&[answer(200, &page)], &[]);
    let found = parsed(large.host.finish(reading::list_incidents(&large, None, Some(50), None)));
    assert_eq!((found["incidents"].as_array().map(Vec::len), &found["cursor"]), (Some(50), &link.into()));
    assert_eq!(found.get("note"), None);

    let rows = vec![r#"{"A":"y"}"#; 20_000].join(",");
    let body = format!(r#"{{"schema":[{{"name":"A","type":"String"}}],"results":[{rows}]}}"#);
    let hunt = tools(&[answer(200, &body)], &[]);
    let text = hunt.host.finish(reading::run_hunting_query(&hunt, "T", None)).expect("rows");
    let found = parsed(Ok(text.clone()));
    assert!(text.len() <= 64 * 1024 && text.len() > 60 * 1024, "{}", text.len());
    assert_eq!((&found["row_count"], &found["columns"]), (&20_000.into(), &serde_json::json!(["A"])));
    assert!(found["note"].as_str().expect("a note").contains("of 20000 rows are shown"), "{}", found["note"]);
}

#[test]
fn no_answer_is_longer_than_the_limit() {
    let odd = "\\u0001".repeat(3000);
    let many = |count: usize| format!("[{}]", vec![format!("\"{odd}\""); count].join(","));
    let alert = format!(
        r#"{{"id":"{odd}","title":"{odd}","description":"{odd}","recommendedActions":"{odd}","mitreTechniques":{},"evidence":{}}}"#,
        many(100),
        many(3)
    );
    let incident = format!(r#"{{"id":"29","displayName":"{odd}","summary":"{odd}","customTags":{}}}"#, many(100));
    let link = format!("https://graph.microsoft.com/v1.0/security/alerts_v2?$skip={}", "5".repeat(100_000));
    let page = format!(r#"{{"value":[],"@odata.nextLink":"{link}"}}"#);
    let column = r#"{"name":"aaaaaaaaaaaaaaaaaaaa","type":"String"}"#;
    let hunt = format!(r#"{{"schema":[{}],"results":[]}}"#, vec![column; 20_000].join(","));
    for limit in [4096, 65_536] {
        let text = limit.to_string();
        let tools = tools(
            &[alert.clone(), incident.clone(), page.clone(), hunt.clone()].map(|body| answer(200, &body)),
            &[("DEFENDER_TOOLS_MAX_BYTES", &text)],
        );
        for found in [
            tools.host.finish(reading::get_alert(&tools, "a1")),
            tools.host.finish(reading::get_incident(&tools, "29", None)),
            tools.host.finish(reading::list_alerts(&tools, None, None, None)),
            tools.host.finish(reading::run_hunting_query(&tools, "T", None)),
        ] {
            let found = found.expect("an answer");
            assert!(found.len() <= limit, "{} of {limit}", found.len());
            assert!(parsed(Ok(found.clone()))["note"].is_string() || limit > 4096, "{found}");
        }
    }
}

#[test]
fn an_alert_shows_its_evidence() {
    let body = r#"{"id":"a1","title":"T","incidentId":"29","evidence":[{"userAccount":{"accountName":"n"}},{"x":1}]}"#;
    let tools = tools(&[answer(200, body)], &[]);
    let found = parsed(tools.host.finish(reading::get_alert(&tools, "a1")));
    assert_eq!(found["evidence"][0]["userAccount"]["accountName"], "n");
    assert_eq!((&found["incident_id"], found.get("note")), (&"29".into(), None));
}

#[test]
fn reading_sends_nothing_that_could_change_anything() {
    let empty = answer(200, r#"{"id":"1","value":[],"schema":[],"results":[]}"#);
    let tools = tools(&vec![empty; 6], &[]);
    let host = &tools.host;
    parsed(host.finish(reading::get_incident(&tools, "1", None)));
    parsed(host.finish(reading::list_incidents(&tools, None, None, None)));
    parsed(host.finish(reading::list_alerts(&tools, Some("status eq 'new'".into()), None, None)));
    parsed(host.finish(reading::get_alert(&tools, "1")));
    parsed(host.finish(reading::run_hunting_query(&tools, "T", None)));
    for sent in host.sent() {
        let is_hunt = sent.url.ends_with("/security/runHuntingQuery");
        let is_token = sent.url.ends_with("/oauth2/v2.0/token");
        assert!(sent.method == Method::Get || is_hunt || is_token, "{}", sent.url);
    }
    assert_eq!(host.sent().len(), 6);
}

#[test]
fn a_write_is_only_checked_unless_it_is_wanted() {
    let change =
        || writing::Change { status: Some("Resolved".into()), assigned_to: Some("a@b".into()), ..Default::default() };
    let host = tools(&[], &[]);
    let call = writing::update_incident(&host, "29", change(), None, None, None);
    let found = parsed(host.host.finish(call));
    assert_eq!((&found["done"], &found["would_send"][0]["status"]), (&false.into(), &"resolved".into()));
    assert!(found["note"].as_str().expect("a note").contains("dry-run false"));
    let call = writing::add_comment(&host, Owner::Alert("a1"), "hi", None);
    assert_eq!(parsed(host.host.finish(call))["would_send"][0]["comment"], "hi");
    assert_eq!(host.host.sent().len(), 0);

    for (more, dry_run) in [(&[][..], Some(false)), (&[("DEFENDER_TOOLS_WRITE", " NOW ")][..], None)] {
        let host = tools(&[answer(200, &incident(29))], more);
        let found = parsed(host.host.finish(writing::update_incident(&host, "29", change(), None, None, dry_run)));
        assert_eq!((&found["done"], &found["id"]), (&true.into(), &"29".into()));
        assert_eq!(host.host.sent().last().map(|sent| sent.method), Some(Method::Patch));
    }
    let host = tools(&[], &[("DEFENDER_TOOLS_WRITE", "now")]);
    let call = writing::update_alert(&host, "a1", change(), Some(true));
    assert_eq!(parsed(host.host.finish(call))["done"], false);
}

#[test]
fn an_error_is_one_sentence_that_says_what_to_do() {
    let refusal = r#"{"error":{"code":"Forbidden","message":"Missing application roles. API required roles: SecurityIncident.Read.All, application roles: A.\nsecond line"}}"#;
    let tools = tools(&[answer(403, refusal)], &[]);
    let text = tools.host.finish(reading::get_incident(&tools, "29", None)).expect_err("forbidden");
    assert!(text.contains("; what to do: grant the app") && !text.contains('\n'), "{text}");
    let text = tools.host.finish(reading::get_incident(&tools, SECRET, None)).expect_err("wrong");
    assert_eq!(text, "incident-id: must be decimal digits, such as 2972395");
    let change = writing::Change { status: Some(SECRET.into()), ..Default::default() };
    let call = writing::update_incident(&tools, "29", change, None, None, None);
    let text = tools.host.finish(call).expect_err("wrong");
    assert!(!text.contains(SECRET) && text.ends_with("allowed: active, inProgress, resolved"), "{text}");
}

#[test]
fn wrong_variables_are_named_all_at_once_and_never_shown() {
    for (more, expected) in [
        (
            &[("DEFENDER_TENANT_ID", ""), ("DEFENDER_CLIENT_SECRET", " "), ("DEFENDER_TOOLS_WRITE", "yes")][..],
            "DEFENDER_TENANT_ID is not set, DEFENDER_CLIENT_SECRET is not set, DEFENDER_TOOLS_WRITE must be now or not set",
        ),
        (&[("DEFENDER_TOOLS_MAX_BYTES", "1")], "DEFENDER_TOOLS_MAX_BYTES must be a whole number from 4096 to 1048576"),
        (&[("DEFENDER_TIMEOUT", "5")], "DEFENDER_TIMEOUT has a value that is not allowed"),
    ] {
        let text = settings(more).expect_err(expected);
        let expected = format!("the host's variables are incomplete: {expected}; a person has to set them");
        assert_eq!(text, expected);
    }
}

#[test]
fn check_names_the_tools() {
    let tools = tools(&[answer(200, r#"{"value":[]}"#)], &[]);
    let found = parsed(tools.host.finish(reading::check(&tools)));
    let allowed = |tool: &str| {
        let list = found["tools"].as_array().expect("a list");
        list.iter().find(|entry| entry["tool"] == tool).map(|entry| entry["allowed"] == true)
    };
    assert_eq!((allowed("get-incident"), allowed("run-hunting-query")), (Some(true), Some(false)));
    assert_eq!((allowed("update-alert"), allowed("generic-action")), (Some(false), None));
}
