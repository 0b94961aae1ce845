//! The two streams: results on standard output, everything else on standard error.
//!
//! Colours and spinners appear only on a terminal. A pipe gets plain text, and closing it early does not cause a panic.

use std::fmt::Display;
use std::future::Future;
use std::io;
use std::time::Duration;

use console::{StyledObject, Term, style};
use indicatif::{ProgressBar, ProgressStyle};

use super::failure::{Failure, Outcome};
use super::visible;

/// Width of output that does not go to a terminal.
const PLAIN_WIDTH: usize = 100;
/// The minimum width of tables.
const MIN_WIDTH: usize = 40;
/// Wider lines are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 160;
/// Calls that answer within this time show no spinner.
const SPINNER_AFTER: Duration = Duration::from_millis(300);
const SPINNER_TICK: Duration = Duration::from_millis(100);

/// Where the output goes, and what is known about it.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    output: Term,
    errors: Term,
    /// Columns of standard output.
    pub(crate) width: usize,
    /// Whether standard output is a terminal.
    pub(crate) interactive: bool,
    /// Whether standard output may have colours.
    pub(crate) colours: bool,
}

impl Terminal {
    pub(crate) fn detect() -> Self {
        let (output, errors) = (Term::stdout(), Term::stderr());
        let columns = match output.size_checked() {
            Some((_, columns)) => usize::from(columns),
            None => std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(PLAIN_WIDTH),
        };
        let (interactive, colours) = (output.is_term(), console::colors_enabled());
        Self { output, errors, width: columns.clamp(MIN_WIDTH, MAX_WIDTH), interactive, colours }
    }

    /// Not a terminal, with this width.
    #[cfg(test)]
    pub(crate) fn plain(width: usize) -> Self {
        Self { output: Term::stdout(), errors: Term::stderr(), width, interactive: false, colours: false }
    }

    /// Prints a result for people and ends its line. The only control sequences in it are our own colours.
    pub(crate) fn print(&self, text: &str) -> Outcome {
        self.print_json(&visible::printed(text, self.colours))
    }

    /// Prints a result for programs as it is, and ends its line.
    pub(crate) fn print_json(&self, text: &str) -> Outcome {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        match self.output.write_str(text).and_then(|()| self.output.write_str(end)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::Closed),
            Err(error) => Err(Failure::usage(format!("cannot write the result: {error}"))),
        }
    }

    /// Prints a line on standard error and ignores failures.
    pub(crate) fn note(&self, text: &str) {
        let _ = self.errors.write_line(&visible::printed(text, console::colors_enabled_stderr()));
    }

    /// Shows help, or what is wrong with the command line. The texts of actions come from the component.
    pub(crate) fn help(&self, error: &clap::Error) {
        let text = error.render();
        let colours = if error.use_stderr() { console::colors_enabled_stderr() } else { self.colours };
        let text = if colours { text.ansi().to_string() } else { text.to_string() };
        if error.use_stderr() {
            self.note(text.trim_end());
        } else {
            // There is nowhere left to report a failure.
            let _ = self.print(&text);
        }
    }

    /// Text for standard output, to be styled.
    pub(crate) fn text(&self, text: impl Display) -> StyledObject<String> {
        style(shown(text)).force_styling(self.colours)
    }

    /// Text for standard error, to be styled.
    pub(crate) fn aside(&self, text: impl Display) -> StyledObject<String> {
        self.errors.style().apply_to(shown(text))
    }

    /// A progress bar on standard error with this many steps, hidden if that is not a terminal.
    pub(crate) fn progress(&self, steps: usize) -> ProgressBar {
        if !self.errors.is_term() {
            return ProgressBar::hidden();
        }
        moving(ProgressBar::new(steps as u64), "{bar:40.cyan/dim} {pos}/{len} {elapsed} {msg}")
    }

    /// Waits; on a terminal, a long wait shows a spinner and the elapsed time.
    pub(crate) async fn wait<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(SPINNER_AFTER), if self.errors.is_term() => {}
        }
        let spinner = ProgressBar::new_spinner().with_elapsed(SPINNER_AFTER).with_message(visible::line(what));
        let spinner = moving(spinner, "{spinner} {msg} {elapsed}");
        let done = work.await;
        spinner.finish_and_clear();
        done
    }
}

/// A bar or spinner of this form that moves.
fn moving(bar: ProgressBar, template: &str) -> ProgressBar {
    if let Ok(look) = ProgressStyle::with_template(template) {
        bar.set_style(look);
    }
    bar.enable_steady_tick(SPINNER_TICK);
    bar
}

/// Text without colour codes, because our own are put around it.
fn shown(text: impl Display) -> String {
    visible::block(&text.to_string()).into_owned()
}
