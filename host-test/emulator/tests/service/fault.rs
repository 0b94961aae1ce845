//! Faults that are good HTTP: other statuses, headers, members, clocks, waits.

use std::time::{Duration, Instant};

use defender_emulator::{Action, Fault, Matches};
use serde_json::{Map, Value, json};

use crate::client::Client;

const LIST: &str = "/v1.0/security/incidents";

fn respond(status: u16, headers: &[(&str, &str)], body: Value) -> Action {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Action::Respond { status, headers, body }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is not an object"),
    }
}

#[test]
fn any_answer_can_be_given_a_number_of_times() {
    let client = Client::new();
    let body = json!({"error": {"code": "TooManyRequests", "message": "Please retry again later."}});
    let action = respond(429, &[("Retry-After", "10")], body.clone());
    client.emulator.fault(Fault { times: Some(2), action, ..Fault::default() });
    for _ in 0..2 {
        let reply = client.get(LIST);
        assert_eq!((reply.status, reply.header("retry-after"), reply.json()), (429, Some("10"), body.clone()));
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
    assert_eq!(client.get(LIST).status, 200);
    assert_eq!(client.emulator.connections(), 1, "such a fault does not cost the connection");
}

#[test]
fn html_an_empty_body_and_a_redirect_can_be_answers() {
    let client = Client::new();
    let html = respond(502, &[("Content-Type", "text/html")], json!("<html>bad gateway</html>"));
    client.emulator.fault(Fault { times: Some(1), action: html, ..Fault::default() });
    client.emulator.fault(Fault { times: Some(1), action: respond(200, &[], Value::Null), ..Fault::default() });
    let redirect = respond(302, &[("Location", "https://elsewhere.example/")], Value::Null);
    client.emulator.fault(Fault { times: Some(1), action: redirect, ..Fault::default() });
    let reply = client.get(LIST);
    let html = (502, Some("text/html"), "<html>bad gateway</html>");
    assert_eq!((reply.status, reply.header("content-type"), reply.text.as_str()), html);
    let reply = client.get(LIST);
    assert_eq!((reply.status, reply.text.as_str()), (200, ""));
    let reply = client.get(LIST);
    assert_eq!((reply.status, reply.header("location")), (302, Some("https://elsewhere.example/")));
}

#[test]
fn a_fault_hits_only_what_it_matches() {
    let client = Client::new();
    let timeout = respond(504, &[], json!({"error": {"code": "UnknownError", "message": ""}}));
    let matches = Matches { query_contains: Some("$expand=alerts".into()), ..Matches::default() };
    client.emulator.fault(Fault { matches, action: timeout.clone(), ..Fault::default() });
    let matches = Matches { method: Some("post".into()), body_contains: Some("search".into()), ..Matches::default() };
    client.emulator.fault(Fault { matches, action: timeout, ..Fault::default() });
    assert_eq!(client.get(LIST).status, 200);
    assert_eq!(client.get(&format!("{LIST}?%24expand=alerts")).status, 504);
    assert_eq!(client.hunt(&json!({"Query": "search 'x' | limit 1"})).status, 504);
    assert_eq!(client.hunt(&json!({"Query": "DeviceInfo | limit 1"})).status, 200);
    client.emulator.clear_faults();
    assert_eq!(client.get(&format!("{LIST}?$expand=alerts")).status, 200);
    let faults: Vec<Option<usize>> = client.emulator.journal().iter().skip(1).map(|exchange| exchange.fault).collect();
    assert_eq!(faults, [None, Some(0), Some(1), None, None]);
}

#[test]
fn a_scripted_answer_has_no_effect_and_a_changed_one_does() {
    let client = Client::new();
    let path = format!("{LIST}/2972395");
    let change = json!({"assignedTo": "someone"});
    let action = respond(500, &[], Value::Null);
    client.emulator.fault(Fault { times: Some(1), action, ..Fault::default() });
    assert_eq!(client.write("PATCH", &path, &change).status, 500);
    assert_eq!(client.get(&path).json()["assignedTo"], Value::Null);
    let action = Action::SetHeaders { headers: vec![("Content-Type".into(), "text/html".into())] };
    client.emulator.fault(Fault { times: Some(1), action, ..Fault::default() });
    assert_eq!(client.write("PATCH", &path, &change).header("content-type"), Some("text/html"));
    assert_eq!(client.get(&path).json()["assignedTo"], "someone");
}

#[test]
fn members_can_be_replaced_for_a_next_link_elsewhere_or_wrong_types() {
    let client = Client::new();
    let link = "https://elsewhere.example/v1.0/security/incidents?$skip=50";
    let action = Action::SetMembers { members: members(json!({"@odata.nextLink": link})) };
    client.emulator.fault(Fault { times: Some(1), action, ..Fault::default() });
    let body = client.get(LIST).json();
    assert_eq!((&body["@odata.nextLink"], body["value"].as_array().unwrap().len()), (&json!(link), 50));

    let action = Action::SetMembers { members: members(json!({"expires_in": "soon", "access_token": 7})) };
    client.emulator.fault(Fault { times: Some(1), action, ..Fault::default() });
    let config = client.emulator.connector_config();
    let body = client.token_for(&config.client_id, &config.client_secret, None).json();
    assert_eq!(body, json!({"token_type": "Bearer", "expires_in": "soon", "ext_expires_in": 3599, "access_token": 7}));
}

#[test]
fn a_header_can_be_huge() {
    let client = Client::new();
    client.emulator.fault(Fault { action: Action::HugeHeader { bytes: 20_000 }, ..Fault::default() });
    assert_eq!(client.get(LIST).header("x-filler").map(str::len), Some(20_000));
}

#[test]
fn a_delay_holds_the_answer_back() {
    let client = Client::new();
    client.emulator.fault(Fault { delay_milliseconds: 300, ..Fault::default() });
    let start = Instant::now();
    assert_eq!(client.get(LIST).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn the_services_clock_can_be_wrong() {
    let client = Client::new();
    let action = Action::ClockSkew { seconds: -86_400 * 365 };
    client.emulator.fault(Fault { times: Some(1), action: action.clone(), ..Fault::default() });
    let skewed = client.get(LIST).header("date").unwrap().to_owned();
    let right = client.get(LIST).header("date").unwrap().to_owned();
    let year = |date: &str| date.split(' ').nth(3).unwrap().parse::<i32>().unwrap();
    assert_eq!(year(&right) - year(&skewed), 1);
    client.emulator.fault(Fault { action, ..Fault::default() });
    let config = client.emulator.connector_config();
    let token = client.token_for(&config.client_id, &config.client_secret, None);
    let reply = client.get(LIST);
    assert_eq!((token.status, reply.status), (200, 200), "wrong, but wrong everywhere");
}
