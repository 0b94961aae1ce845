//! The same answer through the typed interface: `raw-json` and `rows-json` hold what was received, byte for byte where it matters.

use defender_xdr_host::bindings::actions::IncidentQuery;
use defender_xdr_host::bindings::triage::AlertQuery;
use defender_xdr_host::bindings::types::Config;
use defender_xdr_host::{CallError, Instance};
use serde_json::Value;

use super::call::{Call, GET_ALERT, GET_INCIDENT, LIST_ALERTS, LIST_INCIDENTS, RUN_HUNTING_QUERY};
use super::compare::{Rule, differences};
use super::report::Mismatch;

/// A place in the recording, and what was recorded and received there.
type Found = (String, Value, String);

/// Makes the call again, typed, and compares the result with the recorded body as served. Reads only: what
/// changes has the same answers.
pub(crate) async fn check(instance: &mut Instance, config: &Config, call: &Call, body: &str) -> Vec<Mismatch> {
    match received(instance, config, call, body).await {
        Ok(found) => found
            .into_iter()
            .flat_map(|(place, recorded, json)| {
                let answered = crate::json::parse(&json).unwrap_or_default();
                differences(&place, &recorded, &answered, Rule::Answered)
            })
            .collect(),
        Err(error) => vec![Mismatch::new("response.body", format!("the typed call failed: {error}"))],
    }
}

async fn received(instance: &mut Instance, config: &Config, call: &Call, body: &str) -> Result<Vec<Found>, CallError> {
    let body: Value = crate::json::parse(body).unwrap_or_default();
    let text = |name: &str| call.input.get(name).and_then(Value::as_str);
    let given = |name: &str| text(name).unwrap_or_default();
    let owned = |name: &str| text(name).map(str::to_owned);
    let number = |name: &str| text(name)?.parse().ok();
    let (max_results, skip) = (number("max_results"), number("skip"));
    let (filter, count) = (owned("filter"), text("count").map(|text| text == "true"));
    Ok(match call.action {
        GET_INCIDENT => {
            let incident = instance.get_incident(config, given("incident_id"), text("expand")).await?;
            vec![("response.body".to_owned(), body, incident.raw_json)]
        }
        LIST_INCIDENTS => {
            let (expand, order_by) = (owned("expand"), owned("order_by"));
            let query = IncidentQuery { filter, max_results, skip, count, expand, order_by, cursor: None };
            let page = instance.list_incidents(config, &query).await?;
            items(page.incidents.into_iter().map(|incident| incident.raw_json), &body)
        }
        GET_ALERT => {
            let alert = instance.get_alert(config, given("alert_id")).await?;
            vec![("response.body".to_owned(), body, alert.raw_json)]
        }
        LIST_ALERTS => {
            let query = AlertQuery { filter, max_results, skip, count, cursor: None };
            let page = instance.list_alerts(config, &query).await?;
            items(page.alerts.into_iter().map(|alert| alert.raw_json), &body)
        }
        RUN_HUNTING_QUERY => {
            let result = instance.run_hunting_query(config, given("query"), text("time_span")).await?;
            vec![("response.body.results".to_owned(), body["results"].clone(), result.rows_json)]
        }
        _ => Vec::new(),
    })
}

/// The items of a page, as recorded and as received.
fn items(raw: impl Iterator<Item = String>, body: &Value) -> Vec<Found> {
    raw.enumerate().map(|(at, json)| (format!("response.body.value[{at}]"), body["value"][at].clone(), json)).collect()
}
