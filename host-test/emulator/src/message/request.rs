//! One request as the service sees it: complete, body included, and stamped with the time.
//! Both services and the journal read the same value, and a test can build one without a socket.

use bytes::Bytes;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

/// A complete request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// As sent, still percent-encoded.
    pub(crate) path: String,
    /// As sent, without the question mark.
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Serial number of the TCP connection, from 1.
    pub(crate) connection: u64,
    /// The service's idea of the current time.
    pub(crate) now: Timestamp,
    /// Scheme, host and port that the client talked to.
    pub(crate) origin: String,
}

impl Request {
    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The path's segments, decoded one by one so that an encoded slash stays inside its segment.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path
            .trim_start_matches('/')
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect()
    }

    /// The media type of the body in lower case, without parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }
}

#[cfg(test)]
impl Request {
    /// A request without a socket, for unit tests.
    pub(crate) fn sample(method: Method, target: &str) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        Self {
            method,
            path: path.to_owned(),
            query,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            connection: 1,
            now: crate::message::clock::now(),
            origin: "http://127.0.0.1:1".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_an_encoded_slash_inside_its_segment() {
        let request = Request::sample(Method::GET, "/v1.0/security/incidents/a%2Fb?$top=1");
        assert_eq!(request.segments(), ["v1.0", "security", "incidents", "a/b"]);
    }

    #[test]
    fn reads_the_media_type_without_parameters() {
        let mut request = Request::sample(Method::POST, "/");
        request.headers.insert("content-type", http::HeaderValue::from_static("Application/JSON; charset=utf-8"));
        assert_eq!(request.media_type().as_deref(), Some("application/json"));
    }
}
