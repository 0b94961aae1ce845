//! JSON from the service, which may contain values that serde_json rejects.
//!
//! A title cut in the middle of an emoji ends in a lone surrogate escape: valid in the grammar of JSON, but rejected by
//! serde_json because no Rust string can hold it. Such a title must not make an incident unreadable.

use std::borrow::Cow;

use defender_xdr::text::json::mended;
use defender_xdr_host::CallError;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Parses JSON. Lone surrogates become U+FFFD, the replacement character. Numbers that are too large, and values nested
/// deeper than a person can read, become null.
///
/// # Errors
/// When it is not JSON, or not of this type.
pub fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let first = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let mended = mended(text).map_or(Cow::Borrowed(text), Cow::Owned);
    serde_json::from_str(&mended).or_else(|_| serde_json::from_str(&shallow(&mended))).map_err(|_| first)
}

/// An error as a JSON object, with its details read as [`parse`] does.
#[must_use]
pub fn error(error: &CallError) -> Value {
    let mut object = error.to_json();
    let details = error.action().and_then(|error| parse(error.details_json.as_deref()?).ok());
    if let Some(details) = details {
        object["details"] = details;
    }
    object
}

/// Levels of lists and objects that are kept; serde_json accepts 128.
const LEVELS_MAX: usize = 100;

/// JSON with null in place of everything below the last level that is kept.
fn shallow(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut level, mut in_text, mut escaped) = (0_usize, false, false);
    for character in json.chars() {
        let opens = !in_text && matches!(character, '{' | '[');
        let closes = !in_text && matches!(character, '}' | ']');
        level += usize::from(opens);
        if level <= LEVELS_MAX {
            out.push(character);
        } else if opens && level == LEVELS_MAX + 1 {
            out.push_str("null");
        }
        level = level.saturating_sub(usize::from(closes));
        in_text ^= character == '"' && !escaped;
        escaped = in_text && character == '\\' && !escaped;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(json: &str) -> String {
        parse(json).unwrap()
    }

    #[test]
    fn a_lone_surrogate_is_replaced() {
        assert_eq!(read(r#""Phish \ud83d""#), "Phish \u{fffd}");
        assert_eq!(read(r#""\uDE00 first""#), "\u{fffd} first");
        assert_eq!(read(r#""\ud83d\ud83d\ude00\ude00""#), "\u{fffd}😀\u{fffd}");
        assert_eq!(read(r#""\ud83d\u0041\ud83d\n""#), "\u{fffd}A\u{fffd}\n");
    }

    #[test]
    fn everything_else_is_kept() {
        assert_eq!(read(r#""\ud83d\ude00""#), "😀");
        assert_eq!(read(r#""C:\\ud83d""#), r"C:\ud83d");
        for broken in ["\"\\", "\"\\ü", r#""\ud83"#, r#"{"\ud83d"#] {
            assert!(parse::<String>(broken).is_err(), "{broken}");
        }
        assert_eq!(read(r#""\\\ud83d""#), "\\\u{fffd}");
    }

    #[test]
    fn what_serde_json_rejects_is_null() {
        let parsed: serde_json::Value = parse(r#"{"a":1e999,"b":"1e999","c":[7]}"#).unwrap();
        assert_eq!(parsed, serde_json::json!({ "a": null, "b": "1e999", "c": [7] }));
        let deep = format!("{}\"]\"{}", "[".repeat(10_000), "]".repeat(10_000));
        let mut level = &parse::<serde_json::Value>(&format!(r#"{{"deep":{deep},"after":"x"}}"#)).unwrap();
        assert_eq!(level["after"], "x");
        level = &level["deep"];
        for _ in 0..98 {
            level = &level[0];
        }
        assert_eq!(level, &serde_json::json!([null]));
        assert!(parse::<serde_json::Value>("[1").is_err());
    }
}
