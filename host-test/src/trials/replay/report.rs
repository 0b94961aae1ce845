//! The result of a recording, field by field.

use std::fmt;

use serde::Serialize;

/// The result of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The action that was called.
    pub action: &'static str,
    /// Where the component and the recording differ; empty when it passed.
    pub mismatches: Vec<Mismatch>,
}

impl Report {
    /// Whether nothing differs.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.mismatches.is_empty()
    }
}

/// A field that does not match the recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The field, such as `request.body.classification`.
    pub field: String,
    /// What was found instead.
    pub message: String,
}

impl Mismatch {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.message)
    }
}
