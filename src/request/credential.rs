//! The credential of a configuration: one of four ways to prove which app this is.

use std::sync::Arc;

use zeroize::Zeroize as _;

use crate::request::certificate::Certificate;
use crate::request::guid::is_guid;
use crate::text::fault::{Fault, invalid, remedied};
use crate::text::jwt::Jwt;
use crate::text::secret::Secret;
use crate::wit::types;

/// App id of Microsoft Graph, which tokens may name as their audience.
const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Longest secret, token or assertion: many times the size of real ones, and less than HTTP servers take as a header.
const TOKEN_MAX_BYTES: usize = 16 * 1024;

/// A checked credential.
#[derive(Debug, Clone, PartialEq)]
pub enum Credential {
    /// The value of a client secret.
    ClientSecret(Secret),
    /// Signs an assertion for each token request.
    Certificate(Arc<Certificate>),
    /// An assertion that somebody else signed.
    ClientAssertion(Token),
    /// A token for Graph that the host got.
    AccessToken(Token),
}

/// A token of somebody else.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// As it is sent.
    pub secret: Secret,
    /// In seconds since 1970, if it says so.
    expires: Option<i64>,
}

impl Credential {
    /// Checks a credential for a tenant and the Graph host of its cloud.
    ///
    /// # Errors
    /// `invalid-input`, naming the field as in `json.invoke`, and never its value.
    pub fn new(credential: &types::Credential, tenant_id: &str, graph_host: &str) -> Result<Self, Fault> {
        match credential {
            types::Credential::ClientSecret(secret) => required("client_secret", secret).map(Self::ClientSecret),
            types::Credential::Certificate(pair) => {
                Certificate::read(&pair.certificate_pem, &pair.private_key_pem).map(Self::Certificate)
            }
            types::Credential::ClientAssertion(assertion) => {
                let assertion = token("client_assertion", assertion)?;
                match Jwt::parse(assertion.reveal()) {
                    None => Err(invalid("client_assertion: is not a signed JSON Web Token")),
                    Some(jwt) if jwt.is_unsigned() => {
                        Err(invalid("client_assertion: is not signed: its alg is none or missing"))
                    }
                    Some(jwt) => Ok(Self::ClientAssertion(Token { expires: jwt.expires(), secret: assertion })),
                }
            }
            types::Credential::AccessToken(access_token) => {
                let access_token = token("access_token", access_token)?;
                let jwt = Jwt::parse(access_token.reveal());
                let tenant = jwt.as_ref().and_then(|jwt| jwt.claims().text("tid"));
                if tenant.is_some_and(|tenant| is_guid(tenant_id) && !tenant.eq_ignore_ascii_case(tenant_id)) {
                    return Err(invalid("access_token: is for another tenant (tid) than tenant_id"));
                }
                let audiences = jwt.as_ref().map(Jwt::audiences).unwrap_or_default();
                let graph = format!("https://{graph_host}");
                let is_graph = |audience: &String| {
                    let audience = audience.trim_end_matches('/');
                    audience.eq_ignore_ascii_case(&graph) || audience.eq_ignore_ascii_case(GRAPH_APP_ID)
                };
                if !audiences.is_empty() && !audiences.iter().any(is_graph) {
                    return Err(invalid(format!(
                        "access_token: is for another resource (aud); allowed: one for {graph}, of the configured cloud"
                    )));
                }
                let expires = jwt.and_then(|jwt| jwt.expires());
                Ok(Self::AccessToken(Token { secret: access_token, expires }))
            }
        }
    }

    /// Refuses a credential whose time is over.
    ///
    /// # Errors
    /// `invalid-input`, naming the field, with what to do.
    pub fn check_time(&self, unix_seconds: u64) -> Result<(), Fault> {
        let seconds = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
        let has_expired = |token: &Token| token.expires.is_some_and(|expires| expires <= seconds);
        let (message, remedy) = match self {
            Self::Certificate(pair) if pair.not_after.unix_seconds < seconds => (
                format!("certificate: expired at {}", pair.not_after.text),
                "create a new certificate, upload it to the app registration and configure it with its key",
            ),
            Self::Certificate(pair) if pair.not_before.unix_seconds > seconds => (
                format!("certificate: is not valid before {}", pair.not_before.text),
                "check the clock of this machine, or wait",
            ),
            Self::ClientAssertion(assertion) if has_expired(assertion) => (
                "client_assertion: has expired (exp)".to_owned(),
                "get a new one from its issuer: a platform replaces the file before the old one expires",
            ),
            Self::AccessToken(token) if has_expired(token) => {
                ("access_token: has expired (exp)".to_owned(), "get a new one from where this one came from")
            }
            _ => return Ok(()),
        };
        Err(remedied(invalid(message), remedy))
    }

    /// Whether it is itself the token, which only the host can renew.
    pub fn is_access_token(&self) -> bool {
        matches!(self, Self::AccessToken(_))
    }

    /// What no answer may contain.
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::ClientSecret(secret) => vec![secret],
            Self::ClientAssertion(token) | Self::AccessToken(token) => vec![&token.secret],
            Self::Certificate(pair) => pair.secrets().collect(),
        }
    }
}

/// What no answer may contain of a credential that may be wrong.
pub fn unchecked_secrets(credential: &types::Credential) -> Vec<Secret> {
    match credential {
        types::Credential::ClientSecret(text)
        | types::Credential::ClientAssertion(text)
        | types::Credential::AccessToken(text) => vec![Secret::any(text)],
        types::Credential::Certificate(pair) => {
            [&pair.certificate_pem, &pair.private_key_pem].map(|text| Secret::any(text)).into()
        }
    }
}

/// Overwrites a credential that is no longer needed.
pub fn wipe(credential: &mut types::Credential) {
    match credential {
        types::Credential::ClientSecret(text)
        | types::Credential::ClientAssertion(text)
        | types::Credential::AccessToken(text) => text.zeroize(),
        types::Credential::Certificate(pair) => {
            pair.certificate_pem.zeroize();
            pair.private_key_pem.zeroize();
        }
    }
}

fn required(field: &str, text: &str) -> Result<Secret, Fault> {
    // Pasted secrets often end with a line break; none contains white space at its ends.
    let secret = Secret::trimmed(text);
    let wrong = |why: String| Err(invalid(format!("{field}: {why}")));
    match secret.reveal() {
        "" => wrong("is required".into()),
        // A key is never sent, whatever field it is in.
        text if text.contains("-----BEGIN") => {
            wrong("is PEM; give a certificate and its key as certificate and private_key".into())
        }
        text if text.len() > TOKEN_MAX_BYTES => {
            wrong(format!("has {} bytes; allowed: {TOKEN_MAX_BYTES} at most", text.len()))
        }
        _ => Ok(secret),
    }
}

/// A text that can be sent in a header.
fn token(field: &str, text: &str) -> Result<Secret, Fault> {
    let token = required(field, text)?;
    let wrong = |why: String| Err(invalid(format!("{field}: {why}")));
    if token.reveal().starts_with('{') {
        return wrong("is JSON; give only the token that is in it".into());
    }
    if !token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
        return wrong(
            "contains white space or other characters that no token has; leave out a prefix such as Bearer".into(),
        );
    }
    Ok(token)
}

#[cfg(test)]
mod tests;
