//! The same answer through the typed interface: `raw-json` and `rows-json` hold what was received, byte for byte where it matters.

use defender_xdr_host::bindings::actions::IncidentQuery;
use defender_xdr_host::bindings::triage::AlertQuery;
use defender_xdr_host::bindings::types::Config;
use defender_xdr_host::{CallError, Instance};
use serde_json::Value;

use super::call::{Call, GET_ALERT, GET_INCIDENT, LIST_ALERTS, LIST_INCIDENTS, RUN_HUNTING_QUERY};
use super::compare::{Rule, differences};
use super::report::Mismatch;

/// Makes the call again, typed, and compares the result with the recorded body as served. Reads only: what
/// changes has the same answers.
pub(crate) async fn check(instance: &mut Instance, config: &Config, call: &Call, body: &str) -> Vec<Mismatch> {
    let body: Value = crate::json::parse(body).unwrap_or_default();
    let text = |name: &str| call.input.get(name).and_then(Value::as_str);
    let found = match call.action {
        GET_INCIDENT => {
            let incident = instance.get_incident(config, text("incident_id").unwrap_or_default(), text("expand")).await;
            incident.map(|incident| vec![("response.body".to_owned(), body, incident.raw_json)])
        }
        LIST_INCIDENTS => page(instance, config, call, &body).await,
        GET_ALERT => {
            let alert = instance.get_alert(config, text("alert_id").unwrap_or_default()).await;
            alert.map(|alert| vec![("response.body".to_owned(), body, alert.raw_json)])
        }
        LIST_ALERTS => alerts(instance, config, call, &body).await,
        RUN_HUNTING_QUERY => {
            let query = text("query").unwrap_or_default();
            let result = instance.run_hunting_query(config, query, text("time_span")).await;
            result.map(|result| vec![("response.body.results".to_owned(), body["results"].clone(), result.rows_json)])
        }
        _ => Ok(Vec::new()),
    };
    match found {
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

type Found = Vec<(String, Value, String)>;

async fn alerts(instance: &mut Instance, config: &Config, call: &Call, body: &Value) -> Result<Found, CallError> {
    let text = |name: &str| call.input.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| text(name).and_then(|text| text.parse().ok());
    let query = AlertQuery {
        filter: text("filter"),
        max_results: number("max_results"),
        skip: number("skip"),
        count: text("count").map(|text| text == "true"),
        cursor: None,
    };
    let page = instance.list_alerts(config, &query).await?;
    Ok(items(page.alerts.into_iter().map(|alert| alert.raw_json), body))
}

/// The items of a page, as recorded and as received.
fn items(raw: impl Iterator<Item = String>, body: &Value) -> Found {
    raw.enumerate().map(|(at, json)| (format!("response.body.value[{at}]"), body["value"][at].clone(), json)).collect()
}

async fn page(instance: &mut Instance, config: &Config, call: &Call, body: &Value) -> Result<Found, CallError> {
    let text = |name: &str| call.input.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| text(name).and_then(|text| text.parse().ok());
    let query = IncidentQuery {
        filter: text("filter"),
        max_results: number("max_results"),
        skip: number("skip"),
        count: text("count").map(|text| text == "true"),
        expand: text("expand"),
        order_by: text("order_by"),
        cursor: None,
    };
    let page = instance.list_incidents(config, &query).await?;
    Ok(items(page.incidents.into_iter().map(|incident| incident.raw_json), body))
}
