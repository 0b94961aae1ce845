//! The calls that are measured.

use serde_json::{Value, json};

/// Rows of the largest hunt: the limit of the service.
pub(crate) const ROWS_MAX: u32 = 100_000;

/// A call of an action.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// Its name in a report.
    pub(crate) name: &'static str,
    /// Its name for `json.invoke`.
    pub(crate) action: &'static str,
    pub(crate) input: String,
}

/// The five actions with answers of a few kilobytes.
pub(crate) fn actions() -> [Work; 5] {
    let update = json!({"incident_id": "2972395", "status": "inProgress", "custom_tags": ["Night shift"]});
    let generic = json!({"method": "GET", "endpoint": "security/alerts_v2", "query_params": {"$top": 3}});
    [
        incident(),
        Work { name: "list_incidents", action: "list_incidents", input: json!({"max_results": 10}).to_string() },
        hunt(10),
        Work { name: "update_incident", action: "update_incident", input: update.to_string() },
        Work { name: "generic_action", action: "generic_action", input: generic.to_string() },
    ]
}

/// The smallest of them.
pub(crate) fn incident() -> Work {
    let input = json!({"incident_id": "2972395"}).to_string();
    Work { name: "get_incident_details", action: "get_incident_details", input }
}

/// A hunt with this many rows of about 500 bytes.
pub(crate) fn hunt(rows: u32) -> Work {
    let input = json!({"query": format!("SyntheticEvents | take {rows}")}).to_string();
    Work { name: "run_hunting_query", action: "run_hunting_query", input }
}

/// A page of incidents with their alerts.
pub(crate) fn page(incidents: u32) -> Work {
    let input = json!({"max_results": incidents, "expand": "alerts"}).to_string();
    Work { name: "list_incidents with alerts", action: "list_incidents", input }
}

/// A request to any endpoint.
pub(crate) fn generic(method: &str, endpoint: &str, payload: &Value) -> Work {
    let input = json!({"method": method, "endpoint": endpoint, "payload": payload}).to_string();
    Work { name: "generic_action", action: "generic_action", input }
}

/// An update that adds a tag to those of an incident.
pub(crate) fn add_tag(tag: &str) -> Work {
    let input = json!({"incident_id": "2972395", "custom_tags": [tag], "tag_mode": "append"}).to_string();
    Work { name: "update_incident with tags", action: "update_incident", input }
}
