//! Requests and answers as plain values.

use crate::budget::{Budget, Share};

/// A request without its body.
#[derive(Debug, Default)]
pub struct Request {
    /// Method, as received.
    pub method: String,
    /// Path and query, as received.
    pub target: String,
    /// Names in lower case; values may be any bytes.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The only value of a header. `None` when it is missing, given twice or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        let value = values.next().filter(|_| values.next().is_none())?;
        std::str::from_utf8(value).ok().map(str::trim)
    }
}

/// The body of a request, read only after every other check has passed.
pub trait Body {
    /// Reads the whole body. One that is not small takes its share of `uploads` until the request is over.
    fn read(&mut self, limit: usize, uploads: &Budget) -> impl Future<Output = Result<Vec<u8>, Unread>>;
}

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than the limit.
    TooLarge,
    /// It ended early.
    Broken,
    /// It did not arrive in time.
    Slow,
    /// Other large bodies left no room for it in time.
    Crowded,
}

/// An answer.
#[derive(Debug, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Names and values, in addition to those that every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// What it takes of a budget until it has been sent.
    pub share: Option<Share>,
}

impl Response {
    /// A success with a JSON body.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::of("application/json", body)
    }

    /// A success.
    pub fn of(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: vec![("content-type", content_type.into())], body: body.into(), share: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_ends_at_the_query() {
        for (target, path) in [("/a?b?c", "/a"), ("/a", "/a"), ("", ""), ("?x", ""), ("*", "*")] {
            assert_eq!(Request { target: target.into(), ..Request::default() }.path(), path);
        }
    }

    #[test]
    fn header_is_the_only_one_of_its_name_and_text() {
        let headers = [("a", &b" 1 "[..]), ("b", b"1"), ("b", b"2"), ("c", b"\xff")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_vec())).to_vec();
        let request = Request { headers, ..Request::default() };
        assert_eq!(["a", "b", "c", "d"].map(|name| request.header(name)), [Some("1"), None, None, None]);
    }
}
