//! Incidents: several as a table, one with everything that an analyst needs for triage.

use comfy_table::Cell;
use jiff::Timestamp;
use serde_json::Value;

use super::member::{classification, joined, text, texts};
use super::{alert, comment, table};
use crate::cli::terminal::Terminal;
use crate::cli::visible;

/// Position of the name in the table.
const NAME_COLUMN: usize = 3;
/// Longer names are cut in the table.
const MAX_NAME_WIDTH: usize = 90;
/// Owners are shown without their domain; longer ones are cut.
const MAX_OWNER_WIDTH: usize = 18;

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
    table::wrap_only(NAME_COLUMN, &mut table);
    table::text(&table)
}

/// Everything about one incident.
pub(crate) fn details(incident: &Value, terminal: &Terminal) -> String {
    let title = format!("Incident {} {}", text(incident, "id"), visible::line(text(incident, "displayName")));
    let mut parts = vec![terminal.text(title).bold().to_string(), facts(incident, terminal)];
    parts.extend(table::link("Portal", text(incident, "incidentWebUrl"), terminal));
    let alerts = alerts(incident);
    if !alerts.is_empty() {
        parts.push(alert::table_in_incident(alerts, terminal));
    }
    parts.join("\n")
}

fn facts(incident: &Value, terminal: &Terminal) -> String {
    let facts = vec![
        ("Severity", table::severity(text(incident, "severity"))),
        ("Status", table::status(text(incident, "status"))),
        ("Merged into", Cell::new(text(incident, "redirectIncidentId"))),
        ("Classification", Cell::new(classification(incident))),
        ("Assigned to", Cell::new(text(incident, "assignedTo"))),
        ("Created", Cell::new(table::minute(text(incident, "createdDateTime")))),
        ("Updated", Cell::new(updated(incident))),
        ("Tags", Cell::new(joined(texts(incident, "customTags"), ", "))),
        ("System tags", Cell::new(joined(texts(incident, "systemTags"), ", "))),
        ("Description", Cell::new(text(incident, "description"))),
        ("Summary", Cell::new(text(incident, "summary"))),
        ("Resolution", Cell::new(text(incident, "resolvingComment"))),
        ("Comments", Cell::new(comment::lines(incident.get("comments")))),
    ];
    table::facts(facts, terminal)
}

fn updated(incident: &Value) -> String {
    let by = text(incident, "lastModifiedBy");
    let at = table::minute(text(incident, "lastUpdateDateTime"));
    if by.is_empty() { at } else { format!("{at} by {by}") }
}

fn alerts(incident: &Value) -> &[Value] {
    incident.get("alerts").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
        let table = table(&[incident], &Terminal::plain(80));
        assert!(table.lines().all(|line| console::measure_text_width(line) <= 80), "{table}");
    }

    #[test]
    fn details_leave_out_what_is_empty() {
        let incident =
            json!({"id": "1", "severity": "low", "status": "active", "displayName": "Name", "assignedTo": null});
        let details = details(&incident, &Terminal::plain(80));
        assert!(details.starts_with("Incident 1 Name"), "{details}");
        assert!(!details.contains("Assigned"), "{details}");
    }
}
