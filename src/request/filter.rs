//! Checks that a list filter names only fields that the list can be filtered by; the service checks the rest.
//!
//! Sources: <https://learn.microsoft.com/graph/api/security-list-incidents#optional-query-parameters>,
//! <https://learn.microsoft.com/graph/api/security-list-alerts_v2#optional-query-parameters>.

use crate::request::vocabulary::{is_meant, words};
use crate::text::fault::quoted;
use crate::wit::actions::{Classification, Determination, IncidentStatus, Severity};
use crate::wit::triage::AlertStatus;

/// The fields that a list can be filtered by.
#[derive(Debug)]
pub struct Fields {
    what: &'static str,
    names: &'static [&'static str],
    statuses: fn() -> Vec<&'static str>,
}

/// Of incidents.
pub const INCIDENTS: Fields = Fields {
    what: "incidents",
    names: &[
        "assignedTo",
        "classification",
        "createdDateTime",
        "determination",
        "lastUpdateDateTime",
        "severity",
        "status",
    ],
    statuses: words::<IncidentStatus>,
};

/// Of alerts.
pub const ALERTS: Fields = Fields {
    what: "alerts",
    names: &[
        "assignedTo",
        "classification",
        "createdDateTime",
        "determination",
        "lastUpdateDateTime",
        "serviceSource",
        "severity",
        "status",
    ],
    statuses: words::<AlertStatus>,
};

/// Words of OData that are not fields.
const KEYWORDS: [&str; 19] = [
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "has", "add", "sub", "mul", "div", "mod", "null",
    "true", "false",
];

impl Fields {
    /// Checks a filter; it is sent as written.
    ///
    /// # Errors
    /// What is wrong; the caller puts the field's name in front.
    pub fn check(&self, filter: &str) -> Result<(), String> {
        let (mut rest, mut depth) = (filter, 0_usize);
        while let Some((token, after)) = Token::first(rest)? {
            match token {
                Token::Word(word) => self.check_word(word, after)?,
                Token::Other('(') => depth += 1,
                Token::Other(')') => {
                    depth = depth.checked_sub(1).ok_or("has a closing parenthesis without an opening one")?;
                }
                // Any white space is allowed: filters are pasted with line breaks.
                Token::Other(other) if other.is_control() && !other.is_whitespace() => {
                    return Err("has a control character".into());
                }
                Token::Text(_) | Token::Other(_) => {}
            }
            rest = after;
        }
        if depth > 0 {
            return Err("has an opening parenthesis without a closing one".into());
        }
        Ok(())
    }

    fn check_word(&self, word: &str, after: &str) -> Result<(), String> {
        let is_literal = word.starts_with(|character: char| character.is_ascii_digit());
        let is_function = after.starts_with('(');
        // A literal with its type, such as `microsoft.graph.security.incidentStatus'active'`.
        let is_typed = after.starts_with('\'') && word.split('.').all(is_name);
        let known = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
        if is_literal || known(&KEYWORDS) || is_function || is_typed || known(self.names) {
            return Ok(());
        }
        Err(format!(
            "{} is not a field that {} can be filtered by (text goes in single quotes); allowed: {}",
            quoted(word),
            self.what,
            self.names.join(", ")
        ))
    }

    /// Remedy for a refused filter: the allowed words of the first field that is compared with a word it does not have.
    pub fn remedy(&self, filter: &str) -> Option<String> {
        let vocabularies: [(&str, Vec<&'static str>); 4] = [
            ("status", (self.statuses)()),
            ("severity", words::<Severity>()),
            ("classification", words::<Classification>()),
            ("determination", words::<Determination>()),
        ];
        let mut field: Option<(&str, &[&str])> = None;
        let mut rest = filter;
        while let Some((token, after)) = Token::first(rest).ok()? {
            match (token, field) {
                (Token::Text(text), Some((name, words))) if !is_meant(text, words) => {
                    return Some(format!("{name} is never {}; its values are {}", quoted(text), words.join(", ")));
                }
                (Token::Word(word), _) if self.names.iter().any(|known| known.eq_ignore_ascii_case(word)) => {
                    let found = vocabularies.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
                    field = found.map(|(name, words)| (*name, words.as_slice()));
                }
                _ => {}
            }
            rest = after;
        }
        None
    }
}

/// A part of a filter.
enum Token<'f> {
    /// A text in single quotes, without them; a doubled quote ends one and begins another.
    Text(&'f str),
    /// A name, number or date.
    Word(&'f str),
    Other(char),
}

impl Token<'_> {
    /// The first part, and what follows it.
    fn first(filter: &str) -> Result<Option<(Token<'_>, &str)>, String> {
        let Some(first) = filter.chars().next() else { return Ok(None) };
        let after = filter.get(first.len_utf8()..).unwrap_or_default();
        Ok(Some(match first {
            '\'' => {
                let (text, after) = after.split_once('\'').ok_or("has text without a closing quote")?;
                (Token::Text(text), after)
            }
            _ if is_letter(first) => {
                let is_part = |character| is_letter(character) || matches!(character, '.' | ':' | '-' | '+' | '/');
                let end = filter.find(|character| !is_part(character)).unwrap_or(filter.len());
                let (word, after) = filter.split_at_checked(end).unwrap_or((filter, ""));
                (Token::Word(word), after)
            }
            _ => (Token::Other(first), after),
        }))
    }
}

/// Letters, digits, the underscore, and any non-ASCII character except white space, because no operator contains one.
fn is_letter(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !(character.is_ascii() || character.is_whitespace())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_the_service_accepts() {
        for filter in [
            "status eq 'open'",
            "status eq 'active' or severity eq 'medium' or determination eq 'unknown'",
            "createdDateTime ge 2026-07-22T18:36:00Z and createdDateTime lt 2026-07-22T18:41:00.1234567Z",
            "(assignedTo eq null) and not (severity eq 'high')",
            "assignedTo eq 'o''neill, displayName (x)'",
            "status in ('active','resolved')",
            "contains(assignedTo, 'soc')",
            "classification eq 'übergröße'",
            "status eq 'active'\n\tand\r\n severity\u{a0}eq 'high'",
            "status eq microsoft.graph.security.incidentStatus'active'",
        ] {
            assert_eq!(INCIDENTS.check(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn names_the_wrong_field() {
        let allowed =
            "allowed: assignedTo, classification, createdDateTime, determination, lastUpdateDateTime, severity, status";
        for (filter, word) in [
            ("displayName eq 'x'", "displayName"),
            ("status eq active", "active"),
            ("alerts/any(a:a/severity eq 'high')", "a:a/severity"),
            ("severity eq 'high' and id eq '5'", "id"),
            ("größe eq 1", "größe"),
        ] {
            let expected = format!(
                "'{word}' is not a field that incidents can be filtered by (text goes in single quotes); {allowed}"
            );
            assert_eq!(INCIDENTS.check(filter), Err(expected), "{filter}");
        }
    }

    #[test]
    fn a_refused_word_gets_the_allowed_words() {
        for (filter, expected) in [
            (
                "severity eq 'high' and status eq 'open'",
                Some("status is never 'open'; its values are active, inProgress, resolved, redirected, awaitingAction"),
            ),
            (
                "status in ('active','closed')",
                Some(
                    "status is never 'closed'; its values are active, inProgress, resolved, redirected, awaitingAction",
                ),
            ),
            (
                "severity eq microsoft.graph.security.alertSeverity'critical'",
                Some("severity is never 'critical'; its values are unknown, informational, low, medium, high"),
            ),
            ("status eq 'Active' and assignedTo eq 'open'", None),
            ("createdDateTime ge 2026-01-01", None),
        ] {
            assert_eq!(INCIDENTS.remedy(filter).as_deref(), expected, "{filter}");
        }
    }

    #[test]
    fn names_what_is_not_closed() {
        for (filter, message) in [
            ("status eq 'active", "has text without a closing quote"),
            ("(status eq 'active'", "has an opening parenthesis without a closing one"),
            ("status eq 'active')", "has a closing parenthesis without an opening one"),
            ("status eq\u{0} 'a'", "has a control character"),
        ] {
            assert_eq!(INCIDENTS.check(filter), Err(message.into()), "{filter}");
        }
    }

    #[test]
    fn alerts_have_a_field_more_and_words_of_their_own() {
        assert_eq!(ALERTS.check("serviceSource eq 'microsoftSentinel' and status eq 'new'"), Ok(()));
        assert!(INCIDENTS.check("serviceSource eq 'x'").is_err());
        let message = ALERTS.check("incidentId eq '5'").expect_err("not filterable");
        assert!(message.starts_with("'incidentId' is not a field that alerts can be filtered by"), "{message}");
        let remedy = ALERTS.remedy("status eq 'active'");
        assert_eq!(remedy.as_deref(), Some("status is never 'active'; its values are new, inProgress, resolved"));
    }
}
