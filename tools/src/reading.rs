//! The tools that change nothing.

use defender_xdr::actions::triage::alerts;
use defender_xdr::actions::{check, get_incident, list_incidents, run_hunting_query};
use defender_xdr::catalog;
use defender_xdr::text::fault::malformed;
use defender_xdr::text::json::{Items, Writer, quoted};
use defender_xdr::wire::host::Host;
use defender_xdr::wit::actions::{Comment, IncidentQuery};
use defender_xdr::wit::triage::AlertQuery;

use crate::answer::{Answer, text};
use crate::tools::Tools;
use crate::view;

/// What a caller who does not say gets.
const MAX_RESULTS_DEFAULT: u32 = 10;
/// The actions behind the tools of this file, with the tools' names.
const READING: [(&str, &str); 5] = [
    (catalog::GET_INCIDENT, "get-incident"),
    (catalog::LIST_INCIDENTS, "list-incidents"),
    (catalog::RUN_HUNTING_QUERY, "run-hunting-query"),
    (catalog::LIST_ALERTS, "list-alerts"),
    (catalog::GET_ALERT, "get-alert"),
];
/// The same for those that change something.
#[cfg(feature = "writing")]
const WRITING: &[(&str, &str)] = &[
    (catalog::UPDATE_INCIDENT, "update-incident"),
    (catalog::ADD_INCIDENT_COMMENT, "add-incident-comment"),
    (catalog::UPDATE_ALERT, "update-alert"),
    (catalog::ADD_ALERT_COMMENT, "add-alert-comment"),
];
#[cfg(not(feature = "writing"))]
const WRITING: &[(&str, &str)] = &[];

/// One incident.
pub async fn get_incident<H: Host>(
    tools: &Tools<H>,
    incident_id: &str,
    with_alerts: Option<bool>,
) -> Result<String, String> {
    let expand = with_alerts.filter(|with| *with).map(|_| "alerts");
    tools
        .call(async |session, mut answer| {
            let incident = get_incident::typed(session, incident_id, expand).await?;
            answer.members(view::incident(&incident));
            answer.members(view::incident_details(&incident));
            answer.warnings(&incident.warnings);
            comments(&mut answer, &incident.comments);
            if let Some(alerts) = &incident.alerts {
                let shown = alerts.iter().map(|alert| view::object(&view::alert(alert)));
                answer.list("alerts", shown, alerts.len(), "use list-alerts with a filter, or get-alert");
            }
            Ok(answer)
        })
        .await
}

/// A page of incidents.
pub async fn list_incidents<H: Host>(
    tools: &Tools<H>,
    filter: Option<String>,
    max_results: Option<u32>,
    cursor: Option<String>,
) -> Result<String, String> {
    let query = IncidentQuery {
        max_results: max_results_of(max_results, cursor.as_deref()),
        filter,
        skip: None,
        count: cursor.is_none().then_some(true),
        expand: None,
        order_by: None,
        cursor,
    };
    let how = advice(query.cursor.as_deref());
    tools
        .call(async |session, answer| {
            let page = list_incidents::typed(session, &query).await?;
            let items = page.incidents.iter().map(|incident| view::object(&view::incident(incident)));
            let rest = Rest { total: page.total, cursor: page.cursor.as_deref(), warnings: &page.warnings };
            Ok(listed(answer, "incidents", items, page.incidents.len(), how, &rest))
        })
        .await
}

/// A page of alerts.
pub async fn list_alerts<H: Host>(
    tools: &Tools<H>,
    filter: Option<String>,
    max_results: Option<u32>,
    cursor: Option<String>,
) -> Result<String, String> {
    let query = AlertQuery {
        max_results: max_results_of(max_results, cursor.as_deref()),
        filter,
        skip: None,
        count: cursor.is_none().then_some(true),
        cursor,
    };
    let how = advice(query.cursor.as_deref());
    tools
        .call(async |session, answer| {
            let page = alerts::list(session, &query).await?;
            let items = page.alerts.iter().map(|alert| view::object(&view::alert_of_list(alert)));
            let rest = Rest { total: page.total, cursor: page.cursor.as_deref(), warnings: &page.warnings };
            Ok(listed(answer, "alerts", items, page.alerts.len(), how, &rest))
        })
        .await
}

/// How to see what a page had to leave out.
fn advice(cursor: Option<&str>) -> &'static str {
    match cursor {
        None => "ask for fewer with max-results, or narrow the filter",
        Some(_) => "start again without the cursor, with a smaller max-results",
    }
}

/// A cursor stands for the whole earlier query.
fn max_results_of(max_results: Option<u32>, cursor: Option<&str>) -> Option<u32> {
    if cursor.is_some() { max_results } else { Some(max_results.unwrap_or(MAX_RESULTS_DEFAULT)) }
}

/// What a page has besides its items.
struct Rest<'p> {
    total: Option<u64>,
    cursor: Option<&'p str>,
    warnings: &'p [String],
}

/// A page. The cursor goes on after the whole page, so it is there only if all of it is.
fn listed(
    mut answer: Answer,
    name: &'static str,
    items: impl Iterator<Item = String>,
    count: usize,
    how: &str,
    rest: &Rest<'_>,
) -> Answer {
    let cursor = rest.cursor.map(quoted);
    let reserved = answer.reserve(cursor.as_ref().map_or(0, String::len));
    answer.members(rest.total.map(|total| ("total", total.to_string())));
    answer.warnings(rest.warnings);
    let all = answer.list(name, items, count, how);
    answer.widen(reserved);
    answer.members(cursor.filter(|_| all).map(|cursor| ("cursor", cursor)));
    answer
}

fn comments(answer: &mut Answer, comments: &[Comment]) {
    if !comments.is_empty() {
        answer.list("comments", comments.iter().map(view::comment), comments.len(), "see the portal");
    }
}

/// One alert.
pub async fn get_alert<H: Host>(tools: &Tools<H>, alert_id: &str) -> Result<String, String> {
    tools
        .call(async |session, mut answer| {
            let details = alerts::get(session, alert_id).await?;
            answer.members(view::alert_of_list(&details));
            answer.members(view::alert_details(&details));
            answer.warnings(&details.warnings);
            comments(&mut answer, &details.comments);
            let evidence = view::evidence(&details);
            answer.list("evidence", &evidence, evidence.len(), "hunt in AlertEvidence");
            Ok(answer)
        })
        .await
}

/// Rows of a hunt.
pub async fn run_hunting_query<H: Host>(
    tools: &Tools<H>,
    query: &str,
    time_span: Option<&str>,
) -> Result<String, String> {
    tools
        .call(async |session, mut answer| {
            let found = run_hunting_query::typed(session, query, time_span).await?;
            let rows: Items<'_> =
                serde_json::from_str(&found.rows_json).map_err(|_| malformed("the rows are not a list"))?;
            answer.json("row_count", &found.row_count.to_string());
            let columns: Vec<String> = found.columns.iter().map(|column| text(&column.name)).collect();
            answer.list("columns", &columns, columns.len(), "project fewer columns");
            answer.warnings(&found.warnings);
            let count = usize::try_from(found.row_count).unwrap_or(usize::MAX);
            let how = "summarize, project fewer columns or take fewer rows in the query";
            answer.list("rows", rows.list.iter().map(|row| row.get()), count, how);
            if let Some(limit) = found.limit_reached {
                answer.note(&format!("the service stopped at {limit} rows"));
            }
            Ok(answer)
        })
        .await
}

/// Which tools will work.
pub async fn check<H: Host>(tools: &Tools<H>) -> Result<String, String> {
    tools
        .call(async |session, mut answer| {
            let report = check::check(session).await?;
            let mut checked = Vec::new();
            for (action, tool) in READING.iter().chain(WRITING) {
                let Some(access) = report.actions.iter().find(|access| access.action == *action) else { continue };
                let mut object = Writer::new();
                object.text("tool", tool);
                object.json("allowed", if access.allowed { "true" } else { "false" });
                object.optional("what_to_do", access.advice.as_deref().map(quoted));
                checked.push(object.finish());
            }
            answer.warnings(&report.warnings);
            answer.list("tools", &checked, checked.len(), "");
            Ok(answer)
        })
        .await
}
