//! Checks the input about alerts, comments and what belongs together.

use crate::request::incident::checked_id;
use crate::request::vocabulary::Vocabulary as _;
use crate::text::fault::{Fault, invalid, quoted};
use crate::wit::triage::CorrelationReason;

/// The service takes larger pages of alerts than of incidents.
pub const PAGE_MAX: u32 = 100;
/// Longest comment, in characters. The service publishes no limit.
pub const COMMENT_MAX: usize = 30_000;
/// The most ids in a request.
pub const IDS_MAX: usize = 1000;
/// Longest id: real ones have 20 to 60 characters.
const ID_MAX_BYTES: usize = 200;

/// Checks an alert id: no character that could leave its path segment.
pub fn checked_alert_id<'t>(name: &str, text: &'t str) -> Result<&'t str, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid(format!("{name}: is required")));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    if text.len() > ID_MAX_BYTES || !text.bytes().all(is_plain) || text.bytes().all(|byte| byte == b'.') {
        return Err(invalid(format!(
            "{name}: {} is not the id of an alert: letters, digits, '-', '_', '.' and '~', at most {ID_MAX_BYTES}, such as \
             fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1",
            quoted(text)
        )));
    }
    Ok(text)
}

/// Checks a comment, which is sent as it is.
pub fn checked_comment(text: &str) -> Result<&str, Fault> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err(invalid("comment: is required"));
    }
    if length > COMMENT_MAX {
        return Err(invalid(format!("comment: has {length} characters; allowed: {COMMENT_MAX} at most")));
    }
    Ok(text)
}

/// Incident ids, each once.
pub fn incident_ids(ids: &[String]) -> Result<Vec<&str>, Fault> {
    let wrong = |id| {
        invalid(format!("incident_ids: {} is not the id of an incident: decimal digits, such as 2972395", quoted(id)))
    };
    checked_ids("incident_ids", ids, 2, |id| checked_id(id).map_err(|_| wrong(id)))
}

/// Alert ids, each once.
pub fn alert_ids(ids: &[String]) -> Result<Vec<&str>, Fault> {
    checked_ids("alert_ids", ids, 1, |id| checked_alert_id("alert_ids", id))
}

fn checked_ids<'t>(
    name: &str,
    ids: &'t [String],
    least: usize,
    check: impl Fn(&'t str) -> Result<&'t str, Fault>,
) -> Result<Vec<&'t str>, Fault> {
    if ids.len() > IDS_MAX {
        return Err(invalid(format!("{name}: has {} ids; allowed: {IDS_MAX} at most", ids.len())));
    }
    let mut checked = ids.iter().map(|id| check(id)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = std::collections::BTreeSet::new();
    checked.retain(|id| seen.insert((*id).to_owned()));
    if checked.len() < least {
        let needed = if least == 1 { "at least one id is needed" } else { "at least two different ids are needed" };
        return Err(invalid(format!("{name}: {needed}")));
    }
    Ok(checked)
}

/// Reasons as the service takes them: words separated by commas. `None` if there are none.
pub fn flags(reasons: &[CorrelationReason]) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for reason in reasons {
        if !words.contains(&reason.word()) {
            words.push(reason.word());
        }
    }
    (!words.is_empty()).then(|| words.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_id_cannot_leave_its_segment() {
        let long = "a".repeat(201);
        let checked = |id| checked_alert_id("alert_id", id);
        for id in ["da637551227677560813_-961444813", " ad1~x ", "sn_1b2c.3"] {
            assert_eq!(checked(id).expect(id), id.trim());
        }
        for id in [
            "a/b", "a\\b", "a,b", "$LIST[a]", "'a'", "a;b", "a+b", "a:b", "..", ".", "a?b", "a#b", "%2e%2e", "a b",
            "a\nb", "größe",
        ] {
            let error = checked(id).expect_err(id);
            assert!(error.message.contains(" is not the id of an alert: letters"), "{}", error.message);
        }
        assert!(checked(&long).is_err());
        assert_eq!(checked(" ").expect_err("blank").message, "alert_id: is required");
    }

    #[test]
    fn ids_count_once_and_are_limited() {
        let ids = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(incident_ids(&ids(&["2", " 1", "2"])).expect("two"), ["2", "1"]);
        for (list, message) in [
            (ids(&["2", "2"]), "incident_ids: at least two different ids are needed"),
            (ids(&["2", "x"]), "incident_ids: 'x' is not the id of an incident: decimal digits, such as 2972395"),
            (vec!["1".to_owned(); 10_000], "incident_ids: has 10000 ids; allowed: 1000 at most"),
        ] {
            assert_eq!(incident_ids(&list).expect_err(message).message, message);
        }
        assert_eq!(alert_ids(&[]).expect_err("none").message, "alert_ids: at least one id is needed");
    }

    #[test]
    fn a_comment_has_characters_and_not_too_many() {
        assert!(checked_comment(&"é".repeat(COMMENT_MAX)).is_ok());
        for (text, message) in [
            (" \n".to_owned(), "comment: is required"),
            ("x".repeat(100_000), "comment: has 100000 characters; allowed: 30000 at most"),
        ] {
            assert_eq!(checked_comment(&text).expect_err(message).message, message);
        }
    }
}
