//! A loaded connector with a configuration: what commands that call actions need.
//!
//! It also times calls and shows their exchanges, so commands only call and print.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use defender_xdr_host::bindings::catalog::{Parameter, ParameterKind};
use defender_xdr_host::{CallError, Connector, Exchange, Proxy, Settings, Trace};
use host_test::text;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::failure::Failure;
use super::figure::span;
use super::globals::Globals;
use super::source::{Configuration, Source};
use super::terminal::Terminal;
use super::visible;

/// A connector with a configuration.
pub(crate) struct Session {
    pub(crate) connector: Connector,
    pub(crate) configuration: Configuration,
    /// Names of the parameters that may hold a secret.
    credentials: Vec<String>,
    blocked: Blocked,
    secrets: Secrets,
}

/// Shorter lines of a credential are not taken for a part of a secret.
const LINE_MIN_LENGTH: usize = 8;

/// Values that no trace may show.
type Secrets = Arc<Mutex<Vec<String>>>;

/// Why the most recent request did not get through the proxy.
type Blocked = Arc<Mutex<Option<String>>>;

/// An answer and the time it took.
pub(crate) struct Answer {
    pub(crate) json: String,
    pub(crate) took: Duration,
}

/// Loads the component named by the options.
pub(crate) fn load(globals: &Globals, trace: Option<Trace>, proxy: Proxy) -> Result<Connector, Failure> {
    let read = |path: &PathBuf| {
        text::read(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
    };
    let ca_pem = globals.ca_file.as_ref().map(read).transpose()?;
    Ok(Connector::load(&globals.component, Settings { ca_pem, trace, proxy, ..Settings::default() })?)
}

impl Session {
    pub(crate) async fn open(globals: &Globals, terminal: &Terminal) -> Result<Self, Failure> {
        let blocked = Blocked::default();
        let proxy = if globals.source == Source::Emulator { Proxy::None } else { Proxy::Environment };
        let secrets = Secrets::default();
        let trace = watch(globals.verbose, blocked.clone(), secrets.clone(), terminal);
        let connector = load(globals, Some(trace), proxy)?;
        let catalog = connector.catalog().await?;
        let configuration = globals.source.open(catalog)?;
        let credentials = credentials(&catalog.configuration);
        let session = Self { connector, configuration, credentials, blocked, secrets };
        session.hide(&session.configuration.json());
        Ok(session)
    }

    /// Runs an action by name.
    pub(crate) async fn invoke(&self, action: &str, input: &str, terminal: &Terminal) -> Result<Answer, CallError> {
        let started = Instant::now();
        let configuration = self.configuration.json();
        self.hide(&configuration);
        let call = self.connector.invoke(action, &configuration, input);
        let json = self.explained(terminal.wait(action, call).await, terminal)?;
        Ok(Answer { json, took: started.elapsed() })
    }

    /// Keeps the secrets of a configuration out of traces.
    fn hide(&self, configuration: &str) {
        *self.secrets.lock().unwrap_or_else(PoisonError::into_inner) = secrets_of(configuration, &self.credentials);
    }

    /// Adds a note to an error if the proxy is to blame: the component knows only that there was no connection.
    pub(crate) fn explained<T>(&self, answer: Result<T, CallError>, terminal: &Terminal) -> Result<T, CallError> {
        let blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Err(_), Some(blocked)) = (&answer, blocked) {
            terminal.note(&format!("{} {}", terminal.aside("note:").yellow().bold(), visible::line(&blocked)));
        }
        answer
    }
}

/// Shows exchanges if requested, and records failures of the proxy.
fn watch(verbose: bool, blocked: Blocked, secrets: Secrets, terminal: &Terminal) -> Trace {
    let terminal = terminal.clone();
    Arc::new(move |exchange: &Exchange| {
        if verbose {
            // An address may contain a secret, if somebody pasted it there.
            let secrets = secrets.lock().unwrap_or_else(PoisonError::into_inner);
            let line = secrets.iter().fold(line(exchange), |line, secret| struck(line, secret));
            terminal.note(&terminal.aside(visible::line(&line)).dim().to_string());
        }
        *blocked.lock().unwrap_or_else(PoisonError::into_inner) = blocked_by_proxy(exchange);
    })
}

/// The parameters of the group of credentials, one of which may hold a key beside its own text, and passwords.
fn credentials(parameters: &[Parameter]) -> Vec<String> {
    let is_one = |parameter: &&Parameter| parameter.one_of.is_some() || parameter.kind == ParameterKind::Password;
    parameters.iter().filter(is_one).map(|parameter| parameter.name.clone()).collect()
}

/// Every text of the credentials that may be a secret: each as it is, and of a key each line.
fn secrets_of(configuration: &str, credentials: &[String]) -> Vec<String> {
    let configuration: Value = host_test::json::parse(configuration).unwrap_or_default();
    let configuration = configuration.get(0).unwrap_or(&configuration);
    let values = credentials.iter().filter_map(|name| configuration[name.as_str()].as_str());
    let lines = values.flat_map(|value| value.split_whitespace().flat_map(|line| line.split("\\n")));
    // Words such as BEGIN are not.
    lines.filter(|line| line.len() >= LINE_MIN_LENGTH).map(str::to_owned).collect()
}

/// A line with the secret masked, whether plain or percent-encoded.
fn struck(line: String, secret: &str) -> String {
    let decoded = percent_decode_str(&line).decode_utf8_lossy();
    if decoded.contains(secret) { decoded.replace(secret, "***") } else { line }
}

fn blocked_by_proxy(exchange: &Exchange) -> Option<String> {
    let (proxy, failure) = (exchange.proxy.as_ref()?, exchange.failure.as_ref().filter(|_| exchange.status.is_none())?);
    let says_so = failure.contains(proxy.as_str());
    Some(if says_so { failure.clone() } else { format!("no answer through the proxy {proxy}: {failure}") })
}

fn line(exchange: &Exchange) -> String {
    let Exchange { method, url, proxy, status, failure, request_bytes, response_bytes, until_head, duration } =
        exchange;
    let proxy = proxy.as_ref().map(|proxy| format!(" via {proxy}")).unwrap_or_default();
    let status = status.map(|status| format!(" {status}")).unwrap_or_default();
    let failure = failure.as_ref().map(|failure| format!(" {failure}")).unwrap_or_default();
    let sent = if *request_bytes > 0 { format!("sent {request_bytes} B, ") } else { String::new() };
    let head = until_head.map(|head| format!("head {}, ", span(head))).unwrap_or_default();
    format!("{method} {url}{proxy} →{status}{failure} ({sent}got {response_bytes} B, {head}total {})", span(*duration))
}
