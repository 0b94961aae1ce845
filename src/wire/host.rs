//! The component's access to the outside, as a trait: everything above it also runs natively against a scripted host.

use std::future::Future;
use std::time::Duration;

/// HTTP method of a request.
pub use crate::wit::actions::HttpMethod as Method;

use crate::text::json;
use crate::text::origin::Origin;
use crate::text::secret::{Secret, Strikes};
use crate::wire::failure::Failure;
use crate::wire::retry;

/// Names this connector to the service.
pub const USER_AGENT: &str = concat!("defender-xdr-connector/", env!("CARGO_PKG_VERSION"));

/// Longer error bodies are cut: messages show far less.
const ERROR_BODY_BYTES: usize = 1024 * 1024;

/// What a host lets the component do: HTTP, clocks, random numbers.
pub trait Host {
    /// Sends a request and reads the whole answer, giving up at `deadline` on the clock of [`Host::now`]. Dropping the future
    /// gives up at once.
    fn send(&self, request: &Request<'_>, deadline: Duration) -> impl Future<Output = Result<Response, Failure>>;
    /// Waits.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()>;
    /// Monotonic time since some origin.
    fn now(&self) -> Duration;
    /// Seconds since 1970-01-01T00:00:00Z.
    fn unix_seconds(&self) -> u64;
    /// 64 random bits.
    fn random(&self) -> u64;
    /// Values that no answer may contain, besides those of the connection.
    fn secrets(&self) -> &[Secret] {
        &[]
    }
    /// A random (version 4) GUID.
    fn guid(&self) -> String {
        let (high, low) = (self.random(), self.random());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

/// A header: name and value.
pub type Header = (String, String);

/// A request on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// HTTP method.
    pub method: Method,
    /// Where it goes.
    pub origin: &'a Origin,
    /// Path and query, percent-encoded, with the leading slash.
    pub target: &'a str,
    /// Names in lower case.
    pub headers: &'a [Header],
    /// Body; empty if there is none.
    pub body: &'a [u8],
    /// Written before the answer's body in the same buffer, so that an envelope needs no copy of it.
    pub prefix: &'static str,
}

impl Request<'_> {
    /// The headers as they are sent, with the length of the body.
    pub fn sent_headers(&self) -> Vec<(String, Vec<u8>)> {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes()));
        let mut headers: Vec<_> = headers.collect();
        if !self.body.is_empty() || self.method != Method::Get {
            headers.push(("content-length".into(), self.body.len().to_string().into_bytes()));
        }
        headers
    }
}

/// A header as it is received: its value may be any bytes.
pub fn received_header((mut name, value): (String, Vec<u8>)) -> Header {
    name.make_ascii_lowercase();
    (name, String::from_utf8(value).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// A time as WASI has it.
pub fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

/// An answer with any status.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<Header>,
    /// Why the body is incomplete, if only the head arrived completely.
    pub cut: Option<Failure>,
    /// The request's prefix and the body.
    buffer: Vec<u8>,
    prefix_length: usize,
}

impl Response {
    /// An answer whose `buffer` starts with `prefix_length` bytes of the request's prefix.
    pub fn new(status: u16, headers: Vec<Header>, buffer: Vec<u8>, prefix_length: usize) -> Self {
        Self { status, headers, cut: None, buffer, prefix_length }
    }

    /// The same answer with an incomplete body.
    #[must_use]
    pub fn cut_off(self, why: Failure) -> Self {
        Self { cut: Some(why), ..self }
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.prefix_length..).unwrap_or_default()
    }

    /// The prefix and the body, and the length of the prefix.
    pub fn into_parts(self) -> (Vec<u8>, usize) {
        (self.buffer, self.prefix_length)
    }

    /// Value of the first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// How long the service asks to wait. Graph has sent the header twice; the first readable one counts.
    pub fn retry_after(&self, unix_seconds: u64) -> Option<Duration> {
        let mut hints = self.headers.iter().filter(|(name, _)| name == "retry-after");
        hints.find_map(|(_, value)| retry::parse_retry_after(value, unix_seconds))
    }

    /// The service's id of the request: Graph and Entra ID use different headers.
    pub fn request_id(&self) -> Option<&str> {
        let ids = ["request-id", "x-ms-request-id"].into_iter().filter_map(|name| self.header(name));
        ids.map(str::trim).find(|id| !id.is_empty())
    }

    /// Media type of the body in lower case, without parameters; empty when it has none.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").and_then(|value| value.split(';').next());
        value.unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The answer for building errors: secrets are struck out first, before anything can be cut inside one.
    #[must_use]
    pub fn for_error(mut self, secrets: &Strikes<'_>) -> Self {
        let body = self.body();
        let mut text = String::from_utf8_lossy(body.get(..ERROR_BODY_BYTES).unwrap_or(body)).into_owned();
        secrets.out_of(&mut text);
        self.headers.iter_mut().for_each(|(_, value)| secrets.out_of(value));
        Self { buffer: json::unmarked(&text).as_bytes().to_owned(), prefix_length: 0, ..self }
    }

    /// Strikes secrets out of a success.
    pub fn strike_out(&mut self, secrets: &Strikes<'_>) {
        self.headers.iter_mut().for_each(|(_, value)| secrets.out_of(value));
        if let Some(struck) = secrets.data_without(self.body()) {
            self.buffer.truncate(self.prefix_length);
            self.buffer.extend_from_slice(&struck);
        }
    }
}
