//! The page for people, drawn from the catalog by its own script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::call::http::Response;

/// The whole page: one style, one script, nothing from elsewhere.
const PAGE: &str = include_str!("../../console/index.html");

/// The page, with a policy that lets it run its own script, talk to its own origin, and nothing else.
pub fn page() -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        digest("script"),
        digest("style")
    );
    Response::of("text/html; charset=utf-8", PAGE)
        .with("content-security-policy", policy)
        .with("referrer-policy", "no-referrer")
        .with("cross-origin-opener-policy", "same-origin")
}

fn digest(element: &str) -> String {
    STANDARD.encode(Sha256::digest(within(element).unwrap_or_default()))
}

/// The text of the page's only element of this name.
fn within(element: &str) -> Option<&'static str> {
    let (_, rest) = PAGE.split_once(&format!("<{element}>"))?;
    Some(rest.split_once(&format!("</{element}>"))?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_one_style_and_one_script_and_is_small() {
        for element in ["style", "script"] {
            assert_eq!(PAGE.matches(&format!("<{element}")).count(), 1, "{element}");
            assert!(within(element).is_some_and(|text| !text.trim().is_empty()), "{element}");
        }
        assert!(PAGE.len() <= 40 * 1024, "{} bytes", PAGE.len());
    }

    #[test]
    fn loads_nothing_and_trusts_no_text() {
        for wrong in
            ["src=", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "@import", "url("]
        {
            assert!(!PAGE.contains(wrong), "{wrong}");
        }
    }
}
