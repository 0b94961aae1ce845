//! Entra ID: the token endpoint and the discovery documents of one tenant, and the endpoint of a managed identity.
//! Only the client-credentials flow, because that is how an unattended connector signs in.

pub(crate) mod app;
mod assertion;
pub(crate) mod certificate;
mod certificate_assertion;
pub(crate) mod challenge;
mod credential;
pub(crate) mod directory;
mod discovery;
mod federated_assertion;
mod form;
mod header;
mod jwt;
mod managed_identity;
pub(crate) mod pem;
mod private_key;
pub(crate) mod projected_token;
pub(crate) mod public_key;
mod refusal;
mod scope;
mod tenant;
mod token_request;
pub(crate) mod token_store;
mod used_assertions;
mod x509;

use crate::message::{Answer, Request};
use directory::Directory;

/// Answers a request below `/{tenant}/…` or for a managed identity; `None` for a path that is neither.
pub(crate) fn answer(directory: &Directory, request: &Request) -> Option<Answer> {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let answer = match segments.as_slice() {
        // Not of the login host: it has none of the headers below.
        ["metadata", "identity", "oauth2", "token"] => return Some(managed_identity::answer(directory, request)),
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
