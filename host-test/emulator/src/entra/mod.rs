//! Entra ID: the token endpoint and the discovery documents of one tenant.
//! Only the client-credentials flow, because that is how an unattended connector signs in.

pub(crate) mod app;
pub(crate) mod challenge;
mod credential;
pub(crate) mod directory;
mod discovery;
mod form;
mod header;
mod refusal;
mod scope;
mod tenant;
mod token_request;
pub(crate) mod token_store;

use crate::message::{Answer, Request};
use directory::Directory;

/// Answers a request below `/{tenant}/…`; `None` for a path that is not Entra ID's.
pub(crate) fn answer(directory: &Directory, request: &Request) -> Option<Answer> {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let answer = match segments.as_slice() {
        ["common", "discovery", "instance"] => discovery::instances(request),
        [tenant, "v2.0", ".well-known", "openid-configuration"] => discovery::openid(tenant, request),
        [_, "discovery", "v2.0", "keys"] => discovery::keys(),
        [tenant, "oauth2", "v2.0", "token"] => match token_request::answer(directory, tenant, request) {
            Ok(answer) => answer,
            Err(refusal) => refusal.answer(request),
        },
        _ => return None,
    };
    Some(header::with_headers(answer, request))
}
