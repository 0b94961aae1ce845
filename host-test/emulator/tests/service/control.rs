//! `/_emulator/…`: everything that the handle does, over HTTP.

use serde_json::{Value, json};

use crate::client::Client;

const LIST: &str = "/v1.0/security/incidents?$top=1";

fn call(client: &Client, method: &str, function: &str, body: &str) -> (u16, String) {
    let reply = client.send(method, &format!("/_emulator/{function}"), &[], body);
    (reply.status, reply.text)
}

#[test]
fn faults_are_set_listed_and_removed() {
    let client = Client::new();
    let script = json!([
        {"times": 1, "action": {"kind": "respond", "status": 503, "headers": {"Retry-After": "1"}, "body": {"error": {}}}},
        {"matches": {"path_contains": "incidents", "nth": 2}, "action": {"kind": "close", "at": "request"}}
    ]);
    assert_eq!(call(&client, "POST", "faults", &script.to_string()), (204, String::new()));
    let listed: Value = serde_json::from_str(&call(&client, "GET", "faults", "").1).unwrap();
    assert_eq!(listed[0]["action"]["headers"], json!([["Retry-After", "1"]]));
    assert_eq!(call(&client, "POST", "faults", &listed.to_string()).0, 204, "what is listed can be set again");
    assert_eq!(call(&client, "DELETE", "faults", ""), (204, String::new()));
    assert_eq!(call(&client, "POST", "faults", &script[0].to_string()), (204, String::new()));
    let reply = client.get(LIST);
    assert_eq!((reply.status, reply.header("retry-after"), reply.json()), (503, Some("1"), json!({"error": {}})));
    assert_eq!(client.get(LIST).status, 200);
}

#[test]
fn a_script_that_does_not_parse_is_refused_and_the_place_named() {
    let client = Client::new();
    for (script, message) in [
        (
            r#"[{}, {"action": {"kind": "reset", "at": "lunch"}}]"#,
            "at [1].action: unknown variant `lunch`, expected one of `accept`, `handshake`, `request`, `headers`, `body` \
             at line 1 column 49",
        ),
        ("{\"times\": -1}", "at times: invalid value: integer `-1`, expected u32 at line 1 column 12"),
        (
            r#"{"action": {"kind": "respond", "status": 200, "headers": {"Content-Length": "5"}}}"#,
            "at action.headers.Content-Length: the length is true here; the action content_length makes it wrong",
        ),
    ] {
        let (status, text) = call(&client, "POST", "faults", script);
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, body), (400, json!({"error": message})));
    }
    assert_eq!(client.get(LIST).status, 200);
}

#[test]
fn the_journal_shows_requests_without_secrets() {
    let client = Client::new();
    client.get(LIST);
    let text = call(&client, "GET", "journal", "").1;
    let journal: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(journal.as_array().unwrap().len(), 2, "the emulator's own requests are not in it");
    assert_eq!(
        [
            &journal[1]["serial"],
            &journal[1]["method"],
            &journal[1]["path"],
            &journal[1]["query"],
            &journal[1]["status"]
        ],
        [&json!(2), &json!("GET"), &json!("/v1.0/security/incidents"), &json!("$top=1"), &json!(200)]
    );
    assert!(journal[0]["body"].as_str().unwrap().contains("client_secret=***"), "{}", journal[0]["body"]);
    assert!(!text.contains(client.token()));
    assert_eq!(call(&client, "DELETE", "journal", "").0, 204);
    assert_eq!(call(&client, "GET", "journal", "").1, "[]");
}

#[test]
fn tokens_are_expired_and_challenged() {
    let mut client = Client::new();
    assert_eq!(call(&client, "POST", "expire-tokens", "").0, 204);
    assert_eq!(client.get(LIST).status, 401);
    client.renew();
    assert_eq!(call(&client, "POST", "challenge", r#"{"form": "several_headers"}"#).0, 204);
    let reply = client.get(LIST);
    let headers: Vec<&str> =
        reply.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!((reply.status, headers.len()), (401, 2));
    assert!(headers[0].starts_with("PoP ") && headers[1].contains(", claims=\""));
}

#[test]
fn apps_are_registered() {
    let client = Client::new();
    let app = json!({"client_id": "9d5f1c3e-0000-4000-8000-000000000002", "secret": "s", "state": "disabled"});
    assert_eq!(call(&client, "POST", "apps", &app.to_string()).0, 204);
    let reply = client.token_for("9d5f1c3e-0000-4000-8000-000000000002", "s", None);
    assert_eq!(reply.json()["error_codes"], json!([7_000_112]));
}

#[test]
fn an_unknown_function_is_not_found() {
    let client = Client::new();
    let (status, text) = call(&client, "GET", "weather", "");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, body), (404, json!({"error": "GET /_emulator/weather is not a function of the emulator"})));
}
