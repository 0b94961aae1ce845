//! The instance's tokens and its pending token requests, so that calls that need the same token share one request.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::request::config::{App, Connection};
use crate::text::fault::Fault;
use crate::text::origin::Origin;
use crate::text::secret::Secret;
use crate::wit::types::ErrorKind;

/// The most tokens kept; the least recently used one is dropped first.
pub const TOKENS_MAX: usize = 64;

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
    /// The most recently used one is last.
    tokens: Vec<Entry>,
    requests: Vec<Rc<TokenRequest>>,
}

struct Entry {
    key: Key,
    claims: Option<String>,
    token: Secret,
    /// On the host's monotonic clock.
    renew_at: Duration,
}

struct TokenRequest {
    key: Key,
    claims: Option<String>,
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
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache { tokens: Vec::new(), requests: Vec::new() }) };
}

/// Looks for a token; `now` is on the host's monotonic clock.
pub fn find(connection: &Connection, wanted: Wanted<'_>, now: Duration) -> Found {
    CACHE.with_borrow_mut(|cache| {
        if let Some(token) = cache.take(connection, wanted, now) {
            return Found::Token(token);
        }
        let claims = wanted.claims();
        let fits = |request: &&Rc<TokenRequest>| {
            request.key.is_of(connection) && (claims.is_none() || request.claims.as_deref() == claims)
        };
        if let Some(request) = cache.requests.iter().find(fits) {
            return Found::Pending(Pending(request.clone()));
        }
        let (key, claims) = (Key::of(connection), claims.map(str::to_owned));
        let request = Rc::new(TokenRequest { key, claims, state: RefCell::new(State::UnderWay(Vec::new())) });
        cache.requests.push(request.clone());
        Found::Missing(Lead(request))
    })
}

impl Cache {
    /// The cached token, if the call accepts it. Otherwise it is dropped, unless it is only not new enough.
    fn take(&mut self, connection: &Connection, wanted: Wanted<'_>, now: Duration) -> Option<Secret> {
        let at = self.tokens.iter().position(|entry| entry.key.is_of(connection))?;
        let entry = self.tokens.remove(at);
        let will_do = match wanted {
            Wanted::Any => true,
            Wanted::New => false,
            Wanted::Instead { refused, claims } => entry.token != *refused && entry.claims.as_deref() == claims,
        };
        let keep = now < entry.renew_at && (will_do || matches!(wanted, Wanted::New));
        let token = (keep && will_do).then(|| entry.token.clone());
        if keep {
            self.tokens.push(entry);
        }
        token
    }
}

/// Another call's request.
pub struct Pending(Rc<TokenRequest>);

impl Pending {
    /// Its outcome; `None` when the caller has to look again.
    pub async fn outcome(&self) -> Option<Result<Secret, Fault>> {
        poll_fn(|context| match &mut *self.0.state.borrow_mut() {
            State::UnderWay(wakers) => {
                wakers.push(context.waker().clone());
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
        let TokenRequest { key, claims, .. } = &*self.0;
        let entry = Entry { key: key.clone(), claims: claims.clone(), token: token.clone(), renew_at };
        CACHE.with_borrow_mut(|cache| {
            cache.tokens.retain(|other| other.key != entry.key);
            if cache.tokens.len() >= TOKENS_MAX {
                cache.tokens.remove(0);
            }
            cache.tokens.push(entry);
        });
        self.end(Some(Ok(token.clone())));
    }

    /// Passes a failure to the waiting calls if it applies to them too: they may have more time than this call had.
    pub fn failed(self, fault: &Fault) {
        let is_theirs = matches!(fault.kind, ErrorKind::Unauthenticated | ErrorKind::Denied | ErrorKind::Throttled);
        self.end(is_theirs.then(|| Err(fault.clone())));
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

/// Everything a token depends on.
#[derive(Clone, PartialEq)]
struct Key {
    login: Origin,
    graph: Origin,
    scope: String,
    tenant_id: String,
    client_id: String,
    client_secret: Secret,
}

impl Key {
    fn of(connection: &Connection) -> Self {
        let App { login, graph, scope, tenant_id, client_id, client_secret, .. } = &connection.app;
        Self {
            login: login.clone(),
            graph: graph.clone(),
            scope: scope.clone(),
            tenant_id: tenant_id.clone(),
            client_id: client_id.clone(),
            client_secret: client_secret.clone(),
        }
    }

    fn is_of(&self, connection: &Connection) -> bool {
        self.tenant_id == connection.app.tenant_id
            && self.client_id == connection.app.client_id
            && self.login == connection.app.login
            && self.graph == connection.app.graph
            && self.scope == connection.app.scope
            && self.client_secret == connection.app.client_secret
    }
}

/// Makes this thread act as a new instance.
#[cfg(test)]
pub fn forget_all() {
    CACHE.set(Cache { tokens: Vec::new(), requests: Vec::new() });
}

#[cfg(test)]
mod tests;
