//! Lists of incidents: section 3 of the wire contract.
//! Pages, filters and the other query options.

use serde_json::{Value, json};

use crate::client::{Client, query_error};

const LIST: &str = "/v1.0/security/incidents";

#[track_caller]
fn refused(client: &Client, query: &str, message: &str) {
    let reply = client.get(&format!("{LIST}?{query}"));
    assert_eq!((reply.status, reply.error()), (400, query_error(message)), "{query}");
}

fn keys(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
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
    assert_eq!(client.get(&format!("{LIST}?$apply=x")).status, 501);
    assert_eq!(client.get(&format!("{LIST}?$filter=contains(assignedTo,'x')")).status, 501);
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
fn what_was_changed_since_is_listed_oldest_change_first_and_ties_by_id() {
    let client = Client::new();
    let since = client.get(&format!("{LIST}?$skip=30&$top=1")).json()["value"][0]["lastUpdateDateTime"].clone();
    // Four incidents that change in the same tick.
    let merged = ["2972410", "2972401", "2972395", "2972392"];
    let reply = client.write("POST", &format!("{LIST}/mergeIncidents"), &json!({"incidentIds": merged}));
    assert_eq!(reply.status, 200, "{}", reply.text);
    let options = "$orderby=lastUpdateDateTime+asc&$top=7&$count=true&$select=id,lastUpdateDateTime";
    let path = format!("{LIST}?$filter=lastUpdateDateTime+ge+{}&{options}", since.as_str().unwrap());
    let (mut found, mut total, mut next) = (Vec::new(), 0, Some(path));
    while let Some(link) = next {
        let body = client.get(&link).json();
        total = usize::try_from(body["@odata.count"].as_u64().unwrap()).unwrap();
        let page = body["value"].as_array().unwrap().clone();
        next = body["@odata.nextLink"].as_str().map(str::to_owned);
        assert!(page.len() == 7 || next.is_none());
        found.extend(page);
    }
    let key = |it: &Value| {
        let at: jiff::Timestamp = it["lastUpdateDateTime"].as_str().unwrap().parse().unwrap();
        (at, it["id"].as_str().unwrap().parse::<u64>().unwrap())
    };
    let keys: Vec<_> = found.iter().map(key).collect();
    assert!(total > 20 && keys.len() == total && keys.is_sorted_by(|left, right| left < right), "{keys:?}");
    let last: Vec<u64> = keys[total - 4..].iter().map(|(_, id)| *id).collect();
    assert_eq!(last, [2_972_392, 2_972_395, 2_972_401, 2_972_410]);
    assert_eq!(keys[total - 4].0, keys[total - 1].0, "they changed at the same time");
}
