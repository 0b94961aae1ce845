//! The operations on incidents: list, count, get, update, comment.
//! Each checks everything it can before it touches a record.

use super::change::Change;
use super::refusal::Refusal;
use super::view::context;
use super::{Call, body, plain_count};
use crate::answer::Answer;
use crate::data::incident::{Comment, INCIDENT, Incident};
use crate::odata::{Options, Scope};
use serde_json::Value;

const COLLECTION: &str = "security/incidents";

pub(super) fn list(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &INCIDENT, Scope::Collection, call.version)?;
    let records = call.service.store.read();
    let mut matches: Vec<&Incident> = records.incidents.iter().filter(|it| passes(it, &options)).collect();
    // The sort is stable: what compares equal stays newest first.
    matches.sort_by(|left, right| options.compare(*left, *right));
    let page = matches.iter().skip(options.skip).take(options.top);
    let values = page.map(|incident| Value::Object(call.show_incident(incident, Some(&options)))).collect();
    Ok(call.page(&context(COLLECTION, &options), &options, matches.len(), values))
}

pub(super) fn count(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &INCIDENT, Scope::Count, call.version)?;
    Ok(plain_count(call.service.store.read().incidents.iter().filter(|it| passes(it, &options)).count()))
}

fn passes(incident: &Incident, options: &Options) -> bool {
    options.filter.as_ref().is_none_or(|filter| filter.holds(incident))
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let options = Options::read(call.request, &INCIDENT, Scope::Entity, call.version)?;
    let records = call.service.store.read();
    let incident = records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    Ok(call.entity(&context(COLLECTION, &options), call.show_incident(incident, Some(&options))))
}

pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let change = Change::of_incident(body::object(call.request)?)?;
    let mut records = call.service.store.write();
    let incident = records.incident_mut(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    change.apply_to_incident(incident);
    incident.touch(format!("API-App:{}", call.grant.app_name), call.request.now);
    Ok(call.entity(COLLECTION, call.show_incident(incident, None)))
}

pub(super) fn comment(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let text = body::comment(call.request)?;
    let mut records = call.service.store.write();
    let incident = records.incident_mut(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
    let by = format!("API-App:{}", call.grant.app_name);
    incident.touch(by.clone(), call.request.now);
    incident.comments.push(Comment { text, by, at: incident.updated });
    let comments = incident.comments.iter().map(Comment::render).collect();
    Ok(call.collection(&format!("{COLLECTION}('{id}')/comments"), comments))
}
