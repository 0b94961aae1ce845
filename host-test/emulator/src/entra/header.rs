//! The headers of every answer of the login host.
//! Refused or not, an answer carries the same ones, ids included.

use http::Method;

use crate::message::{Answer, Request, clock};

/// How Entra ID labels its JSON.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// Adds the headers. An answer that has an id of its own keeps it.
pub(crate) fn with_headers(answer: Answer, request: &Request) -> Answer {
    let trace = uuid::Uuid::new_v4().to_string();
    let trace = answer.headers.get("x-ms-request-id").and_then(|id| id.to_str().ok()).map_or(trace, str::to_owned);
    let mut answer = answer
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("expires", "-1")
        .header("strict-transport-security", "max-age=31536000; includeSubDomains")
        .header("x-content-type-options", "nosniff")
        .header("x-ms-request-id", &trace)
        .header("x-ms-ests-server", "2.1.0 - emulator")
        .header("date", &clock::http(request.now));
    if let Some(id) = request.header("client-request-id") {
        answer = answer.header("client-request-id", id);
    }
    if request.method == Method::HEAD {
        answer.body.clear();
    }
    answer
}
