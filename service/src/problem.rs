//! Errors as `application/problem+json`, RFC 9457.

use defender_xdr::text::secret::Strikes;
use defender_xdr::wit::types::{Error, ErrorKind};
use serde_json::{Map, Value};

use crate::call::http::Response;
use crate::connector::Ids;

/// Its content type.
pub const CONTENT_TYPE: &str = "application/problem+json";
/// Prefix of the kind. A URN rather than a URL: nothing has to be served at it.
const TYPE_PREFIX: &str = "urn:defender-xdr:error:";

/// A kind of problem: its name, status and title. The connector's own come first, in the order of its interface.
pub const KINDS: &[(&str, u16, &str)] = &[
    ("invalid-input", 400, "The input was refused before anything was sent"),
    // It is the service's credential that failed, not the caller's: 401 would make clients ask for another key.
    ("unauthenticated", 502, "Entra ID refused the credential of this service"),
    ("forbidden", 403, "The app registration lacks a permission"),
    ("not-found", 404, "There is no such object"),
    ("conflict", 409, "The object changed in the meantime"),
    ("rejected", 422, "Microsoft Graph refused the request"),
    ("throttled", 429, "Too many requests to Microsoft Graph"),
    ("unavailable", 503, "Microsoft Graph failed, even after retries"),
    ("denied", 502, "The host's policy refused the outbound request"),
    ("unreachable", 502, "No connection to Microsoft; nothing was sent"),
    ("interrupted", 504, "No complete answer in time; a write may have happened"),
    ("malformed-response", 502, "Microsoft Graph sent an answer that cannot be used"),
    ("invalid-body", 400, "The body is not JSON"),
    ("unauthorized", 401, "The callers' key is missing or wrong"),
    ("unknown-path", 404, "There is nothing at this path"),
    ("unknown-action", 404, "There is no such action"),
    ("method-not-allowed", 405, "The path does not allow this method"),
    ("slow-body", 408, "The body did not arrive in time"),
    ("content-too-large", 413, "The body is too large"),
    ("unsupported-media-type", 415, "The media type of the body is not JSON"),
    ("not-configured", 503, "The service is not configured"),
    ("busy", 503, "Large bodies to and from other callers leave no room"),
];

/// An error for the caller.
#[derive(Debug, Default)]
pub struct Problem {
    /// Status of the answer.
    pub status: u16,
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// What happened, for people.
    pub detail: String,
    /// Further members.
    pub members: Map<String, Value>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Problem {
    /// An error that the service itself detects.
    pub fn new(status: u16, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into(), ..Self::default() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a member if there is a value.
    #[must_use]
    pub fn member(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.members.insert(name.into(), value.into());
        }
        self
    }

    /// The answer, without secrets that a caller pasted into the input and a message repeated.
    pub fn response(self, secrets: &Strikes<'_>) -> Response {
        let title = KINDS.iter().find(|(kind, ..)| *kind == self.kind).map_or("", |(.., title)| title);
        let mut object = Map::new();
        object.insert("type".into(), format!("{TYPE_PREFIX}{}", self.kind).into());
        object.insert("title".into(), title.into());
        object.insert("status".into(), self.status.into());
        object.insert("detail".into(), self.detail.into());
        object.insert("kind".into(), self.kind.into());
        object.extend(self.members);
        let mut text = Value::Object(object).to_string();
        secrets.out_of(&mut text);
        let mut headers = vec![("content-type", CONTENT_TYPE.to_owned())];
        headers.extend(self.headers);
        Response { status: self.status, headers, body: text.into_bytes(), share: None }
    }

    /// Adds the ids of the request to Microsoft as headers, as every answer has them.
    #[must_use]
    pub fn with_ids(mut self: Box<Self>, ids: Ids) -> Box<Self> {
        self.headers.extend(ids.headers());
        self
    }
}

impl From<Box<Error>> for Box<Problem> {
    fn from(error: Box<Error>) -> Self {
        let (kind, status, _) = of(error.kind);
        let details = error.details_json.map(|json| serde_json::from_str(&json).unwrap_or(Value::String(json)));
        let problem = Problem::new(status, kind, error.message)
            .member("remedy", error.remedy)
            .member("code", error.code)
            .member("service_status", error.status)
            .member("request_id", error.request_id)
            .member("client_request_id", error.client_request_id)
            .member("retry_after_seconds", error.retry_after_seconds)
            .member("details", details);
        Self::new(match error.retry_after_seconds {
            Some(seconds) => problem.header("retry-after", seconds.to_string()),
            None => problem,
        })
    }
}

fn of(kind: ErrorKind) -> (&'static str, u16, &'static str) {
    KINDS.get(usize::from(kind as u8)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use defender_xdr::text::fault::error;
    use defender_xdr::text::secret::Secret;

    use super::*;

    fn body(response: &Response) -> Value {
        serde_json::from_slice(&response.body).expect("it is JSON")
    }

    #[test]
    fn every_kind_of_the_connector_has_a_name_and_a_status() {
        let kinds = [
            (ErrorKind::InvalidInput, "invalid-input", 400),
            (ErrorKind::Unauthenticated, "unauthenticated", 502),
            (ErrorKind::Forbidden, "forbidden", 403),
            (ErrorKind::NotFound, "not-found", 404),
            (ErrorKind::Conflict, "conflict", 409),
            (ErrorKind::Rejected, "rejected", 422),
            (ErrorKind::Throttled, "throttled", 429),
            (ErrorKind::Unavailable, "unavailable", 503),
            (ErrorKind::Denied, "denied", 502),
            (ErrorKind::Unreachable, "unreachable", 502),
            (ErrorKind::Interrupted, "interrupted", 504),
            (ErrorKind::MalformedResponse, "malformed-response", 502),
        ];
        for (kind, name, status) in kinds {
            let (found, code, title) = of(kind);
            assert_eq!((found, code), (name, status));
            assert!(!title.is_empty());
        }
    }

    #[test]
    fn contains_everything_the_connector_reports() {
        let error = Error {
            status: Some(429),
            code: Some("TooManyRequests".into()),
            request_id: Some("r".into()),
            client_request_id: Some("c".into()),
            retry_after_seconds: Some(7),
            remedy: Some("wait".into()),
            details_json: Some(r#"{"a":1}"#.into()),
            ..*error(ErrorKind::Throttled, "slow down")
        };
        let response = Box::<Problem>::from(Box::new(error)).response(&Strikes::of([]));
        assert_eq!(response.status, 429);
        assert_eq!(response.headers[1], ("retry-after", "7".to_owned()));
        assert_eq!(
            String::from_utf8_lossy(&response.body),
            r#"{"type":"urn:defender-xdr:error:throttled","title":"Too many requests to Microsoft Graph","status":429,"detail":"slow down","kind":"throttled","remedy":"wait","code":"TooManyRequests","service_status":429,"request_id":"r","client_request_id":"c","retry_after_seconds":7,"details":{"a":1}}"#
        );
    }

    #[test]
    fn strikes_secrets_out_of_every_text() {
        let mut error = error(ErrorKind::InvalidInput, "status: 's3cret' is unknown");
        error.details_json = Some(r#"{"a":["s3cret"],"b":{"c":"x s3cret"}}"#.into());
        let response = Box::<Problem>::from(error)
            .response(&Strikes::of([&Secret::new("s3cret".into()), &Secret::new(String::new())]));
        assert!(!String::from_utf8_lossy(&response.body).contains("s3cret"));
        assert_eq!(body(&response)["detail"], "status: '***' is unknown");
        assert_eq!(body(&response)["details"]["b"]["c"], "x ***");
    }

    #[test]
    fn details_that_are_not_json_become_text() {
        let mut error = error(ErrorKind::Rejected, "no");
        error.details_json = Some("<html>".into());
        assert_eq!(body(&Box::<Problem>::from(error).response(&Strikes::of([])))["details"], "<html>");
    }
}
