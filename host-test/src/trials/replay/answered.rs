//! Checks that the component returned the recorded answer to its caller.

use defender_xdr_host::CallError;
use serde_json::Value;

use super::call::{LIST_ALERTS, LIST_INCIDENTS};
use super::compare::{Rule, differences};
use super::expectation::{Expectation, Facts};
use super::recording::Recording;
use super::report::Mismatch;
use crate::json;

/// Where an answer of `json.invoke` differs from what the recording implies. `body` is the recorded body as served.
pub(crate) fn by_the_component(
    recording: &Recording,
    body: &str,
    expectation: &Expectation,
    action: &str,
    answer: &Result<String, CallError>,
) -> Vec<Mismatch> {
    match (expectation, answer) {
        (Expectation::Success, Ok(answer)) => success(recording, body, action, answer),
        (Expectation::Success, Err(error)) => {
            let message = format!("{}, but the call failed: {error}", recording.response.status);
            vec![Mismatch::new("response.status", message)]
        }
        (Expectation::Failure(facts), Ok(_)) => {
            let message = format!("{}, but the call succeeded, not {}", recording.response.status, facts.kind);
            vec![Mismatch::new("response.status", message)]
        }
        (Expectation::Failure(facts), Err(error)) => failure(recording, facts, error),
    }
}

fn success(recording: &Recording, body: &str, action: &str, answer: &str) -> Vec<Mismatch> {
    let Ok(answer) = json::parse::<Value>(answer) else {
        return vec![Mismatch::new("response.body", "the component's answer is not JSON")];
    };
    let mut all = differences("response.body", &data(body), &answer["data"], Rule::Answered);
    if let Some(id) = recording.response.headers.get("request-id")
        && answer["meta"]["request_id"] != id
    {
        let message = format!("{id} became {}", answer["meta"]["request_id"]);
        all.push(Mismatch::new("response.headers.request-id", message));
    }
    all.extend(next_page(action, body, &answer["meta"]));
    all
}

/// A next link points to the service, not to where the recording is served, so the cursor is dropped with a warning.
fn next_page(action: &str, body: &str, meta: &Value) -> Option<Mismatch> {
    let body: Value = json::parse(body).ok().filter(|_| [LIST_INCIDENTS, LIST_ALERTS].contains(&action))?;
    let has_link = body.get("@odata.nextLink").is_some_and(|link| !link.is_null() && link != "");
    let is_told = meta["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty());
    let message = if !meta["cursor"].is_null() {
        "became a cursor that points to another host"
    } else if has_link && !is_told {
        "was dropped without a warning"
    } else {
        return None;
    };
    Some(Mismatch::new("response.body.@odata.nextLink", message))
}

/// A body as the component returns it: JSON, otherwise text, otherwise nothing.
fn data(body: &str) -> Value {
    match body {
        "" => Value::Null,
        text => json::parse(text).unwrap_or_else(|_| Value::from(text)),
    }
}

fn failure(recording: &Recording, facts: &Facts, error: &CallError) -> Vec<Mismatch> {
    let mut all = Vec::new();
    if error.kind() != facts.kind {
        let message = format!("{} became {}, not {} ({error})", recording.response.status, error.kind(), facts.kind);
        all.push(Mismatch::new("response.status", message));
    }
    let Some(error) = error.action() else { return all };
    if error.status != Some(recording.response.status) {
        let message = format!("{} became {:?}", recording.response.status, error.status);
        all.push(Mismatch::new("response.status", message));
    }
    let token = recording.is_token();
    if let Some(code) = &facts.code
        && error.code.as_ref() != Some(code)
    {
        let field = if token { "response.body.error_codes" } else { "response.body.error.code" };
        all.push(Mismatch::new(field, format!("{code} became {:?}", error.code)));
    }
    if let Some(message) = &facts.message
        && error.message != *message
    {
        let field = if token { "response.body.error_description" } else { "response.body.error.message" };
        all.push(Mismatch::new(field, format!("{message:?} became {:?}", error.message)));
    }
    if !facts.request_ids.is_empty() && !error.request_id.as_ref().is_some_and(|id| facts.request_ids.contains(id)) {
        let field = if token { "response.body.trace_id" } else { "response.body.error.innerError.request-id" };
        all.push(Mismatch::new(field, format!("{} became {:?}", facts.request_ids.join(" or "), error.request_id)));
    }
    if let Some(seconds) = facts.retry_after_seconds
        && error.retry_after_seconds.map(u64::from) != Some(seconds)
    {
        let message = format!("{seconds} became {:?}", error.retry_after_seconds);
        all.push(Mismatch::new("response.headers.Retry-After", message));
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::call::GENERIC_ACTION;
    use super::*;
    use defender_xdr_host::bindings::types::{Error, ErrorKind};

    fn recording() -> Recording {
        let text = json!({
            "source": "", "request": { "method": "GET", "path": "/v1.0/x" },
            "response": { "status": 429, "headers": { "Retry-After": "7", "request-id": "r" }, "body": null },
        });
        Recording::parse(&text.to_string()).unwrap()
    }

    fn fields(mismatches: &[Mismatch]) -> Vec<&str> {
        mismatches.iter().map(|mismatch| mismatch.field.as_str()).collect()
    }

    #[test]
    fn an_error_without_the_recorded_facts_is_named() {
        let facts = Facts {
            kind: "throttled",
            code: Some("TooMany".into()),
            message: Some("Later.".into()),
            request_ids: vec!["r".into()],
            retry_after_seconds: Some(7),
        };
        let error = Error {
            kind: ErrorKind::Unavailable,
            message: "never".into(),
            status: Some(503),
            code: None,
            request_id: None,
            client_request_id: None,
            retry_after_seconds: None,
            remedy: None,
            details_json: None,
        };
        let found = by_the_component(
            &recording(),
            "",
            &Expectation::Failure(facts.clone()),
            GENERIC_ACTION,
            &Err(error.into()),
        );
        assert_eq!(
            fields(&found),
            [
                "response.status",
                "response.status",
                "response.body.error.code",
                "response.body.error.message",
                "response.body.error.innerError.request-id",
                "response.headers.Retry-After",
            ]
        );
        let found = by_the_component(&recording(), "", &Expectation::Failure(facts), GENERIC_ACTION, &Ok("{}".into()));
        assert_eq!(fields(&found), ["response.status"]);
    }

    #[test]
    fn a_member_that_is_lost_is_named() {
        let answer = Ok(json!({ "data": { "id": "1" }, "meta": { "request_id": "other" } }).to_string());
        let found =
            by_the_component(&recording(), r#"{"id":"1","tags":[]}"#, &Expectation::Success, GENERIC_ACTION, &answer);
        assert_eq!(fields(&found), ["response.body.tags", "response.headers.request-id"]);
    }

    #[test]
    fn a_body_is_json_text_or_nothing() {
        assert_eq!(data(""), Value::Null);
        assert_eq!(data("42"), Value::from(42));
        assert_eq!(data("<html>"), Value::from("<html>"));
    }
}
