//! Trials of the component: what examples do not show.
//!
//! `replay` holds it against what the real service answered, `chaos` against every fault, `soak` against many calls in a row, and
//! `bench` against its own source without a sandbox.

pub mod bench;
pub mod chaos;
mod error;
pub mod replay;
mod residence;
pub mod soak;

pub use error::TrialError;
