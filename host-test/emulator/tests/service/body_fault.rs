//! Faults of the answer's body and headers that public reports of the live service describe: section 11 of the wire
//! contract. Each HTTP message is complete; what it contains is not what a client expects.

use defender_emulator::{Action, Fault};
use serde_json::{Value, json};

use crate::client::{Client, Reply};

const LIST: &str = "/v1.0/security/incidents";
const INCIDENT: &str = "/v1.0/security/incidents/2972395";

fn once(client: &Client, action: Action) {
    client.emulator.fault(Fault { times: Some(1), action, ..Fault::default() });
}

fn edit(keep_bytes: Option<usize>, prefix: &str, suffix: &str, chunked: Option<bool>) -> Action {
    Action::EditBody { keep_bytes, prefix: prefix.into(), suffix: suffix.into(), chunked }
}

#[track_caller]
fn has_framing(reply: &Reply, chunked: bool) {
    let length = (!chunked).then(|| reply.text.len().to_string());
    assert_eq!(reply.header("content-length"), length.as_deref());
    assert_eq!(reply.header("transfer-encoding"), chunked.then_some("chunked"));
}

#[test]
fn json_can_be_truncated_in_a_complete_message() {
    let client = Client::new();
    let hunt = json!({"Query": "SyntheticEvents | take 5"});
    for (framing, list_is_chunked, hunt_is_chunked) in
        [(None, false, true), (Some(true), true, true), (Some(false), false, false)]
    {
        once(&client, edit(Some(100), "", "", framing));
        let reply = client.get(LIST);
        assert_eq!((reply.status, reply.text.len()), (200, 100));
        assert!(serde_json::from_str::<Value>(&reply.text).is_err());
        has_framing(&reply, list_is_chunked);
        once(&client, edit(Some(1_500), "", "", framing));
        let reply = client.hunt(&hunt);
        assert_eq!((reply.status, reply.text.len()), (200, 1_500));
        has_framing(&reply, hunt_is_chunked);
    }
    assert_eq!(client.emulator.connections(), 1, "the connection goes on");
}

#[test]
fn an_error_can_be_written_into_a_body_that_began_well() {
    let client = Client::new();
    let error = r#"{"error":{"code":"UnknownError","message":""}}"#;
    once(&client, edit(Some(200), "", error, None));
    let reply = client.get(LIST);
    assert_eq!((reply.status, reply.text.len()), (200, 200 + error.len()));
    assert!(reply.text.starts_with("{\"@odata.context\"") && reply.text.ends_with(error));
}

#[test]
fn any_body_can_start_with_a_byte_order_mark() {
    let client = Client::new();
    once(&client, edit(None, "\u{feff}", "", None));
    let reply = client.hunt(&json!({"Query": "SyntheticEvents | take 1"}));
    let body = reply.text.strip_prefix('\u{feff}').expect("the mark");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["results"].as_array().unwrap().len(), 1);
}

#[test]
fn a_change_that_was_made_can_be_answered_with_anything() {
    let client = Client::new();
    for (name, status, body, text) in [
        ("one", 204, Value::Null, ""),
        ("two", 200, Value::Null, ""),
        ("three", 502, json!("<html><head><title>Bad gateway</title></head></html>"), "<html>"),
        ("four", 500, json!({"error": {"code": "UnknownError", "message": ""}}), "{\"error\""),
    ] {
        once(&client, Action::Replace { status, headers: vec![("x-proxy".into(), "p1".into())], body });
        let reply = client.write("PATCH", INCIDENT, &json!({"assignedTo": name}));
        assert_eq!((reply.status, reply.header("x-proxy")), (status, Some("p1")));
        assert!(reply.text.starts_with(text) && (text.is_empty() == reply.text.is_empty()), "{}", reply.text);
        assert!(reply.header("request-id").is_some(), "the usual headers stay");
        assert_eq!(reply.header("content-type"), (status == 500).then_some("application/json"));
        assert_eq!(client.get(INCIDENT).json()["assignedTo"], name, "the change took effect");
    }
}

#[test]
fn a_proxy_can_answer_with_a_page_of_its_own() {
    let client = Client::new();
    let page = "<!DOCTYPE html><html><head><title>407 Proxy Authentication Required</title></head></html>";
    for status in [200, 407, 503] {
        let headers = vec![("Content-Type".into(), "text/html; charset=utf-8".into())];
        once(&client, Action::Respond { status, headers, body: page.into() });
        let reply = client.get(LIST);
        let seen = (reply.status, reply.header("content-type"), reply.text.as_str());
        assert_eq!(seen, (status, Some("text/html; charset=utf-8"), page));
    }
}

#[test]
fn retry_after_can_have_every_form_that_was_seen() {
    let client = Client::new();
    for values in [vec!["30,120"], vec!["2.542"], vec!["0.249"], vec!["30", "120"], vec![""], vec!["-1"]] {
        let headers: Vec<(String, String)> =
            values.iter().map(|value| ("Retry-After".to_owned(), (*value).to_owned())).collect();
        once(&client, Action::Respond { status: 429, headers: headers.clone(), body: Value::Null });
        once(&client, Action::SetHeaders { headers });
        for status in [429, 200] {
            let reply = client.get(LIST);
            let found: Vec<&str> = reply.headers.get_all("retry-after").iter().map(|it| it.to_str().unwrap()).collect();
            assert_eq!((reply.status, found), (status, values.clone()));
        }
    }
}

#[test]
fn a_next_link_can_be_anything() {
    let client = Client::new();
    for link in [
        json!("https://elsewhere.example/v1.0/security/incidents?$skip=50"),
        json!("/v1.0/security/incidents?$skip=50"),
        json!(""),
        json!("https://graph.microsoft.com/v1.0/security/incidents?$filter=status eq 'active'&$skip=50"),
        json!(null),
        json!(50),
    ] {
        let members = [("@odata.nextLink".to_owned(), link.clone())].into_iter().collect();
        once(&client, Action::SetMembers { members });
        let body = client.get(LIST).json();
        assert_eq!((&body["@odata.nextLink"], body["value"].as_array().unwrap().len()), (&link, 50));
    }
}
