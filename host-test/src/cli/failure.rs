//! Why a command ended early, and with which exit code.
//!
//! Scripts rely on exit codes, so all commands take theirs from here.

use defender_xdr_host::{CallError, LoadError};
use host_test::trials::TrialError;
use host_test::trials::bench::BenchError;

/// Exit code for a wrong command line, or a file or configuration that cannot be used.
pub(crate) const USAGE: u8 = 2;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line, a file or the configuration cannot be used.
    #[error("{0}")]
    Usage(String),
    /// The component cannot be used.
    #[error("{error}{}", advice(.error))]
    Load {
        #[from]
        error: LoadError,
    },
    /// The action failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Nothing could be measured.
    #[error("{0}")]
    Bench(BenchError),
    /// A check failed, and its report was printed.
    #[error("the check failed")]
    Reported,
    /// The reader of the output is gone, as with `| head`.
    #[error("the output was closed")]
    Closed,
}

/// How a command ended.
pub(crate) type Outcome = Result<(), Failure>;

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Load { .. } => USAGE,
            Self::Call(_) | Self::Bench(_) | Self::Reported => 1,
            Self::Closed => 0,
        }
    }
}

impl From<TrialError> for Failure {
    fn from(error: TrialError) -> Self {
        match error {
            TrialError::Load(error) => error.into(),
            TrialError::Call(error) => error.into(),
            TrialError::Emulator(_) => Self::usage(error.to_string()),
        }
    }
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Self {
        match error {
            BenchError::Load(error) => error.into(),
            other => Self::Bench(other),
        }
    }
}

fn advice(error: &LoadError) -> &'static str {
    match error {
        LoadError::Unreadable { .. } => "\nBuild it with `make component`, or name another one with --component FILE.",
        _ => "",
    }
}
