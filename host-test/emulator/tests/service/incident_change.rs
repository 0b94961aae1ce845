//! Changing incidents and commenting on them: section 4 of the wire contract.
//! What is refused changes nothing.

use serde_json::{Value, json};

use crate::client::{Client, Reply, error};

const INCIDENT: &str = "/v1.0/security/incidents/2972395";

fn patch(client: &Client, body: &Value) -> Reply {
    client.write("PATCH", INCIDENT, body)
}

#[test]
fn the_example_of_the_app_is_accepted() {
    let client = Client::new();
    let before = client.get(INCIDENT).json();
    let change = json!({
        "status": "active",
        "severity": "high",
        "customTags": ["Credential Theft", "Phishing", "Initial Access"],
        "description": "Suspicious login activity detected from a known malicious IP address.",
        "displayName": "Possible Credential Leak via Phishing",
        "determination": "apt",
        "classification": "truePositive",
    });
    let reply = patch(&client, &change);
    assert_eq!(reply.status, 200);
    let after = reply.json();
    let mut expected = before.clone();
    for (name, value) in change.as_object().unwrap() {
        expected[name] = value.clone();
    }
    expected["lastModifiedBy"] = "API-App:defender-connector".into();
    expected["lastUpdateDateTime"] = after["lastUpdateDateTime"].clone();
    assert_eq!(after, expected);
    assert!(after["lastUpdateDateTime"].as_str() > before["lastUpdateDateTime"].as_str());
    assert_eq!(client.get(INCIDENT).json(), after);
}

#[test]
fn enums_are_read_in_any_case_and_written_in_camel_case() {
    let client = Client::new();
    let body = json!({"classification": "TruePositive", "determination": "MULTISTAGEDATTACK", "status": "InProgress"});
    let after = patch(&client, &body).json();
    assert_eq!(
        [&after["classification"], &after["determination"], &after["status"]],
        ["truePositive", "multiStagedAttack", "inProgress"]
    );
}

#[test]
fn null_unassigns_and_clears() {
    let client = Client::new();
    let after = patch(&client, &json!({"assignedTo": "jdoe@haldenmarine.example", "resolvingComment": "done"})).json();
    assert_eq!(after["assignedTo"], "jdoe@haldenmarine.example");
    let after = patch(&client, &json!({"assignedTo": null, "resolvingComment": null, "classification": null})).json();
    assert_eq!(
        [&after["assignedTo"], &after["resolvingComment"], &after["classification"]],
        [&Value::Null, &Value::Null, &json!("unknown")]
    );
}

#[test]
fn a_body_that_does_not_fit_is_refused_and_changes_nothing() {
    let client = Client::new();
    let before = client.get(INCIDENT).json();
    for body in [
        json!({"status": "resolved", "determination": "confirmedUserActivity"}),
        json!({"status": "awaitingAction"}),
        json!({"status": "unknownFutureValue"}),
        json!({"status": null}),
        json!({"severity": null}),
        json!({"createdDateTime": "2026-01-01T00:00:00Z"}),
        json!({"comments": []}),
        json!({"nope": 1}),
        json!({"customTags": "one"}),
        json!({"description": 7}),
        json!({}),
        json!([]),
    ] {
        let reply = patch(&client, &body);
        let expected = (400, error("InvalidRequestBody", "Request body is incorrect"));
        assert_eq!((reply.status, reply.error()), expected, "{body}");
    }
    assert_eq!(client.get(INCIDENT).json(), before);
}

#[test]
fn an_annotation_in_a_body_is_not_emulated() {
    let client = Client::new();
    let reply = patch(&client, &json!({"@odata.etag": "x", "status": "active"}));
    let message = "this is the Defender emulator, not Microsoft Graph: it does not emulate the annotation '@odata.etag' in a body";
    assert_eq!((reply.status, reply.error()), (501, error("EmulatorNotImplemented", message)));
}

#[test]
fn a_body_must_be_present_and_be_json() {
    let client = Client::new();
    let json = ("Content-Type", "application/json");
    let reply = client.send("PATCH", INCIDENT, &[json], " ");
    assert_eq!((reply.status, reply.error()), (400, error("BadRequest", "Empty Payload. JSON content expected.")));
    let reply = client.send("PATCH", INCIDENT, &[json], "{\"status\":");
    let message = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid \
                   JSON format.";
    assert_eq!((reply.status, reply.error()), (400, error("BadRequest", message)));
    let reply = client.send("PATCH", INCIDENT, &[("Content-Type", "text/plain")], "{}");
    let message = "The content type 'text/plain' is not supported, expected 'application/json'.";
    assert_eq!((reply.status, reply.error()), (415, error("UnsupportedMediaType", message)));
    let reply = client.send("PATCH", INCIDENT, &[json, ("Content-Encoding", "gzip")], "{}");
    let message = "The content encoding 'gzip' is not supported.";
    assert_eq!((reply.status, reply.error()), (415, error("UnsupportedMediaType", message)));
}

#[test]
fn an_unknown_incident_cannot_be_changed() {
    let client = Client::new();
    let reply = client.write("PATCH", "/v1.0/security/incidents/1", &json!({"status": "active"}));
    assert_eq!((reply.status, reply.error()), (404, error("NotFound", "Incident '1' was not found.")));
}

#[test]
fn comments_grow_and_are_answered_oldest_first() {
    let client = Client::new();
    let path = format!("{INCIDENT}/comments");
    let comment = |text: &str| {
        client.write("POST", &path, &json!({"@odata.type": "microsoft.graph.security.alertComment", "comment": text}))
    };
    assert_eq!(comment("first").status, 200);
    let body = comment("first").json();
    assert_eq!(
        body["@odata.context"],
        format!("{}/v1.0/$metadata#security/incidents('2972395')/comments", client.emulator.base_url())
    );
    let texts: Vec<&Value> = body["value"].as_array().unwrap().iter().map(|it| &it["comment"]).collect();
    assert_eq!(texts, ["first", "first"], "a repeated call adds a second one");
    assert_eq!(body["value"][0]["createdByDisplayName"], "API-App:defender-connector");
    assert!(body["value"][0]["createdDateTime"].as_str() < body["value"][1]["createdDateTime"].as_str());
    let incident = client.get(INCIDENT).json();
    assert_eq!(incident["comments"], body["value"]);
    assert_eq!(incident["lastUpdateDateTime"], body["value"][1]["createdDateTime"]);
}

#[test]
fn a_comment_is_text_and_nothing_else() {
    let client = Client::new();
    let path = format!("{INCIDENT}/comments");
    let before = client.get(INCIDENT).json();
    let kind = "microsoft.graph.security.alertComment";
    for body in [
        json!({}),
        json!({"comment": "x"}),
        json!({"@odata.type": kind}),
        json!({"@odata.type": kind, "comment": null}),
        json!({"@odata.type": kind, "comment": 7}),
        json!({"@odata.type": kind, "comment": "x", "by": "me"}),
        json!({"@odata.type": kind, "Comment": "x"}),
        json!({"@odata.type": "##microsoft.graph.security.alertComment", "comment": "x"}),
        json!({"@odata.type": "microsoft.graph.security.incident", "comment": "x"}),
        json!({"@odata.type": null, "comment": "x"}),
    ] {
        let reply = client.write("POST", &path, &body);
        let expected = (400, error("InvalidRequestBody", "Request body is incorrect"));
        assert_eq!((reply.status, reply.error()), expected, "{body}");
    }
    assert_eq!(client.get(INCIDENT).json(), before);
    assert_eq!(client.comment("incidents/2972395", "x").status, 200, "the type may have a number sign");
    let reply = client.comment("incidents/1", "x");
    assert_eq!((reply.status, reply.error()), (404, error("NotFound", "Incident '1' was not found.")));
}
