//! Makes text from servers and files safe for a terminal: without control sequences and hidden characters.
//!
//! Attackers can influence incident names, command lines in hunting results and error texts. An escape sequence there could
//! erase the line above or retitle the window, and a bidirectional override shows a file name backwards. Such characters
//! are written as JSON escapes, such as `\u001b`, which keeps printed JSON valid.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

/// Text that keeps its line breaks, for table cells. A tab becomes a blank, because its width is unknown.
pub(crate) fn block(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| letter != '\n' && (letter == '\t' || is_hidden(letter))) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => shown.push('\n'),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\t' => shown.push(' '),
            hidden if is_hidden(hidden) => escape(hidden, &mut shown),
            plain => shown.push(plain),
        }
    }
    Cow::Owned(shown)
}

/// Text on one line.
pub(crate) fn line(text: &str) -> String {
    block(text).replace('\n', " ")
}

/// Text with its further lines indented, so that none of them looks like a line of the program.
pub(crate) fn indented(text: &str) -> String {
    block(text).trim_end().replace('\n', "\n  ")
}

/// A value with all its texts and names escaped by [`block`].
pub(crate) fn value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(block(text)),
        Value::Array(items) => items.iter().map(self::value).collect(),
        Value::Object(members) => {
            let shown = members.iter().map(|(name, member)| (block(name).into_owned(), self::value(member)));
            Value::Object(shown.collect())
        }
        other => other.clone(),
    }
}

/// The final filter for output to people: it passes only line breaks and, where colours are allowed, their codes.
pub(crate) fn printed(text: &str, colours: bool) -> Cow<'_, str> {
    if !colours {
        return block(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        let (before, code) = rest.split_at(at);
        shown.push_str(&block(before));
        let (code, behind) = code.split_at(colour_code(code).unwrap_or(1));
        match code {
            "\u{1b}" => escape('\u{1b}', &mut shown),
            code => shown.push_str(code),
        }
        rest = behind;
    }
    shown.push_str(&block(rest));
    Cow::Owned(shown)
}

/// Length of the colour code at the start of a text.
fn colour_code(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    parameters.get(end..)?.starts_with('m').then_some(end + 3)
}

fn escape(letter: char, shown: &mut String) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(shown, "\\u{unit:04x}");
    }
}

/// Control characters, and characters that are invisible or reverse the order of others.
///
/// Joiners of emoji and of letters in some scripts (U+200C, U+200D), and variation selectors, count as text.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
            | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn control_and_hidden_characters_are_escaped() {
        assert_eq!(block("a\u{1b}]0;owned\u{7}b\u{1b}[2J"), r"a\u001b]0;owned\u0007b\u001b[2J");
        assert_eq!(block("exe\u{202e}fdp.\u{9b}31m\u{7f}"), r"exe\u202efdp.\u009b31m\u007f");
        assert_eq!(block("a\u{200b}b\u{2028}c\u{feff}\u{e0041}"), r"a\u200bb\u2028c\ufeff\udb40\udc41");
    }

    #[test]
    fn text_in_all_scripts_is_kept() {
        for text in ["Zoë 漢字 עברית", "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}", "می\u{200c}خواهم", r"C:\Windows"]
        {
            assert!(matches!(block(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn line_breaks_depend_on_the_layout() {
        assert_eq!(block("one\r\ntwo\tthree\rfour"), "one\ntwo three\\u000dfour");
        assert_eq!(line("one\r\ntwo"), "one two");
        assert_eq!(indented("bad\nWhat to do: nothing\n"), "bad\n  What to do: nothing");
    }

    #[test]
    fn names_and_texts_of_a_value_are_shown() {
        let shown = value(&json!({"a\u{7}": ["\u{1b}", {"b": "\u{202e}"}, 1]}));
        assert_eq!(shown, json!({r"a\u0007": [r"\u001b", {"b": r"\u202e"}, 1]}));
    }

    #[test]
    fn only_colour_codes_pass_where_colours_are_allowed() {
        assert_eq!(
            printed("\u{1b}[1;31mred\u{1b}[0m\n\u{1b}[2J\u{1b}", true),
            "\u{1b}[1;31mred\u{1b}[0m\n\\u001b[2J\\u001b"
        );
        assert_eq!(printed("\u{1b}[31mred", false), r"\u001b[31mred");
        assert_eq!(printed("\u{1b}ü\u{9b}", true), r"\u001bü\u009b");
    }

    #[test]
    fn json_remains_json() {
        let data = json!({"a": "\u{7f}\u{9b}\u{202e}\u{e0041}\u{1b}"});
        let shown = block(&serde_json::to_string_pretty(&data).unwrap()).into_owned();
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), data);
        assert!(!shown.contains(|letter| letter != '\n' && is_hidden(letter)), "{shown}");
    }
}
