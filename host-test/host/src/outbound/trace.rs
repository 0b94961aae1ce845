//! A record of HTTP exchanges, without secrets.
//!
//! Bodies and headers are never recorded, so no token, secret or assertion can leak. In URLs, the values of query
//! parameters that may be credentials are masked.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Receives each HTTP exchange when it is over. It must return quickly.
pub type Trace = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// One HTTP exchange, from the request to the end of the answer's body.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// HTTP method.
    pub method: String,
    /// URL, without credentials.
    pub url: String,
    /// Host and port of the proxy, if it goes through one.
    pub proxy: Option<String>,
    /// Status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it failed, or broke off.
    pub failure: Option<String>,
    /// Length of the request's body in bytes, if the request states it.
    pub request_bytes: u64,
    /// Bytes of the answer's body that arrived.
    pub response_bytes: u64,
    /// From the request to the head of the answer.
    pub until_head: Option<Duration>,
    /// From the request to the end.
    pub duration: Duration,
}

/// Follows one exchange and reports it once, when dropped.
pub(crate) struct Recorder {
    trace: Option<Trace>,
    started: Instant,
    exchange: Exchange,
}

impl Recorder {
    pub(crate) fn new<B>(trace: Option<&Trace>, request: &http::Request<B>, proxy: Option<String>) -> Self {
        let length = request.headers().get(http::header::CONTENT_LENGTH);
        let exchange = Exchange {
            method: request.method().to_string(),
            // Only needed for a trace, and the only expensive part.
            url: trace.map(|_| without_credentials(request.uri())).unwrap_or_default(),
            proxy,
            status: None,
            failure: None,
            request_bytes: length.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0),
            response_bytes: 0,
            until_head: None,
            duration: Duration::ZERO,
        };
        Self { trace: trace.cloned(), started: Instant::now(), exchange }
    }

    pub(crate) fn head(&mut self, status: http::StatusCode) {
        self.exchange.status = Some(status.as_u16());
        self.exchange.until_head = Some(self.started.elapsed());
    }

    pub(crate) fn received(&mut self, bytes: usize) {
        self.exchange.response_bytes += bytes as u64;
    }

    pub(crate) fn failed(&mut self, failure: &impl fmt::Display) {
        self.exchange.failure = Some(failure.to_string());
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(trace) = &self.trace {
            self.exchange.duration = self.started.elapsed();
            if self.exchange.status.is_none() && self.exchange.failure.is_none() {
                self.exchange.failure = Some("abandoned by the guest".to_owned());
            }
            trace(&self.exchange);
        }
    }
}

/// Names of query parameters whose values are credentials.
const CREDENTIALS: [&str; 8] = ["token", "secret", "password", "assertion", "signature", "sig", "code", "key"];

fn without_credentials(uri: &http::Uri) -> String {
    let host = uri.authority().map_or("", |authority| authority.as_str().rsplit('@').next().unwrap_or_default());
    let mut url = format!("{}://{host}{}", uri.scheme_str().unwrap_or_default(), uri.path());
    for (index, pair) in uri.query().into_iter().flat_map(|query| query.split('&')).enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        let name = pair.split('=').next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        if CREDENTIALS.iter().any(|credential| lower == *credential || lower.ends_with(&format!("_{credential}"))) {
            url.push_str(name);
            url.push_str("=***");
        } else {
            url.push_str(pair);
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shown(url: &str) -> String {
        without_credentials(&url.parse().unwrap())
    }

    #[test]
    fn urls_are_shown_without_credentials() {
        assert_eq!(shown("https://h/p?$top=5&$filter=x%20eq%20'y'"), "https://h/p?$top=5&$filter=x%20eq%20'y'");
        assert_eq!(shown("https://user:pass@h:1/p"), "https://h:1/p");
        assert_eq!(shown("https://h/p?access_token=abc&sig=d&a=b"), "https://h/p?access_token=***&sig=***&a=b");
    }
}
