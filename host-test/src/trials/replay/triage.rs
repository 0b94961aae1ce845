//! The actions of triage that a recorded request belongs to.

use serde_json::{Map, Value, json};

use super::call::{
    ADD_ALERT_COMMENT, ADD_INCIDENT_COMMENT, Call, GET_ALERT, MERGE_INCIDENTS, MOVE_ALERTS, UPDATE_ALERT, is_number,
    is_plain, is_wire_word,
};

/// The statuses of an alert.
const STATUSES: [&str; 3] = ["new", "inProgress", "resolved"];

/// The action that sends this request without a query, if there is one.
pub(super) fn call(method: &str, segments: &[&str], body: &Value) -> Option<Call> {
    let (action, input) = match (method, segments) {
        ("GET", ["security", "alerts_v2", id]) if is_id(id) => (GET_ALERT, json!({ "alert_id": id })),
        ("PATCH", ["security", "alerts_v2", id]) if is_id(id) => (UPDATE_ALERT, update(id, body.as_object()?)?),
        ("POST", ["security", "incidents", id, "comments"]) if is_number(id) => {
            (ADD_INCIDENT_COMMENT, json!({ "incident_id": id, "comment": comment(body)? }))
        }
        ("POST", ["security", "alerts_v2", id, "comments"]) if is_id(id) => {
            (ADD_ALERT_COMMENT, json!({ "alert_id": id, "comment": comment(body)? }))
        }
        ("POST", ["security", "incidents", "mergeIncidents"]) => (
            MERGE_INCIDENTS,
            correlation(
                body,
                &[("incidentIds", "incident_ids"), ("incidentComment", "comment"), ("mergeReasons", "reasons")],
            )?,
        ),
        // Without an incident, null is sent.
        ("POST", ["security", "alerts_v2", "moveAlerts"]) if body.get("incidentId").is_some() => (
            MOVE_ALERTS,
            correlation(
                body,
                &[
                    ("alertIds", "alert_ids"),
                    ("incidentId", "incident_id"),
                    ("alertComment", "comment"),
                    ("newCorrelationReasons", "reasons"),
                ],
            )?,
        ),
        _ => return None,
    };
    Some(Call { action, input })
}

/// Ids with other characters are left to the generic action, which sends addresses as they are.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn comment(body: &Value) -> Option<&Value> {
    let body = body.as_object().filter(|body| body.len() == 2)?;
    let kind = body.get("@odata.type")?.as_str()?;
    let comment = body.get("comment")?;
    (kind == "microsoft.graph.security.alertComment" && is_plain(comment.as_str()?)).then_some(comment)
}

fn update(id: &str, body: &Map<String, Value>) -> Option<Value> {
    let mut input = Map::from_iter([("alert_id".to_owned(), Value::from(id))]);
    let mut clear = Vec::new();
    for (name, value) in body {
        let parameter = match name.as_str() {
            "assignedTo" => "assigned_to",
            "classification" | "determination" | "status" => name,
            _ => return None,
        };
        match value {
            Value::Null if parameter != "status" => clear.push(parameter),
            Value::String(word) if parameter == "status" => {
                STATUSES.iter().find(|status| status.eq_ignore_ascii_case(word))?;
                input.insert(parameter.to_owned(), value.clone());
            }
            Value::String(text) if is_plain(text) && is_wire_word(parameter, text) => {
                input.insert(parameter.to_owned(), value.clone());
            }
            _ => return None,
        }
    }
    input.insert("clear".to_owned(), clear.into());
    Some(Value::Object(input))
}

/// The input for a body with these members; lists and texts pass as they are, and null counts as absent.
fn correlation(body: &Value, members: &[(&str, &str)]) -> Option<Value> {
    let mut input = Map::new();
    for (name, value) in body.as_object()? {
        let (_, parameter) = members.iter().find(|(member, _)| member == name)?;
        let is_sent_so = match value {
            Value::Null => *parameter == "incident_id",
            Value::String(text) => is_plain(text) && !text.contains(", "),
            Value::Array(ids) => ids.iter().all(|id| id.as_str().is_some_and(is_plain)),
            _ => false,
        };
        if !is_sent_so {
            return None;
        }
        input.insert((*parameter).to_owned(), value.clone());
    }
    Some(Value::Object(input))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn stands_for(method: &str, path: &str, body: &Value, expected: Option<&Call>) {
        let segments: Vec<&str> = path.split('/').collect();
        let found = call(method, &segments, body);
        assert_eq!(found.as_ref(), expected, "{method} {path}");
    }

    #[test]
    fn requests_with_a_fixed_path_are_their_action() {
        let is = |action, input| Call { action, input };
        let path = "security/incidents/1/comments";
        let comment = json!({ "@odata.type": "microsoft.graph.security.alertComment", "comment": "x" });
        let input = json!({ "incident_id": "1", "comment": "x" });
        stands_for("POST", path, &comment, Some(&is(ADD_INCIDENT_COMMENT, input)));
        stands_for("POST", path, &json!({ "comment": "x" }), None);
        let path = "security/alerts_v2/a_1";
        let input = json!({ "alert_id": "a_1", "status": "new", "clear": ["assigned_to"] });
        stands_for("PATCH", path, &json!({ "status": "new", "assignedTo": null }), Some(&is(UPDATE_ALERT, input)));
        stands_for("PATCH", path, &json!({ "status": "active" }), None);
        let merge = json!({ "incidentIds": ["1", "2"], "mergeReasons": "sameActor" });
        let input = json!({ "incident_ids": ["1", "2"], "reasons": "sameActor" });
        stands_for("POST", "security/incidents/mergeIncidents", &merge, Some(&is(MERGE_INCIDENTS, input)));
        let path = "security/alerts_v2/moveAlerts";
        let input = json!({ "alert_ids": ["a"], "incident_id": null });
        stands_for("POST", path, &json!({ "alertIds": ["a"], "incidentId": null }), Some(&is(MOVE_ALERTS, input)));
        stands_for("POST", path, &json!({ "alertIds": ["a"] }), None);
    }
}
