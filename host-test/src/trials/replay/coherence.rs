//! Checks that a recording does not contradict itself.
//!
//! A recording that was edited by hand, or assembled from two exchanges, can be detected only where it states the same
//! fact twice.

use serde_json::{Map, Value};

use super::call::{Call, GET_ALERT, GET_INCIDENT, LIST_INCIDENTS, RUN_HUNTING_QUERY, UPDATE_ALERT, UPDATE_INCIDENT};
use super::compare::{Rule, differences, shown};
use super::expectation::is_page;
use super::recording::Recording;
use super::report::Mismatch;
use super::target::Target;

/// Where an exchange with Graph contradicts itself. `call` is the action that its request belongs to.
pub(crate) fn of_graph(recording: &Recording, target: &Target, call: &Call) -> Vec<Mismatch> {
    let (status, body) = (recording.response.status, &recording.response.body);
    let mut all = Vec::from_iter(status_and_body(status, body));
    if status >= 300 || is_page(&recording.response) || !all.is_empty() {
        return all;
    }
    match (call.action, body) {
        (GET_INCIDENT | UPDATE_INCIDENT | GET_ALERT | UPDATE_ALERT, Value::Object(incident)) => {
            let asked = call.input.get("incident_id").unwrap_or(&call.input["alert_id"]);
            if incident.get("id") != Some(asked) {
                let message = format!("is not the object that the path asks for, {}", shown(asked));
                all.push(Mismatch::new("response.body.id", message));
            }
            if let Some(change) = target.body.as_object() {
                all.extend(applied(change, incident));
            }
        }
        (LIST_INCIDENTS, body) => all.extend(page(target, body)),
        (RUN_HUNTING_QUERY, body) => all.extend(rows(body)),
        _ => all.extend(comment(recording, target)),
    }
    all
}

/// Where an answer of the token endpoint contradicts itself.
pub(crate) fn of_token_endpoint(recording: &Recording) -> Vec<Mismatch> {
    let body = &recording.response.body;
    let mut all = Vec::new();
    let is_token = body.get("access_token").is_some();
    if recording.response.status >= 400 && is_token {
        all.push(Mismatch::new("response.status", format!("{} comes with a token", recording.response.status)));
    }
    if recording.response.status < 300 && !is_token {
        all.push(Mismatch::new("response.body.access_token", "is missing in a success"));
    }
    if let Some(description) = body.get("error_description").and_then(Value::as_str) {
        let told = |name: &str, value: Option<String>| {
            value.filter(|value| !description.contains(value)).map(|value| {
                Mismatch::new(format!("response.body.{name}"), format!("{value} is not what error_description says"))
            })
        };
        let number = body.pointer("/error_codes/0").and_then(Value::as_u64).map(|number| format!("AADSTS{number}:"));
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        all.extend(told("error_codes", number.filter(|_| description.starts_with("AADSTS"))));
        if description.contains("Trace ID:") {
            all.extend(told("trace_id", text("trace_id")));
            all.extend(told("correlation_id", text("correlation_id")));
        }
    }
    all
}

fn status_and_body(status: u16, body: &Value) -> Option<Mismatch> {
    let is_error = body.get("error").is_some_and(Value::is_object);
    let is_answer = body.get("@odata.context").is_some();
    match status {
        ..300 if is_error => Some(Mismatch::new("response.status", format!("{status} comes with an error"))),
        400.. if is_answer => Some(Mismatch::new("response.status", format!("{status} comes with an answer"))),
        _ => None,
    }
}

/// The answer to an update shows what was set.
fn applied(change: &Map<String, Value>, incident: &Map<String, Value>) -> Vec<Mismatch> {
    let shown = change.iter().filter_map(|(name, value)| {
        let (_, now) = incident.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(differences(&format!("response.body.{name}"), value, now, Rule::Sent))
    });
    shown.flatten().collect()
}

fn page(target: &Target, body: &Value) -> Vec<Mismatch> {
    let option = |name: &str| target.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let Some(incidents) = body.get("value").and_then(Value::as_array) else {
        return vec![Mismatch::new("response.body.value", "is missing in a page")];
    };
    let mut all = Vec::new();
    let top = option("$top").and_then(|top| top.parse::<usize>().ok());
    if top.is_some_and(|top| incidents.len() > top) {
        let message = format!("has {} incidents, more than $top", incidents.len());
        all.push(Mismatch::new("response.body.value", message));
    }
    if option("$count") == Some("true") && body.get("@odata.count").is_none() {
        all.push(Mismatch::new("response.body.@odata.count", "is missing though it was asked for"));
    }
    if option("$expand").is_some() {
        let without = incidents.iter().position(|incident| incident.get("alerts").is_none());
        all.extend(without.map(|at| {
            Mismatch::new(format!("response.body.value[{at}].alerts"), "is missing though it was asked for")
        }));
    }
    all
}

/// The rows have the columns of the schema; samples write both in different cases.
fn rows(body: &Value) -> Vec<Mismatch> {
    let (Some(schema), Some(rows)) = (list(body, "schema"), list(body, "results")) else {
        return vec![Mismatch::new("response.body", "has no schema and results")];
    };
    let name = |column: &Value| Some(column.get("name").or_else(|| column.get("Name"))?.as_str()?.to_lowercase());
    let columns: Vec<String> = schema.iter().filter_map(name).collect();
    let cells = rows
        .iter()
        .enumerate()
        .flat_map(|(at, row)| row.as_object().into_iter().flat_map(Map::keys).map(move |key| (at, key)));
    cells
        .filter(|(_, key)| !key.contains('@') && !columns.contains(&key.to_lowercase()))
        .map(|(at, key)| Mismatch::new(format!("response.body.results[{at}].{key}"), "is not a column of the schema"))
        .collect()
}

fn list<'v>(body: &'v Value, name: &str) -> Option<&'v Vec<Value>> {
    body.get(name).and_then(Value::as_array)
}

/// A comment that was made is among those that come back.
fn comment(recording: &Recording, target: &Target) -> Option<Mismatch> {
    if recording.request.method != "POST" || !target.resource.ends_with("/comments") {
        return None;
    }
    let sent = target.body.get("comment")?;
    let known = list(&recording.response.body, "value")?.iter().any(|comment| comment.get("comment") == Some(sent));
    (!known).then(|| Mismatch::new("response.body.value", format!("lacks the comment {}", shown(sent))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn contradicts(method: &str, path: &str, sent: &Value, status: u16, answered: &Value, fields: &[&str]) {
        let text = json!({
            "source": "", "request": { "method": method, "path": path, "body": sent },
            "response": { "status": status, "body": answered },
        });
        let recording = Recording::parse(&text.to_string()).unwrap();
        let all = if recording.is_token() {
            of_token_endpoint(&recording)
        } else {
            let target = Target::of(&recording.request).unwrap();
            let call = target.typed(method).unwrap_or_else(|| target.generic(method));
            of_graph(&recording, &target, &call)
        };
        assert_eq!(all.iter().map(|mismatch| mismatch.field.as_str()).collect::<Vec<_>>(), fields);
    }

    #[test]
    fn a_status_fits_its_body() {
        let get = |status, body: &Value, fields: &[&str]| {
            contradicts("GET", "/v1.0/security/alerts_v2", &Value::Null, status, body, fields);
        };
        get(200, &json!({ "error": {} }), &["response.status"]);
        get(403, &json!({ "@odata.context": "x" }), &["response.status"]);
        get(403, &json!({ "error": {} }), &[]);
        get(502, &Value::Null, &[]);
    }

    #[test]
    fn an_incident_is_the_one_asked_for_and_shows_what_was_set() {
        let path = "/v1.0/security/incidents/29";
        contradicts("GET", path, &Value::Null, 200, &json!({ "id": "30" }), &["response.body.id"]);
        let sent = json!({ "severity": "High", "customTags": ["a"] });
        contradicts("PATCH", path, &sent, 200, &json!({ "id": "29", "severity": "high", "customTags": ["a"] }), &[]);
        let other = json!({ "id": "29", "severity": "low", "customTags": ["b"] });
        let fields = ["response.body.severity", "response.body.customTags[0]"];
        contradicts("PATCH", path, &sent, 200, &other, &fields);
    }

    #[test]
    fn a_page_has_what_was_asked_for() {
        let path = "/v1.0/security/incidents?$top=1&$count=true&$expand=alerts";
        let good = json!({ "@odata.count": 9, "value": [{ "alerts": [] }] });
        contradicts("GET", path, &Value::Null, 200, &good, &[]);
        let fields = ["response.body.value", "response.body.@odata.count", "response.body.value[1].alerts"];
        contradicts("GET", path, &Value::Null, 200, &json!({ "value": [{ "alerts": [] }, {}] }), &fields);
    }

    #[test]
    fn rows_and_comments_are_those_asked_for() {
        let path = "/v1.0/security/runHuntingQuery";
        let result =
            json!({ "schema": [{ "name": "Name" }], "results": [{ "name": 1, "x@odata.type": "" }, { "Y": 1 }] });
        contradicts("POST", path, &json!({ "Query": "A" }), 200, &result, &["response.body.results[1].Y"]);
        let path = "/v1.0/security/incidents/1/comments";
        let answer = json!({ "value": [{ "comment": "a" }] });
        contradicts("POST", path, &json!({ "comment": "b" }), 200, &answer, &["response.body.value"]);
    }

    #[test]
    fn a_refusal_says_the_same_twice() {
        let path = "/t/oauth2/v2.0/token";
        let refusal = |number: u32, trace: &str| {
            json!({ "error": "invalid_client", "error_codes": [number], "trace_id": trace,
                "error_description": "AADSTS7000215: No.\r\nTrace ID: a" })
        };
        contradicts("POST", path, &Value::Null, 401, &refusal(7_000_215, "a"), &[]);
        let fields = ["response.body.error_codes", "response.body.trace_id"];
        contradicts("POST", path, &Value::Null, 401, &refusal(7_000_222, "b"), &fields);
        contradicts("POST", path, &Value::Null, 200, &json!({}), &["response.body.access_token"]);
    }
}
