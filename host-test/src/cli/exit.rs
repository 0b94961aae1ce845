//! How the program ends: what it reports about a failure, on which stream, and its exit code.
//!
//! Programs read standard output and people standard error; one place decides what goes where, so that all commands agree.

use std::process::ExitCode;

use serde_json::json;

use super::failure::{Failure, Outcome};
use super::terminal::Terminal;
use super::view;

/// Reports a failure, if there is one: as JSON on standard output for programs, otherwise as a paragraph on standard error.
pub(crate) fn code(outcome: Outcome, as_json: bool, terminal: &Terminal) -> ExitCode {
    let Err(failure) = outcome else {
        return ExitCode::SUCCESS;
    };
    let code = ExitCode::from(failure.code());
    let object = match &failure {
        Failure::Closed | Failure::Reported => return code,
        Failure::Call(error) => host_test::json::error(error),
        Failure::Usage(_) => json!({"kind": "usage", "message": failure.to_string()}),
        Failure::Bench(_) => json!({"kind": "bench", "message": failure.to_string()}),
        Failure::Load { .. } => json!({"kind": "component", "message": failure.to_string()}),
    };
    match &failure {
        _ if as_json => _ = terminal.print_json(&json!({ "error": object }).to_string()),
        Failure::Call(error) => terminal.note(&view::error::paragraph(error, |text| terminal.aside(text))),
        other => terminal.note(&format!("{} {other}", terminal.aside("error:").red().bold())),
    }
    code
}

/// Completes on Ctrl-C, and on the signal that service managers send. Listens as soon as it is created.
#[cfg(unix)]
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| Failure::usage(format!("cannot listen for signals: {error}")));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
