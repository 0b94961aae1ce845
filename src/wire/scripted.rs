//! A host for tests: scripted answers, a clock that moves only when every call waits, and no randomness.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::request::vocabulary::Vocabulary as _;
use crate::text::secret::Secret;
use crate::wire::failure::Failure;
use crate::wire::host::{Header, Host, Method, Request, Response};

/// Not zero, so that tests do not depend on the clock's origin.
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
    /// Waits, then takes another step, unless the deadline comes first.
    After(Duration, Box<Step>),
    /// Answers, but the body is incomplete.
    Cut(Box<Step>, Failure),
    /// Fails.
    Fail(Failure),
    /// Sends nothing until the deadline.
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

/// Takes a step after some seconds.
pub fn after(seconds: u64, step: Step) -> Step {
    Step::After(Duration::from_secs(seconds), Box::new(step))
}

/// The GUID that [`ScriptedHost::random`] produces.
pub const CLIENT_REQUEST_ID: &str = "01234567-89ab-4def-8123-456789abcdef";

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
    /// Its own secrets.
    pub secrets: Vec<Secret>,
    steps: RefCell<VecDeque<Step>>,
    sent: RefCell<Vec<Sent>>,
    now: Cell<Duration>,
    /// Times that calls wait for, and how to wake them.
    timers: RefCell<Vec<(Duration, Waker)>>,
}

/// Whether a call was woken.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl ScriptedHost {
    /// A host whose other side takes these steps, one per request. It is a new instance: no token is cached.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        crate::sign_in::cache::forget_all();
        Self {
            secrets: Vec::new(),
            steps: RefCell::new(steps.into_iter().collect()),
            sent: RefCell::default(),
            now: Cell::new(START),
            timers: RefCell::default(),
        }
    }

    /// Runs a call to completion.
    ///
    /// # Panics
    /// When the call waits for what never comes.
    pub fn finish<T>(&self, call: impl Future<Output = T>) -> T {
        self.finish_all([Box::pin(call)]).pop().expect("one call has one outcome")
    }

    /// Runs calls side by side as an executor does: each only when it was woken. The clock moves on when all of them wait.
    ///
    /// # Panics
    /// When a call waits for what never comes.
    pub fn finish_all<T, F: Future<Output = T> + ?Sized>(
        &self,
        calls: impl IntoIterator<Item = Pin<Box<F>>>,
    ) -> Vec<T> {
        let mut calls: Vec<_> = calls.into_iter().map(|call| (call, Arc::new(Woken(true.into())), None)).collect();
        while calls.iter().any(|(.., outcome)| outcome.is_none()) {
            let mut is_idle = true;
            for (call, woken, outcome) in calls.iter_mut().filter(|(.., outcome)| outcome.is_none()) {
                if !woken.0.swap(false, Ordering::Relaxed) {
                    continue;
                }
                is_idle = false;
                if let Poll::Ready(value) = call.as_mut().poll(&mut Context::from_waker(&woken.clone().into())) {
                    *outcome = Some(value);
                }
            }
            if is_idle {
                self.move_on();
            }
        }
        calls.into_iter().filter_map(|(.., outcome)| outcome).collect()
    }

    /// Sets the clock to the next time that a call waits for, and wakes it.
    fn move_on(&self) {
        let next = self.timers.borrow().iter().map(|(at, _)| *at).min().expect("a call waits for what never comes");
        self.now.set(next.max(self.now.get()));
        let (due, later): (Vec<_>, Vec<_>) = self.timers.take().into_iter().partition(|(at, _)| *at <= next);
        self.timers.replace(later);
        for (_, waker) in due {
            waker.wake();
        }
    }

    /// Waits for a time on the clock.
    async fn until(&self, at: Duration) {
        poll_fn(|context| {
            if self.now.get() >= at {
                return Poll::Ready(());
            }
            self.timers.borrow_mut().push((at, context.waker().clone()));
            Poll::Pending
        })
        .await;
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
    fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    async fn send(&self, request: &Request<'_>, deadline: Duration) -> Result<Response, Failure> {
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
            self.until(at.min(deadline)).await;
            if at >= deadline {
                return Err(Failure::Late);
            }
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
                    self.until(deadline).await;
                }
                Ok(match cut {
                    Some(why) => answer.cut_off(why),
                    None => answer,
                })
            }
            Step::Fail(failure) => Err(failure),
            Step::Silence | Step::After(..) | Step::Cut(..) => {
                self.until(deadline).await;
                Err(Failure::Late)
            }
        }
    }

    async fn sleep(&self, span: Duration) {
        self.until(self.now.get() + span).await;
    }

    fn now(&self) -> Duration {
        self.now.get()
    }

    fn unix_seconds(&self) -> u64 {
        // 2024-02-15T08:00:00Z at the start.
        1_707_984_000 + self.elapsed().as_secs()
    }

    fn random(&self) -> u64 {
        0x0123_4567_89ab_cdef
    }
}
