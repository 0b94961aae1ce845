//! Decodes incidents as Graph sends them.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/security-incident>.

use serde::{Deserialize, Deserializer};

use crate::error::{Fault, invalid, undecodable};
use crate::json::{self, Object};
use crate::wit::actions::{Alert, Comment, Incident};

/// Said of an update that was only checked.
pub const DRY_RUN_WARNING: &str = "dry run: nothing was changed";

/// Checks an incident id: decimal digits, so that it cannot leave its path segment.
pub fn id(text: &str) -> Result<&str, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("incident_id: is required"));
    }
    if text.len() > 20 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid("incident_id: must be decimal digits, such as 2972395"));
    }
    Ok(text)
}

/// Header that makes the service answer values newer than `unknownFutureValue`.
/// Source: <https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations>.
pub fn prefer() -> (String, String) {
    ("prefer".into(), "include-unknown-enum-members".into())
}

/// What a caller of `invoke` needs to be told about an incident; the rest passes through.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an incident")]
pub struct Brief {
    /// Decimal digits.
    pub id: String,
    status: String,
    redirect_incident_id: Option<String>,
    /// RFC 3339; empty when the answer has none.
    #[serde(default)]
    pub last_update_date_time: String,
    /// Tags given by people.
    #[serde(default, deserialize_with = "texts")]
    pub custom_tags: Vec<String>,
}

impl Brief {
    /// Reads an incident.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        serde_json::from_str(json).map_err(|error| not_an_incident(&error))
    }

    /// What the caller should know.
    pub fn warnings(&self) -> Vec<String> {
        redirected(&self.id, &self.status, self.redirect_incident_id.as_deref())
    }
}

fn redirected(id: &str, status: &str, to: Option<&str>) -> Vec<String> {
    match to {
        Some(to) if status.eq_ignore_ascii_case("redirected") => {
            vec![format!("incident {id} was merged into incident {to}: get {to} for its present state")]
        }
        _ => Vec::new(),
    }
}

fn not_an_incident(error: &serde_json::Error) -> Fault {
    undecodable("incident", error)
}

/// Decodes an incident; `json` is kept as it is.
pub fn decode(json: String) -> Result<Incident, Fault> {
    let wire: Wire = serde_json::from_str(&json).map_err(|error| not_an_incident(&error))?;
    Ok(Incident {
        warnings: redirected(&wire.id, &wire.status, wire.redirect_incident_id.as_deref()),
        id: wire.id,
        tenant_id: wire.tenant_id,
        status: wire.status,
        severity: wire.severity,
        classification: wire.classification,
        determination: wire.determination,
        display_name: wire.display_name,
        description: wire.description,
        summary: wire.summary,
        resolving_comment: wire.resolving_comment,
        assigned_to: wire.assigned_to,
        custom_tags: wire.custom_tags,
        system_tags: wire.system_tags,
        comments: wire.comments.into_iter().map(Comment::from).collect(),
        created_at: wire.created_date_time,
        last_update_at: wire.last_update_date_time,
        last_modified_by: wire.last_modified_by,
        incident_web_url: wire.incident_web_url,
        redirect_incident_id: wire.redirect_incident_id,
        priority_score: wire.priority_score,
        alerts: wire.alerts.into_iter().map(Alert::from).collect(),
        raw_json: json,
    })
}

/// What an update would send, as an incident that has nothing else.
pub fn of_dry_run(id: String, body: String) -> Incident {
    let members = Object::parse(&body).unwrap_or_default();
    let text = |name: &str| members.text(name);
    let tags = members.raw("customTags").and_then(json::items).unwrap_or_default();
    Incident {
        id,
        tenant_id: None,
        status: text("status").unwrap_or_default(),
        severity: text("severity").unwrap_or_default(),
        classification: text("classification"),
        determination: text("determination"),
        display_name: text("displayName"),
        description: text("description"),
        summary: text("summary"),
        resolving_comment: text("resolvingComment"),
        assigned_to: text("assignedTo"),
        custom_tags: tags.into_iter().filter_map(|tag| json::text(tag.get())).collect(),
        system_tags: Vec::new(),
        comments: Vec::new(),
        created_at: String::new(),
        last_update_at: String::new(),
        last_modified_by: None,
        incident_web_url: None,
        redirect_incident_id: None,
        priority_score: None,
        alerts: Vec::new(),
        warnings: vec![DRY_RUN_WARNING.to_owned()],
        raw_json: body,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an incident")]
struct Wire {
    id: String,
    tenant_id: Option<String>,
    status: String,
    severity: String,
    classification: Option<String>,
    determination: Option<String>,
    display_name: Option<String>,
    description: Option<String>,
    summary: Option<String>,
    resolving_comment: Option<String>,
    assigned_to: Option<String>,
    #[serde(default, deserialize_with = "texts")]
    custom_tags: Vec<String>,
    #[serde(default, deserialize_with = "texts")]
    system_tags: Vec<String>,
    #[serde(default, deserialize_with = "null_as_empty")]
    comments: Vec<WireComment>,
    created_date_time: String,
    last_update_date_time: String,
    last_modified_by: Option<String>,
    incident_web_url: Option<String>,
    redirect_incident_id: Option<String>,
    priority_score: Option<i32>,
    #[serde(default, deserialize_with = "null_as_empty")]
    alerts: Vec<WireAlert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a comment")]
struct WireComment {
    comment: Option<String>,
    created_by_display_name: Option<String>,
    #[serde(default)]
    created_date_time: String,
}

impl From<WireComment> for Comment {
    fn from(wire: WireComment) -> Self {
        Self { comment: wire.comment, created_by: wire.created_by_display_name, created_at: wire.created_date_time }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an alert")]
struct WireAlert {
    id: String,
    title: Option<String>,
    severity: String,
    status: String,
    classification: Option<String>,
    determination: Option<String>,
    service_source: Option<String>,
    detection_source: Option<String>,
    category: Option<String>,
    assigned_to: Option<String>,
    #[serde(default, deserialize_with = "texts")]
    mitre_techniques: Vec<String>,
    alert_web_url: Option<String>,
    created_date_time: Option<String>,
    last_update_date_time: Option<String>,
}

impl From<WireAlert> for Alert {
    fn from(wire: WireAlert) -> Self {
        Self {
            id: wire.id,
            title: wire.title,
            severity: wire.severity,
            status: wire.status,
            classification: wire.classification,
            determination: wire.determination,
            service_source: wire.service_source,
            detection_source: wire.detection_source,
            category: wire.category,
            assigned_to: wire.assigned_to,
            mitre_techniques: wire.mitre_techniques,
            alert_web_url: wire.alert_web_url,
            created_at: wire.created_date_time,
            last_update_at: wire.last_update_date_time,
        }
    }
}

fn null_as_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// A list of texts in which the service allows null.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(null_as_empty::<D, Option<String>>(deserializer)?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests;
