//! Advanced hunting: section 5 of the wire contract.
//! What KQL means is tested beside the engine; here are the call, the time span and the errors.

use serde_json::{Value, json};

use crate::client::{Client, error};

const QUERY: &str = "DeviceNetworkEvents | where RemoteUrl contains 'malicious'";

fn rows(client: &Client, body: &Value) -> usize {
    let reply = client.hunt(body);
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["results"].as_array().unwrap().len()
}

#[test]
fn both_spellings_and_any_casing_are_bound() {
    let client = Client::new();
    let context = format!("{}/v1.0/$metadata#microsoft.graph.security.huntingQueryResults", client.emulator.base_url());
    for (path, body) in [
        ("runHuntingQuery", json!({"Query": QUERY, "Timespan": "P30D"})),
        ("runHuntingQuery", json!({"query": QUERY, "timespan": "P30D"})),
        ("microsoft.graph.security.runHuntingQuery", json!({"QUERY": QUERY, "timeSpan": null})),
        ("runHuntingQuery", json!({"Query": QUERY, "workspaceId": "c0f1a6f0-6b0a-4f3e-8f6c-3f1d0d6e8b11"})),
    ] {
        let reply = client.write("POST", &format!("/v1.0/security/{path}"), &body);
        let answer = reply.json();
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["@odata.context", "schema", "results"]);
        assert_eq!(answer["@odata.context"], context.as_str());
        let columns: Vec<&Value> = answer["schema"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        let named: Vec<&String> =
            answer["results"][0].as_object().unwrap().keys().filter(|key| !key.contains('@')).collect();
        assert_eq!(columns, named);
    }
}

#[test]
fn a_time_span_restricts_the_rows() {
    let client = Client::new();
    let day = rows(&client, &json!({"Query": QUERY, "Timespan": "P1D"}));
    let month = rows(&client, &json!({"Query": QUERY}));
    assert!(0 < day && day < month, "{day} within a day, {month} within a month");
    assert_eq!(rows(&client, &json!({"Query": QUERY, "Timespan": "P90D"})), month, "the tables hold thirty days");
    for none in ["2001-02-01T08:00:00Z/2001-02-15T08:00:00Z", "P30D/2001-02-15T08:00:00Z", "2001-02-01T08:00:00Z/P30D"]
    {
        assert_eq!(rows(&client, &json!({"Query": QUERY, "Timespan": none})), 0, "{none}");
    }
    assert_eq!(rows(&client, &json!({"Query": QUERY, "Timespan": "2001-02-01T08:00:00Z"})), month);
}

#[test]
fn what_the_service_would_not_bind_is_refused() {
    let client = Client::new();
    let unexpected = |name: &str| {
        format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation 'runHuntingQuery'."
        )
    };
    let required = "The parameter 'Query' is required and must not be empty.".to_owned();
    let timespan =
        "Invalid value for the parameter 'Timespan': an ISO 8601 duration or time interval is expected.".to_owned();
    for (body, message) in [
        (json!({"Query": QUERY, "top": 5}), unexpected("top")),
        (json!({"Query": QUERY, "query": QUERY}), unexpected("query")),
        (json!({"Query": 7}), unexpected("Query")),
        (json!({"Query": QUERY, "workspaceId": "x"}), unexpected("workspaceId")),
        (json!({}), required.clone()),
        (json!({"Query": "  "}), required),
        (json!({"Query": QUERY, "Timespan": "30 days"}), timespan.clone()),
        (json!({"Query": QUERY, "Timespan": ""}), timespan),
    ] {
        let reply = client.hunt(&body);
        assert_eq!((reply.status, reply.error()), (400, error("BadRequest", &message)), "{body}");
    }
}

#[test]
fn the_captured_semantic_error_comes_back_word_for_word() {
    let client = Client::new();
    let query = "DeviceInfo | summarize arg_max(Timestamp, DeviceId, DeviceName, ExposureLevel, IsInteetFacing, \
                 SensorHealthState, OnboardingStatus) by DeviceId, bin(Timestamp, 1d)";
    let reply = client.hunt(&json!({"Query": query}));
    let message = "'summarize' operator: Failed to resolve scalar expression named 'IsInteetFacing'. Fix semantic errors in \
                   your query.";
    assert_eq!((reply.status, reply.error()), (400, error("BadRequest", message)));
}

#[test]
fn kql_that_is_beyond_the_emulator_is_a_loud_501() {
    let client = Client::new();
    let reply = client.hunt(&json!({"Query": "DeviceInfo | join DeviceInfo on DeviceId"}));
    let message = "this is the Defender emulator, not Microsoft Graph: it does not emulate the KQL word 'join'";
    assert_eq!((reply.status, reply.error()), (501, error("EmulatorNotImplemented", message)));
}

#[test]
fn a_table_that_the_tenant_lacks_is_not_reported_as_unknown() {
    let client = Client::new();
    let reply = client.hunt(&json!({"Query": "CloudAppEvents | take 1"}));
    let message =
        "this is the Defender emulator, not Microsoft Graph: it does not emulate the hunting table 'CloudAppEvents'";
    assert_eq!((reply.status, reply.error()), (501, error("EmulatorNotImplemented", message)));
    let reply = client.hunt(&json!({"Query": "CloudApps | take 1"}));
    let message = "'take' operator: Failed to resolve table or column expression named 'CloudApps'. Fix semantic errors in \
                   your query.";
    assert_eq!((reply.status, reply.error()), (400, error("BadRequest", message)));
}

#[test]
fn the_synthetic_table_answers_as_many_rows_as_were_asked_for() {
    let client = Client::new();
    for rows in [0, 1, 1_000] {
        let reply = client.hunt(&json!({"Query": format!("SyntheticEvents | take {rows}")}));
        assert_eq!(reply.json()["results"].as_array().unwrap().len(), rows);
        assert_eq!(reply.header("content-length"), None);
        assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    }
}

#[test]
fn only_the_rows_of_a_hunt_come_in_chunks() {
    let client = Client::new();
    for reply in [
        client.hunt(&json!({"Query": "Nope"})),
        client.hunt(&json!({"Query": "DeviceInfo | join DeviceInfo on DeviceId"})),
        client.get("/v1.0/security/incidents?$top=50&$expand=alerts"),
        client.get("/v1.0/security/incidents/$count"),
    ] {
        assert_eq!(reply.header("content-length"), Some(reply.text.len().to_string().as_str()), "{}", reply.status);
        assert_eq!(reply.header("transfer-encoding"), None);
    }
    let reply = client.send("HEAD", "/v1.0/security/incidents", &[], "");
    assert_eq!((reply.text.as_str(), reply.header("transfer-encoding")), ("", None));
}

#[test]
fn the_tables_agree_with_the_incidents() {
    let client = Client::new();
    let alerts = client.get("/v1.0/security/alerts_v2?$top=1000").ids();
    assert_eq!(rows(&client, &json!({"Query": "AlertInfo", "Timespan": "P365D"})), alerts.len());
    let query = format!("AlertEvidence | where AlertId == '{}' | distinct EntityType", alerts[0]);
    assert!(rows(&client, &json!({"Query": query})) >= 2);
    let query = "EmailEvents | where NetworkMessageId in ('x') or ThreatTypes == 'Phish' | take 1";
    assert_eq!(rows(&client, &json!({"Query": query})), 1);
}
