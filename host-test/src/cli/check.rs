//! `check`: a line for each action: whether it will work with the configured app, and what it needs.

use clap::Command;
use comfy_table::{Cell, Color};
use host_test::json;
use serde::Deserialize;

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::session::Session;
use super::terminal::Terminal;
use super::view::table;
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
             Gets an access token, reads the permissions in it, and lists one incident to see whether Microsoft Graph can be \
             reached. Changes nothing. Exits with 1 if an action will not work.",
        )
}

pub(crate) async fn run(globals: &Globals, terminal: &Terminal) -> Outcome {
    let session = Session::open(globals, terminal).await?;
    let mut instance = session.connector.instance().await?;
    let answer = terminal.wait(NAME, instance.check_json(&session.configuration.json)).await;
    let json = session.explained(answer, terminal)?;
    let report: Report = json::parse(&json)
        .map_err(|error| Failure::usage(format!("the component's answer is not a report: {error}")))?;
    if globals.json {
        terminal.print_json(&json)?;
    } else {
        let permissions = permissions(&session).await?;
        terminal.print(&lines(&report, &permissions, terminal))?;
        for warning in &report.warnings {
            terminal.note(&format!("{} {}", terminal.aside("warning:").yellow().bold(), visible::indented(warning)));
        }
    }
    if report.actions.iter().all(|access| access.allowed) { Ok(()) } else { Err(Failure::Reported) }
}

/// What each action needs, by its name.
async fn permissions(session: &Session) -> Result<Vec<(String, String)>, Failure> {
    let catalog = session.connector.catalog().await?;
    Ok(catalog.actions.iter().map(|action| (action.name.clone(), action.permissions.join(" or "))).collect())
}

fn lines(report: &Report, permissions: &[(String, String)], terminal: &Terminal) -> String {
    let mut table = table::bare(terminal);
    for access in &report.actions {
        let (mark, colour) = if access.allowed { ("✓", Color::Green) } else { ("✗", Color::Red) };
        let needs = permissions.iter().find(|(name, _)| *name == access.action).map_or("", |(_, needs)| needs.as_str());
        let detail = match &access.advice {
            Some(advice) => visible::block(advice).into_owned(),
            None => format!("needs {needs}"),
        };
        table.add_row([Cell::new(mark).fg(colour), Cell::new(visible::line(&access.title)), Cell::new(detail)]);
    }
    table::text(&table)
}
