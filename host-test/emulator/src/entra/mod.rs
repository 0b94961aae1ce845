//! Entra ID: the token endpoint and the discovery documents of one tenant.
//! Only the client-credentials flow, because that is how an unattended connector signs in.

pub(crate) mod challenge;
mod credential;
mod discovery;
mod form;
mod refusal;
mod scope;
mod token_request;
pub(crate) mod token_store;

use http::Method;

use crate::answer::Answer;
use crate::request::Request;
use crate::service::Service;

/// Answers a request below `/{tenant}/…`; `None` for a path that is not Entra ID's.
pub(crate) fn answer(service: &Service, request: &Request) -> Option<Answer> {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let answer = match segments.as_slice() {
        ["common", "discovery", "instance"] => discovery::instances(request),
        [tenant, "v2.0", ".well-known", "openid-configuration"] => discovery::openid(tenant, request),
        [_, "discovery", "v2.0", "keys"] => discovery::keys(),
        [tenant, "oauth2", "v2.0", "token"] => match token_request::answer(service, tenant, request) {
            Ok(answer) => answer,
            Err(refusal) => refusal.answer(request),
        },
        _ => return None,
    };
    Some(with_headers(answer, request))
}

/// The headers of every answer of the login host.
fn with_headers(answer: Answer, request: &Request) -> Answer {
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
        .header("date", &crate::clock::http(request.now));
    if let Some(id) = request.header("client-request-id") {
        answer = answer.header("client-request-id", id);
    }
    if request.method == Method::HEAD {
        answer.body.clear();
    }
    answer
}
