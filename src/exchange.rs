//! One request and its repeats within one deadline; the token service and Graph are both reached through here.

use std::time::Duration;

use crate::host::{Failure, Host, Request, Response};
use crate::retry::{self, Effect, Outcome, Progress};

/// A host to send with, and the time to be done.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    /// What sends, waits and tells the time.
    pub host: &'a dyn Host,
    /// On the clock of [`Host::now`].
    pub deadline: Duration,
}

impl<'a> Exchange<'a> {
    /// Starts the clock.
    pub fn within(host: &'a dyn Host, timeout: Duration) -> Self {
        Self { host, deadline: host.now().saturating_add(timeout) }
    }

    /// Time left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.host.now())
    }

    /// Sends a request, repeats included. An answer may have any status.
    pub fn send(&self, request: &Request<'_>, effect: Effect) -> Result<Response, Failure> {
        let mut progress = Progress::default();
        loop {
            if self.remaining().is_zero() {
                return Err(Failure::Unsent("the deadline passed".into()));
            }
            let result = self.host.send(request, self.deadline);
            let outcome = match &result {
                Ok(answer) if answer.status < 400 => return result,
                Ok(answer) => self.outcome(answer, effect),
                Err(Failure::Unsent(_)) => Outcome::Unsent,
                Err(Failure::Broken(_)) => Outcome::Broken,
                Err(Failure::Denied(_) | Failure::Late | Failure::TooLarge(_)) => Outcome::Final,
            };
            let wait = retry::wait(effect, outcome, progress, self.remaining(), self.host.random());
            let Some(span) = wait else { return result };
            progress.repeats += 1;
            progress.gateway_timeouts += u32::from(matches!(outcome, Outcome::Status(504, _)));
            self.host.sleep(span);
        }
    }

    fn outcome(&self, answer: &Response, effect: Effect) -> Outcome {
        let status = match answer.status {
            // Entra ID says so with status 400 too.
            400 if effect == Effect::Token && crate::entra::is_temporary(answer) => 503,
            status => status,
        };
        Outcome::Status(status, retry_after(answer, self.host.unix_seconds()))
    }
}

/// How long an answer asks to wait.
pub fn retry_after(answer: &Response, unix_seconds: u64) -> Option<Duration> {
    retry::parse_retry_after(answer.header("retry-after")?, unix_seconds)
}

#[cfg(test)]
mod tests;
