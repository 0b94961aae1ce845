//! What a fault is: which requests it hits, how often, and what it does.
//! Also read from JSON, so that scripts and programs in other languages can set faults.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A fault and the requests it hits.
///
/// As JSON, for `POST /_emulator/faults`:
///
/// ```json
/// {"matches": {"path_contains": "runHuntingQuery"}, "times": 2,
///  "action": {"kind": "respond", "status": 429, "headers": {"Retry-After": "1"}}}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// Which requests; by default every one.
    pub matches: Matches,
    /// How often; by default until the faults are cleared.
    pub times: Option<u32>,
    /// Wait before the answer; for faults at accept and handshake, before anything else.
    pub delay_milliseconds: u64,
    /// What happens.
    pub action: Action,
}

/// Which requests a fault hits: those that meet every criterion given.
///
/// Faults at [`Point::Accept`] and [`Point::Handshake`] come before there is a request: only `connection` and `nth` apply
/// to them, and `nth` counts connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matches {
    /// The method, in any case.
    pub method: Option<String>,
    /// A part of the path.
    pub path_contains: Option<String>,
    /// A part of the query, as sent or decoded.
    pub query_contains: Option<String>,
    /// A part of the body.
    pub body_contains: Option<String>,
    /// Only the nth request that meets the other criteria, from 1, counted since the fault was set.
    pub nth: Option<u32>,
    /// Only requests on this connection, from 1.
    pub connection: Option<u64>,
}

/// What a fault does.
///
/// Several faults need no action of their own. `Respond` sends an empty 200, a proxy's HTML page with any status, or a
/// `Retry-After` in any form (`30,120`, `0.249`, or two headers as a list of pairs); `SetHeaders` adds that header to the
/// usual answer. `SetMembers` sets a next link that is foreign, relative, empty or contains spaces.
///
/// Except for `Respond` and the faults before a request, the request takes effect as usual: the worst
/// case for a client that sees no answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Answers as usual; with a delay, a slow service.
    #[default]
    Genuine,
    /// Answers this instead, and the request has no effect.
    Respond {
        /// Status, 100 to 999.
        status: u16,
        /// Headers; in JSON an object, or a list of pairs where one repeats.
        #[serde(default, deserialize_with = "headers")]
        headers: Vec<(String, String)>,
        /// A string is sent as it is, null as no body, anything else as JSON.
        #[serde(default)]
        body: Value,
    },
    /// Answers this after the request took effect: a 204 in place of the changed incident, an empty 200, an error for a
    /// change that was made. The usual headers stay, except for Content-Type.
    Replace {
        /// Status, 200 to 999.
        status: u16,
        /// Headers, as in `Respond`.
        #[serde(default, deserialize_with = "headers")]
        headers: Vec<(String, String)>,
        /// As in `Respond`.
        #[serde(default)]
        body: Value,
    },
    /// Changes the bytes of the usual body, while the HTTP message stays complete: truncated JSON, an error object after the
    /// body has begun, a byte order mark in front of it.
    EditBody {
        /// How many bytes to keep; by default all of them.
        #[serde(default)]
        keep_bytes: Option<usize>,
        /// Text in front of it, such as `\u{feff}`.
        #[serde(default)]
        prefix: String,
        /// Text after what is kept.
        #[serde(default)]
        suffix: String,
        /// Whether it is sent in chunks or with its length; by default as usual.
        #[serde(default)]
        chunked: Option<bool>,
    },
    /// Sets headers of the usual answer.
    SetHeaders {
        /// Headers, as in `Respond`.
        #[serde(deserialize_with = "headers")]
        headers: Vec<(String, String)>,
    },
    /// Sets members of the usual JSON answer: a next link to another host, a token answer with wrong types.
    SetMembers {
        /// Members of the outermost object; null is set as null.
        members: Map<String, Value>,
    },
    /// Answers as usual, with one large header more.
    HugeHeader {
        /// Length of its value.
        bytes: usize,
    },
    /// Sets the service's clock wrong for this request: Date header, dates in errors, times in tokens.
    ClockSkew {
        /// Positive means fast.
        seconds: i64,
    },
    /// Sends nothing more, and leaves the connection open.
    Silence {
        /// From which point on.
        at: Point,
    },
    /// Ends the connection with a TCP reset.
    Reset {
        /// Where.
        at: Point,
    },
    /// Closes the connection cleanly, but too early.
    Close {
        /// Where.
        at: Point,
    },
    /// Waits in the middle of the body.
    PauseBody {
        /// How long.
        milliseconds: u64,
    },
    /// Sends the body a few bytes at a time.
    Drip {
        /// Bytes per piece.
        bytes: usize,
        /// Wait before each.
        every_milliseconds: u64,
    },
    /// Sends a false Content-Length and closes after the body.
    ContentLength {
        /// The value claimed: any text.
        value: String,
    },
    /// Sends more than the Content-Length says, then closes.
    Overlong {
        /// How many bytes more.
        bytes: usize,
    },
    /// Sends chunks whose sizes are not numbers.
    ChunkedGarbage,
    /// Sends a body that never ends.
    Endless,
    /// Sends bytes that are not HTTP.
    NotHttp,
}

/// A point in the course of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// When the TCP connection is established, before TLS.
    Accept,
    /// After the client's first bytes, which over TLS are its hello.
    Handshake,
    /// When the request is complete, before any answer.
    Request,
    /// After the headers of the answer.
    Headers,
    /// In the middle of its body.
    Body,
}

impl Action {
    /// Its point, if it comes before there is a request.
    pub(crate) fn early(&self) -> Option<Point> {
        match self {
            Self::Silence { at } | Self::Reset { at } | Self::Close { at } => {
                Some(*at).filter(|at| matches!(at, Point::Accept | Point::Handshake))
            }
            _ => None,
        }
    }
}

/// Headers as an object or as a list of pairs.
fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "headers are an object of strings or a list of pairs of strings")]
    enum Headers {
        Object(std::collections::BTreeMap<String, String>),
        Pairs(Vec<(String, String)>),
    }
    Ok(match Headers::deserialize(deserializer)? {
        Headers::Object(members) => members.into_iter().collect(),
        Headers::Pairs(pairs) => pairs,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_a_script_with_headers_as_object_or_pairs() {
        let read = |headers: Value| {
            serde_json::from_value::<Fault>(
                json!({"times": 2, "action": {"kind": "respond", "status": 429, "headers": headers}}),
            )
            .unwrap()
        };
        let expected = Fault {
            times: Some(2),
            action: Action::Respond {
                status: 429,
                headers: vec![("Retry-After".into(), "1".into())],
                body: Value::Null,
            },
            ..Fault::default()
        };
        assert_eq!(read(json!({"Retry-After": "1"})), expected);
        assert_eq!(read(json!([["Retry-After", "1"]])), expected);
    }

    #[test]
    fn reads_the_actions_on_whole_answers_with_their_defaults() {
        let read = |action: Value| serde_json::from_value::<Action>(action).unwrap();
        assert_eq!(
            read(json!({"kind": "replace", "status": 204})),
            Action::Replace { status: 204, headers: Vec::new(), body: Value::Null }
        );
        assert_eq!(
            read(json!({"kind": "edit_body", "keep_bytes": 40, "suffix": "{}", "chunked": true})),
            Action::EditBody { keep_bytes: Some(40), prefix: String::new(), suffix: "{}".into(), chunked: Some(true) }
        );
    }

    #[test]
    fn knows_which_faults_come_before_a_request() {
        assert_eq!(Action::Reset { at: Point::Handshake }.early(), Some(Point::Handshake));
        assert_eq!(Action::Reset { at: Point::Body }.early(), None);
        assert_eq!(Action::Endless.early(), None);
    }
}
