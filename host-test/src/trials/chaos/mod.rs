//! Every action under every fault of the service: the outcome, the time, and the number of requests.
//!
//! A matrix instead of examples, because the interesting combination is the one nobody thought of.

pub(crate) mod action;
mod cell;
pub(crate) mod contract;
mod matrix;
pub(crate) mod trouble;

pub use cell::Cell;
pub use matrix::{Matrix, columns};
pub use trouble::Place;
