//! `POST /{tenant}/oauth2/v2.0/token`: the order of the checks, and the token.
//! The order matters to a person with two mistakes: tenant, form, app, scope, credential.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::credential::Credential;
use super::discovery::JSON;
use super::form::Form;
use super::refusal::Refusal;
use super::scope;
use crate::answer::Answer;
use crate::app::{App, AppState};
use crate::request::Request;
use crate::service::Service;
use crate::tenant;

/// Answers a token request.
pub(crate) fn answer(service: &Service, tenant: &str, request: &Request) -> Result<Answer, Refusal> {
    check_tenant(tenant)?;
    if request.method != Method::POST {
        return Err(Refusal::wrong_method(&request.method));
    }
    // A body of another type is not a form, so every field of it is missing.
    let form = match request.media_type().as_deref() {
        Some("application/x-www-form-urlencoded") => Form::read(&request.body)?,
        _ => Form::default(),
    };
    match form.require("grant_type")? {
        "client_credentials" => {}
        other => return Err(Refusal::unsupported_grant(other)),
    }
    let credential = Credential::read(request, &form)?;
    let scope = form.require("scope")?;
    let claims = match form.get("claims") {
        Some(text) => {
            Some(serde_json::from_str::<Value>(text).ok().filter(Value::is_object).ok_or_else(Refusal::malformed)?)
        }
        None => None,
    };

    let app = service.app(&credential.client_id).ok_or_else(|| Refusal::unknown_app(&credential.client_id))?;
    check_state(&app)?;
    let audience = scope::audience(scope)?;
    credential.check(&app, request.now)?;
    match app.state {
        AppState::SecretExpired => return Err(Refusal::expired_secret(&app)),
        AppState::BlockedByPolicy => return Err(Refusal::blocked()),
        AppState::Working | AppState::Disabled | AppState::NoServicePrincipal => {}
    }

    let seconds = service.token_seconds;
    let token = service.tokens.issue(&app, audience, claims.as_ref(), request.now, seconds);
    let body = json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token});
    Ok(Answer::json(StatusCode::OK, JSON, &body))
}

/// Whether a path segment names the tenant, and if not, how that is told.
pub(super) fn check_tenant(tenant: &str) -> Result<(), Refusal> {
    if tenant::is_ours(tenant) {
        return Ok(());
    }
    if ["common", "organizations", "consumers"].iter().any(|shared| tenant.eq_ignore_ascii_case(shared)) {
        return Err(Refusal::no_single_tenant());
    }
    let is_guid = Uuid::parse_str(tenant).is_ok_and(|id| tenant.eq_ignore_ascii_case(&id.to_string()));
    if !is_guid && !is_domain(tenant) {
        return Err(Refusal::not_a_tenant(tenant));
    }
    if tenant.to_ascii_lowercase().ends_with(".onmicrosoft.us") {
        return Err(Refusal::other_cloud(tenant));
    }
    Err(Refusal::unknown_tenant(tenant))
}

fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.contains('.') && name.split('.').all(label)
}

fn check_state(app: &App) -> Result<(), Refusal> {
    match app.state {
        AppState::NoServicePrincipal => Err(Refusal::no_service_principal(app)),
        AppState::Disabled => Err(Refusal::disabled(app)),
        AppState::Working | AppState::SecretExpired | AppState::BlockedByPolicy => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(tenant: &str, code: u32) {
        assert_eq!(check_tenant(tenant).unwrap_err().code(), code, "{tenant}");
    }

    #[test]
    fn takes_the_guid_and_both_domains_in_any_case() {
        for tenant in [tenant::TENANT_ID, "HaldenMarine.onmicrosoft.com", "haldenmarine.example"] {
            assert!(check_tenant(tenant).is_ok(), "{tenant}");
        }
    }

    #[test]
    fn tells_the_kinds_of_wrong_tenants_apart() {
        refused("11111111-2222-3333-4444-555555555555", 90002);
        refused("nobody.example", 90002);
        refused("nodots", 900_023);
        refused("-..-", 900_023);
        refused("common", 50059);
        refused("Organizations", 50059);
        refused("haldenmarine.onmicrosoft.us", 90038);
    }
}
