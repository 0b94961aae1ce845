//! The connector as data: what forms, permission checks and command lines are made from.
//!
//! Titles and descriptions are those of the app that this connector implements.

mod actions;
mod configuration;

use crate::config::hosts;
use crate::json::{self, Writer};
use crate::vocabulary::Vocabulary as _;
use crate::wit::catalog::{Action, CloudHosts, Connector, Effect, Parameter, ParameterKind};
use crate::wit::types::Cloud;

/// Get incident details.
pub const GET_INCIDENT: &str = "get_incident_details";
/// List incidents.
pub const LIST_INCIDENTS: &str = "list_incidents";
/// Run a hunting query.
pub const RUN_HUNTING_QUERY: &str = "run_hunting_query";
/// Update an incident.
pub const UPDATE_INCIDENT: &str = "update_incident";
/// A request to any endpoint.
pub const GENERIC_ACTION: &str = "generic_action";

/// The actions, in the order that they are shown in.
pub const ACTION_NAMES: [&str; 5] = [GET_INCIDENT, LIST_INCIDENTS, RUN_HUNTING_QUERY, UPDATE_INCIDENT, GENERIC_ACTION];

/// The keys of the generic action's `extra_fields`.
pub const EXTRA_FIELDS: [&str; 9] = [
    "headers",
    "payload_json",
    "download",
    "files",
    "filename",
    "retry_wait",
    "retry_count",
    "custom_output",
    "response_type",
];

/// A parameter as it stands in this file; see [`Parameter`].
struct Entry {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    kind: ParameterKind,
    required: bool,
    default: Option<&'static str>,
    allowed: &'static [&'static str],
    range: Option<(u32, Option<u32>)>,
    example: Option<&'static str>,
    comment: Option<&'static str>,
}

/// An optional line of text, to be refined.
const TEXT: Entry = Entry {
    name: "",
    title: "",
    description: "",
    kind: ParameterKind::Text,
    required: false,
    default: None,
    allowed: &[],
    range: None,
    example: None,
    comment: None,
};

/// An action as it stands in this folder; see [`Action`].
struct ActionEntry {
    name: &'static str,
    function: &'static str,
    title: &'static str,
    description: &'static str,
    effect: Effect,
    permissions: &'static [&'static str],
    parameters: &'static [Entry],
    example: &'static str,
}

/// The names of an action's parameters.
pub fn parameter_names(action: &str) -> Vec<&'static str> {
    let action = actions::ALL.iter().find(|entry| entry.name == action);
    action.into_iter().flat_map(|entry| entry.parameters).map(|parameter| parameter.name).collect()
}

/// The names of the configuration parameters.
pub fn configuration_names() -> Vec<&'static str> {
    configuration::ALL.iter().map(|parameter| parameter.name).collect()
}

/// Everything about the connector.
pub fn describe() -> Connector {
    Connector {
        name: "Microsoft Defender XDR".into(),
        vendor: "Microsoft".into(),
        category: "Endpoint".into(),
        description: "Microsoft Defender XDR provides a unified API for automating threat detection, investigation, and response across endpoints, identities, email, and cloud resources, enabling faster and coordinated security operations.".into(),
        connector_version: "1.0.0".into(),
        component_version: env!("CARGO_PKG_VERSION").into(),
        api_version: "1.0.0".into(),
        configuration: configuration::ALL.iter().map(Parameter::from).collect(),
        actions: actions::ALL.iter().map(Action::from).collect(),
        hosts: Cloud::WORDS
            .iter()
            .map(|(cloud, word)| {
                let (login, graph) = hosts(*cloud);
                CloudHosts { cloud: (*word).into(), login: login.into(), graph: graph.into() }
            })
            .collect(),
    }
}

impl From<&Entry> for Parameter {
    fn from(entry: &Entry) -> Self {
        Self {
            name: entry.name.into(),
            title: entry.title.into(),
            description: entry.description.into(),
            kind: entry.kind,
            required: entry.required,
            default_value: entry.default.map(str::to_owned),
            allowed_values: entry.allowed.iter().map(|value| (*value).to_owned()).collect(),
            minimum: entry.range.map(|(minimum, _)| minimum),
            maximum: entry.range.and_then(|(_, maximum)| maximum),
            example: entry.example.map(str::to_owned),
            comment: entry.comment.map(str::to_owned),
        }
    }
}

impl From<&ActionEntry> for Action {
    fn from(entry: &ActionEntry) -> Self {
        Self {
            name: entry.name.into(),
            function: entry.function.into(),
            title: entry.title.into(),
            description: entry.description.into(),
            effect: entry.effect,
            permissions: entry.permissions.iter().map(|name| (*name).to_owned()).collect(),
            parameters: entry.parameters.iter().map(Parameter::from).collect(),
            example_json: entry.example.into(),
        }
    }
}

/// The same as JSON: names in snake_case, absent values left out.
pub fn json() -> String {
    let connector = describe();
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
    object.json("required", if parameter.required { "true" } else { "false" });
    object.optional("default_value", parameter.default_value.as_deref().map(json::quoted));
    object.json("allowed_values", &json::list(&parameter.allowed_values));
    object.optional("minimum", parameter.minimum.map(|number| number.to_string()));
    object.optional("maximum", parameter.maximum.map(|number| number.to_string()));
    object.optional("example", parameter.example.as_deref().map(json::quoted));
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

#[cfg(test)]
mod tests;
