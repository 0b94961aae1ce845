//! The incident resource: sections 2 and 3 of the wire contract.
//! Single incidents and the special states; lists are in `incident_list`.

use defender_emulator::Options;
use serde_json::{Value, json};

use crate::client::{Client, error, query_error};

const LIST: &str = "/v1.0/security/incidents";
const PREFER: (&str, &str) = ("Prefer", "include-unknown-enum-members");

fn keys(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn an_incident_has_every_property_in_the_captured_order() {
    let client = Client::new();
    let incident = client.get(&format!("{LIST}/2972395")).json();
    let order = [
        "@odata.context",
        "id",
        "tenantId",
        "status",
        "incidentWebUrl",
        "redirectIncidentId",
        "displayName",
        "createdDateTime",
        "lastUpdateDateTime",
        "assignedTo",
        "classification",
        "determination",
        "severity",
        "customTags",
        "systemTags",
        "description",
        "lastModifiedBy",
        "resolvingComment",
        "summary",
        "priorityScore",
        "comments",
    ];
    assert_eq!(keys(&incident), order);
    let base = client.emulator.base_url();
    assert_eq!(incident["@odata.context"], format!("{base}/v1.0/$metadata#security/incidents/$entity"));
    for (name, expected) in [
        ("id", json!("2972395")),
        ("status", json!("active")),
        ("severity", json!("high")),
        ("classification", json!("unknown")),
        ("determination", json!("unknown")),
        ("assignedTo", Value::Null),
        ("redirectIncidentId", Value::Null),
        ("customTags", json!([])),
        ("comments", json!([])),
        ("lastModifiedBy", json!("Microsoft 365 Defender-IncidentCreation")),
    ] {
        assert_eq!(incident[name], expected, "{name}");
    }
}

#[test]
fn one_incident_takes_select_and_expand_but_no_collection_options() {
    let client = Client::new();
    let body = client.get(&format!("{LIST}/2972395?$select=id&$expand=alerts")).json();
    assert_eq!(keys(&body), ["@odata.context", "id", "alerts"]);
    assert_eq!(
        body["@odata.context"],
        format!("{}/v1.0/$metadata#security/incidents(id,alerts())/$entity", client.emulator.base_url())
    );
    assert_eq!(body["alerts"].as_array().unwrap().len(), 4);
    let reply = client.get(&format!("{LIST}/2972395?$top=1"));
    assert_eq!(
        (reply.status, reply.error()),
        (
            400,
            query_error(
                "The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, and $top can \
                 be applied only on collections."
            )
        )
    );
}

#[test]
fn an_unknown_incident_is_not_found() {
    let client = Client::new();
    for id in ["1", "abc", "2972395x"] {
        let reply = client.get(&format!("{LIST}/{id}"));
        assert_eq!((reply.status, reply.error()), (404, error("NotFound", &format!("Incident '{id}' was not found."))));
    }
    assert_eq!(client.get(&format!("{LIST}('2972395')")).status, 200, "the other way to write a key");
}

#[test]
fn incidents_cannot_be_created_or_deleted() {
    let client = Client::new();
    for (method, path, allow) in [
        ("POST", LIST.to_owned(), "GET"),
        ("DELETE", LIST.to_owned(), "GET"),
        ("DELETE", format!("{LIST}/2972395"), "GET, PATCH"),
        ("PUT", format!("{LIST}/2972395"), "GET, PATCH"),
    ] {
        let reply = client.send(method, &path, &[], "");
        let message = format!("The requested resource does not support http method '{method}'.");
        assert_eq!((reply.status, reply.error()), (405, error("MethodNotAllowed", &message)));
        assert_eq!(reply.header("allow"), Some(allow));
    }
}

#[test]
fn members_after_the_sentinel_are_shown_only_on_request() {
    let client = Client::new();
    let statuses = |headers: &[(&str, &str)]| {
        let reply = client.send("GET", &format!("{LIST}?$filter=status+eq+'awaitingAction'"), headers, "");
        let applied = reply.header("preference-applied").map(str::to_owned);
        (reply.json()["value"][0]["status"].clone(), applied)
    };
    assert_eq!(statuses(&[]), (json!("unknownFutureValue"), None));
    assert_eq!(statuses(&[PREFER]), (json!("awaitingAction"), Some("include-unknown-enum-members".into())));

    let evidence = |headers: &[(&str, &str)]| {
        let body = client.send("GET", &format!("{LIST}/2972395?$expand=alerts"), headers, "").json();
        body["alerts"][0]["evidence"][0]["remediationStatus"].clone()
    };
    assert_eq!(evidence(&[]), "unknownFutureValue");
    assert_eq!(evidence(&[PREFER]), "active");
}

#[test]
fn the_tenant_has_incidents_in_every_special_state() {
    let client = Client::new();
    let mut all = Vec::new();
    for skip in (0..250).step_by(50) {
        let body = client.send("GET", &format!("{LIST}?$skip={skip}"), &[PREFER], "").json();
        all.extend(body["value"].as_array().unwrap().clone());
    }
    let some = |what: &str, test: &dyn Fn(&Value) -> bool| assert!(all.iter().any(test), "no incident is {what}");
    some("redirected", &|it| it["status"] == "redirected" && it["redirectIncidentId"] == "2972395");
    some("awaiting action", &|it| it["status"] == "awaitingAction");
    some("in progress", &|it| it["status"] == "inProgress" && it["assignedTo"].is_string());
    some("resolved by itself", &|it| {
        it["resolvingComment"].as_str().is_some_and(|text| text.starts_with("Incident automatically resolved"))
            && it["assignedTo"].is_null()
            && it["classification"] == "unknown"
    });
    some("without a description", &|it| it["description"].is_null());
    some("of empty description", &|it| it["description"] == "");
    some("without a score", &|it| it["priorityScore"].is_null());
    some("commented", &|it| !it["comments"].as_array().unwrap().is_empty());
    assert!(all.iter().all(|it| it["redirectIncidentId"].is_null() || it["status"] == "redirected"));
}

#[test]
fn dates_have_up_to_seven_digits_without_trailing_zeros() {
    let client = Client::new();
    let body = client.get(LIST).json();
    let mut lengths = Vec::new();
    for incident in body["value"].as_array().unwrap() {
        let date = incident["createdDateTime"].as_str().unwrap().strip_suffix('Z').unwrap();
        let fraction = date.split_once('.').map_or("", |(_, fraction)| fraction);
        assert!(fraction.len() <= 7 && !fraction.ends_with('0'), "{date}");
        lengths.push(fraction.len());
    }
    assert!(lengths.contains(&0) && lengths.contains(&7) && lengths.contains(&1));
}

#[test]
fn the_number_of_incidents_can_be_chosen() {
    for incidents in [0, 1, 7, 300] {
        let client = Client::with(Options { incidents, ..Options::default() });
        assert_eq!(client.get(&format!("{LIST}/$count")).text, incidents.to_string());
        let example = if incidents == 0 { 404 } else { 200 };
        assert_eq!(client.get(&format!("{LIST}/2972395")).status, example);
    }
}

#[test]
fn beta_has_its_own_path_and_properties() {
    let client = Client::new();
    let incident = client.get("/beta/security/incidents/2972395").json();
    assert_eq!(
        incident["@odata.context"],
        format!("{}/beta/$metadata#security/incidents/$entity", client.emulator.base_url())
    );
    assert_eq!(incident["recommendedHuntingQueries"], json!([]));
}
