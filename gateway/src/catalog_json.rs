//! The catalog as JSON, in the form that `host-test describe --json` prints: absent values are left out.

use serde_json::{Map, Value, json};

use crate::bindings::catalog::{Action, CloudHosts, Connector, Effect, Parameter, ParameterKind};

/// The whole catalog.
pub fn catalog(connector: &Connector) -> Value {
    json!({
        "name": connector.name,
        "vendor": connector.vendor,
        "category": connector.category,
        "description": connector.description,
        "connector_version": connector.connector_version,
        "component_version": connector.component_version,
        "api_version": connector.api_version,
        "configuration": connector.configuration.iter().map(parameter).collect::<Vec<_>>(),
        "actions": connector.actions.iter().map(action).collect::<Vec<_>>(),
        "hosts": connector.hosts.iter().map(hosts).collect::<Vec<_>>(),
    })
}

/// What an action does to the service's data, in a word.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Any => "any",
    }
}

fn kind(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Text => "text",
        ParameterKind::Password => "password",
        ParameterKind::Integer => "integer",
        ParameterKind::Boolean => "boolean",
        ParameterKind::TextList => "text-list",
        ParameterKind::KeyValue => "key-value",
        ParameterKind::Any => "any",
    }
}

fn action(action: &Action) -> Value {
    json!({
        "name": action.name,
        "function": action.function,
        "title": action.title,
        "description": action.description,
        "effect": effect(action.effect),
        "permissions": action.permissions,
        "parameters": action.parameters.iter().map(parameter).collect::<Vec<_>>(),
        // The interface has it as text.
        "example": serde_json::from_str::<Value>(&action.example_json).unwrap_or_default(),
    })
}

fn parameter(parameter: &Parameter) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), parameter.name.as_str().into());
    object.insert("title".into(), parameter.title.as_str().into());
    object.insert("description".into(), parameter.description.as_str().into());
    object.insert("kind".into(), kind(parameter.kind).into());
    object.insert("required".into(), parameter.required.into());
    optional(&mut object, "default_value", parameter.default_value.as_deref());
    object.insert("allowed_values".into(), json!(parameter.allowed_values));
    optional(&mut object, "minimum", parameter.minimum);
    optional(&mut object, "maximum", parameter.maximum);
    optional(&mut object, "example", parameter.example.as_deref());
    optional(&mut object, "comment", parameter.comment.as_deref());
    Value::Object(object)
}

fn optional(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.into(), value.into());
    }
}

fn hosts(hosts: &CloudHosts) -> Value {
    json!({ "cloud": hosts.cloud, "login": hosts.login, "graph": hosts.graph })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Connector as _;
    use crate::scripted::Scripted;

    #[test]
    fn absent_values_are_left_out_and_examples_are_json() {
        let catalog = catalog(&Scripted::default().describe());
        assert_eq!(
            catalog["configuration"][3].to_string(),
            r#"{"name":"timeout","title":"Timeout","description":"Seconds.","kind":"integer","required":false,"allowed_values":[],"minimum":15,"maximum":120}"#
        );
        assert_eq!(catalog["actions"][0]["example"].to_string(), r#"{"max_results":"5"}"#);
        assert_eq!(catalog["hosts"][0]["graph"], "graph.example");
    }
}
