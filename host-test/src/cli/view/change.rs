//! What changed in an object: the members that differ, before and after.

use comfy_table::{Attribute, Cell, Color};
use serde_json::Value;

use super::table;
use crate::cli::terminal::Terminal;
use crate::cli::visible;

/// A table of the members that differ; empty if none do.
pub(crate) fn table(before: &Value, after: &Value, terminal: &Terminal) -> String {
    let (before, after) = (visible::value(before), visible::value(after));
    let mut table = table::new(&["Changed", "Before", "After"], terminal);
    let mut changed = false;
    for (name, new) in after.as_object().into_iter().flatten() {
        let old = before.get(name).unwrap_or(&Value::Null);
        // Values other than text and lists of text, such as alerts, depend on what the call expands, not on what it changed.
        if old != new && !new.is_object() && !name.starts_with('@') && !is_list_of_objects(new) {
            changed = true;
            table.add_row([
                Cell::new(name),
                Cell::new(text(old)).add_attribute(Attribute::Dim),
                Cell::new(text(new)).fg(Color::Green),
            ]);
        }
    }
    if changed { table::text(&table) } else { String::new() }
}

fn is_list_of_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(Value::is_object))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => table::second(text),
        Value::Array(items) if items.is_empty() => "—".to_owned(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shows_only_what_differs() {
        let before = json!({"id": "1", "severity": "low", "customTags": [], "alerts": []});
        let after = json!({"id": "1", "severity": "high", "customTags": ["a", "b"], "alerts": [{"id": "x"}]});
        let text = table(&before, &after, &Terminal::plain(80));
        assert!(text.contains("severity") && text.contains("a, b"), "{text}");
        assert!(!text.contains("alerts") && !text.contains(" id "), "{text}");
        assert_eq!(table(&before, &before, &Terminal::plain(80)), "");
    }
}
