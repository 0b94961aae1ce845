//! The connector as data, from which forms, permission checks and command lines are built.
//!
//! Titles and descriptions are those of the app that this connector implements.

mod actions;
mod configuration;
mod entry;
pub mod environment;
mod json;
mod parameter;
mod triage;

pub use actions::{EXTRA_FIELDS, GENERIC_ACTION, GET_INCIDENT, LIST_INCIDENTS, RUN_HUNTING_QUERY, UPDATE_INCIDENT};
pub use json::json;
pub use triage::{
    ADD_ALERT_COMMENT, ADD_INCIDENT_COMMENT, GET_ALERT, LIST_ALERTS, MERGE_INCIDENTS, MOVE_ALERTS, POLL_INCIDENTS,
    UPDATE_ALERT,
};

use self::entry::ActionEntry;
use crate::request::config::hosts;
use crate::request::vocabulary::Vocabulary as _;
use crate::wit::catalog::{Action, CloudHosts, Connector, Parameter};
use crate::wit::types::Cloud;

/// The actions, in display order.
fn all() -> impl Iterator<Item = &'static ActionEntry> {
    actions::ACTIONS.iter().chain(triage::ACTIONS)
}

/// The names of the actions, in display order.
pub fn action_names() -> impl Iterator<Item = &'static str> {
    all().map(|entry| entry.name)
}

/// The names of an action's parameters.
pub fn parameter_names(action: &str) -> Vec<&'static str> {
    let action = all().find(|entry| entry.name == action);
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
        actions: all().map(Action::from).collect(),
        hosts: Cloud::WORDS
            .iter()
            .map(|(cloud, word)| {
                let (login, graph) = hosts(*cloud);
                CloudHosts { cloud: (*word).into(), login: login.into(), graph: graph.into() }
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
