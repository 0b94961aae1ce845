//! Looks into JSON Web Tokens without verifying them: only who issued one knows whether it is valid.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc7519>.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::text::json::{self, Object};

/// Header and claims of a signed token, as JSON objects.
#[derive(Debug)]
pub struct Jwt {
    header: String,
    claims: String,
}

impl Jwt {
    /// Reads a token of three parts.
    pub fn parse(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let mut part = || {
            let json = String::from_utf8(URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok()?;
            Object::parse(&json)?;
            Some(json)
        };
        let jwt = Self { header: part()?, claims: part()? };
        parts.next()?;
        parts.next().is_none().then_some(jwt)
    }

    /// The claims.
    pub fn claims(&self) -> Object<'_> {
        Object::parse(&self.claims).unwrap_or_default()
    }

    /// Whether it says that it is not signed.
    pub fn is_unsigned(&self) -> bool {
        let algorithm = Object::parse(&self.header).and_then(|header| header.text("alg"));
        algorithm.is_none_or(|algorithm| algorithm.is_empty() || algorithm.eq_ignore_ascii_case("none"))
    }

    /// When it expires, in seconds since 1970, if it says so.
    pub fn expires(&self) -> Option<i64> {
        let expires = self.claims().raw("exp").and_then(json::scalar);
        // As a text or with decimals; whatever else it may be is left to the issuer.
        let is_plain = |seconds: &String| !seconds.contains(['e', 'E']);
        expires.filter(is_plain)?.split('.').next()?.parse().ok()
    }

    /// Who may accept it: one name, or a list of names.
    pub fn audiences(&self) -> Vec<String> {
        let claims = self.claims();
        let Some(audience) = claims.raw("aud") else { return Vec::new() };
        let names =
            json::items(audience).map(|items| items.into_iter().filter_map(|item| json::text(item.get())).collect());
        names.unwrap_or_else(|| json::text(audience).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn reads_signed_tokens_only() {
        assert!(Jwt::parse(&token("{}", "{}")).is_some());
        for bad in ["", "a.b.c", "..", &token("[]", "{}"), &token("{}", "7"), "e30.e30", "e30.e30.a.b", "e30=.e30=.a"] {
            assert!(Jwt::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn tells_unsigned_ones() {
        for (header, unsigned) in [
            (r#"{"alg":"PS256"}"#, false),
            (r#"{"alg":"none"}"#, true),
            (r#"{"alg":"NoNe"}"#, true),
            (r#"{"alg":""}"#, true),
            ("{}", true),
        ] {
            assert_eq!(Jwt::parse(&token(header, "{}")).expect(header).is_unsigned(), unsigned, "{header}");
        }
    }

    #[test]
    fn reads_expiry_and_audiences() {
        for (claims, expired, audiences) in [
            (r#"{"exp":100,"aud":"a"}"#, true, &["a"][..]),
            (r#"{"exp":101,"aud":["a","b"]}"#, false, &["a", "b"]),
            (r#"{"exp":"100"}"#, true, &[]),
            (r#"{"exp":100.9}"#, true, &[]),
            (r#"{"exp":-5,"aud":7}"#, true, &[]),
            (r#"{"exp":"soon"}"#, false, &[]),
            (r#"{"exp":1.9e9}"#, false, &[]),
            ("{}", false, &[]),
        ] {
            let jwt = Jwt::parse(&token("{}", claims)).expect(claims);
            assert_eq!(
                (jwt.expires().is_some_and(|at| at <= 100), jwt.audiences()),
                (expired, audiences.iter().map(|&it| it.into()).collect())
            );
        }
    }
}
