//! Client assertions: a signed token in place of a secret, and what is checked of every one.
//! An app signs its own with a certificate, and its issuer is the app's id, a GUID; that of any other is an address.

use uuid::Uuid;

use super::jwt::{Audience, Claims, Jwt};
use super::public_key::Algorithm;
use super::refusal::Refusal;
use crate::message::Request;

/// How far ahead of ours a client's clock may be.
const SKEW_SECONDS: i64 = 300;

/// The values of `typ` that Entra ID accepts.
const TYPES: [&str; 2] = ["JWT", "http://openid.net/specs/jwt/1.0"];

/// An assertion with the claims that every one must have.
#[derive(Debug)]
pub(super) struct Assertion<'a> {
    pub(super) jwt: Jwt<'a>,
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) audience: Audience,
}

impl<'a> Assertion<'a> {
    /// Takes an assertion apart.
    pub(super) fn read(text: &'a str) -> Result<Self, Refusal> {
        let mut jwt = Jwt::read(text).ok_or_else(Refusal::malformed_assertion)?;
        if jwt.header.typ.as_deref().is_some_and(|found| !TYPES.contains(&found)) {
            return Err(Refusal::assertion_type());
        }
        let missing = Refusal::missing_claim;
        let issuer = jwt.claims.iss.take().ok_or_else(|| missing("iss"))?;
        let subject = jwt.claims.sub.take().ok_or_else(|| missing("sub"))?;
        let audience = jwt.claims.aud.take().ok_or_else(|| missing("aud"))?;
        Ok(Self { jwt, issuer, subject, audience })
    }

    /// Whether an app signed it, and not an outside issuer.
    pub(super) fn is_an_apps_own(&self) -> bool {
        Uuid::parse_str(&self.issuer).is_ok()
    }

    /// The algorithm, if it is one of these.
    pub(super) fn algorithm(&self, supported: &[(&str, Algorithm)]) -> Result<Algorithm, Refusal> {
        let found = self.jwt.header.alg.as_str();
        supported.iter().find(|(name, _)| *name == found).map(|(_, algorithm)| *algorithm).ok_or_else(|| {
            let names: Vec<&str> = supported.iter().map(|(name, _)| *name).collect();
            Refusal::algorithm(found, &names.join(","))
        })
    }

    /// Checks that it is valid now. One that does not say when it ends ended in 1970.
    pub(super) fn check_time(&self, request: &Request) -> Result<(), Refusal> {
        let Claims { exp, nbf, .. } = self.jwt.claims;
        let (start, end) = (nbf.unwrap_or_default(), exp.unwrap_or_default());
        let now = request.now.as_second();
        if end <= now || start > now.saturating_add(SKEW_SECONDS) {
            return Err(Refusal::assertion_out_of_time(request.now, start, end));
        }
        Ok(())
    }
}
