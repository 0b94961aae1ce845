//! One request and its repeats within one deadline; the token service and Graph are both reached through here.

use std::time::Duration;

use crate::error::Fault;
use crate::host::{Failure, Host, Request, Response};
use crate::retry::{self, Effect, Outcome, Progress};

/// A host to send with, and the time to be done.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    /// What sends, waits and tells the time.
    pub host: &'a dyn Host,
    /// On the clock of [`Host::now`].
    pub deadline: Duration,
    /// What is repeated, and how long an attempt may take.
    pub patience: Patience,
}

/// What is repeated, and how long an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Whatever the effect allows, as long as there is time.
    Usual,
    /// The same, but each attempt leaves half of the time that is left to whatever comes after.
    LeavesHalf,
    /// Connections that fail or break, and nothing that the service says.
    Connection,
}

/// Why a request has no result.
#[derive(Debug)]
pub enum Unanswered {
    /// The answer is an error; its status is 400 or more.
    Refused(Response),
    /// The answer is a success that cannot be used.
    Unusable(Fault),
    /// There is no answer.
    Failed(Failure),
}

/// A success that cannot be used, and whether another attempt may bring a better one.
#[derive(Debug)]
pub struct Unusable {
    /// What to tell the caller.
    pub fault: Fault,
    /// Whether the answer broke or came garbled on its way.
    pub repeat: bool,
}

/// Takes a success (any status below 400), or says why it cannot be used.
pub type Take<'t> = &'t mut dyn FnMut(Response) -> Result<(), Unusable>;

impl<'a> Exchange<'a> {
    /// Starts the clock.
    pub fn within(host: &'a dyn Host, timeout: Duration) -> Self {
        Self { host, deadline: host.now().saturating_add(timeout), patience: Patience::Usual }
    }

    /// Time left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.host.now())
    }

    /// Sends a request, repeats included, until `take` takes a success or there is no use in going on.
    pub fn send(&self, request: &Request<'_>, effect: Effect, take: Take<'_>) -> Result<(), Unanswered> {
        let mut progress = Progress::default();
        loop {
            let remaining = self.remaining();
            if remaining.is_zero() {
                return Err(Unanswered::Failed(Failure::Unsent("the deadline passed".into())));
            }
            let spared = if self.patience == Patience::LeavesHalf { remaining / 2 } else { Duration::ZERO };
            let (outcome, end) = match self.host.send(request, self.deadline.saturating_sub(spared)) {
                Ok(answer) if answer.status < 400 => match take(answer) {
                    Ok(()) => return Ok(()),
                    Err(Unusable { fault, repeat }) => {
                        (if repeat { Outcome::Broken } else { Outcome::Final }, Unanswered::Unusable(fault))
                    }
                },
                Ok(answer) => (self.outcome(&answer, effect), Unanswered::Refused(answer)),
                Err(failure) => (outcome_of(&failure), Unanswered::Failed(failure)),
            };
            let wait = retry::wait(effect, outcome, progress, self.remaining(), self.host.random());
            let Some(span) = wait else { return Err(end) };
            progress.count(outcome);
            self.host.sleep(span);
        }
    }

    fn outcome(&self, answer: &Response, effect: Effect) -> Outcome {
        let status = match answer.status {
            _ if self.patience == Patience::Connection => return Outcome::Final,
            // Entra ID says so with status 400 too.
            400 if effect == Effect::Token && crate::entra::is_temporary(answer) => 503,
            status => status,
        };
        Outcome::Status(status, retry_after(answer, self.host.unix_seconds()))
    }
}

fn outcome_of(failure: &Failure) -> Outcome {
    match failure {
        Failure::Unsent(_) => Outcome::Unsent,
        Failure::Broken(_) => Outcome::Broken,
        Failure::Denied(_) | Failure::Late | Failure::TooLarge(_) => Outcome::Final,
    }
}

/// How long an answer asks to wait. Graph has sent the header twice; the first one that can be read counts.
pub fn retry_after(answer: &Response, unix_seconds: u64) -> Option<Duration> {
    let mut hints = answer.headers.iter().filter(|(name, _)| name == "retry-after");
    hints.find_map(|(_, value)| retry::parse_retry_after(value, unix_seconds))
}

#[cfg(test)]
mod tests;
