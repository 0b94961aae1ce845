//! What the emulator saw: requests and connections are counted there, not by the side that makes them.

use std::collections::BTreeSet;
use std::time::Duration;

use defender_xdr::wire::host::{Host as _, Method, Request};
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Handle;

use super::error::BenchError;
use super::native::NativeHost;
use super::service::Service;

const PATH: &str = "/_emulator/journal";
const APPS: &str = "/_emulator/apps";
const PATIENCE: Duration = Duration::from_secs(30);

/// A request that reached the emulator.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Seen {
    connection: u64,
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
}

impl Seen {
    /// Whether it asked for a token.
    pub(crate) fn asks_for_a_token(&self) -> bool {
        self.path.ends_with("/oauth2/v2.0/token")
    }

    /// Everything except what differs in each request; the emulator already masks tokens.
    pub(crate) fn comparable(&self) -> String {
        let mut headers: Vec<_> = self.headers.iter().filter(|(name, _)| name != "client-request-id").collect();
        headers.sort();
        let Self { method, path, query, body, .. } = self;
        format!("{method} {path}?{} {headers:?} {body}", query.as_deref().unwrap_or_default())
    }
}

/// The number of TCP connections that the requests used.
pub(crate) fn connections(seen: &[Seen]) -> usize {
    seen.iter().map(|seen| seen.connection).collect::<BTreeSet<_>>().len()
}

/// The emulator's journal, read by a client whose own requests are not recorded in it.
#[derive(Debug)]
pub(crate) struct Journal<'a> {
    pub(crate) host: &'a NativeHost,
    pub(crate) runtime: &'a Handle,
    pub(crate) service: &'a Service,
}

impl Journal<'_> {
    /// The requests that some work makes, and its result.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> Result<T, BenchError>) -> Result<(Vec<Seen>, T), BenchError> {
        self.ask(Method::Delete)?;
        let done = work()?;
        let text = self.ask(Method::Get)?;
        let seen = serde_json::from_slice(&text).map_err(|error| BenchError::Emulator(error.to_string()))?;
        Ok((seen, done))
    }

    /// Registers an app.
    pub(crate) fn register(&self, app: &Value) -> Result<(), BenchError> {
        self.send(Method::Post, APPS, app.to_string().as_bytes()).map(drop)
    }

    fn ask(&self, method: Method) -> Result<Vec<u8>, BenchError> {
        self.send(method, PATH, &[])
    }

    fn send(&self, method: Method, target: &str, body: &[u8]) -> Result<Vec<u8>, BenchError> {
        let origin = &self.service.origin;
        let request = Request { method, origin, target, headers: &[], body, prefix: "" };
        let answer = self.runtime.block_on(self.host.send(&request, self.host.now() + PATIENCE));
        answer.map(|answer| answer.into_parts().0).map_err(|failure| BenchError::Emulator(format!("{failure:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(connection: u64, path: &str, id: &str) -> Seen {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Seen {
            connection,
            method: "GET".into(),
            path: path.into(),
            query: None,
            headers: vec![header("client-request-id", id), header("accept", "*/*")],
            body: String::new(),
        }
    }

    #[test]
    fn requests_are_compared_without_their_id() {
        assert_eq!(seen(1, "/a", "1").comparable(), seen(2, "/a", "2").comparable());
        assert_ne!(seen(1, "/a", "1").comparable(), seen(1, "/b", "1").comparable());
    }

    #[test]
    fn counts_each_connection_once() {
        assert_eq!(connections(&[seen(1, "/", ""), seen(2, "/", ""), seen(1, "/", "")]), 2);
    }
}
