//! The calls that faults are tried with: each action, and the variants that take other paths through the component.

use serde_json::{Value, json};

/// What a call does at the service, as far as the contract distinguishes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Hunt,
    /// Sets values.
    Assign,
    /// Any other write.
    Write,
}

/// A column of the matrix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action {
    pub(crate) title: &'static str,
    pub(crate) name: &'static str,
    pub(crate) effect: Effect,
    /// Whether it is the generic action, which accepts any success.
    pub(crate) generic: bool,
    /// Whether it asks for alerts, and again without them if that fails.
    pub(crate) expands: bool,
    /// Whether it uses incidents up, and so needs a tenant of its own.
    pub(crate) uses_up: bool,
}

const READ: Action = Action {
    title: "get",
    name: "get_incident_details",
    effect: Effect::Read,
    generic: false,
    expands: false,
    uses_up: false,
};
/// An alert of the emulator.
const ALERT: &str = "fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1";
/// Incidents of the emulator that can be merged: for the call in trouble, and for the one afterwards.
const MERGEABLE: [[&str; 2]; 2] = [["2972407", "2972401"], ["2972392", "2972374"]];
/// Marks what is written after the trouble.
pub(crate) const AFTERWARDS: &str = "afterwards";

/// All columns.
pub(crate) const ACTIONS: [Action; 15] = [
    READ,
    Action { title: "list", name: "list_incidents", ..READ },
    Action { title: "expand", name: "list_incidents", expands: true, ..READ },
    Action { title: "hunt", name: "run_hunting_query", effect: Effect::Hunt, ..READ },
    Action { title: "update", name: "update_incident", effect: Effect::Assign, ..READ },
    Action { title: "read", name: "generic_action", generic: true, ..READ },
    Action { title: "write", name: "generic_action", effect: Effect::Write, generic: true, ..READ },
    Action { title: "comment", name: "add_incident_comment", effect: Effect::Write, ..READ },
    Action { title: "alerts", name: "list_alerts", ..READ },
    Action { title: "alert", name: "get_alert", ..READ },
    Action { title: "close", name: "update_alert", effect: Effect::Assign, ..READ },
    Action { title: "remark", name: "add_alert_comment", effect: Effect::Write, ..READ },
    Action { title: "merge", name: "merge_incidents", effect: Effect::Write, uses_up: true, ..READ },
    Action { title: "move", name: "move_alerts", effect: Effect::Write, ..READ },
    Action { title: "poll", name: "poll_incidents", ..READ },
];

impl Action {
    /// Input for `json.invoke` on an incident; `mark` makes a write recognisable.
    pub(crate) fn input(&self, incident_id: &str, mark: &str) -> Value {
        match self.title {
            "get" => json!({ "incident_id": incident_id }),
            "list" => json!({ "max_results": 5 }),
            "expand" => json!({ "max_results": 2, "expand": "alerts" }),
            "hunt" => json!({ "query": "DeviceInfo | take 2" }),
            "update" => json!({ "incident_id": incident_id, "description": mark }),
            "read" => json!({ "method": "GET", "endpoint": "security/alerts_v2", "query_params": { "$top": 2 } }),
            "comment" => json!({ "incident_id": incident_id, "comment": mark }),
            "alerts" => json!({ "max_results": 2 }),
            "alert" => json!({ "alert_id": ALERT }),
            "close" => json!({ "alert_id": ALERT, "assigned_to": mark }),
            "remark" => json!({ "alert_id": ALERT, "comment": mark }),
            "merge" => json!({ "incident_ids": MERGEABLE[usize::from(mark == AFTERWARDS)] }),
            "move" => json!({ "alert_ids": [ALERT], "comment": mark }),
            "poll" => json!({ "since": "2026-01-01T00:00:00Z", "max_results": 2 }),
            _ => json!({
                "method": "POST", "endpoint": format!("security/incidents/{incident_id}/comments"),
                "payload": { "@odata.type": "microsoft.graph.security.alertComment", "comment": mark },
            }),
        }
    }

    /// Whether it changes something at the service.
    pub(crate) fn writes(&self) -> bool {
        matches!(self.effect, Effect::Assign | Effect::Write)
    }
}
