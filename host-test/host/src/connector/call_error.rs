//! How a call fails: with the connector's error, or because the guest or the host could not continue.
//!
//! Hosts show errors to people and to programs, so there is one JSON form, and no form contains a backtrace.

use std::time::Duration;

use serde_json::Value;
use wasmtime::Trap;

use crate::bindings::types::{Error, ErrorKind};
use crate::sandbox::guest::ComputedTooLong;

/// A failed call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The connector answered with an error.
    #[error("{}: {}", kind_name(.0.kind), .0.message)]
    Action(Box<Error>),
    /// The guest crashed. Its instance is lost; the next call gets a new one.
    #[error("the component crashed: {0}")]
    Trap(String),
    /// The guest needs more memory than its limit.
    #[error("the component ran out of memory with {used_bytes} bytes in use (limit per instance: {limit_bytes})")]
    Memory {
        /// Bytes in use.
        used_bytes: usize,
        /// Bytes allowed per instance; the limit for all instances together may be reached first.
        limit_bytes: usize,
    },
    /// The guest computed too long.
    #[error("the component was stopped after computing for {} s", .0.as_secs_f32())]
    Compute(Duration),
    /// The call took too long.
    #[error("the call was stopped after {} s", .0.as_secs_f32())]
    Call(Duration),
    /// No instance could be created.
    #[error("cannot instantiate the component: {0}")]
    Instance(String),
}

impl CallError {
    /// What stopped a guest.
    pub(crate) fn stopped(error: &wasmtime::Error) -> Self {
        if let Some(ComputedTooLong(limit)) = error.downcast_ref() {
            return Self::Compute(*limit);
        }
        let cause = match error.downcast_ref::<Trap>() {
            Some(trap) => trap.to_string(),
            None => error.root_cause().to_string(),
        };
        Self::Trap(cause.trim_start_matches("wasm trap: ").to_owned())
    }

    /// The word to react to: an error kind of the connector, `trap`, or `limit`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Action(error) => kind_name(error.kind),
            Self::Trap(_) | Self::Instance(_) => "trap",
            Self::Memory { .. } | Self::Compute(_) | Self::Call(_) => "limit",
        }
    }

    /// The connector's error, if it is one.
    #[must_use]
    pub fn action(&self) -> Option<&Error> {
        match self {
            Self::Action(error) => Some(error),
            _ => None,
        }
    }

    /// As a JSON object: `kind`, `message`, and the other fields that are known, named as in the WIT with `_` for `-`.
    /// `details` is JSON, or the service's text if serde_json rejects it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Self::Action(error) = self else {
            return serde_json::json!({ "kind": self.kind(), "message": self.to_string() });
        };
        let details = error.details_json.as_ref();
        let details = details.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())));
        let members = [
            ("kind", Some(kind_name(error.kind).into())),
            ("message", Some(error.message.as_str().into())),
            ("status", error.status.map(Value::from)),
            ("code", error.code.as_deref().map(Value::from)),
            ("request_id", error.request_id.as_deref().map(Value::from)),
            ("client_request_id", error.client_request_id.as_deref().map(Value::from)),
            ("retry_after_seconds", error.retry_after_seconds.map(Value::from)),
            ("remedy", error.remedy.as_deref().map(Value::from)),
            ("details", details),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::Action(Box::new(error))
    }
}

/// A kind's name in the WIT.
#[must_use]
pub fn kind_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidInput => "invalid-input",
        ErrorKind::Unauthenticated => "unauthenticated",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not-found",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Rejected => "rejected",
        ErrorKind::Throttled => "throttled",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Denied => "denied",
        ErrorKind::Unreachable => "unreachable",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::MalformedResponse => "malformed-response",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trap_is_reported_by_its_cause_alone() {
        let trap = CallError::stopped(&wasmtime::Error::from(Trap::UnreachableCodeReached));
        assert_eq!(
            trap.to_json(),
            json!({"kind": "trap", "message": "the component crashed: wasm `unreachable` instruction executed"})
        );
        let context = wasmtime::format_err!("cause").context("frames");
        assert_eq!(CallError::stopped(&context).to_string(), "the component crashed: cause");
    }

    #[test]
    fn json_has_what_is_known() {
        let error = Error {
            kind: ErrorKind::NotFound,
            message: "no incident 1".into(),
            status: Some(404),
            code: None,
            request_id: None,
            client_request_id: None,
            retry_after_seconds: None,
            remedy: None,
            details_json: Some(r#"{"a":1}"#.into()),
        };
        let expected = json!({"kind": "not-found", "message": "no incident 1", "status": 404, "details": {"a": 1}});
        assert_eq!(CallError::from(error).to_json(), expected);
    }
}
