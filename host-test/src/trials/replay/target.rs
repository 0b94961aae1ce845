//! The call that a recorded request belongs to.
//!
//! An action with a fixed path if the request could have come from it, otherwise the generic action. Which values an action accepts is
//! not known here: a request that it refuses goes through the generic action as well.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::call::{
    Call, ENUMS, GENERIC_ACTION, GET_INCIDENT, LIST_ALERTS, LIST_INCIDENTS, RUN_HUNTING_QUERY, UPDATE_INCIDENT,
    is_number, is_plain, is_wire_word,
};
use super::recording::{Request, text};
use super::report::Mismatch;
use super::triage;

/// Texts of an incident that can be set, with their parameters.
const TEXTS: [(&str, &str); 5] = [
    ("assignedTo", "assigned_to"),
    ("description", "description"),
    ("resolvingComment", "resolving_comment"),
    ("displayName", "display_name"),
    ("summary", "summary"),
];

/// Options of a list, with their parameters.
const OPTIONS: [(&str, &str); 6] = [
    ("$top", "max_results"),
    ("$skip", "skip"),
    ("$count", "count"),
    ("$filter", "filter"),
    ("$expand", "expand"),
    ("$orderby", "order_by"),
];
/// Those before this one are the options of alerts too.
const EXPAND: usize = 4;

/// Where a recorded request went.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) api_version: &'static str,
    /// Below the API version, percent-encoded as recorded.
    pub(crate) resource: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Target {
    /// Of a request to Graph.
    pub(crate) fn of(request: &Request) -> Result<Self, Mismatch> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let (api_version, resource) = ["v1.0", "beta"]
            .into_iter()
            .find_map(|version| Some((version, path.strip_prefix('/')?.strip_prefix(version)?.strip_prefix('/')?)))
            .ok_or_else(|| {
                let message = format!("'{path}' is neither below /v1.0 or /beta nor a token endpoint");
                Mismatch::new("request.path", message)
            })?;
        let body = match &request.body {
            // A recording may hold the JSON as text.
            Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| request.body.clone()),
            json => json.clone(),
        };
        Ok(Self { api_version, resource: resource.to_owned(), query: pairs(query), body })
    }

    /// The action with a fixed path that sends this, if there is one.
    pub(crate) fn typed(&self, method: &str) -> Option<Call> {
        let segments: Vec<&str> = self.resource.split('/').collect();
        match (method, segments.as_slice()) {
            ("GET", ["security", "incidents"]) => {
                Some(Call { action: LIST_INCIDENTS, input: options(&self.query, &OPTIONS)? })
            }
            ("GET", ["security", "incidents", id]) if is_number(id) => {
                let mut input = options(&self.query, &OPTIONS[EXPAND..=EXPAND])?;
                input["incident_id"] = (*id).into();
                Some(Call { action: GET_INCIDENT, input })
            }
            ("GET", ["security", "alerts_v2"]) => {
                Some(Call { action: LIST_ALERTS, input: options(&self.query, &OPTIONS[..EXPAND])? })
            }
            _ if !self.query.is_empty() => None,
            ("PATCH", ["security", "incidents", id]) if is_number(id) => update(id, self.body.as_object()?),
            ("POST", ["security", "runHuntingQuery"]) => hunt(self.body.as_object()?),
            (method, segments) => triage::call(method, segments, &self.body),
        }
    }

    /// The generic action, which sends anything.
    pub(crate) fn generic(&self, method: &str) -> Call {
        let query: Map<String, Value> =
            self.query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        // As text, because an empty object would count as absent.
        let input = json!({
            "method": method, "endpoint": self.resource, "query_params": query, "payload": text(&self.body),
        });
        Call { action: GENERIC_ACTION, input }
    }
}

/// Names and values of a query, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let split = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(split).collect()
}

/// The parameters for the options of a list; `None` if it has others.
fn options(query: &[(String, String)], known: &[(&str, &str)]) -> Option<Value> {
    let mut input = Map::new();
    for (name, value) in query {
        let (_, parameter) = known.iter().find(|(option, _)| option == name)?;
        let sent_so = match name.as_str() {
            "$count" => value == "true",
            "$expand" => value == "alerts",
            _ => is_plain(value),
        };
        if !sent_so || input.insert((*parameter).to_owned(), value.as_str().into()).is_some() {
            return None;
        }
    }
    Some(Value::Object(input))
}

fn hunt(body: &Map<String, Value>) -> Option<Call> {
    let mut input = Map::new();
    for (name, value) in body {
        let parameter = match name.to_ascii_lowercase().as_str() {
            "query" => "query",
            "timespan" => "time_span",
            _ => return None,
        };
        let value = value.as_str().filter(|text| is_plain(text))?;
        input.insert(parameter.to_owned(), value.into());
    }
    Some(Call { action: RUN_HUNTING_QUERY, input: Value::Object(input) })
}

fn update(id: &str, body: &Map<String, Value>) -> Option<Call> {
    let mut input = Map::from_iter([("incident_id".to_owned(), Value::from(id))]);
    let mut clear = Vec::new();
    for (name, value) in body {
        let parameter = parameter(name)?;
        match value {
            Value::Null if parameter != "custom_tags" => clear.push(parameter),
            Value::Array(tags) if tags.is_empty() && parameter == "custom_tags" => clear.push(parameter),
            Value::Array(_) if parameter == "custom_tags" => {
                input.insert(parameter.to_owned(), value.clone());
            }
            Value::String(text) if is_plain(text) && is_wire_word(parameter, text) => {
                input.insert(parameter.to_owned(), value.clone());
            }
            _ => return None,
        }
    }
    input.insert("clear".to_owned(), clear.into());
    Some(Call { action: UPDATE_INCIDENT, input: Value::Object(input) })
}

/// The parameter for a property, whose name may be in any case.
fn parameter(property: &str) -> Option<&'static str> {
    let same = |name: &str| name.eq_ignore_ascii_case(property);
    let words = ENUMS.iter().find(|(name, _)| same(name)).map(|(name, _)| *name);
    let texts = TEXTS.iter().find(|(name, _)| same(name)).map(|(_, parameter)| *parameter);
    words.or(texts).or_else(|| same("customTags").then_some("custom_tags"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn stands_for(method: &str, path: &str, body: Value, action: &str, input: Value) {
        let headers = super::super::Headers::default();
        let request = Request { method: method.into(), path: path.into(), headers, body };
        let target = Target::of(&request).unwrap();
        let call = target.typed(method).unwrap_or_else(|| target.generic(method));
        assert_eq!((call.action, call.input), (action, input));
    }

    #[test]
    fn requests_with_a_fixed_path_are_their_action() {
        let none = Value::Null;
        stands_for("GET", "/v1.0/security/incidents/29", none.clone(), GET_INCIDENT, json!({ "incident_id": "29" }));
        let input = json!({ "max_results": "50", "filter": "status eq 'active'" });
        let path = "/beta/security/incidents?$top=50&%24filter=status+eq+%27active%27";
        stands_for("GET", path, none, LIST_INCIDENTS, input);
        let input = json!({ "query": "A | take 1", "time_span": "P1D" });
        let body = json!({ "query": "A | take 1", "Timespan": "P1D" });
        stands_for("POST", "/v1.0/security/runHuntingQuery", body, RUN_HUNTING_QUERY, input);
        let body = json!({ "assignedTo": null, "determination": "Malware", "customTags": [] });
        let input = json!({ "incident_id": "1", "determination": "Malware", "clear": ["assigned_to", "custom_tags"] });
        stands_for("PATCH", "/v1.0/security/incidents/1", body, UPDATE_INCIDENT, input);
    }

    #[test]
    fn everything_else_is_generic() {
        let generic = |method: &str, path: &str, body: Value, input: Value| {
            stands_for(method, &format!("/v1.0/{path}"), body, GENERIC_ACTION, input);
        };
        let input = json!({
            "method": "GET", "endpoint": "security/incidents", "query_params": { "$select": "id" }, "payload": "",
        });
        generic("GET", "security/incidents?$select=id", Value::Null, input);
        let input = json!({
            "method": "PATCH", "endpoint": "security/incidents/1", "query_params": {},
            "payload": r#"{"determination":"Clean"}"#,
        });
        generic("PATCH", "security/incidents/1", json!({ "determination": "Clean" }), input);
    }

    #[test]
    fn a_path_elsewhere_is_named() {
        let request = Request {
            method: "GET".into(),
            path: "/v2.0/me".into(),
            headers: super::super::Headers::default(),
            body: Value::Null,
        };
        assert_eq!(Target::of(&request).unwrap_err().field, "request.path");
    }
}
