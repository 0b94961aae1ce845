//! The operations on alerts, below an incident and in `alerts_v2`.
//! Both show the same records, so a change through one is visible through the other.

use super::body;
use super::call::{self, Call, context};
use super::change::Change;
use super::refusal::Refusal;
use crate::data::alert::{ALERT, Alert};
use crate::data::comment::Comment;
use crate::message::Answer;
use crate::odata::Scope;

const COLLECTION: &str = "security/alerts_v2";

pub(super) fn list(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = call.options(&ALERT, Scope::Collection)?;
    Ok(call.page(COLLECTION, &options, call.store.read().alerts(), |alert| call.show_alert(alert, Some(&options))))
}

pub(super) fn count(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = call.options(&ALERT, Scope::Count)?;
    Ok(call::count(&options, call.store.read().alerts()))
}

pub(super) fn list_of_incident(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = call.options(&ALERT, Scope::Collection)?;
    let records = call.store.read();
    let incident = records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    let collection = format!("security/incidents('{id}')/alerts");
    Ok(call.page(&collection, &options, &incident.alerts, |alert| call.show_alert(alert, Some(&options))))
}

pub(super) fn count_of_incident(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = call.options(&ALERT, Scope::Count)?;
    let records = call.store.read();
    let incident = records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    Ok(call::count(&options, &incident.alerts))
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = call.options(&ALERT, Scope::Entity)?;
    let records = call.store.read();
    let alert = records.alert(id).ok_or_else(|| Refusal::not_found("Alert", id))?;
    Ok(call.entity(&context(COLLECTION, &options), call.show_alert(alert, Some(&options))))
}

pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let change = Change::of_alert(body::object(call.request)?)?;
    let mut records = call.store.write();
    let alert = records
        .change_alert(id, call.author(), call.request.now, |alert| change.apply_to_alert(alert))
        .ok_or_else(|| Refusal::not_found("Alert", id))?;
    Ok(call.entity(COLLECTION, call.show_alert(alert, None)))
}

pub(super) fn comment(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let text = body::comment(call.request)?;
    let mut records = call.store.write();
    let add = |alert: &mut Alert| alert.comments.push(Comment { text, by: call.author(), at: alert.updated });
    let alert = records
        .change_alert(id, call.author(), call.request.now, add)
        .ok_or_else(|| Refusal::not_found("Alert", id))?;
    let comments = alert.comments.iter().map(Comment::render).collect();
    Ok(call.collection(&format!("{COLLECTION}('{id}')/comments"), comments))
}
