//! The access token in front of every Graph call.
//! Each kind of failure has its own message, because people search for it. The audience needs no check: only tokens issued
//! here are valid, and those are all for Graph.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::refusal::Refusal;
use crate::data::tenant::GRAPH_APP_ID;
use crate::entra::token_store::{Grant, Rejection, TokenStore};
use crate::message::Request;

/// What the request's token grants.
pub(crate) fn check(tokens: &TokenStore, request: &Request) -> Result<Grant, Refusal> {
    let refuse = |message: &str| {
        let uri = format!("{}/common/oauth2/authorize", request.origin);
        let challenge = format!(r#"Bearer realm="", authorization_uri="{uri}", client_id="{GRAPH_APP_ID}""#);
        Refusal::token(message, vec![challenge])
    };
    let header = request.header("authorization").unwrap_or_default();
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if token.trim().is_empty() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refuse("Access token is empty."));
    }
    let token = token.trim();
    tokens.check(token, request.now).map_err(|rejection| match rejection {
        Rejection::Unknown => refuse(unknown(token)),
        Rejection::Expired => refuse("Lifetime validation failed, the token is expired."),
        Rejection::Challenged(challenge) => Refusal::token(
            "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: \
             TokenCreatedWithOutdatedPolicies",
            challenge.headers(&request.origin),
        ),
    })
}

/// Why a token that was not issued here is refused.
fn unknown(token: &str) -> &'static str {
    let parts: Vec<Option<Vec<u8>>> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok()).collect();
    let [Some(header), Some(payload), Some(_)] = parts.as_slice() else {
        return "CompactToken parsing failed with error code: 80049217";
    };
    match (serde_json::from_slice::<Value>(header), serde_json::from_slice::<Value>(payload)) {
        (Ok(_), Ok(_)) => "Access token validation failure.",
        _ => "CompactToken parsing failed with error code: 80049217",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_a_foreign_token_from_text_that_is_not_a_token() {
        assert_eq!(unknown("garbage"), "CompactToken parsing failed with error code: 80049217");
        assert_eq!(unknown("a.b.c"), "CompactToken parsing failed with error code: 80049217");
        assert_eq!(unknown("e30.e30.c2ln"), "Access token validation failure.");
    }
}
