//! `GET /metadata/identity/oauth2/token`: where a machine in Azure gets a token, with the platform's word for its identity.
//! The machine's identity is the default app. Form and errors:
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use http::{Method, StatusCode};
use serde_json::json;

use super::app::{App, AppState, DEFAULT_CLIENT_ID};
use super::directory::Directory;
use super::header::JSON;
use super::refusal::Refusal;
use super::scope;
use super::token_request::check_state;
use super::token_store::{self, SignIn};
use crate::message::{Answer, Request};

/// The first version of the endpoint. Versions are dates.
const FIRST_VERSION: &str = "2018-02-01";

/// The parameters that name one identity of several.
const IDENTITIES: [&str; 3] = ["client_id", "object_id", "msi_res_id"];

/// Why a request gets no token.
enum Mistake {
    Method,
    /// Of the request itself, in the platform's words.
    Request(String),
    /// Entra ID gives the platform none.
    Refused(Refusal),
}

impl From<Refusal> for Mistake {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Answers a request for a token.
pub(crate) fn answer(directory: &Directory, request: &Request) -> Answer {
    match resource(request).and_then(|resource| issue(directory, request, &resource)) {
        Ok(answer) => answer,
        Err(Mistake::Method) => Answer::empty(StatusCode::METHOD_NOT_ALLOWED).header("allow", "GET"),
        Err(Mistake::Request(description)) => {
            let body = json!({"error": "invalid_request", "error_description": description});
            Answer::json(StatusCode::BAD_REQUEST, JSON, &body)
        }
        Err(Mistake::Refused(refusal)) => refusal.answer_of_identity(request),
    }
}

/// The resource asked for, once everything about the request itself is right.
fn resource(request: &Request) -> Result<String, Mistake> {
    if request.method != Method::GET {
        return Err(Mistake::Method);
    }
    // A page that a browser or a proxy was led to cannot set it.
    if request.header("metadata") != Some("true") {
        return Err(Mistake::Request("Required metadata header not specified".into()));
    }
    let query = request.query.as_deref().unwrap_or_default().as_bytes();
    let parameter = |wanted: &str| {
        form_urlencoded::parse(query).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let required = |name: &str| {
        let value = parameter(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| Mistake::Request(format!("Required query variable '{name}' is missing")))
    };
    let version = required("api-version")?;
    if version.parse::<jiff::civil::Date>().is_err() || version.as_str() < FIRST_VERSION {
        let description = format!("The api-version '{version}' is not supported: {FIRST_VERSION} is the first");
        return Err(Mistake::Request(description));
    }
    let resource = required("resource")?;
    let is_ours = |name: &str, value: &str| name == "client_id" && value.eq_ignore_ascii_case(DEFAULT_CLIENT_ID);
    if IDENTITIES.iter().any(|name| parameter(name).is_some_and(|value| !is_ours(name, &value))) {
        return Err(Mistake::Request("Identity not found".into()));
    }
    Ok(resource)
}

fn issue(directory: &Directory, request: &Request, resource: &str) -> Result<Answer, Mistake> {
    let app = directory.app(DEFAULT_CLIENT_ID).unwrap_or_else(App::standard);
    check_state(&app)?;
    if app.state == AppState::BlockedByPolicy {
        return Err(Refusal::blocked().into());
    }
    scope::check_resource(resource)?;
    let (now, seconds) = (request.now, directory.token_seconds);
    let token = directory.tokens.issue(&app, SignIn::Assertion, resource, None, now, seconds);
    // Numbers are text here.
    let body = json!({
        "access_token": token,
        "client_id": app.client_id,
        "refresh_token": "",
        "expires_in": seconds.to_string(),
        "expires_on": (now.as_second() + seconds).to_string(),
        "not_before": token_store::start(now).to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    Ok(Answer::json(StatusCode::OK, JSON, &body))
}
