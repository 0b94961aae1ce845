//! The string operators: `contains`, `has`, `startswith` and the like.
//! Without `_cs` they ignore case; `has` looks for whole terms, which is what makes it fast in the real engine.

use std::sync::Arc;

use regex::Regex;

use super::scope::{Scalar, Scope};
use crate::hunt::cell::{Cell, Kind};
use crate::hunt::trouble::Trouble;

type Test = fn(&str, &str) -> bool;

/// Binds `left operator (right, …)`.
pub(crate) fn bind_match(
    operator: &str,
    left: Scalar,
    right: Vec<Scalar>,
    scope: &Scope<'_>,
) -> Result<Scalar, Trouble> {
    if operator == "matches regex" {
        return regex(left, &right, scope);
    }
    let positive = operator.strip_prefix('!').unwrap_or(operator);
    let negate = positive.len() != operator.len();
    if let "in" | "in~" = positive {
        return Ok(list(left, right, positive == "in~", negate));
    }
    require_text(&left, operator, scope)?;
    let test = test(positive);
    let any = positive != "has_all";
    let eval = move |row: &[Cell]| {
        let subject = (left.eval)(row).text();
        let mut tests = right.iter().map(|item| test(&subject, &(item.eval)(row).text()));
        let found = if any { tests.any(|it| it) } else { tests.all(|it| it) };
        Cell::Bool(found != negate)
    };
    Ok(Scalar { kind: Kind::Bool, eval: Box::new(eval) })
}

fn require_text(scalar: &Scalar, operator: &str, scope: &Scope<'_>) -> Result<(), Trouble> {
    match scalar.kind {
        Kind::String | Kind::Dynamic => Ok(()),
        other => {
            let kind = other.kusto_name();
            Err(scope.semantic(format!("Operator '{operator}' cannot be applied to an operand of type '{kind}'")))
        }
    }
}

fn list(left: Scalar, right: Vec<Scalar>, ignore_case: bool, negate: bool) -> Scalar {
    let eval = move |row: &[Cell]| {
        let value = (left.eval)(row);
        let found = right.iter().any(|item| {
            let item = (item.eval)(row);
            match (&value, &item) {
                (Cell::String(value), Cell::String(item)) if ignore_case => same(value, item),
                _ => value.compare(&item).is_some_and(std::cmp::Ordering::is_eq),
            }
        });
        Cell::Bool(found != negate)
    };
    Scalar { kind: Kind::Bool, eval: Box::new(eval) }
}

fn regex(left: Scalar, right: &[Scalar], scope: &Scope<'_>) -> Result<Scalar, Trouble> {
    let pattern = right.first().map(|item| (item.eval)(&[]).text()).unwrap_or_default();
    let pattern = Regex::new(&pattern).map_err(|_| scope.semantic(format!("Invalid regular expression: {pattern}")))?;
    let eval = move |row: &[Cell]| Cell::Bool(pattern.is_match(&(left.eval)(row).text()));
    Ok(Scalar { kind: Kind::Bool, eval: Box::new(eval) })
}

fn test(operator: &str) -> Test {
    match operator {
        "contains_cs" => |text, part| text.contains(part),
        "startswith_cs" => |text, part| text.starts_with(part),
        "endswith_cs" => |text, part| text.ends_with(part),
        "has_cs" => |text, term| has(text, term, true, true),
        "startswith" => |text, part| text.to_lowercase().starts_with(&part.to_lowercase()),
        "endswith" => |text, part| text.to_lowercase().ends_with(&part.to_lowercase()),
        "has" | "has_any" | "has_all" => has_term,
        "hasprefix_cs" => |text, term| has(text, term, true, false),
        "hassuffix_cs" => |text, term| has(text, term, false, true),
        "hasprefix" => |text, term| has(&text.to_lowercase(), &term.to_lowercase(), true, false),
        "hassuffix" => |text, term| has(&text.to_lowercase(), &term.to_lowercase(), false, true),
        _ => |text, part| text.to_lowercase().contains(&part.to_lowercase()),
    }
}

/// Whether the text contains the term as a whole, in any case.
pub(crate) fn has_term(text: &str, term: &str) -> bool {
    has(&text.to_lowercase(), &term.to_lowercase(), true, true)
}

/// Terms are runs of letters and digits.
fn has(text: &str, term: &str, whole_start: bool, whole_end: bool) -> bool {
    text.match_indices(term).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = text[at + term.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !(whole_start && before || whole_end && after)
    })
}

/// Equal except for case.
pub(crate) fn same(left: &Arc<str>, right: &Arc<str>) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_looks_for_whole_terms() {
        assert!(has_term("https://login.Malicious.com/x", "malicious"));
        assert!(has_term("https://login.malicious.com/x", "malicious.com"));
        assert!(!has_term("notmalicious", "malicious"));
        assert!(has("malicious-pay", "mal", true, false));
        assert!(!has("malicious-pay", "licious", true, false));
        assert!(has("malicious-pay", "licious", false, true));
    }
}
