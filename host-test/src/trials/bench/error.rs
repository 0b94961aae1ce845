//! Why nothing could be measured.

use defender_xdr_host::LoadError;

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// No emulator.
    #[error("cannot start the emulator: {0}")]
    Emulator(String),
    /// No component.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A call that must succeed failed.
    #[error("{side}: {what} failed: {why}")]
    Call {
        /// Component or native.
        side: &'static str,
        /// What was called.
        what: String,
        /// The error.
        why: String,
    },
    /// The measurement itself broke off.
    #[error("the measurement broke off: {0}")]
    Panicked(String),
    /// The two sides do not do the same, so comparing them would be meaningless.
    #[error("{action}: component and native differ in {what}\ncomponent: {component}\nnative: {native}")]
    Different {
        /// The action.
        action: &'static str,
        /// What differs.
        what: &'static str,
        /// The component's.
        component: String,
        /// The native side's.
        native: String,
    },
}
