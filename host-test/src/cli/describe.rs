//! `describe`: the connector's description of itself, for people and programs.
//!
//! Both get the same words for effects and kinds: those of the component's JSON.

use clap::Command;
use comfy_table::{Attribute, Cell};
use defender_xdr_host::bindings::catalog::{Action, Connector, Parameter};
use serde::Deserialize;

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::terminal::Terminal;
use super::view::table;
use super::{option, session};

pub(crate) const NAME: &str = "describe";

pub(crate) fn command() -> Command {
    Command::new(NAME).about("Show the catalog: configuration, actions, parameters, permissions, hosts")
}

pub(crate) async fn run(globals: &Globals, terminal: &Terminal) -> Outcome {
    let connector = session::load(globals, None)?;
    let json = connector.catalog_json().await?;
    if globals.json {
        return terminal.print_json(&json);
    }
    let words: Words = serde_json::from_str(&json)
        .map_err(|error| Failure::usage(format!("the component's answer is not a catalog: {error}")))?;
    terminal.print(&as_text(connector.catalog().await?, &words, terminal))
}

/// The words of the catalog's JSON, in its order.
#[derive(Deserialize)]
struct Words {
    configuration: Vec<ParameterWords>,
    actions: Vec<ActionWords>,
}

#[derive(Deserialize)]
struct ActionWords {
    effect: String,
    parameters: Vec<ParameterWords>,
}

#[derive(Deserialize)]
struct ParameterWords {
    kind: String,
}

fn as_text(catalog: &Connector, words: &Words, terminal: &Terminal) -> String {
    let heading = |text: String| terminal.text(text).bold().to_string();
    let paragraph = |text: &str| wrapped(text, terminal);
    let mut parts = vec![
        heading(format!("{} {}", catalog.name, catalog.component_version)),
        format!("{} · {} · interface {}", catalog.vendor, catalog.category, catalog.api_version),
        paragraph(&catalog.description),
        String::new(),
        heading("Configuration".to_owned()),
        parameters(&catalog.configuration, &words.configuration, terminal),
    ];
    for (action, words) in catalog.actions.iter().zip(&words.actions) {
        parts.extend([
            String::new(),
            heading(format!("{} ({})", action.title, action.function)),
            paragraph(&action.description),
            terminal.text(format!("{} · {} · {}", action.name, words.effect, permissions(action))).dim().to_string(),
            parameters(&action.parameters, &words.parameters, terminal),
        ]);
    }
    parts.extend([String::new(), heading("Hosts".to_owned())]);
    let mut hosts = table::bare(terminal);
    for cloud in &catalog.hosts {
        hosts.add_row([&cloud.cloud, &cloud.login, &cloud.graph]);
    }
    parts.push(table::text(&hosts));
    parts.join("\n")
}

fn wrapped(text: &str, terminal: &Terminal) -> String {
    let mut table = table::bare(terminal);
    table.add_row([text]);
    // The table indents by one.
    table.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n")
}

fn permissions(action: &Action) -> String {
    if action.permissions.is_empty() {
        "permission depends on the request".to_owned()
    } else {
        action.permissions.join(" or ")
    }
}

fn parameters(parameters: &[Parameter], words: &[ParameterWords], terminal: &Terminal) -> String {
    let mut table = table::new(&["Parameter", "Kind", "", "Description"], terminal);
    for (parameter, words) in parameters.iter().zip(words) {
        let required = match &parameter.one_of {
            Some(group) => format!("one {group}"),
            None if parameter.required => "required".to_owned(),
            None => String::new(),
        };
        table.add_row([
            Cell::new(&parameter.name),
            Cell::new(&words.kind).add_attribute(Attribute::Dim),
            Cell::new(required),
            Cell::new(option::help(parameter)),
        ]);
    }
    table::text(&table)
}
