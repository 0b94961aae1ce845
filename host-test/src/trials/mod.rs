//! Trials of the component: what examples do not show.
//!
//! `replay` compares it with recorded answers of the real service, and `bench` with its own source without a sandbox.
//! `chaos` runs it under every fault, `soak` through many calls in a row.

pub mod bench;
pub mod chaos;
mod error;
pub mod replay;
mod residence;
pub mod soak;

pub use error::TrialError;
