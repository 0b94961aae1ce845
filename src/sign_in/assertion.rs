//! The assertion with which an app proves that it has the key of a certificate.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::request::certificate::Certificate;
use crate::request::config::App;
use crate::text::fault::{Fault, invalid};
use crate::text::json::Writer;
use crate::text::secret::Secret;
use crate::wire::host::Host;

/// How long an assertion is valid.
const LIFETIME_SECONDS: u64 = 600;

/// Value of `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A new assertion: each may be used once.
pub fn sign<H: Host>(certificate: &Certificate, app: &App, host: &H) -> Result<Secret, Fault> {
    let mut header = Writer::new();
    header.text("typ", "JWT");
    header.text("alg", "PS256");
    header.text("x5t#S256", &certificate.thumbprint);
    let now = host.unix_seconds();
    let mut claims = Writer::new();
    claims.text("aud", &app.audience);
    claims.text("iss", &app.client_id);
    claims.text("sub", &app.client_id);
    claims.text("jti", &host.guid());
    claims.json("nbf", &now.to_string());
    claims.json("iat", &now.to_string());
    claims.json("exp", &now.saturating_add(LIFETIME_SECONDS).to_string());
    let mut token = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.finish())).join(".");
    let signature = certificate.sign(token.as_bytes(), &mut || host.random());
    let signature = signature.ok_or_else(|| invalid("private_key: does not sign"))?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(Secret::new(token))
}

#[cfg(test)]
mod tests;
