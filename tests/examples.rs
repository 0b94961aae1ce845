//! Each "Example Request" of the app's documentation, exactly as printed: a list with one object.

use defender_xdr_host::Settings;
use serde_json::{Value, json};

use crate::support::{config, connector, emulator, parsed};

/// Actions, and their examples.
pub(crate) const EXAMPLES: [(&str, &str); 5] = [
    ("get_incident_details", r#"[ { "incident_id": "2972395" } ]"#),
    (
        "list_incidents",
        r#"[ { "skip": "2", "count": true, "expand": "alerts",
            "filter": "status eq 'active' or severity eq 'medium' or determination eq 'unknown'", "max_results": "10" } ]"#,
    ),
    (
        "run_hunting_query",
        r#"[ { "query": "DeviceNetworkEvents | where RemoteUrl contains 'malicious'", "time_span": "P1D" } ]"#,
    ),
    (
        "update_incident",
        r#"[ { "status": "active", "severity": "high",
            "custom_tags": [ "Credential Theft", "Phishing", "Initial Access" ],
            "description": "Suspicious login activity detected from a known malicious IP address. Potential compromise of user credentials.",
            "incident_id": "2972395", "display_name": "Possible Credential Leak via Phishing",
            "determination": "apt", "classification": "truePositive" } ]"#,
    ),
    (
        "generic_action",
        r#"[ { "method": "POST", "payload": { "Query": "DeviceNetworkEvents | where RemoteUrl contains 'malicious'" },
            "endpoint": "/security/runHuntingQuery", "extra_fields": {}, "query_params": {} } ]"#,
    ),
];

/// The answer to an action's example.
async fn run(action: &str) -> Value {
    let (_, input) = EXAMPLES.into_iter().find(|(known, _)| action.starts_with(known)).expect("an example");
    let emulator = emulator();
    parsed(connector(Settings::default()).invoke(action, &config(&emulator, |_| {}), input).await)
}

#[tokio::test]
async fn get_incident_details() {
    let answer = run("get_incident_details").await;
    assert_eq!(answer["data"]["id"], "2972395");
    assert!(
        answer["data"]["@odata.context"].as_str().is_some_and(|text| text.ends_with("#security/incidents/$entity"))
    );
    assert!(answer["meta"]["request_id"].is_string(), "{}", answer["meta"]);
}

#[tokio::test]
async fn list_incidents() {
    let answer = run("list_incidents").await;
    let incidents = answer["data"]["value"].as_array().expect("a list");
    assert_eq!(incidents.len(), 10);
    for incident in incidents {
        assert!(
            incident["status"] == "active"
                || incident["severity"] == "medium"
                || incident["determination"] == "unknown",
            "{incident}"
        );
        assert!(incident["alerts"].as_array().is_some_and(|alerts| !alerts.is_empty()), "{incident}");
    }
    assert_eq!(answer["meta"]["total"], answer["data"]["@odata.count"]);
    assert_eq!(answer["meta"]["cursor"], answer["data"]["@odata.nextLink"]);
    assert!(answer["meta"]["total"].as_u64().is_some_and(|total| total > 10), "{}", answer["meta"]);
}

#[tokio::test]
async fn run_hunting_query() {
    let answer = run("run_hunting_query").await;
    let rows = answer["data"]["results"].as_array().expect("a list");
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row["RemoteUrl"].as_str().is_some_and(|url| url.contains("malicious"))));
    assert_eq!(answer["meta"]["row_count"], rows.len());
}

#[tokio::test]
async fn update_incident() {
    for action in ["update_incident", "update_incidents"] {
        let data = &run(action).await["data"];
        assert_eq!(data["customTags"], json!(["Credential Theft", "Phishing", "Initial Access"]));
        assert_eq!((&data["status"], &data["severity"]), (&json!("active"), &json!("high")));
        assert_eq!((&data["classification"], &data["determination"]), (&json!("truePositive"), &json!("apt")));
        assert_eq!(data["displayName"], "Possible Credential Leak via Phishing");
    }
}

#[tokio::test]
async fn generic_action() {
    let answer = run("generic_action").await;
    assert!(answer["data"]["results"].as_array().is_some_and(|rows| !rows.is_empty()));
    assert_eq!(answer["meta"]["status"], 200);
}
