//! `watch`: polls, and prints new and changed incidents as they come, until stopped.
//!
//! The state is kept after the incidents were printed, so that a stop in between prints them again and loses none.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use defender_xdr_host::CallError;
use defender_xdr_host::bindings::types::ErrorKind;
use host_test::text;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit;
use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::session::Session;
use super::terminal::Terminal;
use super::view::{self, Envelope, table};
use super::visible;

pub(crate) const NAME: &str = "watch";

/// Graph allows 150 security requests a minute: a tenth of that leaves room for what is done about the incidents.
const INTERVAL_MIN_SECONDS: u64 = 4;

pub(crate) fn command() -> Command {
    let text = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    Command::new(NAME)
        .about("Print new and changed incidents as they come, until stopped")
        .long_about(
            "Print new and changed incidents as they come, until stopped: each change once, with --json as a line of JSON.\n\n\
             With --state FILE, the next start goes on where this one ended. The file is written when the incidents are printed: a program \
             that reads them from a pipe and stops has lost what it had not read. What you do to an incident is a change too.",
        )
        .arg(
            text("interval", "SECONDS")
                .value_parser(value_parser!(u64).range(INTERVAL_MIN_SECONDS..=86_400))
                .default_value("30")
                .help("Time between polls, 4 to 86,400"),
        )
        .arg(
            text("state", "FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Keep the state in this file"),
        )
        .arg(text("since", "TIME").help("Start at this time if there is no state yet, in RFC 3339; by default now"))
        .arg(text("filter", "FILTER").help("Only incidents that match, such as \"severity eq 'high'\""))
        .arg(
            text("look-back", "SECONDS")
                .default_value("180")
                .help("Also ask again for the last SECONDS before the state, 0 to 3,600, as the service may show a change late"),
        )
}

pub(crate) async fn run(arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    let session = Session::open(globals, terminal).await?;
    let file = arguments.get_one::<PathBuf>("state");
    let mut state = file.map(|file| read(file)).transpose()?.flatten();
    let text = |name: &str| arguments.get_one::<String>(name);
    let interval = Duration::from_secs(arguments.get_one("interval").copied().unwrap_or(INTERVAL_MIN_SECONDS));
    let mut stopped = std::pin::pin!(exit::stop_signal()?);
    let kept = file.map(|file| format!(", the state is in {}", file.display())).unwrap_or_default();
    let every = interval.as_secs();
    terminal.note(&format!("Watching for changes every {every} s{kept}. Press Ctrl-C to stop."));
    let mut latest = text("since").and_then(|since| since.parse().ok());
    loop {
        let input = json!({
            "state": state, "since": text("since"), "filter": text("filter"), "look_back": text("look-back"),
        });
        let input = input.to_string();
        let poll = session.invoke("poll_incidents", &input, terminal);
        let answer = tokio::select! {
            answer = poll => answer,
            () = &mut stopped => return Ok(()),
        };
        let wait = match answer {
            Ok(answer) => {
                let envelope = Envelope::parse(&answer.json)?;
                latest = show(&envelope, latest, globals, terminal)?;
                state = envelope.meta.get("state").and_then(Value::as_str).map(str::to_owned);
                if let (Some(file), Some(state)) = (file, &state) {
                    keep(file, state)?;
                }
                if envelope.meta.get("more") == Some(&Value::Bool(true)) { Duration::ZERO } else { interval }
            }
            Err(error) => after(error, interval, terminal)?,
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = &mut stopped => return Ok(()),
        }
    }
}

/// The state in a file; none if there is no file yet.
fn read(file: &Path) -> Result<Option<String>, Failure> {
    if let Ok(false) = file.try_exists() {
        return Ok(None);
    }
    let shown = file.display();
    let state =
        text::read(file).map_err(|error| Failure::usage(format!("cannot read the state in {shown}: {error}")))?;
    if state.trim().is_empty() {
        return Err(Failure::usage(format!("{shown} is empty, so the state is lost; delete it to start anew")));
    }
    Ok(Some(state))
}

/// Replaces the file at once, so that there is always a whole state.
fn keep(file: &Path, state: &str) -> Outcome {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(state.as_bytes())?;
        new.as_file().sync_all()?;
        new.persist(file)?;
        Ok::<_, std::io::Error>(())
    };
    write().map_err(|error| Failure::usage(format!("cannot keep the state in {}: {error}", file.display())))
}

/// Prints the incidents, of which those created after `before` are new, and returns the time of the latest change.
fn show(
    envelope: &Envelope,
    before: Option<Timestamp>,
    globals: &Globals,
    terminal: &Terminal,
) -> Result<Option<Timestamp>, Failure> {
    let mut latest = before;
    for incident in envelope.data.as_array().into_iter().flatten() {
        latest = latest.max(time(incident, "lastUpdateDateTime"));
        if globals.json {
            terminal.print_json(&incident.to_string())?;
        } else {
            terminal.print(&line(&visible::value(incident), before, terminal))?;
        }
    }
    for warning in envelope.warnings() {
        terminal.note(&view::warning(warning, terminal));
    }
    Ok(latest)
}

fn time(incident: &Value, name: &str) -> Option<Timestamp> {
    incident[name].as_str()?.parse().ok()
}

fn line(incident: &Value, before: Option<Timestamp>, terminal: &Terminal) -> String {
    let text = |name: &str| incident[name].as_str().unwrap_or_default();
    let created = time(incident, "createdDateTime");
    let is_new = created == time(incident, "lastUpdateDateTime") || before.is_some_and(|before| created > Some(before));
    let what = if is_new { "new" } else { "changed" };
    let head = format!(
        "{}  {what:<7}  {:<9} {:<13}  {:<10}",
        table::second(text("lastUpdateDateTime")),
        text("id"),
        text("severity"),
        text("status"),
    );
    let name = table::cut(text("displayName"), terminal.width.saturating_sub(head.chars().count() + 2));
    format!("{head}  {name}")
}

/// How long to wait after an error; one that waiting does not mend ends the command.
fn after(error: CallError, interval: Duration, terminal: &Terminal) -> Result<Duration, Failure> {
    let Some(known) = error.action() else { return Err(error.into()) };
    let asked = Duration::from_secs(known.retry_after_seconds.unwrap_or_default().into());
    match known.kind {
        ErrorKind::Throttled
        | ErrorKind::Unavailable
        | ErrorKind::Unreachable
        | ErrorKind::Interrupted
        | ErrorKind::MalformedResponse => {
            let wait = interval.max(asked);
            let again = format!("trying again in {} s:", wait.as_secs());
            terminal.note(&format!("{} {}", terminal.aside(again).yellow(), visible::line(&error.to_string())));
            Ok(wait)
        }
        _ => Err(error.into()),
    }
}
