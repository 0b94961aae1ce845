//! What clients sent, and the answers they got.
//! Tests assert on it, so it shows everything but secrets.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::redaction;
use crate::message::{Request, clock};

/// Beyond this many, the oldest are forgotten, so that a benchmark does not fill the memory.
const MAX_EXCHANGES: usize = 10_000;

/// Longer bodies are cut off.
const MAX_BODY_BYTES: usize = 65_536;

/// Ends of the paths where tokens are issued: to apps, and to managed identities.
const TOKEN_PATHS: [&str; 2] = ["/oauth2/v2.0/token", "/identity/oauth2/token"];

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Serial number of the request, from 1.
    pub serial: u64,
    /// Serial number of the TCP connection, from 1.
    pub connection: u64,
    /// When it arrived, RFC 3339.
    pub at: String,
    /// Method.
    pub method: String,
    /// Path as sent, percent-encoded.
    pub path: String,
    /// Query as sent, without the question mark, secrets struck out.
    pub query: Option<String>,
    /// Headers in the order of arrival, names in lower case, secrets struck out.
    pub headers: Vec<(String, String)>,
    /// The body as text, secrets struck out, at most 64 KiB.
    pub body: String,
    /// The status answered; `None` if no status line was sent.
    pub status: Option<u16>,
    /// Position of the fault that hit the request, in the order in which faults were set.
    pub fault: Option<usize>,
}

impl Exchange {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// How many requests there were, including those that are forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// All of them.
    requests: u64,
    /// Those for a token.
    tokens: u64,
}

/// All exchanges so far.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    last: u64,
    counts: Counts,
    exchanges: VecDeque<Exchange>,
}

impl Journal {
    /// Records a request; the answer follows under the number returned.
    pub(crate) fn open(&self, request: &Request) -> u64 {
        let mut entries = self.entries();
        entries.last += 1;
        let serial = entries.last;
        entries.counts.requests += 1;
        entries.counts.tokens += u64::from(TOKEN_PATHS.iter().any(|path| request.path.ends_with(path)));
        if entries.exchanges.len() >= MAX_EXCHANGES {
            entries.exchanges.pop_front();
        }
        let text = String::from_utf8_lossy;
        entries.exchanges.push_back(Exchange {
            serial,
            connection: request.connection,
            at: clock::graph(request.now),
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.as_deref().map(redaction::fields),
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), redaction::header(name.as_str(), &text(value.as_bytes()))))
                .collect(),
            body: redaction::fields(&text(request.body.get(..MAX_BODY_BYTES).unwrap_or(&request.body))),
            status: None,
            fault: None,
        });
        serial
    }

    /// Records what became of a request.
    pub(crate) fn close(&self, serial: u64, status: Option<u16>, fault: Option<usize>) {
        // The newest are at the back, and so is nearly every request that is being answered.
        if let Some(exchange) = self.entries().exchanges.iter_mut().rev().find(|exchange| exchange.serial == serial) {
            exchange.status = status;
            exchange.fault = fault;
        }
    }

    pub(crate) fn list(&self) -> Vec<Exchange> {
        self.entries().exchanges.iter().cloned().collect()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.entries().counts
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.entries();
        entries.exchanges.clear();
        entries.counts = Counts::default();
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn strikes_out_secrets() {
        let mut request = Request::sample(Method::POST, "/t/oauth2/v2.0/token?client_secret=s&a=b");
        request.headers.insert("authorization", http::HeaderValue::from_static("Bearer abc"));
        request.body = "client_id=1&client_secret=s%26x&client_assertion=j.w.t&scope=y".into();
        let journal = Journal::default();
        journal.open(&request);
        let exchange = journal.list().remove(0);
        assert_eq!(exchange.header("Authorization"), Some("Bearer ***"));
        assert_eq!(exchange.query.as_deref(), Some("client_secret=***&a=b"));
        assert_eq!(exchange.body, "client_id=1&client_secret=***&client_assertion=***&scope=y");
        assert_eq!(journal.counts(), Counts { requests: 1, tokens: 1 });
    }

    #[test]
    fn forgets_the_oldest_and_keeps_counting() {
        let journal = Journal::default();
        let request = Request::sample(Method::GET, "/");
        let last = (0..=MAX_EXCHANGES).map(|_| journal.open(&request)).last();
        let exchanges = journal.list();
        assert_eq!((exchanges.len(), exchanges[0].serial, last), (MAX_EXCHANGES, 2, Some(10_001)));
        assert_eq!(journal.counts(), Counts { requests: 10_001, tokens: 0 });
        journal.clear();
        assert_eq!((journal.list().len(), journal.counts(), journal.open(&request)), (0, Counts::default(), 10_002));
    }
}
