//! `chaos`: every action under every fault of the service, as a grid.

use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command};
use comfy_table::{Attribute, Cell as GridCell, Color};
use host_test::trials::chaos::{Cell, Matrix, Place, columns};
use serde_json::json;

use super::failure::{Failure, Outcome};
use super::figure::span;
use super::globals::Globals;
use super::terminal::Terminal;
use super::view::table;

pub(crate) const NAME: &str = "chaos";

/// Outcomes and their abbreviations in the grid.
const WORDS: [(&str, &str); 12] = [
    ("success", "ok"),
    ("unauthenticated", "unauth"),
    ("forbidden", "forbid"),
    ("not-found", "absent"),
    ("conflict", "conflict"),
    ("rejected", "reject"),
    ("throttled", "throttle"),
    ("unavailable", "unavail"),
    ("denied", "denied"),
    ("unreachable", "unreach"),
    ("interrupted", "interr"),
    ("malformed-response", "malform"),
];

/// The most columns side by side.
const BAND: usize = 5;

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Try every action under every fault of the service")
        .long_about(
            "Try every action under every fault of the service.\n\n\
             Each cell is a call to an emulator with a fault, at Graph or at the token endpoint. It shows the outcome, and \
             fails if the call takes too long, makes too many requests, could write twice or leaves the instance unusable. \
             Exits with 1 if a cell violates the contract.",
        )
        .arg(
            Arg::new("quick")
                .long("quick")
                .action(ArgAction::SetTrue)
                .help("Only the most informative faults, with a shorter deadline"),
        )
}

pub(crate) async fn run(arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    let matrix = Matrix::new(&globals.component, arguments.get_flag("quick"));
    let progress = terminal.progress(matrix.size());
    let started = Instant::now();
    let cells = {
        let progress = progress.clone();
        matrix.run(move || progress.inc(1)).await
    };
    progress.finish_and_clear();
    let cells = cells?;
    let took = started.elapsed();
    let failed = cells.iter().filter(|cell| !cell.passed()).count();
    let passed = cells.len() - failed;
    if globals.json {
        let report = json!({ "passed": passed, "failed": failed, "seconds": took.as_secs_f64(), "cells": cells });
        terminal.print_json(&report.to_string())?;
    } else {
        terminal.print(&text(&cells, took, terminal))?;
        terminal.print(&format!("{passed} passed, {failed} failed"))?;
    }
    if failed == 0 { Ok(()) } else { Err(Failure::Reported) }
}

fn text(cells: &[Cell], took: Duration, terminal: &Terminal) -> String {
    let mut lines = vec![grid(cells, terminal), String::new(), legend(terminal), String::new()];
    for cell in cells.iter().filter(|cell| !cell.passed()) {
        let place = place(cell.place);
        let mark = terminal.text("✗").red();
        lines.push(format!("{mark} {} {place}, {}: {}", cell.trouble, cell.action, cell.failures.join("; ")));
    }
    let slowest = cells.iter().map(|cell| cell.milliseconds).max().unwrap_or_default();
    let facts = format!("{} cells in {}, slowest call {slowest} ms", cells.len(), span(took));
    lines.push(terminal.text(facts).dim().to_string());
    lines.join("\n")
}

/// Rows are faults, columns are actions, as many side by side as are legible.
fn grid(cells: &[Cell], terminal: &Terminal) -> String {
    let columns = columns();
    let rows: Vec<&[Cell]> = cells.chunks(columns.len()).collect();
    let mut grid = table::bare(terminal);
    for rows in rows.chunk_by(|one, next| place_of(one) == place_of(next)) {
        for band in (0..columns.len()).step_by(BAND) {
            let end = columns.len().min(band + BAND);
            let title = place_of(rows.first().unwrap_or(&&[][..])).map_or("", place);
            let names = columns.get(band..end).into_iter().flatten();
            let head = std::iter::once(title).chain(names.copied());
            grid.add_row(head.map(|name| GridCell::new(name).add_attribute(Attribute::Bold)));
            for row in rows {
                let name = row.first().map_or("", |cell| cell.trouble);
                let cells = row.get(band..end).into_iter().flatten().map(shown);
                grid.add_row(std::iter::once(GridCell::new(name)).chain(cells));
            }
        }
    }
    table::text(&grid)
}

fn place_of(row: &[Cell]) -> Option<Place> {
    row.first().map(|cell| cell.place)
}

fn place(place: Place) -> &'static str {
    match place {
        Place::Graph => "at Graph",
        Place::TokenEndpoint => "at the token endpoint",
    }
}

fn shown(cell: &Cell) -> GridCell {
    let word = WORDS.iter().find(|(name, _)| *name == cell.outcome).map_or(cell.outcome.as_str(), |(_, word)| word);
    match (cell.passed(), word) {
        (false, _) => GridCell::new(format!("✗ {word}")).fg(Color::Red).add_attribute(Attribute::Bold),
        (true, "ok") => GridCell::new(word).fg(Color::Green),
        (true, _) => GridCell::new(word).fg(Color::Yellow),
    }
}

fn legend(terminal: &Terminal) -> String {
    format!(
        "{} answered, possibly after a retry   {} the error that the contract requires   {} violates the contract",
        terminal.text("ok").green(),
        terminal.text("word").yellow(),
        terminal.text("✗").red().bold(),
    )
}
