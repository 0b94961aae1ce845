//! A captured exchange, as stored in its file.
//!
//! `{"source", "note"?, "request": {method, path, headers, body}, "response": {status, headers, body}}`. A body is JSON, text
//! that is taken as it is, or null for none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::json;
use crate::text::{self, TextError};

/// A request to the service and its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// Where the exchange was seen.
    pub source: String,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
    /// What was asked.
    pub request: Request,
    /// What was answered.
    pub response: Response,
}

/// The recorded request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers, without secrets.
    #[serde(default)]
    pub headers: Headers,
    /// Body.
    #[serde(default)]
    pub body: Value,
}

/// The recorded answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    #[serde(default)]
    pub headers: Headers,
    /// Body.
    #[serde(default)]
    pub body: Value,
}

/// Headers by name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Headers(BTreeMap<String, Values>);

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a header is a string, or a list of strings if it repeats")]
enum Values {
    One(String),
    Many(Vec<String>),
}

impl Headers {
    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| {
            let values = match values {
                Values::One(value) => std::slice::from_ref(value),
                Values::Many(values) => values.as_slice(),
            };
            values.iter().map(move |value| (name.as_str(), value.as_str()))
        })
    }

    /// The first value of a header, whose name may be in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Why there is no recording to replay.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file or directory that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A directory without recordings.
    #[error("no recording (*.json) in {}", .0.display())]
    Empty(PathBuf),
    /// A file that is not a recording.
    #[error("{}: {reason}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line or field.
        reason: String,
    },
}

/// The files with recordings in a directory, sorted by name.
///
/// # Errors
/// When the directory cannot be read or has none.
pub fn files(directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let unreadable = |source| ReadError::Unreadable { path: directory.to_owned(), source };
    let entries = std::fs::read_dir(directory).map_err(unreadable)?;
    let paths = entries.map(|entry| Ok(entry.map_err(unreadable)?.path()));
    let mut paths: Vec<PathBuf> = paths.collect::<Result<_, ReadError>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")));
    paths.sort();
    if paths.is_empty() { Err(ReadError::Empty(directory.to_owned())) } else { Ok(paths) }
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is not a recording.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let text = text::read(path).map_err(|error| match error {
            TextError::Io(source) => ReadError::Unreadable { path: path.to_owned(), source },
            other => ReadError::Broken { path: path.to_owned(), reason: other.to_string() },
        })?;
        Self::parse(&text).map_err(|reason| ReadError::Broken { path: path.to_owned(), reason })
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong, and in which line or field.
    pub fn parse(text: &str) -> Result<Self, String> {
        let recording: Self = json::parse(text).map_err(|error| error.to_string())?;
        recording.check()?;
        Ok(recording)
    }

    /// Checks what the types alone do not.
    fn check(&self) -> Result<(), String> {
        let Self { request, response, .. } = self;
        if !request.path.starts_with('/') {
            return Err(format!("request.path: '{}' does not start with a slash", request.path));
        }
        if !(200..=599).contains(&response.status) {
            return Err(format!("response.status: {} is not between 200 and 599", response.status));
        }
        for (name, value) in response.headers.iter() {
            if http::HeaderName::try_from(name).is_err() || http::HeaderValue::try_from(value).is_err() {
                return Err(format!("response.headers.{name}: not a valid header name or value"));
            }
        }
        Ok(())
    }

    /// Whether it is an exchange with the token endpoint.
    #[must_use]
    pub fn is_token(&self) -> bool {
        let path = self.request.path.split('?').next().unwrap_or_default();
        path.contains("/oauth2/") && path.ends_with("/token")
    }
}

/// A body, as sent over the wire.
pub(crate) fn text(body: &Value) -> String {
    match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn broken(text: &str, reason: &str) {
        assert_eq!(Recording::parse(text).unwrap_err(), reason);
    }

    #[test]
    fn names_the_place_of_a_mistake() {
        broken("{\n  \"source\": 1\n}", "invalid type: integer `1`, expected a string at line 2 column 13");
        broken("{\"source\": \"x\"}", "missing field `request` at line 1 column 15");
        broken(
            r#"{"source": "x", "request": {"methd": "GET"}}"#,
            "unknown field `methd`, expected one of `method`, `path`, `headers`, `body` at line 1 column 35",
        );
        let with = |path: &str, response: &str| {
            format!(r#"{{"source": "", "request": {{"method": "GET", "path": "{path}"}}, "response": {response}}}"#)
        };
        broken(&with("x", r#"{"status": 200}"#), "request.path: 'x' does not start with a slash");
        broken(&with("/x", r#"{"status": 20}"#), "response.status: 20 is not between 200 and 599");
        broken(
            &with("/x", r#"{"status": 200, "headers": {"a b": "c"}}"#),
            "response.headers.a b: not a valid header name or value",
        );
    }

    #[test]
    fn a_header_may_repeat() {
        let headers: Headers = serde_json::from_str(r#"{"A": ["1", "2"], "B": "3"}"#).unwrap();
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("A", "1"), ("A", "2"), ("B", "3")]);
        assert_eq!(headers.get("b"), Some("3"));
    }
}
