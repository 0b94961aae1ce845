//! Decodes incidents as Graph sends them.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/security-incident>.

use crate::error::{Fault, invalid};
use crate::json::{self, Object};
use crate::record::{Record, Shape, number, optional_text, records, text, texts};
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
pub struct Brief {
    /// Decimal digits.
    pub id: String,
    status: String,
    redirect_incident_id: Option<String>,
    /// RFC 3339; empty when the answer has none.
    pub last_update_at: String,
    /// Tags given by people.
    pub custom_tags: Vec<String>,
}

impl Brief {
    const SHAPE: Shape = Shape {
        what: "an incident",
        members: &[
            text("id"),
            text("status"),
            optional_text("redirectIncidentId"),
            optional_text("lastUpdateDateTime"),
            texts("customTags"),
        ],
    };

    /// Reads an incident.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        let mut incident = Self::SHAPE.parse(json, "incident")?;
        Ok(Self {
            id: incident.text("id"),
            status: incident.text("status"),
            redirect_incident_id: incident.optional("redirectIncidentId"),
            last_update_at: incident.text("lastUpdateDateTime"),
            custom_tags: incident.texts("customTags"),
        })
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

const INCIDENT: Shape = Shape {
    what: "an incident",
    members: &[
        text("id"),
        optional_text("tenantId"),
        text("status"),
        text("severity"),
        optional_text("classification"),
        optional_text("determination"),
        optional_text("displayName"),
        optional_text("description"),
        optional_text("summary"),
        optional_text("resolvingComment"),
        optional_text("assignedTo"),
        texts("customTags"),
        texts("systemTags"),
        records("comments", &COMMENT),
        text("createdDateTime"),
        text("lastUpdateDateTime"),
        optional_text("lastModifiedBy"),
        optional_text("incidentWebUrl"),
        optional_text("redirectIncidentId"),
        number("priorityScore"),
        records("alerts", &ALERT),
    ],
};

const COMMENT: Shape = Shape {
    what: "a comment",
    members: &[optional_text("comment"), optional_text("createdByDisplayName"), optional_text("createdDateTime")],
};

const ALERT: Shape = Shape {
    what: "an alert",
    members: &[
        text("id"),
        optional_text("title"),
        text("severity"),
        text("status"),
        optional_text("classification"),
        optional_text("determination"),
        optional_text("serviceSource"),
        optional_text("detectionSource"),
        optional_text("category"),
        optional_text("assignedTo"),
        texts("mitreTechniques"),
        optional_text("alertWebUrl"),
        optional_text("createdDateTime"),
        optional_text("lastUpdateDateTime"),
    ],
};

/// Decodes an incident; `json` is kept as it is.
pub fn decode(json: String) -> Result<Incident, Fault> {
    let mut incident = INCIDENT.parse(&json, "incident")?;
    let (id, status) = (incident.text("id"), incident.text("status"));
    let redirect_incident_id = incident.optional("redirectIncidentId");
    Ok(Incident {
        warnings: redirected(&id, &status, redirect_incident_id.as_deref()),
        id,
        tenant_id: incident.optional("tenantId"),
        status,
        severity: incident.text("severity"),
        classification: incident.optional("classification"),
        determination: incident.optional("determination"),
        display_name: incident.optional("displayName"),
        description: incident.optional("description"),
        summary: incident.optional("summary"),
        resolving_comment: incident.optional("resolvingComment"),
        assigned_to: incident.optional("assignedTo"),
        custom_tags: incident.texts("customTags"),
        system_tags: incident.texts("systemTags"),
        comments: incident.records("comments").into_iter().map(comment).collect(),
        created_at: incident.text("createdDateTime"),
        last_update_at: incident.text("lastUpdateDateTime"),
        last_modified_by: incident.optional("lastModifiedBy"),
        incident_web_url: incident.optional("incidentWebUrl"),
        redirect_incident_id,
        priority_score: incident.number("priorityScore"),
        alerts: incident.records("alerts").into_iter().map(alert).collect(),
        raw_json: json,
    })
}

fn comment(mut comment: Record<'_>) -> Comment {
    Comment {
        comment: comment.optional("comment"),
        created_by: comment.optional("createdByDisplayName"),
        created_at: comment.text("createdDateTime"),
    }
}

fn alert(mut alert: Record<'_>) -> Alert {
    Alert {
        id: alert.text("id"),
        title: alert.optional("title"),
        severity: alert.text("severity"),
        status: alert.text("status"),
        classification: alert.optional("classification"),
        determination: alert.optional("determination"),
        service_source: alert.optional("serviceSource"),
        detection_source: alert.optional("detectionSource"),
        category: alert.optional("category"),
        assigned_to: alert.optional("assignedTo"),
        mitre_techniques: alert.texts("mitreTechniques"),
        alert_web_url: alert.optional("alertWebUrl"),
        created_at: alert.optional("createdDateTime"),
        last_update_at: alert.optional("lastUpdateDateTime"),
    }
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

#[cfg(test)]
mod tests;
