//! The generic action: what is sent, what is returned, and how often it is tried.

mod answer;
mod headers;
mod repeats;
mod request;

use super::*;
use crate::sample::{CONFIG, run, token};
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, after, answer, answer_with};
use crate::wit::types::ErrorKind;
use crate::wit::types::NameValue;

/// A plain GET for tests to modify.
fn request() -> GenericRequest {
    GenericRequest {
        method: Method::Get,
        endpoint: "security/alerts_v2".into(),
        payload: None,
        query_params: Vec::new(),
        extra_fields: None,
    }
}

fn with(extra_fields: ExtraFields) -> GenericRequest {
    GenericRequest { extra_fields: Some(extra_fields), ..request() }
}

fn pair(name: &str, value: &str) -> NameValue {
    NameValue { name: name.into(), value: value.into() }
}

#[track_caller]
fn refuses(request: &GenericRequest, message: &str) {
    let error = run(&ScriptedHost::new([]), async |session| typed(session, request).await).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

#[track_caller]
fn invoke_refuses(input: &str, message: &str) {
    let error = crate::sample::invoke(&ScriptedHost::new([]), "generic_action", CONFIG, input).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

/// Runs JSON input against an answer; returns the host, and `data` and `meta` of the envelope.
#[track_caller]
fn invoked(input: &str, step: Step) -> (ScriptedHost, serde_json::Value, serde_json::Value) {
    let host = ScriptedHost::new([token(), step]);
    let text = crate::sample::invoke(&host, "generic_action", CONFIG, input).expect(input);
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let (data, meta) = (value["data"].take(), value["meta"].take());
    (host, data, meta)
}
