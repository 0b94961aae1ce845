//! A loaded connector with a configuration: what commands that call actions need.
//!
//! It also times calls and shows their exchanges, so that commands only ask and print.

use std::sync::Arc;
use std::time::{Duration, Instant};

use host_test::{CallError, Connector, Exchange, Settings, Trace, text};

use super::failure::Failure;
use super::globals::Globals;
use super::source::Configuration;
use super::terminal::Terminal;
use super::visible;

/// A connector with a configuration.
pub(crate) struct Session {
    pub(crate) connector: Connector,
    pub(crate) configuration: Configuration,
}

/// An answer and the time it took.
pub(crate) struct Answer {
    pub(crate) json: String,
    pub(crate) took: Duration,
}

/// Loads the component that the options name.
pub(crate) fn load(globals: &Globals, trace: Option<Trace>) -> Result<Connector, Failure> {
    let ca_pem = match &globals.ca_file {
        Some(path) => Some(
            text::read(path)
                .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?,
        ),
        None => None,
    };
    Ok(Connector::load(&globals.component, Settings { ca_pem, trace, ..Settings::default() })?)
}

impl Session {
    pub(crate) async fn open(globals: &Globals, terminal: &Terminal) -> Result<Self, Failure> {
        let trace = globals.verbose.then(|| show_exchanges(terminal));
        let connector = load(globals, trace)?;
        let configuration = globals.source.open(connector.catalog().await?)?;
        Ok(Self { connector, configuration })
    }

    /// Runs an action by name.
    pub(crate) async fn invoke(&self, action: &str, input: &str, terminal: &Terminal) -> Result<Answer, CallError> {
        let started = Instant::now();
        let call = self.connector.invoke(action, &self.configuration.json, input);
        let json = terminal.wait(action, call).await?;
        Ok(Answer { json, took: started.elapsed() })
    }
}

fn show_exchanges(terminal: &Terminal) -> Trace {
    let terminal = terminal.clone();
    Arc::new(move |exchange: &Exchange| terminal.note(&terminal.aside(visible::line(&line(exchange))).dim().to_string()))
}

fn line(exchange: &Exchange) -> String {
    let Exchange { method, url, status, failure, request_bytes, response_bytes, until_head, duration } = exchange;
    let status = status.map(|status| format!(" {status}")).unwrap_or_default();
    let failure = failure.as_ref().map(|failure| format!(" {failure}")).unwrap_or_default();
    let sent = if *request_bytes > 0 { format!(" sent {request_bytes} B,") } else { String::new() };
    let head = until_head.map(|head| format!("head {}, ", span(head))).unwrap_or_default();
    format!("{method} {url} →{status}{failure} ({sent} got {response_bytes} B, {head}total {})", span(*duration))
        .replace("( ", "(")
}

/// A span of time as people read it.
pub(crate) fn span(span: Duration) -> String {
    match span.as_secs_f64() {
        seconds if seconds < 0.001 => format!("{:.1} ms", seconds * 1000.0),
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        seconds => format!("{seconds:.1} s"),
    }
}
