//! `bench`: what the sandbox costs, compared with native Rust that does the same.

mod growth;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use comfy_table::{Cell, Color};
use host_test::trials::bench::{Bar, BenchError, Report, STEPS, Setting, Worker, run as bench};
use serde_json::json;
use tokio::runtime::Handle;

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::source::Source;
use super::terminal::Terminal;
use super::view::table::{self, number};

pub(crate) const NAME: &str = "bench";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Measure what the sandbox costs, compared with native Rust that does the same")
        .long_about(
            "Measure what the sandbox costs, compared with native Rust that does the same.\n\n\
             The component and its own source, compiled natively, take turns on one machine against one emulator, over the same \
             HTTP client; figures are medians. Before anything is timed, both must have sent the same requests and returned the \
             same answers. Takes a few minutes; other work on the machine distorts the figures.\n\n\
             `make bench` builds an optimised program and runs this command; figures of any other build are meaningless. It starts an \
             emulator of its own. `make bench-peers` compares the component with Python.\n\n\
             Exits with 0 whether or not the targets are met, and with 1 if nothing could be measured.",
        )
        .arg(
            Arg::new("quick")
                .long("quick")
                .action(ArgAction::SetTrue)
                .help("Fewer rounds: faster, but the figures vary more"),
        )
        .arg(
            Arg::new("worker")
                .long("worker")
                .value_name("SIDE")
                .value_parser(["plugin", "native", "limit"])
                .requires("config")
                .hide(true)
                .help("Be one side that another program measures: orders on standard input, times on standard output"),
        )
}

pub(crate) async fn run(arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    if let Some(worker) = arguments.get_one::<String>("worker").and_then(|name| Worker::named(name)) {
        return work(worker, globals).await;
    }
    let program =
        std::env::current_exe().map_err(|error| Failure::usage(format!("cannot find this program: {error}")))?;
    let progress = terminal.progress(STEPS.len());
    let (component, quick) = (globals.component.clone(), arguments.get_flag("quick"));
    let report = {
        let progress = progress.clone();
        // Callers block, which threads of the runtime must not.
        tokio::task::spawn_blocking(move || {
            bench(&component, &program, quick, &Handle::current(), |step| {
                progress.inc(u64::from(!progress.message().is_empty()));
                progress.set_message(step);
            })
        })
        .await
    };
    progress.finish_and_clear();
    let report = report.map_err(|error| Failure::Bench(BenchError::Panicked(error.to_string())))??;
    if globals.json {
        terminal.print_json(&json!(report).to_string())
    } else {
        terminal.print(&text(&report, terminal))
    }
}

/// One side, for `make bench-peers`.
async fn work(worker: Worker, globals: &Globals) -> Outcome {
    let read = |path: Option<&PathBuf>| {
        let path = path.ok_or_else(|| Failure::usage("a worker needs --config and --ca-file"))?;
        host_test::text::read(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
    };
    let config = read(match &globals.source {
        Source::File(path) => Some(path),
        _ => None,
    })?;
    let (component, ca_pem) = (globals.component.clone(), read(globals.ca_file.as_ref())?);
    let ended = tokio::task::spawn_blocking(move || {
        let setting = Setting { component: &component, config: &config, ca_pem: &ca_pem };
        worker.run(&setting, &Handle::current(), std::io::stdin().lock(), std::io::stdout().lock())
    });
    Ok(ended.await.map_err(|error| Failure::Bench(BenchError::Panicked(error.to_string())))??)
}

fn text(report: &Report, terminal: &Terminal) -> String {
    let mut parts = vec![bars(&report.bars, terminal), String::new()];
    parts.push(growth::text(report, terminal));
    parts.push(String::new());
    let unmet = report.bars.iter().filter(|bar| !bar.met).count();
    parts.push(match unmet {
        0 => format!("{} all {} targets met", terminal.text("✓").green(), report.bars.len()),
        _ => format!("{} {unmet} of {} targets not met", terminal.text("✗").red(), report.bars.len()),
    });
    let machine = &report.machine;
    let facts = format!(
        "{} {}, {} cores; loading compiled code takes {:.1} ms, creating an instance at most {:.0} µs in 99 of 100 cases",
        machine.os,
        machine.architecture,
        machine.cores,
        report.aot_load_us / 1e3,
        report.instantiate_us.p99,
    );
    parts.push(terminal.text(facts).dim().to_string());
    if !machine.optimised {
        let warning = "This program was built without optimisation: its figures are meaningless. `make bench` builds and runs an optimised one.";
        parts.push(terminal.text(warning).red().bold().to_string());
    }
    parts.join("\n")
}

/// Every figure with its target.
fn bars(bars: &[Bar], terminal: &Terminal) -> String {
    let mut table = table::new(&["Figure", "Component", "Native", "Limit", "Ratio", "Target", ""], terminal);
    for bar in bars {
        let (mark, colour) = if bar.met { ("✓", Color::Green) } else { ("✗", Color::Red) };
        table.add_row([
            Cell::new(&bar.figure),
            number(&bar.component),
            number(bar.native.as_deref().unwrap_or_default()),
            number(bar.limit.as_deref().unwrap_or_default()),
            number(&bar.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default()),
            number(&bar.bar),
            Cell::new(mark).fg(colour),
        ]);
    }
    table::text(&table)
}
