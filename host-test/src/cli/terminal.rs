//! The two streams: results on standard output, everything else on standard error.
//!
//! Colours and spinners only where a person looks; a pipe gets plain text, and one that closes early gets no panic.

use std::fmt::Display;
use std::future::Future;
use std::io::{self, Write as _};
use std::time::Duration;

use console::{StyledObject, Term, style};
use indicatif::{ProgressBar, ProgressStyle};

use super::failure::{Failure, Outcome};

/// Width for output that goes to no terminal.
const PLAIN_WIDTH: usize = 100;
/// Wider lines are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 160;
/// Calls that answer within this time show no spinner.
const SPINNER_AFTER: Duration = Duration::from_millis(300);
const SPINNER_TICK: Duration = Duration::from_millis(100);

/// What is known about where the output goes.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    /// Columns of standard output.
    pub(crate) width: usize,
    /// Whether standard output is a terminal.
    pub(crate) interactive: bool,
    watched: bool,
}

impl Terminal {
    pub(crate) fn detect() -> Self {
        let output = Term::stdout();
        let columns = match output.size_checked() {
            Some((_, columns)) => usize::from(columns),
            None => std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(PLAIN_WIDTH),
        };
        Self { width: columns.clamp(40, MAX_WIDTH), interactive: output.is_term(), watched: Term::stderr().is_term() }
    }

    /// No terminal, with this width.
    #[cfg(test)]
    pub(crate) fn plain(width: usize) -> Self {
        Self { width, interactive: false, watched: false }
    }

    /// Prints a result and ends its line.
    pub(crate) fn print(&self, text: &str) -> Outcome {
        let mut output = io::stdout().lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        match output
            .write_all(text.as_bytes())
            .and_then(|()| output.write_all(end.as_bytes()))
            .and_then(|()| output.flush())
        {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::Closed),
            Err(error) => Err(Failure::usage(format!("cannot write the result: {error}"))),
        }
    }

    /// Prints a line on standard error; if nobody reads there, so be it.
    pub(crate) fn note(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Text for standard output, to be styled.
    pub(crate) fn text<D: Display>(&self, text: D) -> StyledObject<D> {
        style(text)
    }

    /// Text for standard error, to be styled.
    pub(crate) fn aside<D: Display>(&self, text: D) -> StyledObject<D> {
        style(text).for_stderr()
    }

    /// Waits, with a spinner and the elapsed time when it takes long and a person looks.
    pub(crate) async fn wait<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(SPINNER_AFTER), if self.watched => {}
        }
        let spinner = ProgressBar::new_spinner().with_elapsed(SPINNER_AFTER).with_message(what.to_owned());
        if let Ok(look) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            spinner.set_style(look);
        }
        spinner.enable_steady_tick(SPINNER_TICK);
        let done = work.await;
        spinner.finish_and_clear();
        done
    }
}
