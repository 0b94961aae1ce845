//! One request and its retries within a deadline, for both the token service and Graph.

use std::time::Duration;

use crate::text::fault::Fault;
use crate::wire::failure::Failure;
use crate::wire::host::{Host, Request, Response};
use crate::wire::retry::{self, Effect, Outcome, Progress};

/// A host and a deadline.
pub struct Exchange<'a, H> {
    /// Sends, waits and tells the time.
    pub host: &'a H,
    /// On the clock of [`Host::now`].
    pub deadline: Duration,
    /// What is retried, and how long an attempt may take.
    pub patience: Patience,
    /// The effective status of an error answer: a service may report a temporary problem with another status.
    pub status: fn(&Response) -> u16,
}

impl<H> Clone for Exchange<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Exchange<'_, H> {}

/// What is retried, and how long an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Everything the effect allows, while there is time.
    Usual,
    /// The same, but each attempt may use only half of the remaining time.
    LeavesHalf,
    /// Only failed and broken connections, never an answer of the service.
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

/// The end of a request without a result.
#[derive(Debug)]
pub struct Stopped {
    /// How the last attempt ended.
    pub why: Unanswered,
    /// Whether there would have been another attempt, or a longer one, with more time.
    pub by_time: bool,
}

/// A success that cannot be used, and whether a retry may help.
#[derive(Debug)]
pub struct Unusable {
    /// The error for the caller.
    pub fault: Fault,
    /// Whether the answer was cut off or garbled in transit.
    pub repeat: bool,
}

/// Accepts a success (any status below 400), or says why it cannot be used.
pub type Take<'t> = &'t mut dyn FnMut(Response) -> Result<(), Unusable>;

impl<'a, H: Host> Exchange<'a, H> {
    /// An exchange whose deadline counts from now.
    pub fn within(host: &'a H, timeout: Duration) -> Self {
        let deadline = host.now().saturating_add(timeout);
        Self { host, deadline, patience: Patience::Usual, status: |answer| answer.status }
    }

    /// Time left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.host.now())
    }

    /// Sends a request, with retries, until `take` accepts a success or no retry is allowed.
    pub async fn send(&self, request: &Request<'_>, effect: Effect, take: Take<'_>) -> Result<(), Stopped> {
        self.send_anew(request, &|| None, effect, take).await
    }

    /// The same; each retry has the body that `again` makes, if it makes one.
    pub async fn send_anew(
        &self,
        request: &Request<'_>,
        again: &dyn Fn() -> Option<Vec<u8>>,
        effect: Effect,
        take: Take<'_>,
    ) -> Result<(), Stopped> {
        let mut progress = Progress::default();
        loop {
            let remaining = self.remaining();
            if remaining.is_zero() {
                let why = Unanswered::Failed(Failure::Unsent("the deadline passed".into()));
                return Err(Stopped { why, by_time: true });
            }
            let spared = if self.patience == Patience::LeavesHalf { remaining / 2 } else { Duration::ZERO };
            let body = if progress.repeats > 0 { again() } else { None };
            let request = &Request { body: body.as_deref().unwrap_or(request.body), ..*request };
            let (outcome, why) = match self.host.send(request, self.deadline.saturating_sub(spared)).await {
                Ok(answer) if answer.status < 400 => match take(answer) {
                    Ok(()) => return Ok(()),
                    Err(Unusable { fault, repeat }) => {
                        (if repeat { Outcome::Broken } else { Outcome::Final }, Unanswered::Unusable(fault))
                    }
                },
                Ok(answer) => (self.outcome(&answer), Unanswered::Refused(answer)),
                Err(failure) => (outcome_of(&failure), Unanswered::Failed(failure)),
            };
            let jitter = self.host.random();
            let wait = |remaining| retry::wait(effect, outcome, progress, remaining, jitter);
            let Some(span) = wait(self.remaining()) else {
                let is_late = matches!(why, Unanswered::Failed(Failure::Late));
                return Err(Stopped { by_time: is_late || wait(Duration::MAX).is_some(), why });
            };
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
