//! Who asks for a token, and whether the proof holds.
//! Secrets come in the form or as HTTP Basic; assertions are read far enough to refuse them with the right number.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;

use super::app::App;
use super::form::{self, Form};
use super::refusal::Refusal;
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

/// The claims that decide how an assertion is refused.
#[derive(Debug, Deserialize)]
struct Assertion {
    iss: String,
    #[serde(default)]
    nbf: i64,
    exp: i64,
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

    /// Checks the proof against the registration.
    pub(crate) fn check(&self, app: &App, now: Timestamp) -> Result<(), Refusal> {
        match &self.proof {
            Proof::None => Err(Refusal::no_credential()),
            Proof::Secret(secret) if *secret == app.secret => Ok(()),
            Proof::Secret(_) => Err(Refusal::wrong_secret(app)),
            Proof::Assertion(assertion) => Err(refuse(assertion, app, now)),
        }
    }
}

/// No app of the emulator has a certificate or a federated credential, so an assertion always fails; the question is how.
fn refuse(assertion: &str, app: &App, now: Timestamp) -> Refusal {
    let payload = assertion.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    let Some(claims) = payload.and_then(|payload| serde_json::from_slice::<Assertion>(&payload).ok()) else {
        return Refusal::malformed();
    };
    if claims.iss != app.client_id {
        Refusal::unknown_issuer(&claims.iss)
    } else if claims.exp <= now.as_second() || claims.nbf > now.as_second() + 300 {
        Refusal::assertion_out_of_time()
    } else {
        Refusal::unregistered_certificate()
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
    use crate::entra::app::DEFAULT_CLIENT_ID;

    fn refused(payload: &str) -> u32 {
        let now = Timestamp::from_second(1_000_000).unwrap();
        refuse(&format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload)), &App::standard(), now).code()
    }

    #[test]
    fn refuses_each_kind_of_assertion_with_its_number() {
        let id = DEFAULT_CLIENT_ID;
        assert_eq!(refused(&format!(r#"{{"iss":"{id}","exp":1000600}}"#)), 700_027);
        assert_eq!(refused(&format!(r#"{{"iss":"{id}","exp":999999}}"#)), 700_024);
        assert_eq!(refused(&format!(r#"{{"iss":"{id}","nbf":1000301,"exp":1000600}}"#)), 700_024);
        assert_eq!(refused(r#"{"iss":"https://token.example","exp":1000600}"#), 700_211);
        assert_eq!(refused("not json"), 9_002_313);
    }

    #[test]
    fn decodes_basic_with_an_encoded_colon() {
        let value = STANDARD.encode("app:a%3Ab%2Bc");
        assert_eq!(decode_basic(&value), Some(("app".into(), "a:b+c".into())));
        assert_eq!(decode_basic("!!"), None);
    }
}
