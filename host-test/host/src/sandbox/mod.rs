//! The sandbox of one instance: the interfaces it gets, and the limits on memory and computing.
//!
//! ```text
//! engine (slots, epochs) ─ interfaces (the linker: nothing else exists) ─ guest ─┬─ memory (limits)
//!                                        └─ wasmtime_48 (fixed)                  └─ clock
//! ```

pub(crate) mod clock;
pub(crate) mod engine;
pub(crate) mod guest;
pub(crate) mod interfaces;
pub(crate) mod memory;
mod wasmtime_48;
