//! `invoke`: JSON in, JSON out, as a host without generated code would call the component.

use clap::{Arg, ArgMatches, Command};
use defender_xdr_host::CallError;
use host_test::json;
use host_test::text::{self, TextError};
use serde_json::{Value, json};

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::session::Session;
use super::terminal::Terminal;

pub(crate) const NAME: &str = "invoke";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Run any action: JSON in, JSON out")
        .arg(Arg::new("action").value_name("ACTION").required(true).help("Name of the action, as `describe` shows it"))
        .arg(
            Arg::new("input")
                .long("input")
                .short('i')
                .value_name("JSON|@FILE|-")
                .default_value("{}")
                .allow_hyphen_values(true)
                .help("Input of the action: JSON, a file with JSON, or standard input"),
        )
}

pub(crate) async fn run(arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    let text = |name: &str| arguments.get_one::<String>(name).map_or("", String::as_str);
    let input = input(text("input"))?;
    let session = Session::open(globals, terminal).await?;
    match session.invoke(text("action"), &input, terminal).await {
        Ok(answer) if terminal.interactive && !globals.json => terminal.print(&pretty(&answer.json)),
        Ok(answer) => terminal.print_json(&answer.json),
        Err(error) => fail(error, globals, terminal),
    }
}

/// A program that reads the output always gets JSON; a person at the terminal gets the paragraph.
fn fail(error: CallError, globals: &Globals, terminal: &Terminal) -> Outcome {
    if !globals.json && !terminal.interactive {
        terminal.print_json(&json!({ "error": json::error(&error) }).to_string())?;
    }
    Err(error.into())
}

fn input(given: &str) -> Result<String, Failure> {
    let given = text::unmarked(given);
    let cannot = |error: TextError| Failure::usage(format!("cannot read the input {given}: {error}"));
    if given == "-" {
        return text::read_from(std::io::stdin()).map_err(cannot);
    }
    match given.strip_prefix('@') {
        Some(path) => text::read(path).map_err(cannot),
        None => Ok(given.to_owned()),
    }
}

fn pretty(json: &str) -> String {
    let value: Result<Value, _> = json::parse(json);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| json.to_owned())
}
