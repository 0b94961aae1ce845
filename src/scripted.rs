//! A host for tests: answers from a script, a clock that only sleeping and scripted delays move, no chance.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use crate::config::Connection;
use crate::graph::Session;
use crate::host::{Failure, Header, Host, Method, Request, Response};
use crate::vocabulary::Vocabulary as _;

/// The clock does not start at nought.
const START: Duration = Duration::from_secs(1000);

/// What the other side does with a request.
#[derive(Debug, Clone)]
pub enum Step {
    /// Answers.
    Answer {
        /// HTTP status.
        status: u16,
        /// Names in lower case.
        headers: Vec<Header>,
        /// The body.
        body: Vec<u8>,
    },
    /// Takes its time, then does something else, unless the deadline comes first.
    After(Duration, Box<Step>),
    /// Answers, but the body breaks off.
    Cut(Box<Step>, Failure),
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

/// Does something after some seconds.
pub fn after(seconds: u64, step: Step) -> Step {
    Step::After(Duration::from_secs(seconds), Box::new(step))
}

/// The secret of [`connection`] and [`CONFIG`].
pub const SECRET: &str = "planted~Secret.1";

/// The token of [`token`].
pub const TOKEN: &str = "planted.Token.1";

/// What [`ScriptedHost::random`] makes of a GUID.
pub const CLIENT_REQUEST_ID: &str = "01234567-89ab-4def-8123-456789abcdef";

/// The configuration of [`connection`] as JSON for `invoke`.
pub const CONFIG: &str = r#"{"tenant_id": "11112222-3333-4444-5555-666677778888",
    "client_id": "AAAABBBB-cccc-dddd-eeee-ffff00001111", "client_secret": "planted~Secret.1"}"#;

/// An incident as small as the service may send it.
pub const INCIDENT: &str = r#"{"id":"29","status":"active","severity":"high","createdDateTime":"2026-01-22T12:09:23.1433333Z","lastUpdateDateTime":"2026-02-25T16:29:33.1Z"}"#;

/// A connection with the defaults.
///
/// # Panics
/// When the tests' configuration is wrong.
pub fn connection() -> Connection {
    Connection::new(&crate::config::tests::config()).expect("valid")
}

/// Runs a typed action against the other side's steps.
pub fn run<T>(host: &ScriptedHost, action: impl FnOnce(&Session<'_>) -> T) -> T {
    action(&Session::new(host, &connection(), ""))
}

/// A request as it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// HTTP method.
    pub method: Method,
    /// Origin and target.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<Header>,
    /// The body as text.
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
#[derive(Debug)]
pub struct ScriptedHost {
    steps: RefCell<VecDeque<Step>>,
    sent: RefCell<Vec<Sent>>,
    now: Cell<Duration>,
}

impl ScriptedHost {
    /// A host whose other side takes these steps, one a request. It is a new instance: no token is cached.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        crate::token::forget_all();
        Self { steps: RefCell::new(steps.into_iter().collect()), sent: RefCell::default(), now: Cell::new(START) }
    }

    /// The requests so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }

    /// Method and URL of each request to Graph so far, and their bodies.
    pub fn calls(&self) -> Vec<String> {
        let graph = self.sent().into_iter().filter(|sent| !sent.url.ends_with("/oauth2/v2.0/token"));
        graph.map(|sent| format!("{} {} {}", sent.method.word(), sent.url, sent.body).trim_end().to_owned()).collect()
    }

    /// When the requests were sent, in milliseconds since the start.
    pub fn times(&self) -> Vec<u128> {
        self.sent().iter().map(|sent| sent.at.as_millis()).collect()
    }

    /// Adds to the script.
    pub fn expect(&self, step: Step) {
        self.steps.borrow_mut().push_back(step);
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.now.set(self.now.get() + Duration::from_secs(seconds));
    }

    /// Steps that were not taken.
    pub fn left(&self) -> usize {
        self.steps.borrow().len()
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
        let mut step = self.steps.borrow_mut().pop_front().expect("a request that the script does not expect");
        while let Step::After(delay, next) = step {
            let at = self.now.get().saturating_add(delay);
            if at >= deadline {
                self.now.set(deadline);
                return Err(Failure::Late);
            }
            self.now.set(at);
            step = *next;
        }
        let (step, cut) = match step {
            Step::Cut(step, why) => (*step, Some(why)),
            step => (step, None),
        };
        match step {
            Step::Answer { status, headers, body } => {
                let mut buffer = request.prefix.as_bytes().to_owned();
                buffer.extend_from_slice(&body);
                let answer = Response::new(status, headers, buffer, request.prefix.len());
                if cut == Some(Failure::Late) {
                    self.now.set(deadline);
                }
                Ok(match cut {
                    Some(why) => answer.cut_off(why),
                    None => answer,
                })
            }
            Step::Fail(failure) => Err(failure),
            Step::Silence | Step::After(..) | Step::Cut(..) => {
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
