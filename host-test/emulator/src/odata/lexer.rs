//! Words of a `$filter` expression.
//! The positions are kept because the service names them in its errors.

use std::iter::Peekable;
use std::str::CharIndices;

/// A word and where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) at: usize,
    pub(crate) word: Word,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    Open,
    Close,
    /// A quoted string, its doubled quotes undone.
    Text(String),
    /// A quoted string with its type in front: `microsoft.graph.security.incidentStatus'active'`.
    Typed(String, String),
    /// A name, an operator, `null`, or a bare literal such as a date-time.
    Bare(String),
}

/// Splits an expression into words.
pub(crate) fn words(expression: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = expression.char_indices().peekable();
    while let Some(&(at, first)) = rest.peek() {
        let word = match first {
            // Microsoft's OData library accepts any white space, so pasted filters may have line breaks.
            character if character.is_whitespace() => {
                rest.next();
                continue;
            }
            '(' | ')' => {
                rest.next();
                if first == '(' { Word::Open } else { Word::Close }
            }
            '\'' => Word::Text(quoted(&mut rest).ok_or_else(|| unterminated(at, expression))?),
            _ => {
                let mut text = String::new();
                while let Some((_, letter)) = rest.next_if(|(_, next)| is_bare(*next)) {
                    text.push(letter);
                }
                if text.is_empty() {
                    return Err(format!("Syntax error at position {at} in '{expression}'."));
                }
                match rest.peek() {
                    Some((_, '\'')) => {
                        Word::Typed(text, quoted(&mut rest).ok_or_else(|| unterminated(at, expression))?)
                    }
                    _ => Word::Bare(text),
                }
            }
        };
        tokens.push(Token { at, word });
    }
    Ok(tokens)
}

/// A quoted string from its first quote on, or `None` if it is not closed.
fn quoted(rest: &mut Peekable<CharIndices<'_>>) -> Option<String> {
    rest.next();
    let mut text = String::new();
    loop {
        match rest.next()?.1 {
            '\'' if rest.next_if(|(_, next)| *next == '\'').is_some() => text.push('\''),
            '\'' => return Some(text),
            letter => text.push(letter),
        }
    }
}

fn unterminated(at: usize, expression: &str) -> String {
    format!("There is an unterminated string literal at position {at} in '{expression}'.")
}

/// The characters of names, paths, numbers and date-times.
fn is_bare(letter: char) -> bool {
    letter.is_alphanumeric() || "_-+:./@,$*".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str) -> Word {
        Word::Bare(text.into())
    }

    #[test]
    fn cuts_names_literals_and_doubled_quotes() {
        let found: Vec<Word> = words("(assignedTo eq 'O''Neil')and createdDateTime ge 2026-01-01T00:00:00.5Z")
            .unwrap()
            .into_iter()
            .map(|it| it.word)
            .collect();
        assert_eq!(
            found,
            [
                Word::Open,
                bare("assignedTo"),
                bare("eq"),
                Word::Text("O'Neil".into()),
                Word::Close,
                bare("and"),
                bare("createdDateTime"),
                bare("ge"),
                bare("2026-01-01T00:00:00.5Z"),
            ]
        );
    }

    #[test]
    fn names_the_place_of_what_it_cannot_read() {
        assert_eq!(
            words("status eq 'open").unwrap_err(),
            "There is an unterminated string literal at position 10 in 'status eq 'open'."
        );
        assert_eq!(words("status = 'x'").unwrap_err(), "Syntax error at position 7 in 'status = 'x''.");
    }
}
