//! Input as people write it, down to the request on the wire and up to the envelope.

use super::*;
use crate::scripted::{CLIENT_REQUEST_ID, CONFIG, INCIDENT, ScriptedHost, Step, answer, answer_with, token};
use crate::wit::types::ErrorKind;

/// A cold call that is answered once: the requests to Graph and the result.
fn call(action: &str, input: &str, step: Step) -> (Vec<String>, Result<String, Fault>) {
    let host = ScriptedHost::new([token(), step]);
    let result = invoke(&host, action, CONFIG, input);
    (host.calls(), result)
}

/// The one request to Graph that an input makes.
#[track_caller]
fn sends(action: &str, input: &str, body: &str, request: &str) {
    let (calls, result) = call(action, input, answer(200, body));
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(calls, [request]);
}

/// Refuses before anything is sent.
#[track_caller]
fn refuses(action: &str, config: &str, input: &str, message: &str) {
    let host = ScriptedHost::new([]);
    let error = invoke(&host, action, config, input).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

/// Refuses an input of an update.
#[track_caller]
fn refuses_update(input: &str, message: &str) {
    refuses("update_incident", CONFIG, input, message);
}

/// Refuses a configuration.
#[track_caller]
fn refuses_config(config: &str, message: &str) {
    refuses("get_incident_details", config, r#"{"incident_id":"29"}"#, message);
}

/// The envelope around data that came without headers.
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
        ["accept: application/json", "content-type: application/x-www-form-urlencoded", agent.as_str()]
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
fn meta_carries_the_ids_and_warnings_of_the_answer() {
    let headers = [("request-id", "their-id"), ("warning", "199 - \"slow\"")];
    let body = r#"{"@odata.count":3,"@odata.nextLink":"https://graph.microsoft.com/v1.0/security/incidents?$skip=1","value":[]}"#;
    let (_, result) = call("list_incidents", "{}", answer_with(206, &headers, body));
    let meta = format!(
        r#"{{"request_id":"their-id","client_request_id":"{CLIENT_REQUEST_ID}","total":3,"cursor":"https://graph.microsoft.com/v1.0/security/incidents?$skip=1","warnings":["the service warns: 199 - \"slow\"","the answer is partial (status 206): some sources of the service did not deliver"]}}"#
    );
    assert_eq!(result.expect("an answer"), format!(r#"{{"data":{body},"meta":{meta}}}"#));
}

#[test]
fn numbers_and_booleans_may_be_strings_and_texts_may_be_numbers() {
    let base = "GET https://graph.microsoft.com/v1.0/security/incidents";
    for (input, query) in [
        (r#"{"max_results":10,"skip":0,"count":false}"#, "?$top=10&$skip=0"),
        (r#"{"max_results":" 10 ","skip":"0","count":"True"}"#, "?$top=10&$skip=0&$count=true"),
        (r#"{"count":"yes"}"#, "?$count=true"),
        (r#"{"count":"1"}"#, "?$count=true"),
        (r#"{"count":1}"#, "?$count=true"),
        (r#"{"count":"no"}"#, ""),
        (r#"{"count":"FALSE"}"#, ""),
        (r#"{"count":0}"#, ""),
    ] {
        sends("list_incidents", input, PAGE, &format!("{base}{query}"));
    }
    sends("get_incident_details", r#"{"incident_id":2972395}"#, INCIDENT, &format!("{base}/2972395"));
    sends("get_incident_details", r#"{"incident_id":" 29 "}"#, INCIDENT, &format!("{base}/29"));
}

#[test]
fn empty_and_null_mean_absent() {
    for empty in [r#""""#, r#"" ""#, r#""\n""#, "null", "[]", "{}", "[ ]"] {
        let input = format!(
            r#"{{"filter":{empty},"max_results":{empty},"skip":{empty},"count":{empty},"expand":{empty},"order_by":{empty},"cursor":{empty}}}"#
        );
        sends("list_incidents", &input, PAGE, "GET https://graph.microsoft.com/v1.0/security/incidents");
        let message = "incident_id: is required";
        refuses("get_incident_details", CONFIG, &format!(r#"{{"incident_id":{empty}}}"#), message);
        refuses("run_hunting_query", CONFIG, &format!(r#"{{"query":{empty}}}"#), "query: is required");
        let input = format!(r#"{{"method":{empty},"endpoint":"x"}}"#);
        refuses("generic_action", CONFIG, &input, "method: is required");
    }
}

#[test]
fn names_the_nearest_known_key() {
    for (key, nearest) in [
        ("incidentid", "incident_id"),
        ("incidentId", "incident_id"),
        ("Incident ID", "incident_id"),
        ("display-name", "display_name"),
        ("determinaton", "determination"),
        ("tags", "custom_tags"),
        ("classification_type", "classification"),
        ("customtags", "custom_tags"),
    ] {
        refuses_update(&format!(r#"{{"{key}":"x"}}"#), &format!("{key}: is unknown; did you mean {nearest}?"));
    }
    refuses(
        "run_hunting_query",
        CONFIG,
        r#"{"completely_different":1}"#,
        "completely_different: is unknown; allowed: query, time_span",
    );
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"GET","endpoint":"x","extra_fields":{"retries":1}}"#,
        "extra_fields.retries: is unknown; allowed: headers, payload_json, download, files, filename, retry_wait, \
         retry_count, custom_output, response_type",
    );
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"GET","endpoint":"x","extra_fields":{"retry-count":1}}"#,
        "extra_fields.retry-count: is unknown; did you mean extra_fields.retry_count?",
    );
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"POST","endpoint":"x","extra_fields":{"files":[{"field":"f","filename":"a","content_bas64":"aGk="}]}}"#,
        "extra_fields.files[0].content_bas64: is unknown; did you mean extra_fields.files[0].content_base64?",
    );
}

#[test]
fn refuses_a_doubled_key() {
    refuses_update(r#"{"incident_id":"1","status":"active","status":"resolved"}"#, "status: is given twice");
    refuses_update(r#"{"incident_id":"1","st\u0061tus":"active","status":null}"#, "status: is given twice");
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"GET","endpoint":"x","extra_fields":{"download":true,"download":true}}"#,
        "extra_fields.download: is given twice",
    );
    refuses_config(r#"{"tenant_id":"a","tenant_id":"b"}"#, "tenant_id: is given twice");
}

#[test]
fn an_input_is_one_object() {
    let one = r#"{"incident_id":"1"}"#;
    refuses_update(&format!("[{one},{one}]"), "input: must be an object or a list of one object, this list has 2");
    refuses_update("[]", "input: must be an object or a list of one object, this list has 0");
    for json in ["[[]]", "[1]", "\"text\"", "7", "null", "true", "[null]"] {
        refuses_update(json, "input: must be a JSON object");
    }
    refuses_update("", "input: is empty; a JSON object is needed, such as {}");
    refuses_update(" \n", "input: is empty; a JSON object is needed, such as {}");
}

#[test]
fn what_is_no_json_is_not_quoted() {
    for (input, place) in [
        (r#"{"incident_id":"planted~Secret.1"#, "line 1, column 32"),
        ("{\n\"planted~Secret.1\"}", "line 2, column 19"),
        ("planted~Secret.1", "line 1, column 1"),
        (r#"[{"a":planted~Secret.1}]"#, "line 1, column 7"),
        (r#"{"a":1} planted~Secret.1"#, "line 1, column 9"),
        ("{'a':1}", "line 1, column 2"),
        ("{\"a\":\"tab\tbed\"}", "line 1, column 9"),
    ] {
        refuses_update(input, &format!("input: is not valid JSON at {place}"));
        refuses_config(input, &format!("config: is not valid JSON at {place}"));
    }
    refuses_update(r#"{"incident_id":"\ud800"}"#, "incident_id: must be text");
    let deep = "[".repeat(100_000);
    let error = invoke(&ScriptedHost::new([]), "update_incident", CONFIG, &deep).expect_err("too deep");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
}

#[test]
fn names_the_known_actions() {
    let known = "allowed: get_incident_details, list_incidents, run_hunting_query, update_incident, generic_action";
    for (action, hint) in [
        ("list_incident", "; did you mean list_incidents?"),
        ("get_incident", "; did you mean get_incident_details?"),
        ("hunting", "; did you mean run_hunting_query?"),
        ("Update Incidents", "; did you mean update_incident?"),
        ("run-hunting-query", "; did you mean run_hunting_query?"),
        ("delete_everything_now", ""),
        ("", ""),
    ] {
        refuses(action, CONFIG, "{}", &format!("action: '{action}' is unknown; {known}{hint}"));
    }
    sends(
        " get_incident_details ",
        r#"{"incident_id":"29"}"#,
        INCIDENT,
        "GET https://graph.microsoft.com/v1.0/security/incidents/29",
    );
}

/// A configuration with one member changed or added.
fn config_with(name: &str, value: &str) -> String {
    let mut config: serde_json::Map<String, serde_json::Value> = serde_json::from_str(CONFIG).expect("JSON");
    config.insert(name.into(), serde_json::from_str(value).expect("JSON"));
    serde_json::Value::Object(config).to_string()
}

#[test]
fn names_the_field_of_the_configuration_that_is_wrong() {
    for (name, value, message) in [
        ("tenant_id", "null", "tenant_id: is required"),
        ("tenant_id", "[\"x\"]", "tenant_id: must be text"),
        ("tenant_id", "\"../x\"", "tenant_id: is neither a GUID nor a domain name, such as contoso.onmicrosoft.com"),
        ("client_id", "\"\"", "client_id: is required"),
        ("client_id", "5", "client_id: is not a GUID, such as 00001111-aaaa-2222-bbbb-3333cccc4444"),
        ("client_secret", "\" \"", "client_secret: is required"),
        ("client_secret", "{\"a\":1}", "client_secret: must be text"),
        ("timeout", "14", "timeout: 14 is out of range; allowed: 15 to 120 seconds"),
        ("timeout", "\"121\"", "timeout: 121 is out of range; allowed: 15 to 120 seconds"),
        ("timeout", "\"soon\"", "timeout: 'soon' is no whole number, such as 10"),
        ("timeout", "-1", "timeout: '-1' is no whole number, such as 10"),
        ("timeout", "15.5", "timeout: '15.5' is no whole number, such as 10"),
        ("timeout", "[15]", "timeout: must be text"),
        ("verify", "\"maybe\"", "verify: 'maybe' is neither true nor false"),
        ("api_version", "\"v2.0\"", "api_version: 'v2.0' is unknown; allowed: v1.0, beta"),
        ("cloud", "\"mars\"", "cloud: 'mars' is unknown; allowed: global, us-gov, us-gov-dod"),
        ("endpoints", "\"https://x\"", "endpoints: must be an object"),
        ("endpoints", "{\"login\":\"https://a.example\"}", "endpoints.graph: is required"),
        ("endpoints", "{\"graph\":\"https://a.example\"}", "endpoints.login: is required"),
        ("endpoints", "{\"logn\":\"https://a.example\"}", "endpoints.logn: is unknown; did you mean endpoints.login?"),
        (
            "endpoints",
            "{\"login\":\"http://a.example\",\"graph\":\"https://a.example\"}",
            "endpoints.login: http:// is allowed on a loopback address only (127.0.0.1, [::1], localhost); use https://",
        ),
        ("client-secret", "1", "client-secret: is unknown; did you mean client_secret?"),
        ("secret", "1", "secret: is unknown; did you mean client_secret?"),
        ("timeout_seconds", "15", "timeout_seconds: is unknown; did you mean timeout?"),
        (
            "proxy_server_url",
            "1",
            "proxy_server_url: is unknown; allowed: tenant_id, client_id, client_secret, timeout, verify, api_version, \
             cloud, endpoints",
        ),
    ] {
        refuses_config(&config_with(name, value), message);
    }
    refuses_config("", "config: is empty; a JSON object is needed, such as {}");
    refuses_config("{}", "tenant_id: is required");
}

#[test]
fn refuses_the_china_cloud_with_the_reason() {
    for value in ["china", "China", "azure-china", "21Vianet"] {
        refuses_config(
            &config_with("cloud", &format!("\"{value}\"")),
            "cloud: Microsoft Graph has no security incidents and no hunting in the China cloud (21Vianet); \
             allowed: global, us-gov, us-gov-dod",
        );
    }
}

#[test]
fn the_configuration_says_where_and_how() {
    for (name, value, url) in [
        ("api_version", "\"beta\"", "https://graph.microsoft.com/beta/security/incidents/29"),
        ("api_version", "\"Beta\"", "https://graph.microsoft.com/beta/security/incidents/29"),
        ("cloud", "\"us-gov\"", "https://graph.microsoft.us/v1.0/security/incidents/29"),
        ("cloud", "\"US_GOV_DOD\"", "https://dod-graph.microsoft.us/v1.0/security/incidents/29"),
        ("cloud", "\"Global\"", "https://graph.microsoft.com/v1.0/security/incidents/29"),
        (
            "endpoints",
            "{\"login\":\"http://127.0.0.1:1\",\"graph\":\"http://127.0.0.1:2\"}",
            "http://127.0.0.1:2/v1.0/security/incidents/29",
        ),
        ("verify", "\"no\"", "https://graph.microsoft.com/v1.0/security/incidents/29"),
        ("timeout", "\"120\"", "https://graph.microsoft.com/v1.0/security/incidents/29"),
    ] {
        let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
        invoke(&host, "get_incident_details", &config_with(name, value), r#"{"incident_id":"29"}"#).expect(url);
        assert_eq!(host.calls(), [format!("GET {url}")], "{name}");
    }
}

#[test]
fn a_configuration_may_be_a_list_of_one() {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
    let config = format!("[{CONFIG}]");
    invoke(&host, "get_incident_details", &config, r#"{"incident_id":"29"}"#).expect("an answer");
    assert_eq!(host.left(), 0);
}

#[test]
fn reads_lists_in_any_notation() {
    for (tags, sent) in [
        (r#"["Phishing","CriticalAsset"]"#, r#"["Phishing","CriticalAsset"]"#),
        (r#""$LIST[Phishing, CriticalAsset]""#, r#"["Phishing","CriticalAsset"]"#),
        (r#""Phishing,CriticalAsset""#, r#"["Phishing","CriticalAsset"]"#),
        (r#""[\"Phishing\", \"Critical, Asset\"]""#, r#"["Phishing","Critical, Asset"]"#),
        (r#"["Phishing", null, " ", 7, true]"#, r#"["Phishing","7","true"]"#),
        (r#""Phishing""#, r#"["Phishing"]"#),
        ("7", r#"["7"]"#),
    ] {
        sends(
            "update_incident",
            &format!(r#"{{"incident_id":"29","custom_tags":{tags}}}"#),
            INCIDENT,
            &format!(r#"PATCH https://graph.microsoft.com/v1.0/security/incidents/29 {{"customTags":{sent}}}"#),
        );
    }
    for tags in [r#"{"a":1}"#, r#"["a",["b"]]"#, r#""[a, b]""#] {
        refuses_update(
            &format!(r#"{{"incident_id":"29","custom_tags":{tags}}}"#),
            "custom_tags: must be a list of texts",
        );
    }
    for tags in [r#""$LIST[]""#, r#"" , ""#, "[null]", "[\"\"]"] {
        refuses_update(
            &format!(r#"{{"incident_id":"29","custom_tags":{tags}}}"#),
            "nothing to change: give at least one field besides incident_id",
        );
    }
}

#[test]
fn names_the_value_that_is_wrong() {
    for (input, message) in [
        (
            r#"{"incident_id":"1","severity":"urgent"}"#,
            "severity: 'urgent' is unknown; allowed: unknown, informational, low, medium, high",
        ),
        (
            r#"{"incident_id":"1","clear":["status"]}"#,
            "clear: 'status' is unknown; allowed: assigned_to, classification, determination, description, \
             resolving_comment, display_name, summary, custom_tags",
        ),
        (r#"{"incident_id":"1","tag_mode":"merge"}"#, "tag_mode: 'merge' is unknown; allowed: replace, append, remove"),
        (r#"{"incident_id":"1","summary":["a"]}"#, "summary: must be text"),
        (r#"{"incident_id":"1","dry_run":"perhaps"}"#, "dry_run: 'perhaps' is neither true nor false"),
        (r#"{"incident_id":"1/comments","status":"active"}"#, "incident_id: must be decimal digits, such as 2972395"),
    ] {
        refuses_update(input, message);
    }
}
