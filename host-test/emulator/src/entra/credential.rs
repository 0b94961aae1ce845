//! Who asks for a token, and whether the proof holds.
//! Secrets come in the form or as HTTP Basic, assertions in the form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::app::App;
use super::assertion::Assertion;
use super::form::{self, Form};
use super::refusal::Refusal;
use super::token_store::SignIn;
use super::used_assertions::UsedAssertions;
use super::{certificate_assertion, federated_assertion};
use crate::message::Request;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How a client identified itself.
#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) client_id: String,
    proof: Proof,
}

#[derive(Debug)]
enum Proof {
    None,
    Secret(String),
    Assertion(String),
}

impl Credential {
    /// Reads it from the Authorization header or the form.
    pub(crate) fn read(request: &Request, form: &Form) -> Result<Self, Refusal> {
        if let Some(basic) = request.header("authorization").and_then(|value| value.strip_prefix("Basic ")) {
            let (client_id, secret) = decode_basic(basic).ok_or_else(Refusal::malformed)?;
            return Ok(Self { client_id, proof: Proof::Secret(secret) });
        }
        let client_id = form.require("client_id")?.to_owned();
        let proof = match (form.get("client_secret"), form.get("client_assertion")) {
            (Some(secret), _) => Proof::Secret(secret.to_owned()),
            (None, Some(assertion)) => {
                if form.require("client_assertion_type")? != JWT_BEARER {
                    return Err(Refusal::malformed());
                }
                Proof::Assertion(assertion.to_owned())
            }
            (None, None) => Proof::None,
        };
        Ok(Self { client_id, proof })
    }

    /// Checks the proof against the registration, and tells what it was.
    pub(crate) fn check(&self, app: &App, request: &Request, used: &UsedAssertions) -> Result<SignIn, Refusal> {
        match &self.proof {
            Proof::None => Err(Refusal::no_credential()),
            Proof::Secret(secret) if app.secret.as_ref() == Some(secret) => Ok(SignIn::Secret),
            Proof::Secret(_) => Err(Refusal::wrong_secret(app)),
            Proof::Assertion(text) => {
                let assertion = Assertion::read(text)?;
                if assertion.is_an_apps_own() {
                    certificate_assertion::check(&assertion, app, request, used)?;
                } else {
                    federated_assertion::check(&assertion, app, request)?;
                }
                Ok(SignIn::Assertion)
            }
        }
    }
}

/// Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1).
fn decode_basic(value: &str) -> Option<(String, String)> {
    let joined = STANDARD.decode(value.trim()).ok()?;
    let colon = joined.iter().position(|byte| *byte == b':')?;
    let (id, secret) = joined.split_at(colon);
    Some((form::decode(id)?, form::decode(secret.get(1..)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_basic_with_an_encoded_colon() {
        let value = STANDARD.encode("app:a%3Ab%2Bc");
        assert_eq!(decode_basic(&value), Some(("app".into(), "a:b+c".into())));
        assert_eq!(decode_basic("!!"), None);
    }
}
