//! Finds the claims of a continuous access evaluation challenge in `WWW-Authenticate` headers.
//!
//! Graph sends padded base64, unquoted parameters and several headers in any order, so this parses instead of splitting.
//! Source: <https://learn.microsoft.com/entra/identity-platform/claims-challenge>.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::text::json::Object;
use crate::wire::host::Header;

/// The claims (JSON) that a new token must satisfy, if the answer asks for any.
pub fn claims(headers: &[Header]) -> Option<String> {
    headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate")
        .flat_map(|(_, value)| Parameters { rest: value, bearer: false })
        .filter(|(name, _)| name.eq_ignore_ascii_case("claims"))
        .find_map(|(_, value)| decode(&value))
}

/// Decodes a JSON object in base64, in either alphabet, with or without padding.
fn decode(text: &str) -> Option<String> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = [&STANDARD, &URL_SAFE]
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text.trim()).ok())?;
    let json = String::from_utf8(bytes).ok()?;
    Object::parse(&json)?;
    Some(json)
}

/// Iterates over the parameters of the Bearer challenges in a header value.
struct Parameters<'a> {
    rest: &'a str,
    bearer: bool,
}

impl<'a> Parameters<'a> {
    /// Takes the matching characters from the front.
    fn take(&mut self, matches: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !matches(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// A value: in quotes, with `\` as the escape character, or bare up to a comma or space.
    fn value(&mut self) -> String {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            return self.take(|character| character != ',' && !character.is_whitespace()).to_owned();
        };
        let mut value = String::new();
        let mut characters = quoted.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => value.extend(characters.next()),
                _ => value.push(character),
            }
        }
        self.rest = characters.as_str();
        value
    }
}

impl Iterator for Parameters<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.take(|character| character == ',' || character.is_whitespace());
            let name = self.take(|character| !matches!(character, ',' | '=' | '"') && !character.is_whitespace());
            let after_name = self.rest;
            self.take(char::is_whitespace);
            if let Some(rest) = self.rest.strip_prefix('=').filter(|_| !name.is_empty()) {
                self.rest = rest.trim_start();
                let value = self.value();
                if self.bearer {
                    return Some((name.to_owned(), value));
                }
            } else if name.is_empty() {
                // A stray quote or equals sign: step over it.
                let mut characters = after_name.chars();
                characters.next()?;
                self.rest = characters.as_str();
            } else {
                self.bearer = name.eq_ignore_ascii_case("bearer");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true, "value":"1657834417"}}}"#;
    const BASE64: &str = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTY1NzgzNDQxNyJ9fX0=";

    #[track_caller]
    fn found(values: &[&str], expected: Option<&str>) {
        let headers: Vec<Header> =
            values.iter().map(|value| ("www-authenticate".to_owned(), (*value).to_owned())).collect();
        assert_eq!(claims(&headers).as_deref(), expected, "{values:?}");
    }

    #[test]
    fn finds_claims_as_captured() {
        found(
            &[&format!(
                "Bearer realm=\"\", authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, \
                 client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", claims=\"{BASE64}\""
            )],
            Some(CLAIMS),
        );
    }

    #[test]
    fn finds_claims_in_any_spelling() {
        let unpadded = BASE64.trim_end_matches('=');
        for value in [
            format!("Bearer claims={BASE64}"),
            format!("Bearer claims={unpadded}"),
            format!("bearer claims=\"{BASE64}\", realm=\"a, claims=b\""),
            format!("Bearer realm=\"say \\\"hi\\\", ok\" , error=x,claims = \"{BASE64}\""),
            format!("Basic realm=\"x\", Bearer error=\"insufficient_claims\", claims=\"{BASE64}\""),
            format!("Bearer CLAIMS=\"{BASE64}\", PoP nonce=\"1\""),
        ] {
            found(&[&value], Some(CLAIMS));
        }
    }

    #[test]
    fn finds_claims_in_any_of_several_headers() {
        let with = format!("Bearer claims=\"{BASE64}\"");
        found(&["Bearer realm=\"\"", &with], Some(CLAIMS));
        found(&[&with, "Bearer realm=\"\""], Some(CLAIMS));
    }

    #[test]
    fn finds_none_where_there_are_none() {
        for value in [
            "",
            "Bearer",
            "Bearer realm=\"\"",
            "Bearer claims=\"\"",
            "Bearer claims=\"not base64!\"",
            "Bearer claims=\"MTIz\"", // 123: JSON, but not an object
            "Bearer error=\"claims=e30=\"",
            "Basic claims=\"e30=\"",
            "Bearer claims=\"e30",
            "=\"=,\"=",
            "\"",
        ] {
            let expected = (value == "Bearer claims=\"e30").then_some("{}");
            found(&[value], expected);
        }
    }
}
