//! The operations on incidents: list, count, get, update, comment.
//! Each checks everything it can before it touches a record.

use super::body;
use super::call::{self, Call, context};
use super::change::Change;
use super::refusal::Refusal;
use crate::data::comment::Comment;
use crate::data::incident::{INCIDENT, Incident};
use crate::message::Answer;
use crate::odata::Scope;

const COLLECTION: &str = "security/incidents";

pub(super) fn list(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = call.options(&INCIDENT, Scope::Collection)?;
    let show = |incident: &Incident| call.show_incident(incident, Some(&options));
    Ok(call.page(COLLECTION, &options, &call.store.read().incidents, show))
}

pub(super) fn count(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = call.options(&INCIDENT, Scope::Count)?;
    Ok(call::count(&options, &call.store.read().incidents))
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = call.options(&INCIDENT, Scope::Entity)?;
    let records = call.store.read();
    let incident = records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    Ok(call.entity(&context(COLLECTION, &options), call.show_incident(incident, Some(&options))))
}

pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let change = Change::of_incident(body::object(call.request)?)?;
    let mut records = call.store.write();
    let incident = records.incident_mut(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    change.apply_to_incident(incident);
    incident.touch(call.author(), call.request.now);
    Ok(call.entity(COLLECTION, call.show_incident(incident, None)))
}

pub(super) fn comment(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let text = body::comment(call.request)?;
    let mut records = call.store.write();
    let incident = records.incident_mut(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    incident.touch(call.author(), call.request.now);
    incident.comments.push(Comment { text, by: call.author(), at: incident.updated });
    let comments = incident.comments.iter().map(Comment::render).collect();
    Ok(call.collection(&format!("{COLLECTION}('{id}')/comments"), comments))
}
