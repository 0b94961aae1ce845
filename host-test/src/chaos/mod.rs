//! Every action under every fault of the service: what comes of it, how fast, and how many requests it takes.
//!
//! A matrix instead of examples, because the interesting combination is the one nobody thought of.

mod action;
mod cell;
mod contract;
mod matrix;
mod trouble;

use defender_emulator::StartError;

pub use cell::Cell;
pub use matrix::{Matrix, columns};
pub use trouble::Place;

use crate::call_error::CallError;
use crate::load_error::LoadError;

/// Why the matrix could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum ChaosError {
    /// No emulator.
    #[error("the emulator does not start: {0}")]
    Emulator(#[from] StartError),
    /// No component.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// No instance.
    #[error(transparent)]
    Call(#[from] CallError),
}
