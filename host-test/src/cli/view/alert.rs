//! Alerts: several as a table, one with what an analyst needs for triage.

use comfy_table::{Cell, ColumnConstraint};
use jiff::Timestamp;
use serde_json::Value;

use super::member::{classification, joined, text, texts};
use super::{comment, table};
use crate::cli::terminal::Terminal;
use crate::cli::visible;

/// Position of the title in the table.
const TITLE_COLUMN: usize = 3;
/// Longer titles are cut in the table.
const MAX_TITLE_WIDTH: usize = 90;

/// The alerts of a page, or one alert, if this is one of them.
pub(crate) fn show(data: &Value, terminal: &Terminal) -> Option<String> {
    match list(data) {
        Some(alerts) => Some(table(alerts, terminal)),
        None => is_one(data).then(|| details(data, terminal)),
    }
}

/// The alerts of a page, if this is one.
pub(crate) fn list(data: &Value) -> Option<&[Value]> {
    let items = data.get("value")?.as_array()?;
    (!items.is_empty() && items.iter().all(is_one)).then_some(items)
}

/// Whether this is an alert: no other object of the service has all of these.
fn is_one(data: &Value) -> bool {
    ["title", "severity", "id"].iter().all(|name| data.get(name).is_some())
}

fn table(alerts: &[Value], terminal: &Terminal) -> String {
    let now = Timestamp::now();
    let mut table = table::new(&["Id", "Severity", "Status", "Title", "Incident", "Age"], terminal);
    for alert in alerts {
        table.add_row([
            Cell::new(text(alert, "id")),
            table::severity(text(alert, "severity")),
            table::status(text(alert, "status")),
            Cell::new(table::cut(text(alert, "title"), MAX_TITLE_WIDTH)),
            Cell::new(text(alert, "incidentId")),
            Cell::new(table::age(text(alert, "createdDateTime"), now)),
        ]);
    }
    // Only the title wraps.
    let columns = table.column_iter_mut().enumerate().filter(|(index, _)| *index != TITLE_COLUMN);
    columns.for_each(|(_, column)| {
        column.set_constraint(ColumnConstraint::ContentWidth);
    });
    table::text(&table)
}

fn details(alert: &Value, terminal: &Terminal) -> String {
    let title = format!("Alert {} {}", text(alert, "id"), visible::line(text(alert, "title")));
    let facts = vec![
        ("Severity", table::severity(text(alert, "severity"))),
        ("Status", table::status(text(alert, "status"))),
        ("Incident", Cell::new(text(alert, "incidentId"))),
        ("Classification", Cell::new(classification(alert))),
        ("Assigned to", Cell::new(text(alert, "assignedTo"))),
        ("Source", Cell::new(text(alert, "serviceSource"))),
        ("Category", Cell::new(text(alert, "category"))),
        ("Techniques", Cell::new(joined(texts(alert, "mitreTechniques"), ", "))),
        ("Created", Cell::new(table::minute(text(alert, "createdDateTime")))),
        ("Updated", Cell::new(table::minute(text(alert, "lastUpdateDateTime")))),
        ("Description", Cell::new(text(alert, "description"))),
        ("Advice", Cell::new(text(alert, "recommendedActions"))),
        ("Evidence", Cell::new(evidence(alert))),
        ("Comments", Cell::new(comment::lines(alert.get("comments")))),
    ];
    format!("{}\n{}", terminal.text(title).bold(), table::facts(facts, terminal))
}

/// The kinds of evidence, each once.
fn evidence(alert: &Value) -> String {
    let items = alert.get("evidence").and_then(Value::as_array).into_iter().flatten();
    let mut kinds: Vec<&str> = Vec::new();
    for item in items {
        let kind = text(item, "@odata.type").rsplit('.').next().unwrap_or_default().trim_end_matches("Evidence");
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    joined(kinds, ", ")
}

/// A line for each alert of an incident.
pub(crate) fn table_in_incident(alerts: &[Value], terminal: &Terminal) -> String {
    let mut table = table::new(&["Alert", "Severity", "Status", "Category", "Source"], terminal);
    for alert in alerts {
        table.add_row([
            Cell::new(text(alert, "title")),
            table::severity(text(alert, "severity")),
            table::status(text(alert, "status")),
            Cell::new(text(alert, "category")),
            Cell::new(text(alert, "serviceSource")),
        ]);
    }
    table::text(&table)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_alert_shows_what_triage_needs() {
        let alert = json!({"id": "a1", "title": "Odd sign-in", "severity": "high", "status": "new", "incidentId": "29",
            "classification": null, "evidence": [{"@odata.type": "#microsoft.graph.security.userEvidence"}]});
        let text = show(&alert, &Terminal::plain(80)).expect("an alert");
        assert!(text.starts_with("Alert a1 Odd sign-in"), "{text}");
        assert!(text.contains("29") && text.contains("user") && !text.contains("Classification"), "{text}");
        let page = json!({ "value": [alert] });
        let text = show(&page, &Terminal::plain(80)).expect("a page");
        assert!(text.lines().all(|line| console::measure_text_width(line) <= 80), "{text}");
        assert!(show(&json!({ "value": [{ "id": "1" }] }), &Terminal::plain(80)).is_none());
    }
}
