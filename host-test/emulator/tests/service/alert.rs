//! Alerts, below an incident and in `alerts_v2`: section 4 of the wire contract.

use serde_json::{Value, json};

use crate::client::{Client, error, query_error};

const LIST: &str = "/v1.0/security/alerts_v2";

fn example(client: &Client) -> Value {
    client.get("/v1.0/security/incidents/2972395/alerts").json()["value"][0].clone()
}

#[test]
fn an_alert_has_the_captured_properties_in_their_order() {
    let client = Client::new();
    let alert = example(&client);
    let keys: Vec<&String> = alert.as_object().unwrap().keys().collect();
    let order = [
        "id",
        "providerAlertId",
        "incidentId",
        "status",
        "severity",
        "classification",
        "determination",
        "serviceSource",
        "detectionSource",
        "productName",
        "detectorId",
        "tenantId",
        "title",
        "description",
        "recommendedActions",
        "category",
        "assignedTo",
        "alertWebUrl",
        "incidentWebUrl",
        "actorDisplayName",
        "threatDisplayName",
        "threatFamilyName",
        "mitreTechniques",
        "createdDateTime",
        "lastUpdateDateTime",
        "resolvedDateTime",
        "firstActivityDateTime",
        "lastActivityDateTime",
        "systemTags",
        "alertPolicyId",
        "investigationState",
        "comments",
        "customDetails",
        "evidence",
        "additionalData",
    ];
    assert_eq!(keys, order);
    assert_eq!((&alert["classification"], &alert["determination"]), (&Value::Null, &Value::Null), "a fresh one");
    assert_eq!((&alert["customDetails"], &alert["additionalData"]), (&json!({}), &json!({})));
    let evidence = alert["evidence"].as_array().unwrap();
    assert!(evidence.len() >= 2);
    assert!(evidence.iter().all(|it| {
        let kind = it["@odata.type"].as_str().unwrap();
        kind.starts_with("#microsoft.graph.security.") && kind.ends_with("Evidence")
    }));
}

#[test]
fn the_same_alert_is_found_in_every_way() {
    let client = Client::new();
    let alert = example(&client);
    let id = alert["id"].as_str().unwrap();
    for path in [format!("{LIST}/{id}"), format!("/v1.0/security/incidents/2972395/alerts/{id}")] {
        let mut found = client.get(&path).json();
        let context = found.as_object_mut().unwrap().shift_remove("@odata.context");
        let expected = format!("{}/v1.0/$metadata#security/alerts_v2/$entity", client.emulator.base_url());
        assert_eq!((context, &found), (Some(expected.into()), &alert));
    }
    let listed = client.get(&format!("{LIST}?$filter=incidentId+eq+'2972395'")).ids();
    assert!(listed.contains(&id.to_owned()) && listed.len() == 4);
    assert_eq!(client.get("/v1.0/security/incidents/2972395/alerts/$count").text, "4");
}

#[test]
fn a_top_of_a_hundred_and_more_is_accepted_here() {
    let client = Client::new();
    assert_eq!(client.get(&format!("{LIST}?$top=250")).ids().len(), 250);
    let total: usize = client.get(&format!("{LIST}/$count")).text.parse().unwrap();
    assert_eq!(client.get(&format!("{LIST}?$top=1000")).ids().len(), total);
    let reply = client.get(&format!("{LIST}?$top=1001"));
    let message = "The limit of '1000' for Top query has been exceeded. The value from the incoming request is '1001'.";
    assert_eq!((reply.status, reply.error()), (400, query_error(message)));
}

#[test]
fn following_the_next_links_finds_every_alert_once() {
    let client = Client::new();
    let mut next = Some(format!("{LIST}?$top=100&$skip=5&$count=true&$filter=severity+ne+'low'"));
    let (mut ids, mut total) = (Vec::new(), 0);
    while let Some(link) = next {
        let reply = client.get(&link);
        let body = reply.json();
        total = usize::try_from(body["@odata.count"].as_u64().unwrap()).unwrap();
        assert!(body["value"].as_array().unwrap().iter().all(|alert| alert["severity"] != "low"));
        ids.extend(reply.ids());
        next = body["@odata.nextLink"].as_str().map(str::to_owned);
        let options = "$top=100&$count=true&$filter=severity%20ne%20'low'";
        let expected = format!("{}{LIST}?{options}&$skip={}", client.emulator.base_url(), ids.len() + 5);
        assert!(next.iter().all(|link| *link == expected), "{next:?}");
    }
    let found = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((found, ids.len()), (total - 5, total - 5));
    assert!(total > 200);
}

#[test]
fn alerts_filter_by_their_documented_fields() {
    let client = Client::new();
    let count = |filter: &str| -> usize {
        client.get(&format!("{LIST}/$count?$filter={}", filter.replace(' ', "+"))).text.parse().unwrap()
    };
    let total = count("severity ne 'unknown'");
    for (field, value) in [
        ("serviceSource", "'microsoftDefenderForOffice365'"),
        ("status", "'new'"),
        ("severity", "'high'"),
        ("classification", "null"),
        ("determination", "'phishing'"),
        ("assignedTo", "null"),
    ] {
        let equal = count(&format!("{field} eq {value}"));
        assert!(0 < equal && equal < total, "{field}: {equal} of {total}");
    }
    let middle = client.get(&format!("{LIST}?$skip=200&$top=1")).json()["value"][0].clone();
    for field in ["createdDateTime", "lastUpdateDateTime"] {
        let at = middle[field].as_str().unwrap();
        let (from, before) = (count(&format!("{field} ge {at}")), count(&format!("{field} lt {at}")));
        assert!(0 < from && 0 < before && from + before == total, "{field}: {from} and {before}");
    }
    let reply = client.get(&format!("{LIST}?$filter=title+eq+'x'"));
    let message = "The property 'title' cannot be used in the $filter query option.";
    assert_eq!((reply.status, reply.error()), (400, query_error(message)));
}

#[test]
fn four_properties_of_an_alert_can_be_changed() {
    let client = Client::new();
    let id = example(&client)["id"].as_str().unwrap().to_owned();
    let path = format!("{LIST}/{id}");
    let body =
        json!({"status": "Resolved", "classification": "truePositive", "determination": "phishing", "assignedTo": "x"});
    let after = client.write("PATCH", &path, &body).json();
    assert_eq!(
        [&after["status"], &after["classification"], &after["determination"], &after["assignedTo"]],
        ["resolved", "truePositive", "phishing", "x"]
    );
    assert_eq!(after["resolvedDateTime"], after["lastUpdateDateTime"]);
    for body in [json!({"severity": "low"}), json!({"status": "active"}), json!({"customTags": []})] {
        let reply = client.write("PATCH", &path, &body);
        let expected = (400, error("InvalidRequestBody", "Request body is incorrect"));
        assert_eq!((reply.status, reply.error()), expected, "{body}");
    }
}

#[test]
fn comments_on_an_alert_are_answered_whole() {
    let client = Client::new();
    let id = example(&client)["id"].as_str().unwrap().to_owned();
    client.comment(&format!("alerts_v2/{id}"), "one");
    let body = client.comment(&format!("alerts_v2/{id}"), "two").json();
    let context = format!("{}/v1.0/$metadata#security/alerts_v2('{id}')/comments", client.emulator.base_url());
    assert_eq!(body["@odata.context"], context);
    assert_eq!([&body["value"][0]["comment"], &body["value"][1]["comment"]], ["one", "two"]);
    assert_eq!(body["value"][1]["createdByDisplayName"], "API-App:defender-connector");
    let alert = example(&client);
    assert_eq!(
        (&alert["comments"], &alert["lastUpdateDateTime"]),
        (&body["value"], &body["value"][1]["createdDateTime"])
    );
}

#[test]
fn a_comment_on_an_alert_names_its_type() {
    let client = Client::new();
    let before = example(&client);
    let path = format!("{LIST}/{}/comments", before["id"].as_str().unwrap());
    let kind = "microsoft.graph.security.alertComment";
    for body in [
        json!({"comment": "x"}),
        json!({"@odata.type": kind, "comment": null}),
        json!({"@odata.type": kind, "comment": "x", "by": "me"}),
        json!({"@odata.type": "microsoft.graph.security.alert", "comment": "x"}),
    ] {
        let reply = client.write("POST", &path, &body);
        let expected = (400, error("InvalidRequestBody", "Request body is incorrect"));
        assert_eq!((reply.status, reply.error()), expected, "{body}");
    }
    assert_eq!(example(&client), before);
    assert_eq!(client.write("POST", &path, &json!({"@odata.type": kind, "comment": "x"})).status, 200);
    let reply = client.comment("alerts_v2/x", "x");
    assert_eq!((reply.status, reply.error()), (404, error("NotFound", "Alert 'x' was not found.")));
}

#[test]
fn a_change_of_an_alert_is_one_of_its_incident() {
    let client = Client::new();
    let incident = || client.get("/v1.0/security/incidents/2972395").json();
    let id = example(&client)["id"].as_str().unwrap().to_owned();
    let mut last = (example(&client), incident());
    let changes: [&dyn Fn() -> u16; 2] =
        [&|| client.write("PATCH", &format!("{LIST}/{id}"), &json!({"assignedTo": "x"})).status, &|| {
            client.comment(&format!("alerts_v2/{id}"), "x").status
        }];
    for change in changes {
        assert_eq!(change(), 200);
        let now = (example(&client), incident());
        let time = |it: &Value| it["lastUpdateDateTime"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        assert!(time(&now.0) > time(&last.0) && time(&now.1) > time(&last.1));
        assert_eq!(now.1["lastModifiedBy"], "API-App:defender-connector");
        last = now;
    }
    assert_eq!(client.write("PATCH", &format!("{LIST}/{id}"), &json!({"severity": "low"})).status, 400);
    assert_eq!((example(&client), incident()), last, "what is refused changes nothing");
}

#[test]
fn a_list_of_comments_counts_as_an_empty_body() {
    let client = Client::new();
    let id = example(&client)["id"].as_str().unwrap().to_owned();
    let reply = client.write("POST", &format!("{LIST}/{id}/comments"), &json!([{"comment": "one"}]));
    assert_eq!((reply.status, reply.error()), (400, error("BadRequest", "Empty Payload. JSON content expected.")));
}

#[test]
fn an_unknown_alert_is_not_found() {
    let client = Client::new();
    let reply = client.get(&format!("{LIST}/x"));
    assert_eq!((reply.status, reply.error()), (404, error("NotFound", "Alert 'x' was not found.")));
}

#[test]
fn sources_after_the_sentinel_are_shown_only_on_request() {
    let client = Client::new();
    let path = format!("{LIST}?$filter=serviceSource+eq+'microsoftSentinel'&$top=1");
    let sources = |headers: &[(&str, &str)]| {
        let alert = client.send("GET", &path, headers, "").json()["value"][0].clone();
        (alert["serviceSource"].clone(), alert["detectionSource"].clone())
    };
    assert_eq!(sources(&[]), (json!("unknownFutureValue"), json!("unknownFutureValue")));
    let prefer = ("Prefer", "odata.maxpagesize=5, include-unknown-enum-members");
    assert_eq!(sources(&[prefer]), (json!("microsoftSentinel"), json!("scheduledAlerts")));
}
