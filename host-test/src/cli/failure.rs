//! How the program fails: what it says, where, and its exit code.
//!
//! Scripts live by exit codes and people by sentences; both are made here so that all commands agree.

use std::process::ExitCode;

use host_test::bench::BenchError;
use host_test::{CallError, LoadError, TrialError};
use serde_json::json;

use super::terminal::Terminal;
use super::view;

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
    /// Nobody reads the output any more, as with `| head`.
    #[error("the output was closed")]
    Closed,
}

/// The end of a command.
pub(crate) type Outcome = Result<(), Failure>;

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    fn code(&self) -> u8 {
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

/// Reports a failure, if there is one: as JSON on standard output for programs, else as a paragraph on standard error.
pub(crate) fn exit_code(outcome: Outcome, as_json: bool, terminal: &Terminal) -> ExitCode {
    let Err(failure) = outcome else {
        return ExitCode::SUCCESS;
    };
    let object = match &failure {
        Failure::Closed | Failure::Reported => None,
        Failure::Call(error) => Some(error.to_json()),
        Failure::Usage(message) => Some(json!({"kind": "usage", "message": message})),
        Failure::Bench(error) => Some(json!({"kind": "bench", "message": error.to_string()})),
        Failure::Load { .. } => Some(json!({"kind": "component", "message": failure.to_string()})),
    };
    match object {
        Some(object) if as_json => {
            let _ = terminal.print_json(&json!({ "error": object }).to_string());
        }
        Some(_) => match &failure {
            Failure::Call(error) => terminal.note(&view::error::paragraph(error, |text| terminal.aside(text))),
            other => terminal.note(&format!("{} {other}", terminal.aside("error:").red().bold())),
        },
        None => {}
    }
    ExitCode::from(failure.code())
}
