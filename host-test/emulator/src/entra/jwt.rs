//! A JSON Web Token taken apart, before anything in it is believed (RFC 7515 and 7519).
//! Only compact tokens with one signature: assertions have no other form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use super::public_key::{Algorithm, PublicKey, Unsuitable};

/// A token whose parts were read and not checked.
#[derive(Debug)]
pub(super) struct Jwt<'a> {
    pub(super) header: Header,
    pub(super) claims: Claims,
    /// What the signature is over.
    signed: &'a str,
    signature: Vec<u8>,
}

/// How it was signed, and with which key.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) typ: Option<String>,
    pub(super) kid: Option<String>,
    pub(super) x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    pub(super) x5t_s256: Option<String>,
}

/// What it says. Every claim can be missing.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) aud: Option<Audience>,
    pub(super) jti: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) exp: Option<i64>,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) nbf: Option<i64>,
}

/// Reads seconds since 1970. Microsoft's own library for Python sends fractions, which are cut off.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let Some(seconds) = Option::<f64>::deserialize(deserializer)? else {
        return Ok(None);
    };
    SignedDuration::try_from_secs_f64(seconds).map(|it| Some(it.as_secs())).map_err(D::Error::custom)
}

/// One audience or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl<'a> Jwt<'a> {
    /// Takes a token apart; `None` if it is not one.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { header: part(header)?, claims: part(claims)?, signed, signature })
    }

    /// Whether its signature is of this key.
    pub(super) fn is_signed_with(&self, key: &PublicKey, algorithm: Algorithm) -> Result<bool, Unsuitable> {
        key.verifies(algorithm, self.signed.as_bytes(), &self.signature)
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn reads_the_parts() {
        let text = token(r#"{"alg":"PS256","x5t#S256":"aGFzaA"}"#, r#"{"iss":"a","aud":["b","c"],"exp":1.9}"#);
        let jwt = Jwt::read(&text).unwrap();
        assert_eq!((jwt.header.alg.as_str(), jwt.header.x5t_s256.as_deref()), ("PS256", Some("aGFzaA")));
        assert_eq!((jwt.claims.iss.as_deref(), jwt.claims.exp, jwt.claims.nbf), (Some("a"), Some(1), None));
        assert!(matches!(&jwt.claims.aud, Some(Audience::Many(all)) if *all == ["b", "c"]));
        assert_eq!(jwt.signature, b"sig");
    }

    #[test]
    fn what_is_not_a_token_is_not_read() {
        for text in [
            "",
            "a.b",
            "e30.e30",
            &token("{}", "{}"),
            &token(r#"{"alg":"RS256"}"#, "[]"),
            &token(r#"{"alg":"RS256"}"#, r#"{"exp":"1"}"#),
            &token(r#"{"alg":"RS256"}"#, r#"{"exp":1e300}"#),
            &token(r#"{"alg":"RS256"}"#, r#"{"iss":"a","iss":"b"}"#),
            &format!("{}.c2ln", token(r#"{"alg":"RS256"}"#, "{}")),
            &format!("{}=", token(r#"{"alg":"RS256"}"#, "{}")),
        ] {
            assert!(Jwt::read(text).is_none(), "{text}");
        }
        assert!(Jwt::read(&token(r#"{"alg":"RS256"}"#, "{}")).is_some());
    }
}
