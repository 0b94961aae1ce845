//! Words of a KQL query, with the line and column that syntax errors name.
//! Durations such as `1d` and literals such as `datetime(2024-02-01)` are single words.

use super::literal::{self, Flaw, Literal};
use crate::hunt::cell::{Cell, Kind};
use crate::hunt::trouble::Trouble;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Word {
    /// A name, a keyword, or a named operator such as `!contains` and `in~`.
    Name(String),
    /// A value and its type, which a null alone does not show.
    Literal(Kind, Cell),
    Sign(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) word: Word,
    pub(crate) text: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Longer signs stand before their prefixes. Some have no meaning here; the parser uses them to name what is missing.
const SIGNS: [&str; 31] = [
    "==", "!=", "=~", "!~", "=>", "<=", ">=", "<>", "..", "|", ",", "(", ")", "[", "]", "{", "}", "=", "<", ">", "+",
    "-", "*", "/", ";", ".", "%", ":", "?", "@", "!",
];

/// Words that continue after a hyphen: `mv-expand`.
const HYPHENATED: [&str; 12] =
    ["by", "graph", "macro", "make", "mark", "mv", "parse", "project", "sample", "shortest", "to", "top"];

/// Splits a query into words.
pub(crate) fn words(query: &str) -> Result<Vec<Token>, Trouble> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = query;
    loop {
        rest = rest.trim_start_matches(is_space);
        if rest.starts_with("//") {
            rest = rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).map_or("", |end| &rest[end..]);
            continue;
        }
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let (line, column) = place(query, query.len() - rest.len());
        let (word, length) = word(first, rest).map_err(|flaw| match flaw {
            Flaw::Syntax => Trouble::syntax(&first.to_string(), line, column),
            Flaw::NotEmulated(what) => Trouble::NotEmulated(what),
        })?;
        let text = rest[..length].to_owned();
        rest = &rest[length..];
        // Adjacent string literals are one.
        if let (Word::Literal(_, Cell::String(more)), Some(Token { word: Word::Literal(_, Cell::String(start)), .. })) =
            (&word, tokens.last_mut())
        {
            *start = format!("{start}{more}").into();
            continue;
        }
        tokens.push(Token { word, text, line, column });
    }
}

/// White space in Kusto, which includes a few characters that Unicode counts otherwise.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ['\u{180e}', '\u{200b}', '\u{feff}'].contains(&letter)
}

/// The first word and its length.
fn word(first: char, rest: &str) -> Result<(Word, usize), Flaw> {
    let literal = |(kind, cell, length): Literal| (Word::Literal(kind, cell), length);
    if let Some(flaw) = literal::unsupported(rest) {
        return Err(flaw);
    }
    match first {
        '\'' | '"' => literal::string(rest).map(literal),
        '@' if rest[1..].starts_with(['\'', '"']) => literal::verbatim(rest).map(literal),
        '0'..='9' => match literal::number(rest) {
            Some(number) => number.map(literal),
            None => Ok(name(rest, rest.bytes().take_while(u8::is_ascii_digit).count())),
        },
        _ if first.is_ascii_alphabetic() || "_$".contains(first) => {
            let (word, length) = name(rest, 0);
            match (literal::typed(&rest[..length], rest), literal::bool(&rest[..length])) {
                (Some(typed), _) => typed.map(literal),
                (None, Some(value)) => Ok((Word::Literal(Kind::Bool, value), length)),
                (None, None) => Ok((word, length)),
            }
        }
        // The tilde of `!in~` is part of the name too.
        '!' if rest[1..].starts_with(|next: char| next.is_ascii_alphabetic()) => Ok(name(rest, 1)),
        _ => {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign)).ok_or(Flaw::Syntax)?;
            Ok((Word::Sign(sign), sign.len()))
        }
    }
}

/// A name that starts with this many bytes of digits or `!`.
fn name(text: &str, start: usize) -> (Word, usize) {
    let length = start + name_length(&text[start..]);
    (Word::Name(text[..length].to_owned()), length)
}

/// Line and column of a byte, both from 1.
fn place(query: &str, at: usize) -> (usize, usize) {
    let before = &query[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn name_length(text: &str) -> usize {
    let end =
        text.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_$".contains(letter))).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    // `project-away` and `in~` are one word each.
    match rest.strip_prefix('-') {
        Some(more) if HYPHENATED.contains(&word) && more.starts_with(|next: char| next.is_ascii_lowercase()) => {
            end + 1 + name_length(more)
        }
        _ if word == "in" && rest.starts_with('~') => end + 1,
        _ => end,
    }
}
