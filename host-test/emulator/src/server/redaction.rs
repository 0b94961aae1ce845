//! What the journal leaves out: secrets, assertions, tokens and private keys, wherever in a request they are.
//! Known by their place where they have one, and otherwise by how they look.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

const STRUCK_OUT: &str = "***";
const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];
const SECRET_FIELDS: [&str; 5] = ["access_token", "assertion", "client_assertion", "client_secret", "private_key"];

/// A signed token, and a private key up to its end or, cut off, to the end of the text; plain or as a form encodes it.
static SECRET_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    let expression = concat!(
        r"eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?",
        r"|-----BEGIN(?: |\+|%20|[A-Z])*PRIVATE(?: |\+|%20)KEY-----(?s:.*?)",
        r"(?:-----END(?: |\+|%20|[A-Z])*PRIVATE(?: |\+|%20)KEY-----|\z)",
    );
    Regex::new(expression).expect("the expression is constant")
});

/// A header's value. Keeps the scheme of an Authorization header, which tests need, and nothing after it.
pub(super) fn header(name: &str, value: &str) -> String {
    if !SECRET_HEADERS.contains(&name) {
        return text(value).into_owned();
    }
    match value.split_once(' ') {
        Some((scheme @ ("Bearer" | "Basic"), _)) => format!("{scheme} {STRUCK_OUT}"),
        _ => STRUCK_OUT.to_owned(),
    }
}

/// A query or a body. Whatever the content type: a secret in a mislabelled body is still a secret.
pub(super) fn fields(pairs: &str) -> String {
    let pairs = pairs.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if SECRET_FIELDS.contains(&name.trim()) => format!("{name}={STRUCK_OUT}"),
        _ => pair.to_owned(),
    });
    text(&pairs.collect::<Vec<_>>().join("&")).into_owned()
}

fn text(text: &str) -> Cow<'_, str> {
    // Most texts have neither, and this is much faster than the expression.
    if text.contains("eyJ") || text.contains("PRIVATE") {
        SECRET_TEXT.replace_all(text, STRUCK_OUT)
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln";

    #[test]
    fn headers_keep_the_scheme_and_lose_the_secret() {
        assert_eq!(header("authorization", "Bearer abc"), "Bearer ***");
        assert_eq!(header("authorization", "abc"), "***");
        assert_eq!(header("cookie", "a=b"), "***");
        assert_eq!(header("accept", "application/json"), "application/json");
        assert_eq!(header("x-forwarded-token", &format!("a {TOKEN}")), "a ***");
    }

    #[test]
    fn fields_are_known_by_name() {
        assert_eq!(
            fields("client_id=1&client_secret=s%26x&client_assertion=j.w.t&scope=y"),
            "client_id=1&client_secret=***&client_assertion=***&scope=y"
        );
        assert_eq!(
            fields("access_token=a&assertion=b&private_key=c"),
            "access_token=***&assertion=***&private_key=***"
        );
    }

    #[test]
    fn tokens_and_private_keys_are_known_by_their_look() {
        assert_eq!(fields(&format!(r#"{{"jwt": "{TOKEN}", "a": 1}}"#)), r#"{"jwt": "***", "a": 1}"#);
        assert_eq!(fields("eyJ is how they start"), "eyJ is how they start");
        for kind in ["", "RSA ", "ENCRYPTED "] {
            let key = format!("-----BEGIN {kind}PRIVATE KEY-----\nMIIE\n-----END {kind}PRIVATE KEY-----");
            assert_eq!(fields(&format!("a\n{key}\nb")), "a\n***\nb");
            assert_eq!(fields(&format!("pem={}&b=c", key.replace(' ', "+").replace('\n', "%0A"))), "pem=***&b=c");
        }
        assert_eq!(fields("a -----BEGIN PRIVATE KEY-----\nMIIE"), "a ***", "cut off");
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----";
        assert_eq!(fields(certificate), certificate);
    }
}
