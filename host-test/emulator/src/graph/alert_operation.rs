//! The operations on alerts, below an incident and in `alerts_v2`.
//! The same records stand behind both, so a change through one shows in the other.

use serde_json::Value;

use super::change::Change;
use super::refusal::Refusal;
use super::view::context;
use super::{Call, body, plain_count};
use crate::answer::Answer;
use crate::data::alert::{ALERT, Alert};
use crate::data::incident::Comment;
use crate::odata::{Options, Scope};

const COLLECTION: &str = "security/alerts_v2";

pub(super) fn list(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &ALERT, Scope::Collection, call.version)?;
    let records = call.service.store.read();
    Ok(page(call, COLLECTION, &options, records.alerts()))
}

pub(super) fn count(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &ALERT, Scope::Count, call.version)?;
    let records = call.service.store.read();
    Ok(plain_count(records.alerts().into_iter().filter(|alert| passes(alert, &options)).count()))
}

pub(super) fn list_of_incident(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &ALERT, Scope::Collection, call.version)?;
    let records = call.service.store.read();
    let incident = records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    let collection = format!("security/incidents('{id}')/alerts");
    Ok(page(call, &collection, &options, incident.alerts.iter().collect()))
}

pub(super) fn count_of_incident(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &ALERT, Scope::Count, call.version)?;
    let records = call.service.store.read();
    let incident = records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    Ok(plain_count(incident.alerts.iter().filter(|alert| passes(alert, &options)).count()))
}

fn page(call: &Call<'_>, collection: &str, options: &Options, mut alerts: Vec<&Alert>) -> Answer {
    alerts.retain(|alert| passes(alert, options));
    alerts.sort_by(|left, right| options.compare(*left, *right));
    let shown = alerts.iter().skip(options.skip).take(options.top);
    let values = shown.map(|alert| Value::Object(call.show_alert(alert, Some(options)))).collect();
    call.page(&context(collection, options), options, alerts.len(), values)
}

fn passes(alert: &Alert, options: &Options) -> bool {
    options.filter.as_ref().is_none_or(|filter| filter.holds(alert))
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &ALERT, Scope::Entity, call.version)?;
    let records = call.service.store.read();
    let alert = records.alert(id).ok_or_else(|| Refusal::not_found("Alert", id))?;
    Ok(call.entity(&context(COLLECTION, &options), call.show_alert(alert, Some(&options))))
}

pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let change = Change::of_alert(body::object(call.request)?)?;
    let mut records = call.service.store.write();
    let alert = records.alert_mut(id).ok_or_else(|| Refusal::not_found("Alert", id))?;
    change.apply_to_alert(alert, call.request.now);
    Ok(call.entity(COLLECTION, call.show_alert(alert, None)))
}

pub(super) fn comment(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let text = body::comment(call.request)?;
    let mut records = call.service.store.write();
    let alert = records.alert_mut(id).ok_or_else(|| Refusal::not_found("Alert", id))?;
    alert.touch(call.request.now);
    alert.comments.push(Comment { text, by: format!("API-App:{}", call.grant.app_name), at: alert.updated });
    let comments = alert.comments.iter().map(Comment::render).collect();
    Ok(call.collection(&format!("{COLLECTION}('{id}')/comments"), comments))
}
