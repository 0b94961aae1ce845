//! A host for tests: answers from a script, a clock that only sleeping and scripted delays move, no chance.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use crate::host::{Failure, Header, Host, Method, Request, Response};

/// The clock does not start at nought.
const START: Duration = Duration::from_secs(1000);

/// What the other side does with a request.
#[derive(Debug, Clone)]
pub enum Step {
    /// Answers.
    Answer { status: u16, headers: Vec<Header>, body: Vec<u8> },
    /// Fails.
    Fail(Failure),
    /// Stays silent until the deadline.
    Silence,
}

/// An answer with a JSON body.
pub fn answer(status: u16, body: &str) -> Step {
    answer_with(status, &[], body)
}

/// An answer with headers and a body.
pub fn answer_with(status: u16, headers: &[(&str, &str)], body: &str) -> Step {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Step::Answer { status, headers, body: body.as_bytes().to_owned() }
}

/// A token answer.
pub fn token() -> Step {
    answer(200, r#"{"token_type":"Bearer","expires_in":3599,"access_token":"planted.Token.1"}"#)
}

/// A request as it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub method: Method,
    /// Origin and target.
    pub url: String,
    pub headers: Vec<Header>,
    pub body: String,
    /// When, on the scripted clock.
    pub at: Duration,
}

impl Sent {
    /// Value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The scripted host.
pub struct ScriptedHost {
    steps: RefCell<VecDeque<Step>>,
    sent: RefCell<Vec<Sent>>,
    now: Cell<Duration>,
}

impl ScriptedHost {
    /// A host whose other side takes these steps, one a request.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: RefCell::new(steps.into_iter().collect()), sent: RefCell::default(), now: Cell::new(START) }
    }

    /// The requests so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.now.get().saturating_sub(START)
    }
}

impl Host for ScriptedHost {
    fn send(&self, request: &Request<'_>, deadline: Duration) -> Result<Response, Failure> {
        self.sent.borrow_mut().push(Sent {
            method: request.method,
            url: format!("{}{}", request.origin, request.target),
            headers: request.headers.to_vec(),
            body: String::from_utf8_lossy(request.body).into_owned(),
            at: self.elapsed(),
        });
        match self.steps.borrow_mut().pop_front().expect("a request that the script does not expect") {
            Step::Answer { status, headers, body } => {
                let mut buffer = request.prefix.as_bytes().to_owned();
                buffer.extend_from_slice(&body);
                Ok(Response::new(status, headers, buffer, request.prefix.len()))
            }
            Step::Fail(failure) => Err(failure),
            Step::Silence => {
                self.now.set(deadline);
                Err(Failure::Late)
            }
        }
    }

    fn now(&self) -> Duration {
        self.now.get()
    }

    fn unix_seconds(&self) -> u64 {
        // 2024-02-15T08:00:00Z at the start.
        1_707_984_000 + self.elapsed().as_secs()
    }

    fn sleep(&self, span: Duration) {
        self.now.set(self.now.get() + span);
    }

    fn random(&self) -> u64 {
        0x0123_4567_89ab_cdef
    }
}
