//! What a caller must get for a recorded answer: success, or which error with which facts.
//!
//! Written from the WIT and the service's documentation, not from the component's code.
//! Sources: <https://learn.microsoft.com/graph/errors>, <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

use serde_json::Value;

use super::call::GENERIC_ACTION;
use super::recording::{Recording, Response};

/// The result that an answer must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expectation {
    Success,
    Failure(Facts),
}

/// What an error must contain; facts that are not in the recording are not required.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) kind: &'static str,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// The ids of the request in the recording; the error must have one of them.
    pub(crate) request_ids: Vec<String>,
    pub(crate) retry_after_seconds: Option<u64>,
}

/// Whether something between here and the service answered with a page instead.
pub(crate) fn is_page(response: &Response) -> bool {
    let body = response.body.as_str().unwrap_or_default().trim_start().to_ascii_lowercase();
    let named = response.headers.get("content-type").is_some_and(|value| value.to_ascii_lowercase().contains("html"));
    named && !body.is_empty() || body.starts_with("<!doctype html") || body.starts_with("<html")
}

/// Seconds of a `Retry-After`, the first if there are several; fractions are rounded up.
fn seconds(value: &str) -> Option<u64> {
    let first = value.split(',').next()?.trim();
    let (whole, part) = first.split_once('.').unwrap_or((first, ""));
    let more = part.bytes().any(|digit| digit != b'0');
    Some(whole.parse::<u64>().ok()? + u64::from(more))
}

impl Expectation {
    /// For an answer of Graph to a call of this action.
    pub(crate) fn of_graph(recording: &Recording, action: &str) -> Self {
        let response = &recording.response;
        let retry_after = response.headers.get("Retry-After");
        let writes = !matches!(recording.request.method.as_str(), "GET" | "HEAD")
            && !recording.request.path.to_ascii_lowercase().contains("runhuntingquery");
        let kind = match response.status {
            200..400 if is_page(response) && writes => "interrupted",
            200..400 | 403 | 407 | 451 | 511 if is_page(response) => "unreachable",
            ..300 => return Self::Success,
            // The generic action returns anything; the others cannot use a redirect.
            300..400 if action == GENERIC_ACTION => return Self::Success,
            300..400 => "malformed-response",
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not-found",
            409 | 412 => "conflict",
            429 => "throttled",
            503 if retry_after.is_some() => "throttled",
            400..500 => "rejected",
            _ => "unavailable",
        };
        let text = |error: &Value, name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
        let errors: Vec<&Value> = chain(&response.body).collect();
        let mut request_ids: Vec<String> = errors.iter().filter_map(|error| text(error, "request-id")).collect();
        request_ids.extend(response.headers.get("request-id").map(str::to_owned));
        // The deepest code is the most specific; some inner errors repeat the status there.
        let is_code = |code: &String| !code.is_empty() && !code.bytes().all(|byte| byte.is_ascii_digit());
        Self::Failure(Facts {
            kind,
            code: errors.iter().rev().filter_map(|error| text(error, "code")).find(is_code),
            message: errors.iter().filter_map(|error| text(error, "message")).find(|text| !text.trim().is_empty()),
            request_ids: request_ids.into_iter().filter(|id| !id.is_empty()).collect(),
            retry_after_seconds: retry_after.and_then(seconds),
        })
    }

    /// For an answer of the token endpoint.
    pub(crate) fn of_token_endpoint(recording: &Recording) -> Self {
        let response = &recording.response;
        let retry_after = response.headers.get("Retry-After");
        let text = |name: &str| response.body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let error = text("error");
        let kind = match response.status {
            200..400 | 403 | 407 | 451 | 511 if is_page(response) => "unreachable",
            ..300 => return Self::Success,
            300..400 => "malformed-response",
            429 => "throttled",
            503 if retry_after.is_some() => "throttled",
            500.. => "unavailable",
            _ if error == Some("temporarily_unavailable") => "unavailable",
            _ => "unauthenticated",
        };
        let description = text("error_description");
        let number = response.body.pointer("/error_codes/0").and_then(Value::as_u64);
        Self::Failure(Facts {
            kind,
            code: number.map(|number| format!("AADSTS{number}")).or_else(|| error.map(str::to_owned)),
            message: description.map(|text| without_trailer(text).to_owned()),
            request_ids: text("trace_id").map(str::to_owned).into_iter().collect(),
            retry_after_seconds: retry_after.and_then(seconds),
        })
    }
}

/// `error`, its inner error, and so on; both spellings are in use.
fn chain(body: &Value) -> impl Iterator<Item = &Value> {
    std::iter::successors(body.get("error"), |error| error.get("innerError").or_else(|| error.get("innererror")))
}

/// A description without its ids, which follow on lines of their own, or after spaces in newer answers.
fn without_trailer(description: &str) -> &str {
    let ends = ["\r\n", "\n", " Trace ID:"].iter().filter_map(|mark| description.find(mark));
    description.get(..ends.min().unwrap_or(description.len())).unwrap_or(description).trim()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn recording(status: u16, headers: &Value, body: &Value) -> Recording {
        let text = json!({
            "source": "", "request": { "method": "GET", "path": "/" },
            "response": { "status": status, "headers": headers, "body": body },
        });
        Recording::parse(&text.to_string()).unwrap()
    }

    #[track_caller]
    fn kind(expectation: Expectation) -> &'static str {
        match expectation {
            Expectation::Success => "success",
            Expectation::Failure(facts) => facts.kind,
        }
    }

    #[test]
    fn a_status_of_graph_has_its_kind() {
        for (status, headers, expected) in [
            (200, json!({}), "success"),
            (302, json!({}), "malformed-response"),
            (400, json!({}), "rejected"),
            (404, json!({}), "not-found"),
            (412, json!({}), "conflict"),
            (503, json!({}), "unavailable"),
            (503, json!({ "retry-after": "5" }), "throttled"),
            (509, json!({}), "unavailable"),
        ] {
            let recording = recording(status, &headers, &Value::Null);
            assert_eq!(kind(Expectation::of_graph(&recording, "list_incidents")), expected, "{status}");
        }
    }

    #[test]
    fn the_deepest_code_and_the_outermost_message_count() {
        let body = json!({ "error": { "code": "A", "message": "", "innererror": {
            "code": "B", "message": "m", "request-id": "1", "innerError": { "code": "429" } } } });
        let Expectation::Failure(facts) = Expectation::of_graph(&recording(400, &json!({}), &body), "") else {
            unreachable!("status 400 is not a success")
        };
        assert_eq!((facts.code.as_deref(), facts.message.as_deref()), (Some("B"), Some("m")));
        assert_eq!(facts.request_ids, ["1"]);
    }

    #[test]
    fn a_refusal_of_the_token_endpoint_has_its_number() {
        let body = json!({ "error": "invalid_client", "error_codes": [7_000_215],
            "error_description": "AADSTS7000215: No. Trace ID: 1", "trace_id": "1" });
        let Expectation::Failure(facts) = Expectation::of_token_endpoint(&recording(401, &json!({}), &body)) else {
            unreachable!("status 401 is not a success")
        };
        assert_eq!((facts.kind, facts.code.as_deref()), ("unauthenticated", Some("AADSTS7000215")));
        assert_eq!(facts.message.as_deref(), Some("AADSTS7000215: No."));
        let busy = recording(400, &json!({}), &json!({ "error": "temporarily_unavailable" }));
        assert_eq!(kind(Expectation::of_token_endpoint(&busy)), "unavailable");
    }
}
