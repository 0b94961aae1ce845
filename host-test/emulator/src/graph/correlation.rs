//! The bodies of the actions that merge incidents and move alerts, and which incidents can be merged.
//! Read completely before anything changes, as the body of a PATCH is.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::body::{text, unexpected};
use super::refusal::Refusal;
use crate::data::incident::Incident;
use crate::data::vocabulary::CORRELATION_REASON;
use crate::odata::SENTINEL;

/// The parameters of `mergeIncidents` (<https://learn.microsoft.com/graph/api/security-incident-mergeincidents>).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merge {
    /// Two or more, each once.
    pub(crate) incidents: Vec<String>,
    pub(crate) comment: Option<String>,
}

/// The parameters of `moveAlerts` (<https://learn.microsoft.com/graph/api/security-alert-movealerts>).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// One or more, each once.
    pub(crate) alerts: Vec<String>,
    /// `None` for a new incident.
    pub(crate) incident: Option<String>,
    pub(crate) comment: Option<String>,
}

impl Merge {
    pub(crate) fn read(members: Map<String, Value>) -> Result<Self, Refusal> {
        let mut merge = Self { incidents: Vec::new(), comment: None };
        for (name, value) in members {
            match name.as_str() {
                "incidentIds" => merge.incidents = ids(value)?,
                "incidentComment" => merge.comment = text(value)?,
                "mergeReasons" => check_reasons(&value)?,
                other => return Err(unexpected(other)),
            }
        }
        if merge.incidents.len() < 2 { Err(Refusal::body()) } else { Ok(merge) }
    }
}

impl Move {
    /// In the metadata, every parameter but the alerts is optional: without an incident, as with null, a new one is meant.
    pub(crate) fn read(members: Map<String, Value>) -> Result<Self, Refusal> {
        let mut parameters = Self { alerts: Vec::new(), incident: None, comment: None };
        for (name, value) in members {
            match name.as_str() {
                "alertIds" => parameters.alerts = ids(value)?,
                "incidentId" => parameters.incident = text(value)?,
                "alertComment" => parameters.comment = text(value)?,
                "newCorrelationReasons" => check_reasons(&value)?,
                other => return Err(unexpected(other)),
            }
        }
        if parameters.alerts.is_empty() { Err(Refusal::body()) } else { Ok(parameters) }
    }
}

/// Refuses what the service does not merge: incidents that are closed or disagree on their owner or verdict
/// (<https://learn.microsoft.com/defender-xdr/merge-incidents-manually>). How Graph words it is not public.
pub(crate) fn check_mergeable(incidents: &[&Incident]) -> Result<(), Refusal> {
    if let Some(closed) = incidents.iter().find(|incident| ["resolved", "redirected"].contains(&incident.status)) {
        return Err(Refusal::bad_request(format!(
            "The incidents cannot be merged: incident '{}' is {}.",
            closed.id, closed.status
        )));
    }
    let differ = |value: fn(&Incident) -> Option<&str>| {
        incidents.iter().filter_map(|incident| value(incident)).collect::<HashSet<_>>().len() > 1
    };
    for (name, differs) in [
        ("assignedTo", differ(|incident| incident.assigned_to.as_deref())),
        ("classification", differ(|incident| verdict(incident.classification))),
        ("determination", differ(|incident| verdict(incident.determination))),
    ] {
        if differs {
            return Err(Refusal::bad_request(format!(
                "The incidents cannot be merged: they have different values of {name}."
            )));
        }
    }
    Ok(())
}

/// An incident without a verdict says "unknown".
fn verdict(member: &str) -> Option<&str> {
    (member != "unknown").then_some(member)
}

/// Ids, each once, in the order of the request.
fn ids(value: Value) -> Result<Vec<String>, Refusal> {
    let Value::Array(items) = value else { return Err(Refusal::body()) };
    let mut ids = Vec::new();
    for item in items {
        let Value::String(id) = item else { return Err(Refusal::body()) };
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Flags in one string, with or without spaces after the commas. They are feedback for Microsoft: no record shows them.
fn check_reasons(value: &Value) -> Result<(), Refusal> {
    let is_reason = |word: &str| CORRELATION_REASON.read(word.trim()).is_some_and(|reason| reason != SENTINEL);
    match value {
        Value::Null => Ok(()),
        Value::String(words) if words.split(',').all(is_reason) => Ok(()),
        _ => Err(Refusal::body()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn reasons(value: &Value, good: bool) {
        assert_eq!(check_reasons(value).is_ok(), good, "{value}");
    }

    #[test]
    fn reasons_are_flags_in_one_string() {
        reasons(&json!("sameActor"), true);
        reasons(&json!("SameCampaign, sameACTOR,similarttpsorbehavior"), true);
        reasons(&json!(CORRELATION_REASON.members[..17].join(",")), true);
        reasons(&json!(null), true);
        for value in [
            json!(""),
            json!("sameActor,"),
            json!("sameActor;sameAsset"),
            json!("eventCausalSequence"),
            json!("unknownFutureValue"),
            json!("512"),
            json!(512),
            json!(["sameActor"]),
        ] {
            reasons(&value, false);
        }
    }

    #[test]
    fn an_id_named_twice_counts_once() {
        let read = |value: Value| match value {
            Value::Object(members) => Merge::read(members),
            _ => Err(Refusal::body()),
        };
        let merge = read(json!({"incidentIds": ["2", "1", "2"]})).unwrap();
        assert_eq!(merge, Merge { incidents: vec!["2".into(), "1".into()], comment: None });
        assert!(read(json!({"incidentIds": ["2", "2"]})).is_err());
    }
}
