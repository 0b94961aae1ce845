//! Checks the path of a generic request: it stays below the API version on the configured host, whatever it contains.

use crate::config::API_VERSIONS;

const EXAMPLE: &str = "such as security/alerts_v2";

/// The path and query below the API version, percent-encoded where it was not, without a leading slash.
///
/// # Errors
/// What is wrong, to be put behind the name of the field.
pub fn check(endpoint: &str) -> Result<String, String> {
    let text = endpoint.trim();
    let text = text.strip_prefix('/').unwrap_or(text);
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    if path.is_empty() {
        return Err(format!("is required: a path below the API version, {EXAMPLE}"));
    }
    if path.starts_with('/') || path.contains("://") || path.contains('\\') {
        return Err(format!("must be a path below the API version, {EXAMPLE}; without scheme and host"));
    }
    if text.contains('#') {
        return Err("must not contain '#'".into());
    }
    let decoded =
        percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| "has an encoded byte that is no UTF-8")?;
    if decoded.chars().any(char::is_control) {
        return Err("must not contain control characters".into());
    }
    let decoded_path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    if decoded_path.split(['/', '\\']).any(|segment| segment == "." || segment == "..") {
        return Err("must not contain the segments '.' and '..'".into());
    }
    let first = path.split('/').next().unwrap_or_default();
    if API_VERSIONS.iter().any(|version| version.eq_ignore_ascii_case(first)) {
        return Err(format!("must not start with the API version '{first}'; the configuration's api_version says it"));
    }
    let mut target = escaped(path);
    if let Some(query) = query {
        target.push('?');
        target.push_str(&escaped(query));
    }
    Ok(target)
}

/// Encodes what may not stand in a URL and keeps what is encoded already.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let is_escape = || text.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let is_kept = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
        if is_kept || (byte == b'%' && is_escape()) {
            out.push(char::from(byte));
        } else {
            out.push_str(percent_encoding::percent_encode_byte(byte));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_paths_and_encodes_the_rest() {
        for (endpoint, target) in [
            ("security/alerts_v2", "security/alerts_v2"),
            ("/security/runHuntingQuery", "security/runHuntingQuery"),
            (" security/incidents/29/comments ", "security/incidents/29/comments"),
            (
                "security/alerts_v2?$top=5&$filter=status eq 'new'",
                "security/alerts_v2?$top=5&$filter=status%20eq%20'new'",
            ),
            ("security/incidents/$count", "security/incidents/$count"),
            ("a/b%20c/100%/ü", "a/b%20c/100%25/%C3%BC"),
            ("security/x(query='..')", "security/x(query='..')"),
        ] {
            assert_eq!(check(endpoint), Ok(target.to_owned()), "{endpoint}");
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
                "https://evil.example",
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
            ("security/%ff", "has an encoded byte that is no UTF-8"),
            ("security/x#y", "must not contain '#'"),
            (
                "v1.0/security/incidents",
                "must not start with the API version 'v1.0'; the configuration's api_version says it",
            ),
        ] {
            assert_eq!(check(endpoint), Err(message.to_owned()), "{endpoint}");
        }
    }
}
