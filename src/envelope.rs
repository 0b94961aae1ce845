//! The answer of `invoke`: the service's JSON under `data`, what is known about the call under `meta`.

use serde::Serialize;

use crate::graph::{Answer, Body};

/// Received bodies follow this in their buffer, so that the envelope costs no copy of them.
pub const PREFIX: &str = "{\"data\":";

/// What is known about a call besides its data.
#[derive(Debug, Default, Serialize)]
pub struct Meta {
    /// HTTP status of a generic answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Our id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<String>,
    /// Incidents that match over all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where the next page starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows of a hunting result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_count: Option<u32>,
    /// The service's row limit, when the result was cut there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_reached: Option<u32>,
    /// Whether an update was only checked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
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
}

/// Closes the envelope behind a body that was received with [`PREFIX`].
pub fn close(body: Body, meta: &Meta) -> String {
    let mut text = body.text;
    text.push_str(",\"meta\":");
    // Serializing these fields cannot fail: they are numbers, texts and lists of texts.
    text.push_str(&serde_json::to_string(meta).unwrap_or_else(|_| "{}".to_owned()));
    text.push('}');
    text
}

/// An envelope around JSON that is no received body.
pub fn around(data: &str, meta: &Meta) -> String {
    close(Body { text: format!("{PREFIX}{data}"), start: PREFIX.len() }, meta)
}
