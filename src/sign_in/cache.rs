//! The instance's tokens and its pending token requests, so that calls that need the same token share one request.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::request::config::App;
use crate::text::fault::Fault;
use crate::text::secret::Secret;

/// The most tokens kept, about 2 KB each; the least recently used one is dropped first.
pub const TOKENS_MAX: usize = 1024;

/// Which token a call accepts.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// Any valid token.
    Any,
    /// A newly issued token.
    New,
    /// Any token except the refused one, issued with the claims of the challenge.
    Instead {
        /// What the service refused.
        refused: &'a Secret,
        /// The claims of the challenge, as JSON.
        claims: Option<&'a str>,
    },
}

impl<'a> Wanted<'a> {
    /// Claims to request.
    pub fn claims(self) -> Option<&'a str> {
        match self {
            Self::Any | Self::New => None,
            Self::Instead { claims, .. } => claims,
        }
    }
}

/// How a call gets its token.
pub enum Found {
    /// It is in the cache.
    Token(Secret),
    /// Another call is requesting it.
    Pending(Pending),
    /// This call has to request it.
    Missing(Lead),
}

struct Cache {
    /// Sorted by the ids of their apps.
    tokens: Vec<Entry>,
    /// How often a token was used.
    uses: u64,
    requests: Vec<Rc<TokenRequest>>,
}

struct Entry {
    app: App,
    claims: Option<String>,
    token: Secret,
    /// On the host's monotonic clock.
    renew_at: Duration,
    /// The count of uses when this one was used last.
    used: u64,
}

struct TokenRequest {
    app: App,
    claims: Option<String>,
    /// When its call gives up, on the host's monotonic clock.
    deadline: Duration,
    state: RefCell<State>,
}

enum State {
    /// Calls to wake when it ends.
    UnderWay(Vec<Waker>),
    /// `None` when the waiting calls have to look again.
    Over(Option<Result<Secret, Fault>>),
}

thread_local! {
    /// An instance has one thread.
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache { tokens: Vec::new(), uses: 0, requests: Vec::new() }) };
}

/// Looks for a token; `now` and the call's `deadline` are on the host's monotonic clock.
pub fn find(app: &App, wanted: Wanted<'_>, now: Duration, deadline: Duration) -> Found {
    CACHE.with_borrow_mut(|cache| {
        if let Some(token) = cache.take(app, wanted, now) {
            return Found::Token(token);
        }
        let claims = wanted.claims();
        // A call that is over or is not polled any more must not hold up the others.
        let fits = |request: &&Rc<TokenRequest>| {
            now < request.deadline && request.app == *app && (claims.is_none() || request.claims.as_deref() == claims)
        };
        if let Some(request) = cache.requests.iter().find(fits) {
            return Found::Pending(Pending(request.clone()));
        }
        let (app, claims) = (app.clone(), claims.map(str::to_owned));
        let request = TokenRequest { app, claims, deadline, state: RefCell::new(State::UnderWay(Vec::new())) };
        let request = Rc::new(request);
        cache.requests.push(request.clone());
        Found::Missing(Lead(request))
    })
}

impl Cache {
    /// Where the token of an app is, or where to insert it.
    fn place(&self, app: &App) -> Result<usize, usize> {
        let first = self.tokens.partition_point(|entry| entry.app.ids() < app.ids());
        let rest = self.tokens.get(first..).unwrap_or_default();
        let same = rest.iter().take_while(|entry| entry.app.ids() == app.ids());
        same.map(|entry| &entry.app).position(|other| other == app).map(|after| first + after).ok_or(first)
    }

    /// The cached token, if the call accepts it. Otherwise it is dropped, unless it is only not new enough.
    fn take(&mut self, app: &App, wanted: Wanted<'_>, now: Duration) -> Option<Secret> {
        let at = self.place(app).ok()?;
        let entry = self.tokens.get_mut(at)?;
        let will_do = match wanted {
            Wanted::Any => true,
            Wanted::New => false,
            Wanted::Instead { refused, claims } => {
                entry.token != *refused && (claims.is_none() || entry.claims.as_deref() == claims)
            }
        };
        let keep = now < entry.renew_at && (will_do || matches!(wanted, Wanted::New));
        let token = (keep && will_do).then(|| entry.token.clone());
        if keep {
            self.uses += 1;
            entry.used = self.uses;
        } else {
            self.tokens.remove(at);
        }
        token
    }

    /// Keeps a token in place of an earlier one of the same app.
    fn keep(&mut self, entry: Entry) {
        self.uses += 1;
        let entry = Entry { used: self.uses, ..entry };
        match self.place(&entry.app) {
            Ok(at) => {
                // A token with the claims of a challenge serves everyone.
                let is_worse = |other: &&mut Entry| other.claims.is_none() || entry.claims.is_some();
                if let Some(other) = self.tokens.get_mut(at).filter(is_worse) {
                    *other = entry;
                }
            }
            Err(at) => {
                self.tokens.insert(at, entry);
                if self.tokens.len() > TOKENS_MAX
                    && let Some((at, _)) = self.tokens.iter().enumerate().min_by_key(|(_, entry)| entry.used)
                {
                    self.tokens.remove(at);
                }
            }
        }
    }
}

/// Another call's request.
pub struct Pending(Rc<TokenRequest>);

impl Pending {
    /// When the other call gives up, on the host's monotonic clock.
    pub fn deadline(&self) -> Duration {
        self.0.deadline
    }

    /// Its outcome; `None` when the caller has to look again.
    pub async fn outcome(&self) -> Option<Result<Secret, Fault>> {
        poll_fn(|context| match &mut *self.0.state.borrow_mut() {
            State::UnderWay(wakers) => {
                if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
                    wakers.push(context.waker().clone());
                }
                Poll::Pending
            }
            State::Over(outcome) => Poll::Ready(outcome.clone()),
        })
        .await
    }
}

/// The duty to request a token. If it is dropped because its call was given up, the waiting calls look again.
pub struct Lead(Rc<TokenRequest>);

impl Lead {
    /// Keeps a token and passes it to the waiting calls.
    pub fn found(self, token: &Secret, renew_at: Duration) {
        let TokenRequest { app, claims, .. } = &*self.0;
        let (app, claims) = (app.clone(), claims.clone());
        let entry = Entry { app, claims, token: token.clone(), renew_at, used: 0 };
        CACHE.with_borrow_mut(|cache| cache.keep(entry));
        self.end(Some(Ok(token.clone())));
    }

    /// Passes a failure on to the waiting calls, unless it was only for lack of time: they may have more.
    pub fn failed(self, fault: &Fault, by_time: bool) {
        self.end((!by_time).then(|| Err(fault.clone())));
    }

    fn end(&self, outcome: Option<Result<Secret, Fault>>) {
        CACHE.with_borrow_mut(|cache| cache.requests.retain(|request| !Rc::ptr_eq(request, &self.0)));
        if let State::UnderWay(wakers) = self.0.state.replace(State::Over(outcome)) {
            wakers.into_iter().for_each(Waker::wake);
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        let is_under_way = matches!(*self.0.state.borrow(), State::UnderWay(_));
        if is_under_way {
            self.end(None);
        }
    }
}

/// Makes this thread act as a new instance.
#[cfg(any(test, feature = "scripted"))]
pub fn forget_all() {
    CACHE.set(Cache { tokens: Vec::new(), uses: 0, requests: Vec::new() });
}

#[cfg(test)]
mod tests;
