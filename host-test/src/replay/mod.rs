//! Replays captured exchanges: serves the recorded answer to the component and checks what it asked and what it made of it.
//!
//! A recording of the real service is the one witness that does not come from us; it catches what the emulator and the
//! component might agree to get wrong.
//!
//! ```text
//! recording ─ call (which action it stands for) ─ component ─ server (the recorded answer)
//!     │                                               │          │
//!     ├── coherence: agrees with itself               │          └── sent: the request is the recorded one
//!     └── expectation: success, or which error ───────┴── answered: and nothing was lost on the way
//! ```

mod answered;
mod call;
mod coherence;
mod compare;
mod expectation;
mod recording;
mod replayer;
mod sent;
mod server;
mod typed;

use std::fmt;

use serde::Serialize;

pub use recording::{Headers, ReadError, Recording, Request, Response, files};
pub use replayer::Replayer;

/// What came of a recording.
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

/// A field of a recording that was not met.
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
