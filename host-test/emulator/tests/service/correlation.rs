//! Merging incidents and moving alerts: section 11 of the wire contract, and section 3.7 of the design.
//! What is refused changes nothing.

use serde_json::{Value, json};

use crate::client::{Client, Reply, error};

const MERGE: &str = "incidents/mergeIncidents";
const MOVE: &str = "alerts_v2/moveAlerts";

/// Open incidents: the target, one with a tag, and one that is assigned.
const TARGET: &str = "2972395";
const TAGGED: &str = "2972401";
const ASSIGNED: &str = "2972404";

fn post(client: &Client, action: &str, body: &Value) -> Reply {
    client.write("POST", &format!("/v1.0/security/{action}"), body)
}

fn incident(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1.0/security/incidents/{id}?$expand=alerts")).json()
}

fn alerts(incident: &Value) -> Vec<String> {
    incident["alerts"].as_array().unwrap().iter().map(|alert| alert["id"].as_str().unwrap().to_owned()).collect()
}

fn time(record: &Value) -> jiff::Timestamp {
    record["lastUpdateDateTime"].as_str().unwrap().parse().unwrap()
}

/// Checks the whole answer.
#[track_caller]
fn answered(client: &Client, reply: &Reply, target: &str) {
    let context = format!("{}/v1.0/$metadata#microsoft.graph.security.mergeResponse", client.emulator.base_url());
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json(), json!({"@odata.context": context, "targetIncidentId": target}));
}

/// Checks that a call is refused and that no incident changed.
#[track_caller]
fn refused(client: &Client, action: &str, body: &Value, status: u16, expected: &Value) {
    let all = || client.get("/v1.0/security/incidents?$expand=alerts&$count=true").json();
    let before = all();
    let reply = post(client, action, body);
    assert_eq!((reply.status, &reply.error()), (status, expected), "{body}");
    assert_eq!(all(), before, "{body}");
}

#[test]
fn merged_incidents_are_redirected_to_the_one_with_the_lowest_id() {
    let client = Client::new();
    let before: Vec<Value> = [TARGET, TAGGED, ASSIGNED].iter().map(|id| incident(&client, id)).collect();
    let body = json!({
        "incidentIds": [TAGGED, TARGET, ASSIGNED],
        "incidentComment": "Merging related incidents from the same campaign",
        "mergeReasons": "sameCampaign, SameActor",
    });
    answered(&client, &post(&client, MERGE, &body), TARGET);

    let target = incident(&client, TARGET);
    let expected: Vec<String> = [&before[0], &before[1], &before[2]].into_iter().flat_map(alerts).collect();
    assert_eq!(alerts(&target), expected);
    assert!(target["alerts"].as_array().unwrap().iter().all(|alert| alert["incidentId"] == TARGET));
    assert_eq!(
        (&target["status"], &target["redirectIncidentId"], &target["assignedTo"]),
        (&json!("active"), &Value::Null, &Value::Null)
    );
    assert_eq!(target["customTags"], json!(["Night shift"]));
    let comment = &target["comments"][0];
    assert_eq!(target["comments"].as_array().unwrap().len(), 1, "those of the others stay where they are");
    assert_eq!(comment["comment"], body["incidentComment"]);
    assert_eq!(comment["createdByDisplayName"], "API-App:defender-connector");
    assert_eq!(comment["createdDateTime"], target["lastUpdateDateTime"]);

    for (id, before) in [(TARGET, &before[0]), (TAGGED, &before[1]), (ASSIGNED, &before[2])] {
        let after = incident(&client, id);
        assert!(time(&after) > time(before), "{id}");
        assert_eq!(after["lastModifiedBy"], "API-App:defender-connector", "{id}");
        if id != TARGET {
            assert_eq!(
                (&after["status"], &after["redirectIncidentId"]),
                (&json!("redirected"), &json!(TARGET)),
                "{id}"
            );
            assert_eq!([&after["alerts"], &after["customTags"], &after["systemTags"]], [&json!([]); 3], "{id}");
        }
    }
    let moved = &alerts(&before[2])[0];
    let alert = client.get(&format!("/v1.0/security/alerts_v2/{moved}")).json();
    assert_eq!(alert["incidentId"], TARGET);
    assert!(time(&alert) > time(&before[2]["alerts"][0]));
    let found = client.get(&format!("/v1.0/security/alerts_v2?$filter=incidentId+eq+'{TARGET}'")).ids();
    assert_eq!(found.len(), expected.len());
}

#[test]
fn both_actions_have_two_spellings() {
    let client = Client::new();
    let action = "incidents/microsoft.graph.security.mergeIncidents";
    answered(&client, &post(&client, action, &json!({"incidentIds": [TAGGED, TARGET]})), TARGET);
    let id = alerts(&incident(&client, TARGET)).remove(0);
    let action = "alerts_v2/microsoft.graph.security.moveAlerts";
    answered(&client, &post(&client, action, &json!({"alertIds": [id], "incidentId": ASSIGNED})), ASSIGNED);
    let reply = client.get("/v1.0/security/incidents/mergeIncidents");
    assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")));
}

#[test]
fn a_merge_that_does_not_fit_is_refused_and_changes_nothing() {
    let client = Client::new();
    let both = json!([TARGET, TAGGED]);
    for body in [
        json!({}),
        json!([]),
        json!({"incidentIds": []}),
        json!({"incidentIds": [TARGET]}),
        json!({"incidentIds": [TARGET, TARGET]}),
        json!({"incidentIds": TARGET}),
        json!({"incidentIds": null}),
        json!({"incidentIds": [TARGET, 2_972_401]}),
        json!({"incidentIds": [TARGET, null]}),
        json!({"incidentIds": both, "incidentComment": 7}),
        json!({"incidentIds": both, "mergeReasons": "sameMood"}),
        json!({"incidentIds": both, "mergeReasons": "sameActor, unknownFutureValue"}),
        json!({"incidentIds": both, "mergeReasons": ""}),
        json!({"incidentIds": both, "mergeReasons": ["sameActor"]}),
        json!({"incidentIds": both, "comment": "x"}),
        json!({"IncidentIds": both}),
    ] {
        refused(&client, MERGE, &body, 400, &error("InvalidRequestBody", "Request body is incorrect"));
    }
    let body = json!({"incidentIds": [TARGET, "1"]});
    refused(&client, MERGE, &body, 404, &error("NotFound", "Incident '1' was not found."));
}

#[test]
fn closed_incidents_and_those_of_different_verdicts_are_not_merged() {
    let client = Client::new();
    let merge = |id: &str, problem: &str| {
        let message = format!("The incidents cannot be merged: {problem}");
        let body = json!({"incidentIds": [TARGET, id]});
        refused(&client, MERGE, &body, 400, &error("BadRequest", &message));
    };
    merge("2972398", "incident '2972398' is resolved.");
    merge("2972389", "incident '2972389' is redirected.");
    for (id, change) in [
        (TARGET, json!({"assignedTo": "x", "classification": "truePositive", "determination": "phishing"})),
        (ASSIGNED, json!({"classification": "truePositive", "determination": "malware"})),
    ] {
        assert_eq!(client.write("PATCH", &format!("/v1.0/security/incidents/{id}"), &change).status, 200);
    }
    merge(ASSIGNED, "they have different values of assignedTo.");
    client.write("PATCH", &format!("/v1.0/security/incidents/{ASSIGNED}"), &json!({"assignedTo": "x"}));
    merge(ASSIGNED, "they have different values of determination.");
    client.write("PATCH", &format!("/v1.0/security/incidents/{ASSIGNED}"), &json!({"determination": "phishing"}));
    answered(&client, &post(&client, MERGE, &json!({"incidentIds": [ASSIGNED, TARGET]})), TARGET);
}

#[test]
fn alerts_move_to_another_incident() {
    let client = Client::new();
    let (from, to) = (incident(&client, TARGET), incident(&client, ASSIGNED));
    let ids = alerts(&from)[1..3].to_vec();
    let body = json!({
        "alertIds": ids,
        "incidentId": ASSIGNED,
        "alertComment": "Moving alerts for investigation consolidation",
        "newCorrelationReasons": "sameAsset, temporalProximity",
    });
    answered(&client, &post(&client, MOVE, &body), ASSIGNED);

    let (left, joined) = (incident(&client, TARGET), incident(&client, ASSIGNED));
    assert_eq!(alerts(&left), [alerts(&from).remove(0), alerts(&from).remove(3)]);
    assert_eq!(alerts(&joined), [alerts(&to), ids.clone()].concat());
    for (before, after) in [(&from, &left), (&to, &joined)] {
        assert!(time(after) > time(before));
        assert_eq!(after["lastModifiedBy"], "API-App:defender-connector");
        assert_eq!((&after["status"], &after["comments"]), (&before["status"], &before["comments"]));
    }
    for (id, before) in ids.iter().zip(&from["alerts"].as_array().unwrap()[1..3]) {
        let alert = client.get(&format!("/v1.0/security/alerts_v2/{id}")).json();
        assert_eq!(alert["incidentId"], ASSIGNED);
        assert_eq!(alert["incidentWebUrl"], joined["incidentWebUrl"]);
        assert_eq!(alert["comments"][0]["comment"], body["alertComment"]);
        assert_eq!(alert["comments"][0]["createdDateTime"], alert["lastUpdateDateTime"]);
        assert!(time(&alert) > time(before));
    }
}

#[test]
fn alerts_without_an_incident_get_a_new_one() {
    let client = Client::new();
    let from = incident(&client, TARGET);
    let ids = alerts(&from);
    let newest: u64 = client.get("/v1.0/security/incidents?$top=1").ids()[0].parse().unwrap();
    for (body, count) in [(json!({"alertIds": ids[..3], "incidentId": null}), 3), (json!({"alertIds": ids[3..]}), 1)] {
        let reply = post(&client, MOVE, &body);
        let id = reply.json()["targetIncidentId"].as_str().unwrap().to_owned();
        answered(&client, &reply, &id);
        assert!(id.parse::<u64>().unwrap() > newest);
        let created = incident(&client, &id);
        assert_eq!(json!(alerts(&created)), body["alertIds"]);
        assert_eq!(created["alerts"].as_array().unwrap().len(), count);
        assert_eq!(created["displayName"], created["alerts"][0]["title"]);
        assert_eq!(
            [&created["status"], &created["classification"], &created["lastModifiedBy"]],
            ["active", "unknown", "API-App:defender-connector"]
        );
        assert_eq!(client.get("/v1.0/security/incidents?$top=1").ids(), [id], "the newest is first");
    }
    assert_eq!(incident(&client, TARGET)["alerts"], json!([]));
    assert_eq!(client.get("/v1.0/security/incidents/$count").text, "252");
}

#[test]
fn a_move_that_does_not_fit_is_refused_and_changes_nothing() {
    let client = Client::new();
    let ids = json!(alerts(&incident(&client, TARGET)));
    for body in [
        json!({}),
        json!({"alertIds": [], "incidentId": ASSIGNED}),
        json!({"alertIds": ids[0], "incidentId": ASSIGNED}),
        json!({"alertIds": [7], "incidentId": ASSIGNED}),
        json!({"alertIds": ids, "incidentId": 2_972_404}),
        json!({"alertIds": ids, "incidentId": ASSIGNED, "alertComment": {}}),
        json!({"alertIds": ids, "incidentId": ASSIGNED, "newCorrelationReasons": "sameActor,,sameAsset"}),
        json!({"alertIds": ids, "incidentId": ASSIGNED, "mergeReasons": "sameActor"}),
    ] {
        refused(&client, MOVE, &body, 400, &error("InvalidRequestBody", "Request body is incorrect"));
    }
    let body = json!({"alertIds": [ids[0], "x"], "incidentId": null});
    refused(&client, MOVE, &body, 404, &error("NotFound", "Alert 'x' was not found."));
    let body = json!({"alertIds": ids, "incidentId": "1"});
    refused(&client, MOVE, &body, 404, &error("NotFound", "Incident '1' was not found."));
    let body = json!({"alertIds": ids, "incidentId": "2972389"});
    let message = "Alerts cannot be moved to incident '2972389': it is redirected.";
    refused(&client, MOVE, &body, 400, &error("BadRequest", message));
    let reply = client.send("POST", &format!("/v1.0/security/{MOVE}"), &[("Content-Type", "application/json")], " ");
    assert_eq!((reply.status, reply.error()), (400, error("BadRequest", "Empty Payload. JSON content expected.")));
}
