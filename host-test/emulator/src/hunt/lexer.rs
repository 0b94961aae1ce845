//! Words of a KQL query, with the line and column that syntax errors name.
//! Durations such as `1d` and literals such as `datetime(2024-02-01)` are single words.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::Trouble;
use super::cell::Cell;
use super::vocabulary::is_hyphenated;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Word {
    /// A name, a keyword, or a named operator such as `!contains` and `in~`.
    Name(String),
    Literal(Cell),
    Sign(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) word: Word,
    pub(crate) text: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Longer signs stand before their beginnings.
const SIGNS: [&str; 25] = [
    "==", "!=", "=~", "!~", "<=", ">=", "<>", "..", "|", ",", "(", ")", "[", "]", "=", "<", ">", "+", "-", "*", "/",
    ";", ".", "%", ":",
];

/// Cuts a query into words.
pub(crate) fn words(query: &str) -> Result<Vec<Token>, Trouble> {
    let mut tokens = Vec::new();
    let mut rest = query;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
            continue;
        }
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let (line, column) = place(query, query.len() - rest.len());
        let failure = || Trouble::syntax(&first.to_string(), line, column);
        let (word, length) = match first {
            '\'' | '"' => string(rest).ok_or_else(failure)?,
            '@' if rest[1..].starts_with(['\'', '"']) => verbatim(rest).ok_or_else(failure)?,
            '0'..='9' => number(rest).ok_or_else(failure)?,
            _ if first.is_ascii_alphabetic() || "_$".contains(first) => name(rest).ok_or_else(failure)?,
            '!' if rest[1..].starts_with(|next: char| next.is_ascii_alphabetic()) => {
                // The tilde of `!in~` is part of the name too.
                let length = 1 + name_length(&rest[1..]);
                (Word::Name(rest[..length].to_owned()), length)
            }
            _ => SIGNS
                .into_iter()
                .find(|sign| rest.starts_with(sign))
                .map(|sign| (Word::Sign(sign), sign.len()))
                .ok_or_else(failure)?,
        };
        tokens.push(Token { word, text: rest[..length].to_owned(), line, column });
        rest = &rest[length..];
    }
}

/// Line and column of a byte, both from 1.
fn place(query: &str, at: usize) -> (usize, usize) {
    let before = &query[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn string(text: &str) -> Option<(Word, usize)> {
    let quote = text.chars().next()?;
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            _ if letter == quote => return Some((Word::Literal(value.into()), at + 1)),
            '\n' => return None,
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            _ => value.push(letter),
        }
    }
    None
}

/// `@"C:\Windows"`: backslashes as they are, the quote doubled.
fn verbatim(text: &str) -> Option<(Word, usize)> {
    let quote = text.chars().nth(1)?;
    let mut value = String::new();
    let mut letters = text.char_indices().skip(2).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            value.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            value.push(quote);
        } else {
            return Some((Word::Literal(value.into()), at + 1));
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let end =
        text.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_$".contains(letter))).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    // `project-away` and `in~` are one word each.
    match rest.strip_prefix('-') {
        Some(more) if is_hyphenated(word) && more.starts_with(|next: char| next.is_ascii_lowercase()) => {
            end + 1 + name_length(more)
        }
        _ if word == "in" && rest.starts_with('~') => end + 1,
        _ => end,
    }
}

fn name(text: &str) -> Option<(Word, usize)> {
    let length = name_length(text);
    let word = &text[..length];
    let inside =
        text[length..].strip_prefix('(').and_then(|rest| rest.find(')').map(|end| (&rest[..end], length + end + 2)));
    match (word, inside) {
        ("datetime", Some((inside, length))) => Some((Word::Literal(datetime(inside.trim())?.into()), length)),
        ("timespan" | "time", Some((inside, length))) => {
            let (ticks, used) = ticks(inside.trim())?;
            (used == inside.trim().len()).then_some((Word::Literal(Cell::TimeSpan(ticks)), length))
        }
        ("true", _) => Some((Word::Literal(true.into()), length)),
        ("false", _) => Some((Word::Literal(false.into()), length)),
        _ => Some((Word::Name(word.to_owned()), length)),
    }
}

fn datetime(text: &str) -> Option<Timestamp> {
    let text = text.trim_matches(['"', '\'']);
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    // Without a zone it is UTC; without a time, midnight.
    let civil = text.parse::<DateTime>().ok()?;
    Offset::UTC.to_timestamp(civil).ok()
}

fn number(text: &str) -> Option<(Word, usize)> {
    if let Some((ticks, length)) = ticks(text) {
        return Some((Word::Literal(Cell::TimeSpan(ticks)), length));
    }
    let digits = digits(text);
    let fraction = match text[digits..].strip_prefix('.') {
        Some(rest) if rest.starts_with(|next: char| next.is_ascii_digit()) => 1 + self::digits(rest),
        _ => 0,
    };
    let length = digits + fraction;
    if text[length..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_') {
        return None;
    }
    let cell =
        if fraction == 0 { Cell::Long(text[..length].parse().ok()?) } else { Cell::Real(text[..length].parse().ok()?) };
    Some((Word::Literal(cell), length))
}

fn digits(text: &str) -> usize {
    text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len())
}

/// A number with a unit, in ticks, and its length.
fn ticks(text: &str) -> Option<(i64, usize)> {
    const TICKS_PER_SECOND: i64 = 10_000_000;
    let digits = digits(text);
    let count: i64 = text[..digits].parse().ok()?;
    let unit_length = name_length(&text[digits..]);
    let unit = match &text[digits..digits + unit_length] {
        "d" | "day" | "days" => 86_400 * TICKS_PER_SECOND,
        "h" | "hr" | "hour" | "hours" => 3_600 * TICKS_PER_SECOND,
        "m" | "min" | "minute" | "minutes" => 60 * TICKS_PER_SECOND,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND,
        "ms" => TICKS_PER_SECOND / 1_000,
        "tick" | "ticks" => 1,
        _ => return None,
    };
    Some((count.checked_mul(unit)?, digits + unit_length))
}
