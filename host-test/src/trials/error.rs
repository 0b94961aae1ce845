//! Why a trial of the component, be it chaos or a soak, could not be held.

use defender_emulator::StartError;
use defender_xdr_host::{CallError, LoadError};

/// Why a trial could not be held.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// No emulator.
    #[error("the emulator does not start: {0}")]
    Emulator(#[from] StartError),
    /// No component.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A component that does not answer even in peace.
    #[error(transparent)]
    Call(#[from] CallError),
}
