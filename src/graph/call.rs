//! A request to Graph, and its answer.

use crate::text::fault::{Fault, malformed};
use crate::text::json;
use crate::wire::host::{Header, Method, Response};
use crate::wire::proxy_page;
use crate::wire::retry::Effect;

/// A request to Graph.
#[derive(Debug)]
pub struct Call<'a> {
    /// HTTP method.
    pub method: Method,
    /// Path and query below the origin, percent-encoded.
    pub target: String,
    /// Added to the defaults; a name given here replaces the default.
    pub headers: Vec<Header>,
    /// Body; empty if there is none.
    pub body: &'a [u8],
    /// What it does at the service, which decides when it is retried.
    pub effect: Effect,
    /// What a success may contain.
    pub due: Due,
}

/// What a success may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// JSON. A redirect is a failure, because redirects are not followed.
    Json,
    /// JSON or a redirect. HTML with a request id is the service's own and passes too.
    JsonOrRedirect,
    /// Anything.
    Anything,
}

/// Media type of a JSON body.
pub const JSON: &str = "application/json; charset=utf-8";

impl<'a> Call<'a> {
    /// A read of incidents or alerts.
    pub fn read(target: String) -> Self {
        Self { method: Method::Get, target, headers: vec![prefer()], body: b"", effect: Effect::Read, due: Due::Json }
    }

    /// A write of a JSON body.
    pub fn write(method: Method, target: String, body: &'a str, effect: Effect) -> Self {
        let headers = vec![prefer(), ("content-type".into(), JSON.into())];
        Self { method, target, headers, body: body.as_bytes(), effect, due: Due::Json }
    }
}

/// Header that makes the service return values newer than `unknownFutureValue`.
/// Source: <https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations>.
fn prefer() -> Header {
    ("prefer".into(), "include-unknown-enum-members".into())
}

impl Due {
    /// Whether a success is a page from something other than the service.
    pub(super) fn is_page(self, answer: &Response) -> bool {
        match self {
            Self::Json => proxy_page::is_page(answer),
            Self::JsonOrRedirect => proxy_page::is_html(answer) && answer.request_id().is_none(),
            Self::Anything => false,
        }
    }
}

/// A successful answer from Graph. Its body is complete, except for a write: there the status shows that it was done.
#[derive(Debug)]
pub struct Answer {
    /// Status, headers and body; the status is below 400.
    pub response: Response,
    /// Our id of the request.
    pub client_request_id: String,
}

impl Answer {
    /// The body as text, without a byte order mark.
    pub fn into_body(self) -> Result<Body, Fault> {
        let (buffer, start) = self.response.into_parts();
        let Ok(mut text) = String::from_utf8(buffer) else { return Err(malformed("the answer is not UTF-8")) };
        if text.get(start..).is_some_and(|body| body.starts_with(json::MARK)) {
            text.drain(start..start + json::MARK.len_utf8());
        }
        Ok(Body { text, start })
    }
}

/// A body in its receive buffer, behind the requested prefix.
#[derive(Debug)]
pub struct Body {
    /// The prefix and the body.
    pub text: String,
    /// Where the body starts.
    pub start: usize,
}

impl Body {
    /// The body.
    pub fn json(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }
}
