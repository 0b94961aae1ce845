//! Alerts: several as a table, one with what an analyst needs for triage.

use comfy_table::Cell;
use jiff::Timestamp;
use serde_json::Value;

use super::member::{classification, joined, text, texts};
use super::{comment, table};
use crate::cli::terminal::Terminal;
use crate::cli::visible;

/// Position of the title in the table.
const TITLE_COLUMN: usize = 2;
/// Narrower tables do without the age.
const ROOM_FOR_AGE: usize = 90;
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
    (is_empty_list(data) || !items.is_empty() && items.iter().all(is_one)).then_some(items)
}

/// Whether this is a page of alerts without any: only its context says so.
pub(crate) fn is_empty_list(data: &Value) -> bool {
    let is_empty = data.get("value").and_then(Value::as_array).is_some_and(Vec::is_empty);
    is_empty && text(data, "@odata.context").contains("#security/alerts_v2")
}

/// Whether this is an alert: no other object of the service has all of these.
fn is_one(data: &Value) -> bool {
    ["title", "severity", "id"].iter().all(|name| data.get(name).is_some())
}

fn table(alerts: &[Value], terminal: &Terminal) -> String {
    let now = Timestamp::now();
    // An id that is broken cannot be copied, so it is what is made room for.
    let columns = if terminal.width < ROOM_FOR_AGE { 4 } else { 5 };
    let mut table = table::new(&["Severity", "Status", "Alert", "Incident", "Age"][..columns], terminal);
    for alert in alerts {
        let cells = [
            table::severity(text(alert, "severity")),
            table::status(text(alert, "status")),
            named(alert),
            Cell::new(text(alert, "incidentId")),
            Cell::new(table::age(text(alert, "createdDateTime"), now)),
        ];
        table.add_row(cells.into_iter().take(columns));
    }
    table::wrap_only(TITLE_COLUMN, &mut table);
    table::text(&table)
}

/// The title, and below it the id, which is too long for a column of its own.
fn named(alert: &Value) -> Cell {
    Cell::new(format!("{}\n{}", table::cut(text(alert, "title"), MAX_TITLE_WIDTH), text(alert, "id")))
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
        ("First activity", Cell::new(table::minute(text(alert, "firstActivityDateTime")))),
        ("Last activity", Cell::new(table::minute(text(alert, "lastActivityDateTime")))),
        ("Created", Cell::new(table::minute(text(alert, "createdDateTime")))),
        ("Updated", Cell::new(table::minute(text(alert, "lastUpdateDateTime")))),
        ("Description", Cell::new(text(alert, "description"))),
        ("Advice", Cell::new(text(alert, "recommendedActions"))),
        ("Evidence", Cell::new(evidence(alert))),
        ("Comments", Cell::new(comment::lines(alert.get("comments")))),
    ];
    let mut parts = vec![terminal.text(title).bold().to_string(), table::facts(facts, terminal)];
    parts.extend(table::link("Portal", text(alert, "alertWebUrl"), terminal));
    parts.join("\n")
}

/// A line for each piece of evidence: its kind, its verdict, and what identifies it.
fn evidence(alert: &Value) -> String {
    let items = alert.get("evidence").and_then(Value::as_array).into_iter().flatten();
    let line = |item: &Value| {
        let kind = text(item, "@odata.type").rsplit('.').next().unwrap_or_default().trim_end_matches("Evidence");
        let found = IDENTIFYING.iter().find_map(|path| item.pointer(path).and_then(Value::as_str));
        joined([kind, found.unwrap_or_default(), text(item, "verdict")], ", ")
    };
    items.map(line).collect::<Vec<_>>().join("\n")
}

/// Members that say what a piece of evidence is, the more telling ones first.
const IDENTIFYING: [&str; 9] = [
    "/userAccount/userPrincipalName",
    "/userAccount/accountName",
    "/primaryAddress",
    "/subject",
    "/url",
    "/ipAddress",
    "/fileDetails/fileName",
    "/imageFile/fileName",
    "/deviceDnsName",
];

/// A line for each alert of an incident.
pub(crate) fn table_in_incident(alerts: &[Value], terminal: &Terminal) -> String {
    let mut table = table::new(&["Alert", "Severity", "Status", "Category", "Source"], terminal);
    for alert in alerts {
        table.add_row([
            named(alert),
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
            "classification": null, "evidence": [{"@odata.type": "#microsoft.graph.security.userEvidence", "verdict": "suspicious"}]});
        let text = show(&alert, &Terminal::plain(80)).expect("an alert");
        assert!(text.starts_with("Alert a1 Odd sign-in"), "{text}");
        assert!(text.contains("29") && text.contains("user, suspicious") && !text.contains("Classification"), "{text}");
        let page = json!({ "value": [alert] });
        let text = show(&page, &Terminal::plain(80)).expect("a page");
        assert!(text.lines().all(|line| console::measure_text_width(line) <= 80), "{text}");
        assert!(show(&json!({ "value": [{ "id": "1" }] }), &Terminal::plain(80)).is_none());
    }
}
