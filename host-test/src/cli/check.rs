//! `check`: a line for each action: whether it will work with the configured app, and what it needs.

use clap::Command;
use comfy_table::{Cell, Color};
use defender_xdr_host::bindings::catalog::Connector;
use host_test::json;
use serde::Deserialize;

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::session::Session;
use super::terminal::Terminal;
use super::view::{self, table};
use super::visible;

pub(crate) const NAME: &str = "check";

/// The answer of the component's `json.check`.
#[derive(Deserialize)]
struct Report {
    actions: Vec<Access>,
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Access {
    action: String,
    title: String,
    allowed: bool,
    advice: Option<String>,
}

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Check which actions will work with the configured app registration")
        .long_about(
            "Check which actions will work with the configured app registration.\n\n\
             Gets an access token, unless the configuration has one, reads the permissions in it, and lists one incident to see \
             whether Microsoft Graph can be reached. Changes nothing. Exits with 1 if an action will not work.",
        )
}

pub(crate) async fn run(globals: &Globals, terminal: &Terminal) -> Outcome {
    let session = Session::open(globals, terminal).await?;
    let mut instance = session.connector.instance().await?;
    let answer = terminal.wait(NAME, instance.check_json(&session.configuration.json())).await;
    let json = session.explained(answer, terminal)?;
    let report = report(&json)?;
    if globals.json {
        terminal.print_json(&json)?;
    } else {
        terminal.print(&lines(&report, session.connector.catalog().await?, terminal))?;
        for warning in &report.warnings {
            terminal.note(&view::warning(warning, terminal));
        }
    }
    if report.actions.iter().all(|access| access.allowed) { Ok(()) } else { Err(Failure::Reported) }
}

fn report(json: &str) -> Result<Report, Failure> {
    json::parse(json).map_err(|error| Failure::usage(format!("the component's answer is not a report: {error}")))
}

/// The component's answer as a table.
pub(crate) fn table(json: &str, catalog: &Connector, terminal: &Terminal) -> Result<String, Failure> {
    Ok(lines(&report(json)?, catalog, terminal))
}

fn lines(report: &Report, catalog: &Connector, terminal: &Terminal) -> String {
    let mut table = table::bare(terminal);
    for access in &report.actions {
        let (mark, colour) = if access.allowed { ("✓", Color::Green) } else { ("✗", Color::Red) };
        let action = catalog.actions.iter().find(|action| action.name == access.action);
        let needs = action.map(|action| action.permissions.join(" or ")).unwrap_or_default();
        let detail = match &access.advice {
            Some(advice) => visible::block(advice).into_owned(),
            None => format!("needs {needs}"),
        };
        table.add_row([Cell::new(mark).fg(colour), Cell::new(visible::line(&access.title)), Cell::new(detail)]);
    }
    table::text(&table)
}
