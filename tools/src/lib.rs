//! The tools form of the Defender XDR connector, for hosts that hand every exported function to a model.
//!
//! The configuration comes from the host's variables and never from a caller, so no tool has a parameter for it. Answers are short: what
//! a reader needs, within a number of bytes.
//!
//! ```text
//!   host ──► component ──► reading, writing     one function per tool
//!                               │
//!                               ├─ settings     configuration and limits, from the host only
//!                               ├─ view         what a reader needs of an incident, an alert
//!                               ├─ answer       JSON within the limit, with a note on what is left out
//!                               ▼
//!                          defender_xdr ──► Microsoft
//! ```
//!
//! Everything except `component` also runs natively, against a scripted host.

pub mod answer;
#[cfg(target_arch = "wasm32")]
mod component;
pub mod reading;
pub mod settings;
#[cfg(test)]
mod tests;

pub mod tools;
pub mod view;
#[cfg(feature = "writing")]
pub mod writing;
