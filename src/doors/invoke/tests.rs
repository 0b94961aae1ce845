//! Input as people write it, down to the request that is sent and up to the envelope.

mod configuration;
mod notation;

use super::*;
use crate::sample::{CONFIG, INCIDENT, invoke, token};
use crate::wire::host::Method;
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, answer, answer_with};
use crate::wit::types::ErrorKind;

/// Makes a cold call with one answer; returns the requests to Graph and the result.
fn call(action: &str, input: &str, step: Step) -> (Vec<String>, Result<String, Fault>) {
    let host = ScriptedHost::new([token(), step]);
    let result = invoke(&host, action, CONFIG, input);
    (host.calls(), result)
}

/// The input makes exactly this request to Graph.
#[track_caller]
fn sends(action: &str, input: &str, body: &str, request: &str) {
    let (calls, result) = call(action, input, answer(200, body));
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(calls, [request]);
}

/// The call is refused before anything is sent.
#[track_caller]
fn refuses(action: &str, config: &str, input: &str, message: &str) {
    let host = ScriptedHost::new([]);
    let error = invoke(&host, action, config, input).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

/// The configuration is refused.
#[track_caller]
fn refuses_config(config: &str, message: &str) {
    refuses("get_incident_details", config, r#"{"incident_id":"29"}"#, message);
}

/// The envelope around data from an answer without headers.
fn envelope(data: &str, more: &str) -> String {
    format!(r#"{{"data":{data},"meta":{{"client_request_id":"{CLIENT_REQUEST_ID}"{more},"warnings":[]}}}}"#)
}

const PAGE: &str = r#"{"@odata.count": 7, "value": []}"#;
const ROWS: &str = r#"{"schema":[{"name":"RemoteUrl","type":"String"}],"results":[{"RemoteUrl":"malicious"}]}"#;

#[test]
fn gets_an_incident_as_the_example_says() {
    let input = r#"[
{
"incident_id": "2972395"
}
]"#;
    let (calls, result) = call("get_incident_details", input, answer(200, INCIDENT));
    assert_eq!(calls, ["GET https://graph.microsoft.com/v1.0/security/incidents/2972395"]);
    assert_eq!(result.expect("an answer"), envelope(INCIDENT, ""));
}

#[test]
fn lists_incidents_as_the_example_says() {
    let input = r#"[
{
"skip": "2",
"count": true,
"expand": "alerts",
"filter": "status eq 'active' or severity eq 'medium' or determination eq 'unknown'",
"max_results": "10"
}
]"#;
    let (calls, result) = call("list_incidents", input, answer(200, PAGE));
    assert_eq!(
        calls,
        ["GET https://graph.microsoft.com/v1.0/security/incidents?$top=10&$skip=2&$count=true&$expand=alerts\
          &$filter=status%20eq%20%27active%27%20or%20severity%20eq%20%27medium%27%20or%20determination%20eq%20%27unknown%27"]
    );
    assert_eq!(result.expect("an answer"), envelope(PAGE, r#","total":7"#));
}

#[test]
fn hunts_as_the_example_says() {
    let input = r#"[
{
"query": "DeviceNetworkEvents | where RemoteUrl contains 'malicious'",
"time_span": "P1D"
}
]"#;
    let (calls, result) = call("run_hunting_query", input, answer(200, ROWS));
    assert_eq!(
        calls,
        [
            r#"POST https://graph.microsoft.com/v1.0/security/runHuntingQuery {"Query":"DeviceNetworkEvents | where RemoteUrl contains 'malicious'","Timespan":"P1D"}"#
        ]
    );
    assert_eq!(result.expect("an answer"), envelope(ROWS, r#","row_count":1"#));
}

const UPDATE: &str = r#"[
{
"status": "active",
"severity": "high",
"custom_tags": [
"Credential Theft",
"Phishing",
"Initial Access"
],
"description": "Suspicious login activity detected from a known malicious IP address. Potential compromise of user credentials.",
"incident_id": "2972395",
"display_name": "Possible Credential Leak via Phishing",
"determination": "apt",
"classification": "truePositive"
}
]"#;

#[test]
fn updates_an_incident_as_the_example_says() {
    let body: serde_json::Value = serde_json::json!({
        "status": "active",
        "severity": "high",
        "customTags": ["Credential Theft", "Phishing", "Initial Access"],
        "description": "Suspicious login activity detected from a known malicious IP address. Potential compromise of user credentials.",
        "displayName": "Possible Credential Leak via Phishing",
        "determination": "apt",
        "classification": "truePositive",
    });
    for action in ["update_incident", "update_incidents"] {
        let (calls, result) = call(action, UPDATE, answer(200, INCIDENT));
        let [request] = &calls[..] else { panic!("{calls:?}") };
        let sent = request
            .strip_prefix("PATCH https://graph.microsoft.com/v1.0/security/incidents/2972395 ")
            .expect("a patch");
        assert_eq!(serde_json::from_str::<serde_json::Value>(sent).expect("JSON"), body);
        assert_eq!(result.expect("an answer"), envelope(INCIDENT, ""));
    }
}

#[test]
fn makes_a_generic_request_as_the_example_says() {
    let input = r#"[
{
"method": "POST",
"payload": {
"Query": "DeviceNetworkEvents | where RemoteUrl contains 'malicious'"
},
"endpoint": "/security/runHuntingQuery",
"extra_fields": {},
"query_params": {}
}
]"#;
    let (calls, result) = call("generic_action", input, answer(200, ROWS));
    assert_eq!(
        calls,
        [
            "POST https://graph.microsoft.com/v1.0/security/runHuntingQuery {\n\"Query\": \"DeviceNetworkEvents | where RemoteUrl contains 'malicious'\"\n}"
        ]
    );
    let expected =
        format!(r#"{{"data":{ROWS},"meta":{{"status":200,"client_request_id":"{CLIENT_REQUEST_ID}","warnings":[]}}}}"#);
    assert_eq!(result.expect("an answer"), expected);
}

#[test]
fn sends_the_headers_of_the_contract() {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT), answer(200, ROWS)]);
    invoke(&host, "get_incident_details", CONFIG, r#"{"incident_id":29}"#).expect("an answer");
    invoke(&host, "run_hunting_query", CONFIG, r#"{"query":"T"}"#).expect("an answer");
    let headers = |at: usize| {
        let mut lines: Vec<String> =
            host.sent()[at].headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        lines.sort();
        lines
    };
    let agent = format!("user-agent: defender-xdr-connector/{}", env!("CARGO_PKG_VERSION"));
    let id = format!("client-request-id: {CLIENT_REQUEST_ID}");
    assert_eq!(
        headers(0),
        ["accept: application/json", &id, "content-type: application/x-www-form-urlencoded", agent.as_str()]
    );
    let bearer = "authorization: Bearer planted.Token.1";
    assert_eq!(headers(1), ["accept: application/json", bearer, &id, "prefer: include-unknown-enum-members", &agent]);
    assert_eq!(
        headers(2),
        ["accept: application/json", bearer, &id, "content-type: application/json; charset=utf-8", &agent]
    );
}

#[test]
fn asks_for_a_token_as_the_contract_says() {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
    invoke(&host, "get_incident_details", CONFIG, r#"{"incident_id":"29"}"#).expect("an answer");
    let sent = &host.sent()[0];
    assert_eq!((sent.method, host.sent().len()), (Method::Post, 2));
    assert_eq!(sent.url, "https://login.microsoftonline.com/11112222-3333-4444-5555-666677778888/oauth2/v2.0/token");
    assert_eq!(
        sent.body,
        "grant_type=client_credentials&client_id=aaaabbbb-cccc-dddd-eeee-ffff00001111\
         &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_secret=planted~Secret.1\
         &claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22cp1%22%5D%7D%7D%7D"
    );
}

#[test]
fn meta_contains_the_ids_and_warnings_of_the_answer() {
    let headers = [("request-id", "their-id"), ("warning", "199 - \"slow\"")];
    let body = r#"{"@odata.count":3,"@odata.nextLink":"https://graph.microsoft.com/v1.0/security/incidents?$skip=1","value":[]}"#;
    let (_, result) = call("list_incidents", "{}", answer_with(206, &headers, body));
    let meta = format!(
        r#"{{"request_id":"their-id","client_request_id":"{CLIENT_REQUEST_ID}","total":3,"cursor":"https://graph.microsoft.com/v1.0/security/incidents?$skip=1","warnings":["the service warns: 199 - \"slow\"","the answer is partial (status 206): some sources of the service did not deliver"]}}"#
    );
    assert_eq!(result.expect("an answer"), format!(r#"{{"data":{body},"meta":{meta}}}"#));
}
