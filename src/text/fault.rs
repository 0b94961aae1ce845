//! Builds the WIT error, so that each kind is built in one way.

use crate::wit::types::{Error, ErrorKind};

/// The WIT error in a box: the record is large, and every `?` would move it.
pub type Fault = Box<Error>;

/// An error with a kind and a message; whoever knows the rest fills it in.
pub fn error(kind: ErrorKind, message: impl Into<String>) -> Fault {
    Box::new(Error {
        kind,
        message: message.into(),
        status: None,
        code: None,
        request_id: None,
        client_request_id: None,
        retry_after_seconds: None,
        remedy: None,
        details_json: None,
    })
}

/// A refused argument or configuration value.
pub fn invalid(message: impl Into<String>) -> Fault {
    error(ErrorKind::InvalidInput, message)
}

/// A success that does not decode.
pub fn malformed(message: impl Into<String>) -> Fault {
    error(ErrorKind::MalformedResponse, message)
}

/// The same error with what to do about it.
pub fn remedied(mut fault: Fault, remedy: impl Into<String>) -> Fault {
    fault.remedy = Some(remedy.into());
    fault
}

/// A success that is not the expected JSON. The parser may quote what it found, which could be an echoed secret, so the message
/// says only what was expected.
pub fn undecodable(what: &str, error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let why = text.rsplit_once("expected ").map_or(text.clone(), |(_, expected)| format!("expected {expected}"));
    malformed(format!("the answer is not a valid {what}: {why}"))
}

/// What to do about an error of the service when nothing more specific is known.
pub fn usual_remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::MalformedResponse => {
            "retry later: the answer was cut off or changed in transit, or the service is at fault; if this keeps happening, give \
             Microsoft support the request id"
        }
        ErrorKind::Rejected => "correct the request: the message is the service's own",
        _ => "retry later; if this keeps happening, give Microsoft support the request id",
    }
}

/// The most characters of an input that a message repeats.
const ECHO_MAX_CHARACTERS: usize = 200;

/// The start of an input, as messages repeat it.
pub fn echo(text: &str) -> String {
    match text.char_indices().nth(ECHO_MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The same in quotes.
pub fn quoted(text: &str) -> String {
    format!("'{}'", echo(text))
}
