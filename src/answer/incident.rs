//! Decodes incidents as Graph sends them.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/security-incident>.

use crate::answer::alert::{ALERT, alert};
use crate::answer::comment::{self, COMMENT};
use crate::answer::resource::Resource;
use crate::graph::refusal::check_error;
use crate::text::fault::Fault;
use crate::text::record::{Record, Shape, id, number, raw, records, text, texts};
use crate::wit::actions::Incident;

/// The parts of an incident that `invoke` looks at; the rest passes through.
pub struct Brief {
    /// Decimal digits.
    pub id: String,
    status: Option<String>,
    redirect_incident_id: Option<String>,
    /// RFC 3339.
    pub last_update_at: Option<String>,
    /// Tags given by people; `None` when there are too many to read.
    pub custom_tags: Option<Vec<String>>,
}

impl Brief {
    const SHAPE: Shape = Shape {
        what: "an incident",
        members: &[
            id("id"),
            text("status"),
            text("redirectIncidentId"),
            text("lastUpdateDateTime"),
            texts("customTags"),
            raw("error"),
        ],
    };

    /// Reads an incident.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        Self::SHAPE.read(json, "incident", |mut incident, _| {
            check_error(&mut incident)?;
            Ok(Self {
                id: incident.text("id"),
                status: incident.optional("status"),
                redirect_incident_id: incident.optional("redirectIncidentId"),
                last_update_at: incident.optional("lastUpdateDateTime"),
                custom_tags: incident.texts("customTags"),
            })
        })
    }

    /// What the caller should know.
    pub fn warnings(&self) -> Vec<String> {
        redirected(&self.id, self.status.as_deref(), self.redirect_incident_id.as_deref())
    }
}

fn redirected(id: &str, status: Option<&str>, to: Option<&str>) -> Vec<String> {
    match (status, to) {
        (Some(status), Some(to)) if status.eq_ignore_ascii_case("redirected") => {
            vec![format!("incident {id} was merged into incident {to}: get {to} for its present state")]
        }
        _ => Vec::new(),
    }
}

const INCIDENT: Shape = Shape {
    what: "an incident",
    members: &[
        id("id"),
        text("tenantId"),
        text("status"),
        text("severity"),
        text("classification"),
        text("determination"),
        text("displayName"),
        text("description"),
        text("summary"),
        text("resolvingComment"),
        text("assignedTo"),
        texts("customTags"),
        texts("systemTags"),
        records("comments", &COMMENT),
        text("createdDateTime"),
        text("lastUpdateDateTime"),
        text("lastModifiedBy"),
        text("incidentWebUrl"),
        text("redirectIncidentId"),
        number("priorityScore"),
        records("alerts", &ALERT),
        raw("error"),
    ],
};

impl Resource for Incident {
    const NOUN: &'static str = "incident";

    const SHAPE: &'static Shape = &INCIDENT;

    fn of(mut incident: Record<'_>) -> Self {
        let (id, status) = (incident.text("id"), incident.optional("status"));
        let redirect_incident_id = incident.optional("redirectIncidentId");
        let mut warnings = redirected(&id, status.as_deref(), redirect_incident_id.as_deref());
        let alerts = incident.records("alerts");
        let left_out = alerts.as_ref().map_or(0, |alerts| alerts.left_out);
        let mut tags = |name: &str, tags: Option<Vec<String>>| {
            if tags.is_none() {
                warnings.push(format!("incident {id} has too many {name}; they are left out, and raw_json has them"));
            }
            tags.unwrap_or_default()
        };
        let custom_tags = tags("custom tags", incident.texts("customTags"));
        let system_tags = tags("system tags", incident.texts("systemTags"));
        if left_out > 0 {
            warnings
                .push(format!("{left_out} alerts of incident {id} cannot be read and are left out; raw_json has them"));
        }
        Self {
            warnings,
            id,
            tenant_id: incident.optional("tenantId"),
            status,
            severity: incident.optional("severity"),
            classification: incident.optional("classification"),
            determination: incident.optional("determination"),
            display_name: incident.optional("displayName"),
            description: incident.optional("description"),
            summary: incident.optional("summary"),
            resolving_comment: incident.optional("resolvingComment"),
            assigned_to: incident.optional("assignedTo"),
            custom_tags,
            system_tags,
            comments: comment::all(incident.records("comments")),
            created_at: incident.optional("createdDateTime"),
            last_update_at: incident.optional("lastUpdateDateTime"),
            last_modified_by: incident.optional("lastModifiedBy"),
            incident_web_url: incident.optional("incidentWebUrl"),
            redirect_incident_id,
            priority_score: incident.number("priorityScore"),
            alerts: alerts.map(|mut alerts| alerts.list.iter_mut().map(alert).collect()),
            raw_json: String::new(),
        }
    }

    fn check(json: &str) -> Result<Vec<String>, Fault> {
        Ok(Brief::parse(json)?.warnings())
    }

    fn notes(&mut self) -> (&mut Vec<String>, &mut String) {
        (&mut self.warnings, &mut self.raw_json)
    }
}

#[cfg(test)]
mod tests;
