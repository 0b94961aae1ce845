//! `describe`: the connector's description of itself, for people and programs.
//!
//! Both get the same words for effects and kinds: those of the component's JSON.

use clap::{Arg, ArgMatches, Command};
use comfy_table::{Attribute, Cell};
use defender_xdr_host::Proxy;
use defender_xdr_host::bindings::catalog::{Action, Connector, Parameter};
use serde::Deserialize;
use serde_json::Value;

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::terminal::Terminal;
use super::view::table;
use super::{option, session};

pub(crate) const NAME: &str = "describe";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Show the catalog: configuration, actions, parameters, permissions, hosts")
        .arg(Arg::new("action").value_name("ACTION").help("Only this action, by either of its names"))
}

pub(crate) async fn run(arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    let connector = session::load(globals, None, Proxy::None)?;
    let json = connector.catalog_json().await?;
    let catalog = connector.catalog().await?;
    let wanted = arguments.get_one::<String>("action").map(|name| place(catalog, name)).transpose()?;
    if globals.json {
        let Some(at) = wanted else { return terminal.print_json(&json) };
        let whole: Value = host_test::json::parse(&json).unwrap_or_default();
        return terminal.print_json(&whole["actions"][at].to_string());
    }
    let words: Words = serde_json::from_str(&json)
        .map_err(|error| Failure::usage(format!("the component's answer is not a catalog: {error}")))?;
    terminal.print(&match wanted.and_then(|at| Some((catalog.actions.get(at)?, words.actions.get(at)?))) {
        Some((action, words)) => about_action(action, words, terminal),
        None => as_text(catalog, &words, terminal),
    })
}

/// Which action has this name.
fn place(catalog: &Connector, name: &str) -> Result<usize, Failure> {
    let is_it = |action: &Action| action.name == name || action.function == name;
    catalog.actions.iter().position(is_it).ok_or_else(|| {
        let known: Vec<&str> = catalog.actions.iter().map(|action| action.name.as_str()).collect();
        Failure::usage(format!("there is no action {name}; the actions are {}", known.join(", ")))
    })
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
    let mut parts = vec![
        heading(format!("{} {}", catalog.name, catalog.component_version)),
        format!("{} · {} · interface {}", catalog.vendor, catalog.category, catalog.api_version),
        wrapped(&catalog.description, terminal),
        String::new(),
        heading("Configuration".to_owned()),
        parameters(&catalog.configuration, &words.configuration, terminal),
    ];
    for (action, words) in catalog.actions.iter().zip(&words.actions) {
        parts.extend([String::new(), about_action(action, words, terminal)]);
    }
    parts.extend([String::new(), heading("Hosts".to_owned())]);
    let mut hosts = table::bare(terminal);
    for cloud in &catalog.hosts {
        hosts.add_row([&cloud.cloud, &cloud.login, &cloud.graph]);
    }
    parts.push(table::text(&hosts));
    parts.join("\n")
}

fn about_action(action: &Action, words: &ActionWords, terminal: &Terminal) -> String {
    let title = terminal.text(format!("{} ({})", action.title, action.function)).bold().to_string();
    let facts = format!("{} · {} · {}", action.name, words.effect, permissions(action));
    let parts = [
        title,
        wrapped(&action.description, terminal),
        terminal.text(facts).dim().to_string(),
        parameters(&action.parameters, &words.parameters, terminal),
    ];
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
