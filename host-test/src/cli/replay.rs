//! `replay`: captured exchanges of the real service, replayed to the component; both requests and results are checked.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use host_test::trials::replay::{ReadError, Recording, Replayer, Report, files};
use serde_json::{Value, json};

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::terminal::Terminal;
use super::visible;

pub(crate) const NAME: &str = "replay";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Replay captured exchanges of the service and check the component's requests and results")
        .long_about(
            "Replay captured exchanges of the service and check the component's requests and results.\n\n\
             Each *.json in DIR is {\"source\", \"note\"?, \"request\": {method, path, headers, body}, \"response\": {status, \
             headers, body}}. The component makes the call that the request belongs to. It must send the recorded request, and \
             return the recorded answer to its caller. Exits with 1 if a recording fails.",
        )
        .arg(
            Arg::new("directory")
                .value_name("DIR")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Directory with the recordings"),
        )
}

/// A file and its result.
struct Line {
    file: String,
    outcome: Result<Report, ReadError>,
}

impl Line {
    fn passed(&self) -> bool {
        self.outcome.as_ref().is_ok_and(Report::passed)
    }
}

pub(crate) async fn run(arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    let directory = arguments.get_one::<PathBuf>("directory").map_or(Path::new("."), PathBuf::as_path);
    let paths = files(directory).map_err(|error| Failure::usage(error.to_string()))?;
    let replayer = Replayer::load(&globals.component)?;
    let mut lines = Vec::new();
    for path in &paths {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let outcome = match Recording::read(path) {
            Ok(recording) => Ok(terminal.wait(&file, replayer.replay(&recording)).await?),
            Err(error) => Err(error),
        };
        let line = Line { file, outcome };
        if !globals.json {
            terminal.print(&text(&line, terminal))?;
        }
        lines.push(line);
    }
    let failed = lines.iter().filter(|line| !line.passed()).count();
    let passed = lines.len() - failed;
    if globals.json {
        let files: Vec<Value> = lines.iter().map(as_json).collect();
        terminal.print_json(&json!({ "passed": passed, "failed": failed, "files": files }).to_string())?;
    } else {
        terminal.print(&format!("{passed} passed, {failed} failed"))?;
    }
    if failed == 0 { Ok(()) } else { Err(Failure::Reported) }
}

/// A line for each recording, and for one that failed a further line for each field.
fn text(line: &Line, terminal: &Terminal) -> String {
    let (mark, detail) = match &line.outcome {
        Ok(report) if report.passed() => (terminal.text("✓").green(), terminal.text(report.action).dim().to_string()),
        Ok(report) => {
            let fields =
                report.mismatches.iter().map(|mismatch| format!("\n    {}", visible::line(&mismatch.to_string())));
            (terminal.text("✗").red(), format!("{}{}", terminal.text(report.action).dim(), fields.collect::<String>()))
        }
        Err(error) => (terminal.text("✗").red(), format!("\n    {}", visible::line(&error.to_string()))),
    };
    format!("{mark} {}  {detail}", visible::line(&line.file))
}

fn as_json(line: &Line) -> Value {
    match &line.outcome {
        Ok(report) => json!({
            "file": line.file, "passed": report.passed(), "action": report.action, "mismatches": report.mismatches,
        }),
        Err(error) => json!({ "file": line.file, "passed": false, "error": error.to_string() }),
    }
}
