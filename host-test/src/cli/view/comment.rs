//! Comments, and what becomes of incidents that are merged and alerts that are moved.

use serde_json::Value;

use super::member::text;
use super::table;
use crate::cli::terminal::Terminal;

/// Comments, or the incident that others went to, if this is one of them.
pub(crate) fn show(data: &Value, terminal: &Terminal) -> Option<String> {
    if let Some(id) = data.get("targetIncidentId").and_then(Value::as_str) {
        return Some(terminal.text(format!("Now in incident {id}")).bold().to_string());
    }
    let list = data.get("value")?.as_array()?;
    let are_comments = !list.is_empty() && list.iter().all(|item| item.get("comment").is_some());
    are_comments.then(|| lines(data.get("value")))
}

/// A line for each comment.
pub(crate) fn lines(comments: Option<&Value>) -> String {
    let comments = comments.and_then(Value::as_array).into_iter().flatten();
    let line = |comment: &Value| {
        let at = table::minute(text(comment, "createdDateTime"));
        format!("{at} {}: {}", text(comment, "createdByDisplayName"), text(comment, "comment"))
    };
    comments.map(line).collect::<Vec<_>>().join("\n")
}
