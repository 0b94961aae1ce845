//! The actions that change which incident an alert belongs to.
//! Nothing changes until every id is known.

use serde_json::{Map, Value};

use super::body;
use super::call::Call;
use super::correlation::{Merge, Move, check_mergeable};
use super::refusal::Refusal;
use crate::data::comment::Comment;
use crate::message::Answer;

pub(super) fn merge(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let Merge { incidents: ids, comment } = Merge::read(body::object(call.request)?)?;
    let mut records = call.store.write();
    let find = |id: &String| records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id));
    check_mergeable(&ids.iter().map(find).collect::<Result<Vec<_>, _>>()?)?;
    let target = records.merge(&ids, &call.author(), call.request.now).ok_or_else(Refusal::body)?;
    if let Some(text) = comment {
        target.comments.push(Comment { text, by: call.author(), at: target.updated });
    }
    Ok(answer(call, &target.id))
}

pub(super) fn move_alerts(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let Move { alerts: ids, incident, comment } = Move::read(body::object(call.request)?)?;
    let mut records = call.store.write();
    if let Some(id) = &incident {
        let target = records.incident(id).ok_or_else(|| Refusal::not_found("Incident", id))?;
        // The portal neither shows nor offers such an incident.
        if target.status == "redirected" {
            return Err(Refusal::bad_request(format!("Alerts cannot be moved to incident '{id}': it is redirected.")));
        }
    }
    if let Some(unknown) = ids.iter().find(|id| records.alert(id).is_none()) {
        return Err(Refusal::not_found("Alert", unknown));
    }
    let target = records
        .move_alerts(&ids, incident.as_deref(), comment.as_deref(), &call.author(), call.request.now)
        .ok_or_else(Refusal::body)?;
    Ok(answer(call, &target))
}

fn answer(call: &Call<'_>, target: &str) -> Answer {
    let members = Map::from_iter([("targetIncidentId".to_owned(), Value::from(target))]);
    call.complex("microsoft.graph.security.mergeResponse", members)
}
