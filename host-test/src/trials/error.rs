//! Why a trial of the component, chaos or soak, could not run.

use defender_emulator::StartError;
use defender_xdr_host::{CallError, LoadError};

/// Why a trial could not run.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// No emulator.
    #[error("cannot start the emulator: {0}")]
    Emulator(#[from] StartError),
    /// No component.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A component that fails even without faults.
    #[error(transparent)]
    Call(#[from] CallError),
}
