//! Incidents: several as a table, one with everything that an analyst needs for triage.

use comfy_table::{Attribute, Cell, ColumnConstraint, Width};
use jiff::Timestamp;
use serde_json::Value;

use super::table;
use crate::cli::terminal::Terminal;
use crate::cli::visible;

/// Position of the name in the table.
const NAME_COLUMN: usize = 3;
/// Longer names are cut in the table.
const MAX_NAME_WIDTH: usize = 90;
/// Owners are shown without their domain; longer ones are cut.
const MAX_OWNER_WIDTH: usize = 18;
/// Width of the labels of details.
const LABEL_WIDTH: u16 = 16;

/// The incidents of a page or of a list, if this is one.
pub(crate) fn list(data: &Value) -> Option<&[Value]> {
    let items = data.get("value").unwrap_or(data).as_array()?;
    items.iter().all(is_one).then_some(items)
}

/// Whether this is an incident: no other object of the service has all of these.
pub(crate) fn is_one(data: &Value) -> bool {
    data.get("displayName").is_some() && data.get("severity").is_some() && data.get("id").is_some()
}

/// A line for each incident.
pub(crate) fn table(incidents: &[Value], terminal: &Terminal) -> String {
    if incidents.is_empty() {
        return "no incidents".to_owned();
    }
    let with_alerts = incidents.iter().any(|incident| incident.get("alerts").is_some());
    let mut header = vec!["Id", "Severity", "Status", "Name", "Assigned to", "Age"];
    if with_alerts {
        header.push("Alerts");
    }
    let now = Timestamp::now();
    let mut table = table::new(&header, terminal);
    for incident in incidents {
        let owner = text(incident, "assignedTo").split('@').next().unwrap_or_default();
        let mut row = vec![
            Cell::new(text(incident, "id")),
            table::severity(text(incident, "severity")),
            table::status(text(incident, "status")),
            Cell::new(table::cut(text(incident, "displayName"), MAX_NAME_WIDTH)),
            Cell::new(table::cut(owner, MAX_OWNER_WIDTH)),
            Cell::new(table::age(text(incident, "createdDateTime"), now)),
        ];
        if with_alerts {
            row.push(Cell::new(alerts(incident).len()));
        }
        table.add_row(row);
    }
    // Only the name wraps.
    let columns = table.column_iter_mut().enumerate().filter(|(index, _)| *index != NAME_COLUMN);
    columns.for_each(|(_, column)| {
        column.set_constraint(ColumnConstraint::ContentWidth);
    });
    table::text(&table)
}

/// Everything about one incident.
pub(crate) fn details(incident: &Value, terminal: &Terminal) -> String {
    let title = format!("Incident {} {}", text(incident, "id"), visible::line(text(incident, "displayName")));
    let mut parts = vec![terminal.text(title).bold().to_string(), facts(incident, terminal)];
    let link = text(incident, "incidentWebUrl");
    if !link.is_empty() {
        // Outside the table, which would wrap it.
        let label = format!(" {:<1$}", "Portal", usize::from(LABEL_WIDTH));
        parts.push(format!("{}{}", terminal.text(label).dim(), visible::line(link)));
    }
    let alerts = alerts(incident);
    if !alerts.is_empty() {
        parts.push(alert_table(alerts, terminal));
    }
    parts.join("\n")
}

fn facts(incident: &Value, terminal: &Terminal) -> String {
    let mut table = table::bare(terminal);
    let mut add = |label: &str, cell: Cell| {
        table.add_row([Cell::new(label).add_attribute(Attribute::Dim), cell]);
    };
    add("Severity", table::severity(text(incident, "severity")));
    add("Status", table::status(text(incident, "status")));
    for (label, value) in [
        ("Merged into", text(incident, "redirectIncidentId").to_owned()),
        ("Classification", classification(incident)),
        ("Assigned to", text(incident, "assignedTo").to_owned()),
        ("Created", table::minute(text(incident, "createdDateTime"))),
        ("Updated", updated(incident)),
        ("Tags", joined(texts(incident, "customTags"), ", ")),
        ("System tags", joined(texts(incident, "systemTags"), ", ")),
        ("Description", text(incident, "description").to_owned()),
        ("Summary", text(incident, "summary").to_owned()),
        ("Resolution", text(incident, "resolvingComment").to_owned()),
        ("Comments", comments(incident)),
    ] {
        if !value.is_empty() {
            add(label, Cell::new(value));
        }
    }
    if let Some(labels) = table.column_mut(0) {
        labels.set_constraint(ColumnConstraint::Absolute(Width::Fixed(LABEL_WIDTH)));
    }
    table::text(&table)
}

/// Classification and determination, once if both say the same.
fn classification(incident: &Value) -> String {
    let (classification, determination) = (text(incident, "classification"), text(incident, "determination"));
    if classification == determination {
        classification.to_owned()
    } else {
        joined([classification, determination], ", ")
    }
}

fn alert_table(alerts: &[Value], terminal: &Terminal) -> String {
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

fn updated(incident: &Value) -> String {
    let by = text(incident, "lastModifiedBy");
    let at = table::minute(text(incident, "lastUpdateDateTime"));
    if by.is_empty() { at } else { format!("{at} by {by}") }
}

fn comments(incident: &Value) -> String {
    let comments = incident.get("comments").and_then(Value::as_array).into_iter().flatten();
    let line = |comment: &Value| {
        let at = table::minute(text(comment, "createdDateTime"));
        format!("{at} {}: {}", text(comment, "createdByDisplayName"), text(comment, "comment"))
    };
    comments.map(line).collect::<Vec<_>>().join("\n")
}

fn alerts(incident: &Value) -> &[Value] {
    incident.get("alerts").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn texts<'a>(object: &'a Value, name: &str) -> Vec<&'a str> {
    object.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn joined<'a>(texts: impl IntoIterator<Item = &'a str>, separator: &str) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn terminal(width: usize) -> Terminal {
        Terminal::plain(width)
    }

    #[test]
    fn incidents_are_distinguished_from_other_lists() {
        assert!(list(&json!({"value": [{"id": "1", "severity": "low", "displayName": "x"}]})).is_some());
        assert!(list(&json!({"value": [{"id": "1", "severity": "low", "title": "an alert"}]})).is_none());
        assert!(list(&json!({"results": []})).is_none());
    }

    #[test]
    fn a_table_keeps_to_its_width() {
        let incident = json!({
            "id": "2972395", "severity": "high", "status": "active", "displayName": "Multi-stage incident ".repeat(8),
            "assignedTo": "somebody@example.com", "createdDateTime": "2026-02-15T08:00:00Z",
        });
        let table = table(&[incident], &terminal(80));
        assert!(table.lines().all(|line| console::measure_text_width(line) <= 80), "{table}");
    }

    #[test]
    fn details_leave_out_what_is_empty() {
        let incident =
            json!({"id": "1", "severity": "low", "status": "active", "displayName": "Name", "assignedTo": null});
        let details = details(&incident, &terminal(80));
        assert!(details.starts_with("Incident 1 Name"), "{details}");
        assert!(!details.contains("Assigned"), "{details}");
    }
}
