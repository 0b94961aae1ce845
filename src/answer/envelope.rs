//! The answer of `invoke`: the service's JSON under `data`, what is known about the call under `meta`.

use crate::graph::session::{Answer, Body};
use crate::text::json::{self, Writer};

/// Received bodies follow this in their buffer, so that the envelope costs no copy of them.
pub const PREFIX: &str = "{\"data\":";

/// What is known about a call besides its data.
#[derive(Debug, Default)]
pub struct Meta {
    /// HTTP status of a generic answer.
    pub status: Option<u16>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// Our id of the request.
    pub client_request_id: Option<String>,
    /// Incidents that match over all pages.
    pub total: Option<u64>,
    /// Where the next page starts.
    pub cursor: Option<String>,
    /// Rows of a hunting result.
    pub row_count: Option<u32>,
    /// The service's row limit, when the result was cut there.
    pub limit_reached: Option<u32>,
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
            request_id: answer.request_id().map(str::to_owned),
            client_request_id: Some(answer.client_request_id.clone()),
            warnings,
            ..Self::default()
        }
    }

    /// What is known, as an object.
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
        ];
        let mut object = Writer::new();
        for (name, json) in members {
            object.optional(name, json);
        }
        if self.dry_run {
            object.json("dry_run", "true");
        }
        object.json("warnings", &json::list(&self.warnings));
        object.finish()
    }
}

/// Closes the envelope behind a body that was received with [`PREFIX`].
pub fn close(body: Body, meta: &Meta) -> String {
    let mut text = body.text;
    let meta = meta.json();
    // Exactly: a large body is not to be moved into twice its room.
    text.reserve_exact(CLOSING_LENGTH + meta.len());
    text.push_str(",\"meta\":");
    text.push_str(&meta);
    text.push('}');
    text
}

/// Length of what stands around the meta.
const CLOSING_LENGTH: usize = ",\"meta\":}".len();

/// An envelope around JSON that is no received body.
pub fn around(data: &str, meta: &Meta) -> String {
    written(data.len(), meta, |text| text.push_str(data))
}

/// An envelope around JSON that is written into it; `length` is that of the JSON.
pub fn written(length: usize, meta: &Meta, write: impl FnOnce(&mut String)) -> String {
    let meta = meta.json();
    let mut text = String::with_capacity(PREFIX.len() + length + CLOSING_LENGTH + meta.len());
    text.push_str(PREFIX);
    write(&mut text);
    text.push_str(",\"meta\":");
    text.push_str(&meta);
    text.push('}');
    text
}

#[cfg(test)]
mod tests;
