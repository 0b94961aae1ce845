//! Reading incidents: sections 2 and 3 of the wire contract.
//! Lists, pages, filters, single ones, and the special states.

use defender_emulator::Options;
use serde_json::{Value, json};

use crate::client::{Client, error, query_error};

const LIST: &str = "/v1.0/security/incidents";
const PREFER: (&str, &str) = ("Prefer", "include-unknown-enum-members");

#[track_caller]
fn refused(client: &Client, query: &str, message: &str) {
    let reply = client.get(&format!("{LIST}?{query}"));
    assert_eq!((reply.status, reply.error()), (400, query_error(message)), "{query}");
}

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
fn an_unbounded_list_is_a_page_of_fifty_newest_first_with_a_next_link() {
    let client = Client::new();
    let reply = client.get(LIST);
    let body = reply.json();
    let base = client.emulator.base_url();
    assert_eq!(keys(&body), ["@odata.context", "@odata.nextLink", "value"]);
    assert_eq!(body["@odata.context"], format!("{base}/v1.0/$metadata#security/incidents"));
    assert_eq!(body["@odata.nextLink"], format!("{base}/v1.0/security/incidents?$skip=50"));
    let created: Vec<&str> =
        body["value"].as_array().unwrap().iter().map(|it| it["createdDateTime"].as_str().unwrap()).collect();
    assert_eq!(created.len(), 50);
    assert!(created.windows(2).all(|pair| pair[0] > pair[1]));
    let ids: Vec<u64> = reply.ids().iter().map(|id| id.parse().unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] > pair[1]));
}

#[test]
fn following_the_next_links_finds_every_incident_once() {
    let client = Client::new();
    let mut next = Some(format!("{LIST}?$top=40&$count=true&$filter=severity+ne+'low'&$select=id"));
    let mut ids = Vec::new();
    let mut total = 0;
    while let Some(link) = next {
        let reply = client.get(&link);
        let body = reply.json();
        total = body["@odata.count"].as_u64().unwrap();
        ids.extend(reply.ids());
        next = body["@odata.nextLink"].as_str().map(str::to_owned);
        if let Some(link) = &next {
            let skip = ids.len();
            assert_eq!(
                *link,
                format!(
                    "{}{LIST}?$top=40&$count=true&$filter=severity%20ne%20'low'&$select=id&$skip={skip}",
                    client.emulator.base_url()
                )
            );
        }
    }
    let found = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((found, ids.len()), (usize::try_from(total).unwrap(), found));
    assert!(found < 250);
}

#[test]
fn the_next_link_names_the_host_that_was_asked_for() {
    let client = Client::new();
    let reply = client.send("GET", LIST, &[("Host", "localhost:4711")], "");
    assert_eq!(reply.json()["@odata.nextLink"], "http://localhost:4711/v1.0/security/incidents?$skip=50");
}

#[test]
fn the_example_of_the_app_is_answered() {
    let client = Client::new();
    let filter = "status%20eq%20'active'%20or%20severity%20eq%20'medium'%20or%20determination%20eq%20'unknown'";
    let body = client.get(&format!("{LIST}?$skip=2&$count=true&$expand=alerts&$filter={filter}&$top=10")).json();
    assert_eq!(
        body["@odata.context"],
        format!("{}/v1.0/$metadata#security/incidents(alerts())", client.emulator.base_url())
    );
    let incidents = body["value"].as_array().unwrap();
    assert_eq!(incidents.len(), 10);
    assert!(body["@odata.count"].as_u64().unwrap() > 12);
    for incident in incidents {
        let alerts = incident["alerts"].as_array().unwrap();
        assert!((1..=4).contains(&alerts.len()));
        assert!(alerts.iter().all(|alert| alert["incidentId"] == incident["id"]));
        let matches = incident["status"] == "active"
            || incident["severity"] == "medium"
            || incident["determination"] == "unknown";
        assert!(matches, "{incident}");
    }
}

#[test]
fn a_top_of_fifty_one_is_refused_and_not_clamped() {
    let client = Client::new();
    assert_eq!(client.get(&format!("{LIST}?$top=50")).ids().len(), 50);
    refused(
        &client,
        "$top=51",
        "The limit of '50' for Top query has been exceeded. The value from the incoming request is '51'.",
    );
    refused(&client, "$top=0", "Invalid page size specified: '0'. Must be between 1 and 50 inclusive.");
    refused(
        &client,
        "$top=ten",
        "Invalid value 'ten' for $top query option found. The $top query option requires a non-negative integer value.",
    );
}

#[test]
fn filters_are_checked_for_fields_and_members() {
    let client = Client::new();
    refused(&client, "$filter=status%20eq%20'open'", "The string 'open' is not a valid enumeration type constant.");
    refused(
        &client,
        "$filter=displayName%20eq%20'x'",
        "The property 'displayName' cannot be used in the $filter query option.",
    );
    refused(&client, "$search=x", "The query parameter '$search' is not supported.");
    refused(&client, "$apply=x", "The query parameter '$apply' is not supported.");
}

#[test]
fn each_documented_field_filters() {
    let client = Client::new();
    let count = |filter: &str| -> u64 {
        let reply = client.get(&format!("{LIST}/$count?$filter={}", filter.replace(' ', "+")));
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/plain")), "{}", reply.text);
        reply.text.parse().unwrap()
    };
    for (field, value) in [
        ("status", "'resolved'"),
        ("severity", "'High'"),
        ("classification", "'truePositive'"),
        ("determination", "'phishing'"),
        ("assignedTo", "null"),
        ("assignedTo", "'soc.lead@haldenmarine.example'"),
    ] {
        let (equal, other) = (count(&format!("{field} eq {value}")), count(&format!("{field} ne {value}")));
        assert!(equal > 0 && other > 0, "{field}: {equal} and {other}");
        assert_eq!(equal + other, 250, "{field}");
        assert_eq!(count(&format!("not ({field} eq {value})")), other);
    }
    let middle = client.get(&format!("{LIST}?$skip=100&$top=1")).json()["value"][0]["createdDateTime"].clone();
    let middle = middle.as_str().unwrap();
    assert_eq!(count(&format!("createdDateTime ge {middle}")), 101);
    assert_eq!(count(&format!("createdDateTime lt {middle}")), 149);
    assert_eq!(count(&format!("lastUpdateDateTime ge {middle} or lastUpdateDateTime lt {middle}")), 250);
}

#[test]
fn select_and_orderby_work_as_clients_in_the_field_use_them() {
    let client = Client::new();
    let body = client.get(&format!("{LIST}?$select=status,id&$orderby=lastUpdateDateTime+asc&$top=2")).json();
    assert_eq!(keys(&body["value"][0]), ["id", "status"]);
    assert_eq!(
        body["@odata.context"],
        format!("{}/v1.0/$metadata#security/incidents(status,id)", client.emulator.base_url())
    );
    let oldest = client.get(&format!("{LIST}?$skip=249")).ids();
    assert_eq!(body["value"][0]["id"], oldest[0].as_str());
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
fn incidents_cannot_be_made_or_removed() {
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
