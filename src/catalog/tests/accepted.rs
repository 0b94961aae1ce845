//! What the catalog shows and allows is accepted.

use super::*;
use crate::sample::{CONFIG, INCIDENT, invoke, token};
use crate::wire::scripted::{ScriptedHost, answer};

/// Runs input against a service that answers anything with an object that is everything in one.
fn runs(action: &str, config: &str, input: &str) -> Result<String, crate::text::fault::Fault> {
    let mut body: serde_json::Value = serde_json::from_str(INCIDENT).expect("JSON");
    for member in ["value", "schema", "results", "alerts"] {
        body[member] = serde_json::json!([]);
    }
    body["targetIncidentId"] = "29".into();
    let body = body.to_string();
    let host = ScriptedHost::new([token(), answer(200, &body), answer(200, &body)]);
    invoke(&host, action, config, input)
}

#[test]
fn each_example_runs() {
    for action in describe().actions {
        runs(&action.name, CONFIG, &action.example_json).expect(&action.name);
    }
}

/// The smallest input that an action accepts, with one more member.
fn input_with(action: &str, name: &str, value: &serde_json::Value) -> String {
    let mut input = match action {
        "get_incident_details" => serde_json::json!({ "incident_id": "29" }),
        "run_hunting_query" => serde_json::json!({ "query": "T" }),
        "update_incident" => serde_json::json!({ "incident_id": "29", "assigned_to": "x" }),
        "add_incident_comment" => serde_json::json!({ "incident_id": "29", "comment": "x" }),
        "get_alert" => serde_json::json!({ "alert_id": "a" }),
        "update_alert" => serde_json::json!({ "alert_id": "a", "assigned_to": "x" }),
        "add_alert_comment" => serde_json::json!({ "alert_id": "a", "comment": "x" }),
        "merge_incidents" => serde_json::json!({ "incident_ids": ["29", "30"] }),
        "move_alerts" => serde_json::json!({ "alert_ids": ["a"] }),
        "generic_action" => serde_json::json!({ "method": "POST", "endpoint": "x" }),
        _ => serde_json::json!({}),
    };
    if name == "clear" {
        input.as_object_mut().expect("an object").remove("assigned_to");
    }
    if name == "tag_mode" && value.as_str().is_some_and(|mode| !mode.eq_ignore_ascii_case("replace")) {
        input["custom_tags"] = serde_json::json!(["x"]);
    }
    input[name] = value.clone();
    input.to_string()
}

#[test]
fn each_example_default_and_allowed_value_is_taken() {
    for action in describe().actions {
        for parameter in &action.parameters {
            let (name, kind) = (parameter.name.as_str(), parameter.kind);
            let mut values: Vec<String> = parameter.default_value.iter().chain(&parameter.example).cloned().collect();
            values.extend(parameter.allowed_values.iter().filter(|value| *value != "unknownFutureValue").cloned());
            if name == "cursor" {
                let list = if action.name == "list_alerts" { "alerts_v2" } else { "incidents" };
                values.push(format!("https://graph.microsoft.com/v1.0/security/{list}?$skip=50"));
            }
            for limit in [parameter.minimum, parameter.maximum].into_iter().flatten() {
                values.push(limit.to_string());
            }
            if !parameter.allowed_values.is_empty() {
                // Words may be in any case.
                values.extend(values.clone().iter().map(|value| value.to_uppercase()));
            }
            for value in values.into_iter().filter(|_| kind != ParameterKind::KeyValue) {
                let input = input_with(&action.name, name, &value.into());
                runs(&action.name, CONFIG, &input).expect(&input);
            }
        }
    }
}

#[test]
fn the_key_value_examples_are_taken() {
    for (name, example) in
        [("query_params", r#"{"$top": 5}"#), ("extra_fields", r#"{"retry_count": 2, "retry_wait": 5}"#)]
    {
        let parameters = action("generic_action").parameters;
        let shown = parameters.into_iter().find(|parameter| parameter.name == name).and_then(|found| found.example);
        assert_eq!(shown.as_deref(), Some(example));
        let object: serde_json::Value = serde_json::from_str(example).expect("JSON");
        runs("generic_action", CONFIG, &input_with("generic_action", name, &object)).expect(name);
    }
}

#[test]
fn values_newer_than_the_connector_are_refused_with_the_reason() {
    for (name, allowed) in [
        ("status", "active, inProgress, resolved, redirected, awaitingAction"),
        ("classification", "unknown, falsePositive, truePositive, informationalExpectedActivity"),
        ("severity", "unknown, informational, low, medium, high"),
    ] {
        let listed = action("update_incident").parameters;
        let parameter = listed.into_iter().find(|parameter| parameter.name == name).expect(name);
        assert!(parameter.allowed_values.iter().any(|value| value == "unknownFutureValue"));
        assert_eq!(
            parameter.comment.as_deref(),
            Some("unknownFutureValue stands for values newer than this connector: it can be read but not set.")
        );
        let input = input_with("update_incident", name, &"unknownFutureValue".into());
        let error = runs("update_incident", CONFIG, &input).expect_err(name);
        assert_eq!(
            error.message,
            format!(
                "{name}: 'unknownFutureValue' stands for a value that this connector does not know; it can be read but not \
                 set; allowed: {allowed}"
            )
        );
    }
}

#[test]
fn the_configuration_accepts_its_examples_defaults_and_limits() {
    for parameter in describe().configuration {
        let name = parameter.name.as_str();
        let mut values: Vec<String> = parameter.default_value.into_iter().chain(parameter.example).collect();
        if parameter.kind != ParameterKind::KeyValue {
            values.extend(parameter.allowed_values);
        }
        values.extend([parameter.minimum, parameter.maximum].into_iter().flatten().map(|limit| limit.to_string()));
        for value in values {
            let mut config: serde_json::Value = serde_json::from_str(CONFIG).expect("JSON");
            config[name] = if name == "endpoints" { serde_json::from_str(&value).expect("JSON") } else { value.into() };
            let config = config.to_string();
            runs("get_incident_details", &config, r#"{"incident_id":"29"}"#).expect(&config);
        }
    }
}
