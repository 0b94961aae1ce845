//! Answers that a fault changes and that stay valid HTTP.
//! Everything that needs no byte-for-byte control: other statuses, headers, members, clocks.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::fault::script::Action;
use crate::message::{Answer, Request, clock};
use crate::service::Service;

/// The answer to a request that a fault hits.
pub(crate) fn answer(service: &Service, request: &mut Request, action: &Action) -> Answer {
    match action {
        Action::Respond { status, headers, body } => set_headers(replacement(*status, body), headers),
        Action::Replace { status, headers, body } => {
            let usual = service.answer(request).headers;
            let mut answer = replacement(*status, body);
            let kept = usual.into_iter().filter_map(|(name, value)| Some((name?, value)));
            answer.headers.extend(kept.filter(|(name, _)| *name != CONTENT_TYPE));
            set_headers(answer, headers)
        }
        Action::EditBody { keep_bytes, prefix, suffix, chunked } => {
            let mut answer = service.answer(request);
            let body = answer.bytes();
            let kept = body.slice(..keep_bytes.unwrap_or(usize::MAX).min(body.len()));
            answer.body = [Bytes::from(prefix.clone()), kept, Bytes::from(suffix.clone())].into();
            answer.body.retain(|piece| !piece.is_empty());
            answer.chunked = chunked.unwrap_or(answer.chunked);
            answer
        }
        Action::SetHeaders { headers } => set_headers(service.answer(request), headers),
        Action::SetMembers { members } => {
            let answer = service.answer(request);
            match serde_json::from_slice(&answer.bytes()) {
                Ok(Value::Object(mut body)) => {
                    body.extend(members.clone());
                    answer.with_body(Value::Object(body).to_string())
                }
                _ => answer,
            }
        }
        Action::HugeHeader { bytes } => {
            set_headers(service.answer(request), &[("x-filler".to_owned(), "x".repeat(*bytes))])
        }
        Action::ClockSkew { seconds } => {
            request.now = clock::shift(request.now, *seconds);
            service.answer(request)
        }
        _ => service.answer(request),
    }
}

/// Status and body of a script. JSON is labelled as such unless the script says otherwise.
fn replacement(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match body {
        Value::Null => Answer::empty(status),
        Value::String(text) => Answer::empty(status).with_body(text.clone()),
        json => Answer::json(status, "application/json", json),
    }
}

/// Whether a header says where the body ends, which is left to the HTTP library.
pub(crate) fn is_framing(name: &str) -> bool {
    ["content-length", "transfer-encoding"].iter().any(|framing| name.eq_ignore_ascii_case(framing))
}

/// The first header of a name replaces the usual one; further ones are added.
fn set_headers(mut answer: Answer, headers: &[(String, String)]) -> Answer {
    let mut replaced: Vec<HeaderName> = Vec::new();
    for (name, value) in headers {
        if is_framing(name) {
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            if replaced.contains(&name) {
                answer.headers.append(name, value);
            } else {
                answer.headers.insert(name.clone(), value);
                replaced.push(name);
            }
        }
    }
    answer
}
