//! Checks that a list filter names only fields that incidents can be filtered by; the service does the rest.
//!
//! Source: <https://learn.microsoft.com/graph/api/security-list-incidents#optional-query-parameters>.

/// The fields that the service filters incidents by.
pub const FIELDS: [&str; 7] =
    ["assignedTo", "classification", "createdDateTime", "determination", "lastUpdateDateTime", "severity", "status"];

/// Words of OData that are no fields.
const KEYWORDS: [&str; 13] = ["eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "null", "true", "false"];

/// Checks a filter; it is sent as written.
///
/// # Errors
/// What is wrong, to be put behind the name of the field.
pub fn check(filter: &str) -> Result<(), String> {
    let mut rest = filter;
    let mut depth = 0_usize;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '\'' => quoted_length(rest)?,
            _ if is_letter(character) => {
                let length = word_length(rest);
                let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
                check_word(word, after)?;
                length
            }
            '(' => {
                depth += 1;
                1
            }
            ')' => {
                depth = depth.checked_sub(1).ok_or("has a closing parenthesis without an opening one")?;
                1
            }
            _ if character.is_control() => return Err("has a control character".into()),
            _ => character.len_utf8(),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    if depth > 0 {
        return Err("has an opening parenthesis without a closing one".into());
    }
    Ok(())
}

/// Length of a text in single quotes, where a doubled quote stands for itself.
fn quoted_length(text: &str) -> Result<usize, String> {
    let closing = text.get(1..).and_then(|inside| inside.find('\''));
    closing.map(|at| at + 2).ok_or_else(|| "has a text without its closing quote".into())
}

/// Letters, digits and the underscore; of other scripts everything, as no operator is written in them.
fn is_letter(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}

/// Length of a name, number or date.
fn word_length(text: &str) -> usize {
    text.find(|character: char| !is_letter(character) && !matches!(character, '.' | ':' | '-' | '+' | '/'))
        .unwrap_or(text.len())
}

fn check_word(word: &str, after: &str) -> Result<(), String> {
    let is_literal = word.starts_with(|character: char| character.is_ascii_digit());
    let is_function = after.starts_with('(');
    let known = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    if is_literal || known(&KEYWORDS) || is_function || known(&FIELDS) {
        return Ok(());
    }
    Err(format!(
        "'{word}' is no field that incidents can be filtered by (texts stand in single quotes); allowed: {}",
        FIELDS.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_service_takes() {
        for filter in [
            "status eq 'open'",
            "status eq 'active' or severity eq 'medium' or determination eq 'unknown'",
            "createdDateTime ge 2026-07-22T18:36:00Z and createdDateTime lt 2026-07-22T18:41:00.1234567Z",
            "(assignedTo eq null) and not (severity eq 'high')",
            "assignedTo eq 'o''neill, displayName (x)'",
            "status in ('active','resolved')",
            "contains(assignedTo, 'soc')",
            "classification eq 'übergröße'",
        ] {
            assert_eq!(check(filter), Ok(()), "{filter}");
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
                "'{word}' is no field that incidents can be filtered by (texts stand in single quotes); {allowed}"
            );
            assert_eq!(check(filter), Err(expected), "{filter}");
        }
    }

    #[test]
    fn names_what_is_not_closed() {
        for (filter, message) in [
            ("status eq 'active", "has a text without its closing quote"),
            ("(status eq 'active'", "has an opening parenthesis without a closing one"),
            ("status eq 'active')", "has a closing parenthesis without an opening one"),
            ("status eq\u{0} 'a'", "has a control character"),
        ] {
            assert_eq!(check(filter), Err(message.into()), "{filter}");
        }
    }
}
