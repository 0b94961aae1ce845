//! The catalog as JSON, which hosts pass on unchanged.

use crate::text::json::{self, Writer};
use crate::wit::catalog::{Action, CloudHosts, Connector, Effect, Parameter, ParameterKind};

/// The connector as JSON: names in snake_case, absent values left out.
pub fn json(connector: &Connector) -> String {
    let mut object = Writer::new();
    object.text("name", &connector.name);
    object.text("vendor", &connector.vendor);
    object.text("category", &connector.category);
    object.text("description", &connector.description);
    object.text("connector_version", &connector.connector_version);
    object.text("component_version", &connector.component_version);
    object.text("api_version", &connector.api_version);
    object.json("configuration", &list(&connector.configuration, parameter_json));
    object.json("actions", &list(&connector.actions, action_json));
    object.json("hosts", &list(&connector.hosts, hosts_json));
    object.finish()
}

fn list<T>(items: &[T], json: fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(","))
}

fn action_json(action: &Action) -> String {
    let mut object = Writer::new();
    object.text("name", &action.name);
    object.text("function", &action.function);
    object.text("title", &action.title);
    object.text("description", &action.description);
    object.text("effect", effect_word(action.effect));
    object.json("permissions", &json::list(&action.permissions));
    object.json("parameters", &list(&action.parameters, parameter_json));
    object.json("example", &action.example_json);
    object.finish()
}

fn parameter_json(parameter: &Parameter) -> String {
    let mut object = Writer::new();
    object.text("name", &parameter.name);
    object.text("title", &parameter.title);
    object.text("description", &parameter.description);
    object.text("kind", kind_word(parameter.kind));
    object.json("required", &parameter.required.to_string());
    object.optional("default_value", parameter.default_value.as_deref().map(json::quoted));
    object.json("allowed_values", &json::list(&parameter.allowed_values));
    object.optional("minimum", parameter.minimum.map(|number| number.to_string()));
    object.optional("maximum", parameter.maximum.map(|number| number.to_string()));
    object.optional("example", parameter.example.as_deref().map(json::quoted));
    object.optional("one_of", parameter.one_of.as_deref().map(json::quoted));
    object.optional("comment", parameter.comment.as_deref().map(json::quoted));
    object.finish()
}

fn hosts_json(hosts: &CloudHosts) -> String {
    let mut object = Writer::new();
    object.text("cloud", &hosts.cloud);
    object.text("login", &hosts.login);
    object.text("graph", &hosts.graph);
    object.finish()
}

fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Any => "any",
    }
}

fn kind_word(kind: ParameterKind) -> &'static str {
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
