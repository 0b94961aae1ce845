//! Excerpts of unusable bodies for messages and errors.

use crate::text::json::{self, Object, Writer};

/// Error bodies up to this size are passed on.
const DETAILS_MAX_BYTES: usize = 64 * 1024;
/// Characters that a message quotes from any other body.
const EXCERPT_MAX_CHARACTERS: usize = 200;

/// An error body as JSON: the body itself, or an excerpt of it.
pub fn details(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= DETAILS_MAX_BYTES);
    match text.filter(|text| Object::parse(text).is_some()) {
        Some(json) => Some(json.to_owned()),
        None if body.is_empty() => None,
        None => {
            let mut details = Writer::new();
            details.text("excerpt", &excerpt_of(json::unmarked(&String::from_utf8_lossy(head(body)))));
            Some(details.finish())
        }
    }
}

/// `: "…"` with the start of a body, for a message; empty when there is nothing to quote.
pub fn excerpt(body: &[u8]) -> String {
    let quoted = excerpt_of(&String::from_utf8_lossy(head(body)));
    if quoted.is_empty() { String::new() } else { format!(": \"{quoted}\"") }
}

/// Enough bytes for an excerpt: the rest of a large body is not read.
fn head(body: &[u8]) -> &[u8] {
    body.get(..EXCERPT_MAX_CHARACTERS * 4).unwrap_or(body)
}

/// The start of a text on one line.
pub fn excerpt_of(text: &str) -> String {
    line_of(text, EXCERPT_MAX_CHARACTERS)
}

/// The first characters of a text on one line, without control characters.
pub fn line_of(text: &str, characters_max: usize) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut characters = line.chars();
    let mut start: String = characters.by_ref().take(characters_max).collect();
    if characters.next().is_some() {
        start.push('…');
    }
    start
}
