//! A body as a file with a safe name.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::text::fault::{Fault, invalid};
use crate::wire::host::Response;

const NAME_DEFAULT: &str = "download";
/// Longest name on common file systems.
const NAME_MAX_BYTES: usize = 255;

/// Checks a name given by the caller.
pub(super) fn checked_name(name: &str) -> Result<String, Fault> {
    let name = name.trim();
    match base_name(name) {
        Some(safe) if safe == name => Ok(safe),
        _ => Err(invalid(format!(
            "extra_fields.filename: must be a name without a path, control characters or leading dots, of {NAME_MAX_BYTES} bytes at most"
        ))),
    }
}

/// A body and what describes it as a file.
pub(super) struct File {
    /// Safe base name.
    pub(super) filename: String,
    /// Media type from the service.
    pub(super) content_type: String,
    /// In hexadecimal.
    pub(super) sha256: String,
    /// The answer whose body it is.
    pub(super) bytes: Response,
}

/// The body as a file, named by the caller, the service or the target. `clear` removes secrets from a name.
pub(super) fn file(
    response: Response,
    name: Option<String>,
    target: &str,
    clear: impl FnOnce(String) -> String,
) -> File {
    let named = || response.header("content-disposition").and_then(disposition_name).and_then(|name| base_name(&name));
    let last = || {
        let path = percent_encoding::percent_decode_str(target.split('?').next()?).decode_utf8_lossy();
        base_name(path.trim_end_matches('/'))
    };
    File {
        filename: clear(name.or_else(named).or_else(last).unwrap_or_else(|| NAME_DEFAULT.to_owned())),
        content_type: response.header("content-type").unwrap_or("application/octet-stream").to_owned(),
        sha256: Sha256::digest(response.body()).iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        }),
        bytes: response,
    }
}

/// The last part of a path, without anything that could hide the file or place it in another folder.
fn base_name(path: &str) -> Option<String> {
    let last = path.rsplit(['/', '\\']).next()?;
    let name: String = last.chars().filter(|character| !is_unsafe(*character)).collect();
    let name = name.trim().trim_start_matches('.').trim();
    let mut end = name.len().min(NAME_MAX_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Characters that some file systems forbid, or that disguise the extension.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || ":<>|?*\"".contains(character)
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The parameters of a header, split at semicolons outside quotes.
fn parameters(value: &str) -> Vec<&str> {
    let mut quoted = false;
    let is_end = |character: char| {
        quoted ^= character == '"';
        character == ';' && !quoted
    };
    value.split(is_end).skip(1).collect()
}

/// `filename*=UTF-8''…` or `filename=…`. Source: <https://www.rfc-editor.org/rfc/rfc6266>.
fn disposition_name(value: &str) -> Option<String> {
    let parameter = |wanted: &str| {
        parameters(value).into_iter().find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let (charset, encoded) = value.split_once("''")?;
        let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8().ok()?;
        charset.eq_ignore_ascii_case("utf-8").then(|| decoded.into_owned())
    });
    extended.or_else(|| parameter("filename"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(disposition: &str) -> String {
        let headers = vec![("content-disposition".to_owned(), disposition.to_owned())];
        file(Response::new(200, headers, b"hi".to_vec(), 0), None, "/security/x/report?y", |name| name).filename
    }

    #[test]
    fn names_are_safe() {
        for (disposition, name) in [
            ("attachment; filename=\"a.csv\"", "a.csv"),
            ("attachment; filename=a.csv; filename*=UTF-8''%C3%BC.csv", "ü.csv"),
            ("attachment; filename=\"../../etc/passwd\"", "passwd"),
            ("attachment; filename=\"C:\\temp\\x.txt\"", "x.txt"),
            ("attachment; filename=\"a;b.txt\"; x=y", "a;b.txt"),
            ("attachment; filename*=UTF-8''a%E2%80%AEgnp.exe", "agnp.exe"),
            ("attachment; filename=\"a|b<c>?*.txt\"", "abc.txt"),
            ("attachment; filename=\"..\"", "report"),
            ("attachment; filename=\".bashrc\"", "bashrc"),
            ("attachment; filename*=UTF-8''..%2F..%2Fx%00y", "xy"),
            ("inline", "report"),
        ] {
            assert_eq!(named(disposition), name, "{disposition}");
        }
    }

    #[test]
    fn a_name_of_the_caller_must_be_safe() {
        assert_eq!(checked_name(" a.csv ").expect("safe"), "a.csv");
        for name in ["../a", "/a", "a\\b", ".a", "a\u{0}", "", &"a".repeat(256)] {
            assert!(checked_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn digests_and_encodes_the_body() {
        let file = file(Response::new(200, Vec::new(), b"hi".to_vec(), 0), Some("a".into()), "x", |name| name);
        assert_eq!(file.bytes.body(), b"hi");
        assert_eq!(file.sha256, "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4");
        assert_eq!(file.content_type, "application/octet-stream");
    }
}
