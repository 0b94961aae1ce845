//! The headers a caller may set, and those a caller sees.

use crate::text::fault::{Fault, invalid, quoted};
use crate::wire::host::Header;
use crate::wit::types::NameValue;

/// Headers that carry credentials or frame the message. Names that start with `proxy-` are refused too.
const REFUSED: [&str; 13] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers of an answer that are not shown.
const HIDDEN: [&str; 3] = ["set-cookie", "set-cookie2", "www-authenticate"];

/// Limits for headers and the bytes of their names and values: services and hosts accept little more.
const COUNT_MAX: usize = 100;
const BYTES_MAX: usize = 16 * 1024;

/// The headers to send, names in lower case.
pub(super) fn checked(headers: &[NameValue]) -> Result<Vec<Header>, Fault> {
    let bytes: usize = headers.iter().map(|NameValue { name, value }| name.len() + value.len()).sum();
    for (what, given, most) in [("headers", headers.len(), COUNT_MAX), ("bytes", bytes, BYTES_MAX)] {
        if given > most {
            return Err(invalid(format!("extra_fields.headers: has {given} {what}; allowed: {most} at most")));
        }
    }
    headers
        .iter()
        .map(|NameValue { name, value }| {
            let name = name.trim().to_ascii_lowercase();
            let wrong = |why: &str| Err(invalid(format!("extra_fields.headers: {} {why}", quoted(&name))));
            if name.is_empty() || !name.bytes().all(is_token) {
                return wrong("is not a header name");
            }
            if REFUSED.contains(&name.as_str()) || name.starts_with("proxy-") {
                return wrong("cannot be set: it carries credentials or frames the message");
            }
            let value = value.trim();
            if !value.bytes().all(|byte| byte == b'\t' || byte == b' ' || byte.is_ascii_graphic()) {
                return wrong("has a value with characters other than printable ASCII");
            }
            Ok((name, value.to_owned()))
        })
        .collect()
}

/// The headers of an answer that the caller sees.
pub(super) fn answered(headers: &[Header]) -> Vec<NameValue> {
    let shown = headers.iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str()));
    shown.map(|(name, value)| NameValue { name: name.clone(), value: value.clone() }).collect()
}

/// A character of a header name. Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
