//! Checks the path of a generic request: it always stays below the API version on the configured host.

use crate::request::config::API_VERSIONS;
use crate::text::fault::quoted;
use crate::text::origin::Origin;
use crate::text::percent;

const EXAMPLE: &str = "such as security/alerts_v2";

/// Path and query on the Graph origin. An endpoint is a path below the API version, which is percent-encoded where necessary, or
/// a link from the service, which is opaque and stays unchanged.
///
/// # Errors
/// What is wrong; the caller puts the field's name in front.
pub fn target(endpoint: &str, graph: &Origin, api_version: &str) -> Result<String, String> {
    let text = endpoint.trim();
    if text.contains('#') && !text.contains('?') {
        return Err("must not contain '#'".into());
    }
    if !text.split(['?', '#']).next().is_some_and(|path| path.contains("://")) {
        let text = text.strip_prefix('/').unwrap_or(text);
        return Ok(format!("/{api_version}/{}", below(text, text)?));
    }
    let base = format!("{graph}/{api_version}/");
    let elsewhere = || format!("must be a path below the API version, {EXAMPLE}, or a link that starts with {base}");
    let link = graph.strip(text).ok_or_else(elsewhere)?;
    let rest = link.strip_prefix('/').and_then(|link| link.strip_prefix(api_version)?.strip_prefix('/'));
    let rest = rest.ok_or_else(elsewhere)?;
    // The query of a link is opaque; only its path is checked.
    let target = below(rest, rest.split('?').next().unwrap_or_default())?;
    let is_plain = link.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    Ok(if is_plain { link.to_owned() } else { format!("/{api_version}/{target}") })
}

/// Checks and encodes the part below the API version; `decoded` is the part of it that is checked after decoding.
fn below(text: &str, decoded: &str) -> Result<String, String> {
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    if path.is_empty() {
        return Err(format!("is required: a path below the API version, {EXAMPLE}"));
    }
    if path.starts_with('/') || path.contains('\\') {
        return Err(format!("must be a path below the API version, {EXAMPLE}; without scheme and host"));
    }
    if path.contains('#') {
        return Err("must not contain '#'".into());
    }
    let decoded = percent_encoding::percent_decode_str(decoded)
        .decode_utf8()
        .map_err(|_| "has an encoded byte that is not UTF-8")?;
    if decoded.chars().chain(text.chars()).any(char::is_control) {
        return Err("must not contain control characters".into());
    }
    let decoded_path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    if decoded_path.split(['/', '\\']).any(|segment| segment == "." || segment == "..") {
        return Err("must not contain the segments '.' and '..'".into());
    }
    let first = path.split('/').next().unwrap_or_default();
    if API_VERSIONS.iter().any(|version| version.eq_ignore_ascii_case(first)) {
        return Err(format!(
            "must not start with the API version {}; the configuration's api_version sets it",
            quoted(first)
        ));
    }
    let mut target = percent::complete(path, percent::SEGMENTS);
    if let Some(query) = query {
        let pairs = pairs(query).map(|pair| match pair.split_once('=') {
            Some((name, value)) => {
                format!("{}={}", percent::complete(name, percent::NAME), percent::complete(value, percent::VALUE))
            }
            None => percent::complete(pair, percent::NAME),
        });
        target.push('?');
        target.push_str(&pairs.collect::<Vec<_>>().join("&"));
    }
    Ok(target)
}

/// The parameters of a query. An ampersand inside quotes belongs to the value: `$filter=displayName eq 'R&D'`.
fn pairs(query: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(query);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = pair_length(text);
        rest = text.get(end + 1..);
        text.get(..end)
    })
}

/// Length of the first parameter. A quote opens a literal, unless it is inside a word, like an apostrophe, and is never closed.
fn pair_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let in_word = at > 0 && bytes.get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
        match byte {
            b'&' => return at,
            b'\'' | b'"' if !in_word => {
                let closing = bytes.get(at + 1..).and_then(|rest| rest.iter().position(|other| other == byte));
                match closing {
                    Some(length) => at += length + 2,
                    // No other quote of this kind follows.
                    None => {
                        return bytes
                            .iter()
                            .skip(at)
                            .position(|byte| *byte == b'&')
                            .map_or(text.len(), |found| at + found);
                    }
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(endpoint: &str) -> Result<String, String> {
        target(endpoint, &Origin::known("graph.microsoft.com"), "v1.0")
    }

    #[test]
    fn links_of_the_service_stay_as_they_are() {
        for (link, expected) in [
            (
                "https://graph.microsoft.com/v1.0/security/alerts_v2?$skiptoken=a%2fb%3d&$top=1",
                "/v1.0/security/alerts_v2?$skiptoken=a%2fb%3d&$top=1",
            ),
            ("HTTPS://GRAPH.microsoft.com:443/v1.0/users", "/v1.0/users"),
            ("https://graph.microsoft.com/v1.0/users?$filter=a%0Aeq%ff", "/v1.0/users?$filter=a%0Aeq%ff"),
            ("https://graph.microsoft.com/v1.0/users?$filter=a eq 'b'", "/v1.0/users?$filter=a%20eq%20%27b%27"),
        ] {
            assert_eq!(given(link), Ok(expected.to_owned()), "{link}");
        }
        let elsewhere = "must be a path below the API version, such as security/alerts_v2, or a link that starts with \
             https://graph.microsoft.com/v1.0/";
        for (link, message) in [
            ("https://evil.example/v1.0/users", elsewhere),
            ("http://graph.microsoft.com/v1.0/users", elsewhere),
            ("https://graph.microsoft.com@evil.example/v1.0/users", elsewhere),
            ("https://graph.microsoft.com/beta/users", elsewhere),
            ("https://graph.microsoft.com/v1.0", elsewhere),
            ("https://graph.microsoft.com/v1.0/../beta/users", "must not contain the segments '.' and '..'"),
            ("https://graph.microsoft.com/v1.0/x%0d%0ay", "must not contain control characters"),
            ("https://graph.microsoft.com/v1.0/x?a=b\r\nc", "must not contain control characters"),
        ] {
            assert_eq!(given(link), Err(message.to_owned()), "{link}");
        }
    }

    #[test]
    fn keeps_paths_and_encodes_the_rest() {
        for (endpoint, expected) in [
            ("security/alerts_v2", "security/alerts_v2"),
            ("/security/runHuntingQuery", "security/runHuntingQuery"),
            (" security/incidents/29/comments ", "security/incidents/29/comments"),
            (
                "security/alerts_v2?$top=5&$filter=status eq 'new'",
                "security/alerts_v2?$top=5&$filter=status%20eq%20%27new%27",
            ),
            ("users?$filter=mail eq 'jane+soc@x.example'", "users?$filter=mail%20eq%20%27jane%2Bsoc%40x.example%27"),
            ("users?$filter=name eq 'R&D #1'&$top=5", "users?$filter=name%20eq%20%27R%26D%20%231%27&$top=5"),
            ("users?$filter=name eq 'O''Neil & Co'&a", "users?$filter=name%20eq%20%27O%27%27Neil%20%26%20Co%27&a"),
            ("users?$search=\"a:R&D\"&$top=5", "users?$search=%22a%3AR%26D%22&$top=5"),
            ("users?a=O'Neil&b='&c=1", "users?a=O%27Neil&b=%27&c=1"),
            ("users?a=b%20c%2Bd%&e=f=g", "users?a=b%20c%2Bd%25&e=f%3Dg"),
            ("users?$select=id,name&$orderby=name desc", "users?$select=id,name&$orderby=name%20desc"),
            ("users?", "users?"),
            ("security/incidents/$count", "security/incidents/$count"),
            ("a/b%20c/100%/ü", "a/b%20c/100%25/%C3%BC"),
            ("security/x(query='..')", "security/x(query='..')"),
        ] {
            assert_eq!(given(endpoint), Ok(format!("/v1.0/{expected}")), "{endpoint}");
        }
    }

    #[test]
    fn refuses_what_could_lead_elsewhere() {
        for (endpoint, message) in [
            ("", "is required: a path below the API version, such as security/alerts_v2"),
            ("/", "is required: a path below the API version, such as security/alerts_v2"),
            ("?x", "is required: a path below the API version, such as security/alerts_v2"),
            (
                "//evil.example/x",
                "must be a path below the API version, such as security/alerts_v2; without scheme and host",
            ),
            (
                "\\\\evil.example",
                "must be a path below the API version, such as security/alerts_v2; without scheme and host",
            ),
            ("security/../../x", "must not contain the segments '.' and '..'"),
            ("security/%2e%2E/x", "must not contain the segments '.' and '..'"),
            ("security/..%2fx", "must not contain the segments '.' and '..'"),
            ("./x", "must not contain the segments '.' and '..'"),
            ("security/x\r\nHost: evil", "must not contain control characters"),
            ("security/x%0d%0a", "must not contain control characters"),
            ("security/%ff", "has an encoded byte that is not UTF-8"),
            ("security/x#y", "must not contain '#'"),
            (
                "v1.0/security/incidents",
                "must not start with the API version 'v1.0'; the configuration's api_version sets it",
            ),
        ] {
            assert_eq!(given(endpoint), Err(message.to_owned()), "{endpoint}");
        }
    }
}
