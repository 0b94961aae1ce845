//! The answer of `invoke`: the service's JSON in `data`, metadata about the call in `meta`.

use crate::graph::call::{Answer, Body};
use crate::graph::session::Session;
use crate::text::json::{self, Writer};
use crate::wire::host::Host;

/// Bodies are received behind this prefix, so that the envelope needs no copy of them.
pub const PREFIX: &str = "{\"data\":";

/// Warning for a write that was only checked.
const DRY_RUN_WARNING: &str = "dry run: nothing was changed";

/// Metadata about a call.
#[derive(Debug, Default)]
pub struct Meta {
    /// HTTP status of a generic answer.
    pub status: Option<u16>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// Our id of the request.
    pub client_request_id: Option<String>,
    /// Number of matching incidents or alerts on all pages.
    pub total: Option<u64>,
    /// Where the next page starts.
    pub cursor: Option<String>,
    /// Number of rows of a hunting result.
    pub row_count: Option<u32>,
    /// The service's row limit, when the result was cut there.
    pub limit_reached: Option<u32>,
    /// Where the next poll goes on.
    pub state: Option<String>,
    /// Whether the next poll need not wait.
    pub more: Option<bool>,
    /// Whether an update was only checked.
    pub dry_run: bool,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

impl Meta {
    /// The ids of an answer, and the warnings that the service sent with it.
    pub fn of(answer: &Answer) -> Self {
        let headers = &answer.response.headers;
        let mut warnings: Vec<String> = headers
            .iter()
            .filter(|(name, _)| name == "warning")
            .map(|(_, value)| format!("the service warns: {value}"))
            .collect();
        if answer.response.status == 206 {
            warnings.push("the answer is partial (status 206): some sources of the service did not deliver".to_owned());
        }
        Self {
            request_id: answer.response.request_id().map(str::to_owned),
            client_request_id: Some(answer.client_request_id.clone()),
            warnings,
            ..Self::default()
        }
    }

    /// Of a write that was only checked.
    pub fn dry_run() -> Self {
        Self { dry_run: true, warnings: vec![DRY_RUN_WARNING.to_owned()], ..Self::default() }
    }

    /// Without secrets in what was decoded: in a large answer, only those that stand there plainly have been struck out.
    #[must_use]
    pub fn cleared<H: Host>(mut self, session: &Session<'_, H>) -> Self {
        self.cursor = self.cursor.map(|cursor| session.cleared(cursor));
        self.warnings = self.warnings.into_iter().map(|warning| session.cleared(warning)).collect();
        self
    }

    /// The metadata as an object.
    fn json(&self) -> String {
        let number = |number: u64| number.to_string();
        let text = |text: &Option<String>| text.as_deref().map(json::quoted);
        let members = [
            ("status", self.status.map(|status| number(status.into()))),
            ("request_id", text(&self.request_id)),
            ("client_request_id", text(&self.client_request_id)),
            ("total", self.total.map(number)),
            ("cursor", text(&self.cursor)),
            ("row_count", self.row_count.map(|count| number(count.into()))),
            ("limit_reached", self.limit_reached.map(|limit| number(limit.into()))),
            ("state", text(&self.state)),
            ("more", self.more.map(|more| more.to_string())),
            ("dry_run", self.dry_run.then(|| "true".to_owned())),
        ];
        let mut object = Writer::new();
        for (name, json) in members {
            object.optional(name, json);
        }
        object.json("warnings", &json::list(&self.warnings));
        object.finish()
    }
}

/// Completes the envelope of a body received with [`PREFIX`].
pub fn close(body: Body, meta: &Meta) -> String {
    let mut text = body.text;
    let end = end(meta);
    // Exact, so that a large body is not moved into a buffer of twice its size.
    text.reserve_exact(end.len());
    text.push_str(&end);
    text
}

/// What follows the data.
fn end(meta: &Meta) -> String {
    format!(",\"meta\":{}}}", meta.json())
}

/// An envelope around JSON that was not received.
pub fn around(data: &str, meta: &Meta) -> String {
    written(data.len(), meta, |text| text.push_str(data))
}

/// An envelope around JSON that `write` appends; `length` is the length of that JSON.
pub fn written(length: usize, meta: &Meta, write: impl FnOnce(&mut String)) -> String {
    let end = end(meta);
    let mut text = String::with_capacity(PREFIX.len() + length + end.len());
    text.push_str(PREFIX);
    write(&mut text);
    text.push_str(&end);
    text
}

#[cfg(test)]
mod tests;
