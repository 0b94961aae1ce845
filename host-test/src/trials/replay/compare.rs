//! Compares JSON and names each place that differs.

use serde_json::{Map, Value};

use super::call::ENUMS;
use super::report::Mismatch;

/// How strictly to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Requests: keys and values of enums in any case, as the service reads them.
    Sent,
    /// Answers: exactly the same.
    Answered,
}

impl Rule {
    fn same_key(self, one: &str, other: &str) -> bool {
        match self {
            Self::Sent => one.eq_ignore_ascii_case(other),
            Self::Answered => one == other,
        }
    }

    fn same_text(self, key: &str, one: &str, other: &str) -> bool {
        let is_word = self == Self::Sent && ENUMS.iter().any(|(name, _)| name.eq_ignore_ascii_case(key));
        if is_word { one.eq_ignore_ascii_case(other) } else { one == other }
    }
}

/// Where `found` is not what was recorded at `place`.
pub(crate) fn differences(place: &str, recorded: &Value, found: &Value, rule: Rule) -> Vec<Mismatch> {
    match (recorded, found) {
        (Value::Object(recorded), Value::Object(found)) => members(place, recorded, found, rule),
        (Value::Array(recorded), Value::Array(found)) => {
            if recorded.len() != found.len() {
                let message = format!("has {} items, not {}", found.len(), recorded.len());
                return vec![Mismatch::new(place, message)];
            }
            let items = recorded.iter().zip(found).enumerate();
            items
                .flat_map(|(at, (recorded, found))| differences(&format!("{place}[{at}]"), recorded, found, rule))
                .collect()
        }
        (Value::String(recorded), Value::String(found))
            if rule.same_text(place.rsplit('.').next().unwrap_or_default(), recorded, found) =>
        {
            Vec::new()
        }
        _ if recorded == found => Vec::new(),
        _ => vec![Mismatch::new(place, format!("is {}, not {}", shown(found), shown(recorded)))],
    }
}

fn members(place: &str, recorded: &Map<String, Value>, found: &Map<String, Value>, rule: Rule) -> Vec<Mismatch> {
    let mut all = Vec::new();
    for (key, value) in recorded {
        let field = format!("{place}.{key}");
        match found.iter().find(|(other, _)| rule.same_key(key, other)) {
            Some((_, found)) => all.extend(differences(&field, value, found, rule)),
            None => all.push(Mismatch::new(field, "is missing")),
        }
    }
    for (key, value) in found {
        if !recorded.keys().any(|other| rule.same_key(key, other)) {
            all.push(Mismatch::new(format!("{place}.{key}"), format!("is {}, but not in the recording", shown(value))));
        }
    }
    all
}

/// A value on one line, not too long.
pub(crate) fn shown(value: &Value) -> String {
    console::truncate_str(&value.to_string(), 80, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn found(recorded: &Value, found: &Value, rule: Rule) -> Vec<String> {
        differences("body", recorded, found, rule).iter().map(Mismatch::to_string).collect()
    }

    #[test]
    fn keys_and_enum_values_are_sent_in_any_case() {
        let recorded = json!({ "Classification": "TruePositive", "Query": "A | take 1" });
        let sent = json!({ "classification": "truePositive", "query": "A | take 1" });
        assert!(found(&recorded, &sent, Rule::Sent).is_empty());
        let other = json!({ "classification": "truePositive", "query": "a | take 1" });
        assert_eq!(found(&recorded, &other, Rule::Sent), [r#"body.Query: is "a | take 1", not "A | take 1""#]);
    }

    #[test]
    fn answers_are_compared_exactly() {
        let recorded = json!({ "value": [{ "id": "1", "tags": [] }], "count": 2 });
        assert!(found(&recorded, &recorded, Rule::Answered).is_empty());
        let answered = json!({ "value": [{ "ID": "1", "tags": ["a"] }], "count": 2.5 });
        assert_eq!(
            found(&recorded, &answered, Rule::Answered),
            [
                "body.value[0].id: is missing",
                "body.value[0].tags: has 1 items, not 0",
                r#"body.value[0].ID: is "1", but not in the recording"#,
                "body.count: is 2.5, not 2",
            ]
        );
    }
}
