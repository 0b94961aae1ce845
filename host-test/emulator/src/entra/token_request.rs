//! `POST /{tenant}/oauth2/v2.0/token`: the order of the checks, and the token.
//! The order decides which of two mistakes is reported: tenant, form, app, scope, credential.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::app::{App, AppState};
use super::credential::Credential;
use super::directory::Directory;
use super::form::Form;
use super::header::JSON;
use super::refusal::Refusal;
use super::token_store::SignIn;
use super::{scope, tenant};
use crate::message::{Answer, Request};

/// Answers a token request.
pub(crate) fn answer(directory: &Directory, tenant: &str, request: &Request) -> Result<Answer, Refusal> {
    tenant::check(tenant)?;
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
    let read = |text| serde_json::from_str(text).ok().filter(Value::is_object).ok_or_else(Refusal::malformed);
    let claims = form.get("claims").map(read).transpose()?;

    let app = directory.app(&credential.client_id).ok_or_else(|| Refusal::unknown_app(&credential.client_id))?;
    check_state(&app)?;
    let audience = scope::audience(scope)?;
    let sign_in = credential.check(&app, request, &directory.used_assertions)?;
    match app.state {
        AppState::SecretExpired if sign_in == SignIn::Secret => return Err(Refusal::expired_secret(&app)),
        AppState::BlockedByPolicy => return Err(Refusal::blocked()),
        AppState::Working | AppState::SecretExpired | AppState::Disabled | AppState::NoServicePrincipal => {}
    }

    let seconds = directory.token_seconds;
    let token = directory.tokens.issue(&app, sign_in, audience, claims.as_ref(), request.now, seconds);
    let body = json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token});
    Ok(Answer::json(StatusCode::OK, JSON, &body))
}

/// Refuses an app that cannot get a token, however it signs in.
pub(super) fn check_state(app: &App) -> Result<(), Refusal> {
    match app.state {
        AppState::NoServicePrincipal => Err(Refusal::no_service_principal(app)),
        AppState::Disabled => Err(Refusal::disabled(app)),
        AppState::Working | AppState::SecretExpired | AppState::BlockedByPolicy => Ok(()),
    }
}
