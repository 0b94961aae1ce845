//! Answers formatted for people.
//!
//! The format depends only on the shape of the data, so a new action that returns incidents or rows needs nothing here.

pub(crate) mod alert;
pub(crate) mod change;
pub(crate) mod comment;
pub(crate) mod error;
pub(crate) mod incident;
mod member;
pub(crate) mod rows;
pub(crate) mod table;

use std::time::Duration;

use defender_xdr_host::bindings::catalog::Effect;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::failure::Failure;
use super::figure::{plural, span};
use super::terminal::Terminal;
use super::{example, visible};

/// Longest value in a hint.
const HINT_MAX: usize = 2000;

/// The answer of `json.invoke`.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope {
    #[serde(default)]
    pub(crate) data: Value,
    #[serde(default)]
    pub(crate) meta: Map<String, Value>,
}

impl Envelope {
    pub(crate) fn parse(json: &str) -> Result<Self, Failure> {
        host_test::json::parse(json)
            .map_err(|error| Failure::usage(format!("the component's answer is not JSON: {error}")))
    }

    /// The warnings for the caller.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &str> {
        self.meta.get("warnings").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// The data of an answer. That of the generic action is shown as received.
pub(crate) fn data(data: &Value, effect: Effect, terminal: &Terminal) -> String {
    if effect == Effect::Any {
        return json(data);
    }
    let shown = &visible::value(data);
    if alert::is_empty_list(shown) {
        return "no alerts".to_owned();
    }
    if let Some(incidents) = incident::list(shown) {
        return incident::table(incidents, terminal);
    }
    if incident::is_one(shown) {
        return incident::details(shown, terminal);
    }
    if let Some(text) = alert::show(shown, terminal).or_else(|| comment::show(shown, terminal)) {
        return text;
    }
    match rows::Rows::of(shown) {
        Some(rows) => rows.show(terminal),
        None => json(data),
    }
}

/// Indented JSON, or a plain text.
pub(crate) fn json(data: &Value) -> String {
    match data {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_else(|_| other.to_string()),
    }
}

/// A warning, beside the result.
pub(crate) fn warning(text: &str, terminal: &Terminal) -> String {
    format!("{} {}", terminal.aside("warning:").yellow().bold(), visible::indented(text))
}

/// Warnings, and a line of facts about the call.
pub(crate) fn closing(envelope: &Envelope, took: Duration, terminal: &Terminal) -> String {
    let mut lines: Vec<String> = envelope.warnings().map(|text| warning(text, terminal)).collect();
    let text = |name: &str| envelope.meta.get(name).and_then(Value::as_str).map(visible::line);
    let mut facts = counts(envelope);
    if envelope.meta.get("more") == Some(&Value::Bool(true)) {
        facts.push("there is more".to_owned());
    }
    facts.push(span(took));
    facts.extend(text("request_id").map(|id| format!("request-id {id}")));
    lines.push(terminal.aside(facts.join(" · ")).dim().to_string());
    for (member, hint) in [("cursor", "next page: --cursor"), ("state", "next poll: --state")] {
        if let Some(value) = text(member) {
            let value = if value.len() > HINT_MAX { "… (see --json)".into() } else { example::quote(&value) };
            lines.push(terminal.aside(format!("{hint} {value}")).dim().to_string());
        }
    }
    lines.join("\n")
}

/// The number of items shown, and the total.
pub(crate) fn counts(envelope: &Envelope) -> Vec<String> {
    let number = |name: &str| envelope.meta.get(name).and_then(Value::as_u64);
    let alerts = alert::list(&envelope.data).map(|list| (list.len(), "alert"));
    let shown = alerts.or_else(|| Some((incident::list(&envelope.data)?.len(), "incident")));
    match (shown, number("total"), number("row_count")) {
        (Some((shown, _)), Some(total), _) => vec![format!("{shown} of {total}")],
        (Some((shown, what)), None, _) => vec![plural(shown as u64, what)],
        (None, _, Some(rows)) => vec![plural(rows, "row")],
        _ => Vec::new(),
    }
}
