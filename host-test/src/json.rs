//! JSON of the service, which may have texts that were cut in the middle of a character.
//!
//! A title that ends in half an emoji is a lone surrogate escape: allowed by the grammar of JSON, refused by serde_json, as no Rust
//! string can hold it. One such title must not make an incident unreadable.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Reads JSON. Halves of surrogate pairs become U+FFFD, the replacement character.
///
/// # Errors
/// When it is not JSON, or not of this type.
pub fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(&with_whole_characters(text))
}

/// The same JSON, with `\ufffd` for each lone surrogate escape. No position moves.
fn with_whole_characters(text: &str) -> Cow<'_, str> {
    let mut changed = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(backslash) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + backslash;
        at = match (surrogate(text, escape), surrogate(text, escape + ESCAPE_LENGTH)) {
            (Some(Surrogate::High), Some(Surrogate::Low)) => escape + 2 * ESCAPE_LENGTH,
            (Some(_), _) => {
                changed.push_str(text.get(copied..escape).unwrap_or_default());
                changed.push_str("\\ufffd");
                copied = escape + ESCAPE_LENGTH;
                copied
            }
            // The character behind is escaped and begins nothing; one of several bytes is no JSON, and stays.
            (None, _) => (escape + 2..text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len()),
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    changed.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(changed)
}

/// Bytes of `\ud83d`.
const ESCAPE_LENGTH: usize = 6;

enum Surrogate {
    High,
    Low,
}

/// The surrogate that is written at a position.
fn surrogate(text: &str, at: usize) -> Option<Surrogate> {
    let digits = text.get(at..at + ESCAPE_LENGTH)?.strip_prefix("\\u")?;
    // `from_str_radix` takes a sign.
    let unit =
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())??;
    match unit {
        0xd800..=0xdbff => Some(Surrogate::High),
        0xdc00..=0xdfff => Some(Surrogate::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(json: &str) -> String {
        parse(json).unwrap()
    }

    #[test]
    fn half_a_character_is_replaced() {
        assert_eq!(read(r#""Phish \ud83d""#), "Phish \u{fffd}");
        assert_eq!(read(r#""\uDE00 first""#), "\u{fffd} first");
        assert_eq!(read(r#""\ud83d\ud83d\ude00\ude00""#), "\u{fffd}😀\u{fffd}");
        assert_eq!(read(r#""\ud83d\u0041\ud83d\n""#), "\u{fffd}A\u{fffd}\n");
    }

    #[test]
    fn everything_else_stays() {
        for json in
            [r#""\ud83d\ude00""#, r#""C:\\ud83d""#, r#""\\\\ud83d""#, r#""\u00e9""#, "\"\\", "\"\\ü", r#""\ud83"#]
        {
            assert!(matches!(with_whole_characters(json), Cow::Borrowed(same) if same == json), "{json}");
        }
        assert_eq!(read(r#""\\\ud83d""#), "\\\u{fffd}");
    }
}
