//! JSON bodies of write requests, checked before any member is read.
//! Shared by the calls that change something and by hunting, which are strict in the same way.

use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::message::Request;

/// The body as a JSON object.
pub(crate) fn object(request: &Request) -> Result<Map<String, Value>, Refusal> {
    match request.media_type().as_deref() {
        Some("application/json") => {}
        other => return Err(Refusal::media_type(other)),
    }
    // Clients that compress their bodies send them again uncompressed after a 415.
    if let Some(encoding) = request.header("content-encoding").filter(|encoding| *encoding != "identity") {
        return Err(Refusal::content_encoding(encoding));
    }
    if request.body.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::empty_payload());
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::body()),
        Err(_) => Err(Refusal::bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON \
             format.",
        )),
    }
}

/// The text of a comment, beside its type, which the reference page asks for
/// (<https://learn.microsoft.com/graph/api/security-alert-post-comments>).
///
/// The service treats a list of comments as an empty payload, as users of the SDKs for .NET, Java and Python report: those
/// send a list, because the metadata says so.
pub(crate) fn comment(request: &Request) -> Result<String, Refusal> {
    if request.body.trim_ascii_start().starts_with(b"[") {
        return Err(Refusal::empty_payload());
    }
    let mut members = object(request)?;
    if !check_type(&mut members, "alertComment")? {
        return Err(Refusal::body());
    }
    match (members.remove("comment"), members.is_empty()) {
        (Some(Value::String(text)), true) => Ok(text),
        _ => Err(Refusal::body()),
    }
}

/// A text or null.
pub(crate) fn text(value: Value) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(Refusal::body()),
    }
}

/// The refusal of a member that the resource or the action does not have.
pub(crate) fn unexpected(name: &str) -> Refusal {
    if name.contains('@') {
        return Refusal::not_emulated(&format!("the annotation '{name}' in a body"));
    }
    Refusal::body()
}

/// Removes `@odata.type`, with or without its number sign, and checks it. Says whether it was there.
pub(crate) fn check_type(members: &mut Map<String, Value>, kind: &str) -> Result<bool, Refusal> {
    let Some(found) = members.shift_remove("@odata.type") else { return Ok(false) };
    let name = found.as_str().map(|name| name.strip_prefix('#').unwrap_or(name));
    match name.and_then(|name| name.strip_prefix("microsoft.graph.security.")) {
        Some(name) if name == kind => Ok(true),
        _ => Err(Refusal::body()),
    }
}
