//! A comment on an incident or an alert.
//! Both carry the same type, so it belongs to neither.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::message::clock;

/// A comment and its author.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) text: String,
    pub(crate) by: String,
    pub(crate) at: Timestamp,
}

impl Comment {
    /// The alertComment on the wire.
    pub(crate) fn render(&self) -> Value {
        json!({"comment": self.text, "createdByDisplayName": self.by, "createdDateTime": clock::graph(self.at)})
    }
}
