//! What a reader needs of an incident, an alert, a comment; absent and empty members are left out.

use defender_xdr::text::json::{Object, Writer, items};
use defender_xdr::wit::actions::{Alert, Comment, Incident};
use defender_xdr::wit::triage::AlertDetails;

use serde_json::value::RawValue;

use crate::answer::text;

/// Members of an object with their JSON.
pub type Members = Vec<(&'static str, String)>;

/// An object.
pub fn object(members: &Members) -> String {
    let mut object = Writer::new();
    for (name, json) in members {
        object.json(name, json);
    }
    object.finish()
}

/// An incident of a list.
pub fn incident(incident: &Incident) -> Members {
    let mut members = texts([
        ("id", Some(&incident.id)),
        ("status", incident.status.as_ref()),
        ("severity", incident.severity.as_ref()),
        ("name", incident.display_name.as_ref()),
        ("classification", incident.classification.as_ref()),
        ("determination", incident.determination.as_ref()),
        ("assigned_to", incident.assigned_to.as_ref()),
        ("created_at", incident.created_at.as_ref()),
        ("last_update_at", incident.last_update_at.as_ref()),
        ("merged_into", incident.redirect_incident_id.as_ref()),
    ]);
    let tags: Vec<&str> = incident.custom_tags.iter().chain(&incident.system_tags).map(String::as_str).collect();
    members.extend(some("tags", "tags_left_out", &tags));
    members.extend(incident.priority_score.map(|score| ("priority_score", score.to_string())));
    members
}

/// The most tags, or techniques, that are shown.
const TAGS_MAX: usize = 20;

/// The first of a list, and how many others there are.
fn some(name: &'static str, left_out: &'static str, list: &[impl AsRef<str>]) -> Members {
    let shown: Vec<String> = list.iter().take(TAGS_MAX).map(|item| text(item.as_ref())).collect();
    let mut members = Vec::new();
    if !shown.is_empty() {
        members.push((name, format!("[{}]", shown.join(","))));
    }
    if list.len() > TAGS_MAX {
        members.push((left_out, (list.len() - TAGS_MAX).to_string()));
    }
    members
}

/// What a single incident shows besides.
pub fn incident_details(incident: &Incident) -> Members {
    texts([
        ("description", incident.description.as_ref()),
        ("summary", incident.summary.as_ref()),
        ("resolving_comment", incident.resolving_comment.as_ref()),
        ("url", incident.incident_web_url.as_ref()),
    ])
}

/// An alert.
pub fn alert(alert: &Alert) -> Members {
    let mut members = texts([
        ("id", Some(&alert.id)),
        ("title", alert.title.as_ref()),
        ("severity", alert.severity.as_ref()),
        ("status", alert.status.as_ref()),
        ("classification", alert.classification.as_ref()),
        ("determination", alert.determination.as_ref()),
        ("source", alert.service_source.as_ref()),
        ("category", alert.category.as_ref()),
        ("assigned_to", alert.assigned_to.as_ref()),
        ("created_at", alert.created_at.as_ref()),
        ("last_update_at", alert.last_update_at.as_ref()),
    ]);
    members.extend(some("mitre_techniques", "mitre_techniques_left_out", &alert.mitre_techniques));
    members
}

/// What an alert shows outside of its incident.
pub fn alert_of_list(details: &AlertDetails) -> Members {
    let mut members = alert(&details.alert);
    members.extend(texts([("incident_id", details.incident_id.as_ref())]));
    members
}

/// What a single alert shows besides.
pub fn alert_details(details: &AlertDetails) -> Members {
    texts([
        ("description", details.description.as_ref()),
        ("recommended_actions", details.recommended_actions.as_ref()),
        ("first_activity_at", details.first_activity_at.as_ref()),
        ("last_activity_at", details.last_activity_at.as_ref()),
        ("resolved_at", details.resolved_at.as_ref()),
        ("url", details.alert.alert_web_url.as_ref()),
    ])
}

/// The evidence of an alert, as received.
pub fn evidence(details: &AlertDetails) -> Vec<&str> {
    let object = Object::parse(&details.raw_json).unwrap_or_default();
    let list = object.raw("evidence").and_then(items).unwrap_or_default();
    list.into_iter().map(RawValue::get).collect()
}

/// A comment.
pub fn comment(comment: &Comment) -> String {
    object(&texts([
        ("comment", comment.comment.as_ref()),
        ("created_by", comment.created_by.as_ref()),
        ("created_at", comment.created_at.as_ref()),
    ]))
}

fn texts<const N: usize>(members: [(&'static str, Option<&String>); N]) -> Members {
    let present =
        members.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    present.map(|(name, value)| (name, text(value))).collect()
}
