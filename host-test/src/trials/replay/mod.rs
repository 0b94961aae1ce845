//! Replays captured exchanges: serves the recorded answer to the component and checks its request and its result.
//!
//! A recording of the real service is the only independent reference: it catches mistakes that the emulator and the
//! component share.
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
mod report;
mod sent;
mod server;
mod target;
mod triage;
mod typed;

pub use recording::{Headers, ReadError, Recording, Request, Response, files};
pub use replayer::Replayer;
pub use report::{Mismatch, Report};
