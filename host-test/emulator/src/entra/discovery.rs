//! The discovery documents that Microsoft's sign-in libraries read before they ask for a token.
//! With them an SDK works unchanged once its authority host is the emulator.

use http::StatusCode;
use serde_json::json;

use super::header::JSON;
use super::tenant;
use crate::data::tenant::TENANT_ID;
use crate::message::{Answer, Request};

/// The OpenID configuration of a tenant, or of `common` and the like, which exist here too.
pub(crate) fn openid(tenant: &str, request: &Request) -> Answer {
    let tenant = if tenant::SHARED.contains(&tenant) {
        tenant
    } else {
        match tenant::check(tenant) {
            Ok(()) => TENANT_ID,
            Err(refusal) => return refusal.for_document().answer(request),
        }
    };
    let base = format!("{}/{tenant}", request.origin);
    let issuer = if tenant == TENANT_ID { tenant } else { "{tenantid}" };
    let document = json!({
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{}/{issuer}/v2.0", request.origin),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": request.origin.split("://").nth(1).unwrap_or_default(),
    });
    Answer::json(StatusCode::OK, JSON, &document)
}

/// Instance metadata: this host is the only cloud.
pub(crate) fn instances(request: &Request) -> Answer {
    let host = request.origin.split("://").nth(1).unwrap_or_default();
    let document = json!({
        "tenant_discovery_endpoint": format!("{}/{TENANT_ID}/v2.0/.well-known/openid-configuration", request.origin),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    });
    Answer::json(StatusCode::OK, JSON, &document)
}

/// No keys: the tokens' signatures are not meant to be checked.
pub(crate) fn keys() -> Answer {
    Answer::json(StatusCode::OK, JSON, &json!({"keys": []}))
}
