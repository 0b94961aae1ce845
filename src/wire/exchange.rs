//! One request and its repeats within one deadline; the token service and Graph are both reached through here.

use std::time::Duration;

use crate::text::fault::Fault;
use crate::wire::failure::Failure;
use crate::wire::host::{Host, Request, Response};
use crate::wire::retry::{self, Effect, Outcome, Progress};

/// A host to send with, and the time to be done.
pub struct Exchange<'a, H> {
    /// What sends, waits and tells the time.
    pub host: &'a H,
    /// On the clock of [`Host::now`].
    pub deadline: Duration,
    /// What is repeated, and how long an attempt may take.
    pub patience: Patience,
    /// The status that an error answer stands for: a service may tell a passing trouble with another one.
    pub status: fn(&Response) -> u16,
}

impl<H> Clone for Exchange<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Exchange<'_, H> {}

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

impl<'a, H: Host> Exchange<'a, H> {
    /// Starts the clock.
    pub fn within(host: &'a H, timeout: Duration) -> Self {
        let deadline = host.now().saturating_add(timeout);
        Self { host, deadline, patience: Patience::Usual, status: |answer| answer.status }
    }

    /// Time left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.host.now())
    }

    /// Sends a request, repeats included, until `take` takes a success or there is no use in going on.
    pub async fn send(&self, request: &Request<'_>, effect: Effect, take: Take<'_>) -> Result<(), Unanswered> {
        let mut progress = Progress::default();
        loop {
            let remaining = self.remaining();
            if remaining.is_zero() {
                return Err(Unanswered::Failed(Failure::Unsent("the deadline passed".into())));
            }
            let spared = if self.patience == Patience::LeavesHalf { remaining / 2 } else { Duration::ZERO };
            let (outcome, end) = match self.host.send(request, self.deadline.saturating_sub(spared)).await {
                Ok(answer) if answer.status < 400 => match take(answer) {
                    Ok(()) => return Ok(()),
                    Err(Unusable { fault, repeat }) => {
                        (if repeat { Outcome::Broken } else { Outcome::Final }, Unanswered::Unusable(fault))
                    }
                },
                Ok(answer) => (self.outcome(&answer), Unanswered::Refused(answer)),
                Err(failure) => (outcome_of(&failure), Unanswered::Failed(failure)),
            };
            let wait = retry::wait(effect, outcome, progress, self.remaining(), self.host.random());
            let Some(span) = wait else { return Err(end) };
            progress.count(outcome);
            self.host.sleep(span).await;
        }
    }

    fn outcome(&self, answer: &Response) -> Outcome {
        match self.patience {
            Patience::Connection => Outcome::Final,
            Patience::Usual | Patience::LeavesHalf => {
                Outcome::Status((self.status)(answer), answer.retry_after(self.host.unix_seconds()))
            }
        }
    }
}

fn outcome_of(failure: &Failure) -> Outcome {
    match failure {
        Failure::Unsent(_) => Outcome::Unsent,
        Failure::Broken(_) => Outcome::Broken,
        Failure::Denied(_) | Failure::Late | Failure::TooLarge(_) => Outcome::Final,
    }
}

#[cfg(test)]
mod tests;
