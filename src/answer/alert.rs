//! Decodes alerts as Graph sends them.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/security-alert>.

use crate::answer::comment::{self, COMMENT};
use crate::answer::resource::Resource;
use crate::graph::refusal::check_error;
use crate::text::fault::Fault;
use crate::text::record::{Record, Shape, id, raw, records, text, texts};
use crate::wit::actions::Alert;
use crate::wit::triage::AlertDetails;

/// The members of every alert, and more.
macro_rules! members {
    ($($more:expr),*) => {
        &[
            id("id"),
            text("title"),
            text("severity"),
            text("status"),
            text("classification"),
            text("determination"),
            text("serviceSource"),
            text("detectionSource"),
            text("category"),
            text("assignedTo"),
            texts("mitreTechniques"),
            text("alertWebUrl"),
            text("createdDateTime"),
            text("lastUpdateDateTime"),
            $($more),*
        ]
    };
}

/// An alert within an incident.
pub const ALERT: Shape = Shape { what: "an alert", members: members!() };

/// An alert that is read by itself.
const DETAILS: Shape = Shape {
    what: "an alert",
    members: members!(
        text("incidentId"),
        text("description"),
        text("recommendedActions"),
        text("firstActivityDateTime"),
        text("lastActivityDateTime"),
        text("resolvedDateTime"),
        records("comments", &COMMENT),
        raw("error")
    ),
};

/// Decodes the main properties of an alert.
pub fn alert(alert: &mut Record<'_>) -> Alert {
    Alert {
        id: alert.text("id"),
        title: alert.optional("title"),
        severity: alert.optional("severity"),
        status: alert.optional("status"),
        classification: alert.optional("classification"),
        determination: alert.optional("determination"),
        service_source: alert.optional("serviceSource"),
        detection_source: alert.optional("detectionSource"),
        category: alert.optional("category"),
        assigned_to: alert.optional("assignedTo"),
        mitre_techniques: alert.texts("mitreTechniques").unwrap_or_default(),
        alert_web_url: alert.optional("alertWebUrl"),
        created_at: alert.optional("createdDateTime"),
        last_update_at: alert.optional("lastUpdateDateTime"),
    }
}

impl Resource for AlertDetails {
    const NOUN: &'static str = "alert";
    const SHAPE: &'static Shape = &DETAILS;

    fn of(mut record: Record<'_>) -> Self {
        Self {
            alert: alert(&mut record),
            incident_id: record.optional("incidentId"),
            description: record.optional("description"),
            recommended_actions: record.optional("recommendedActions"),
            first_activity_at: record.optional("firstActivityDateTime"),
            last_activity_at: record.optional("lastActivityDateTime"),
            resolved_at: record.optional("resolvedDateTime"),
            comments: comment::all(record.records("comments")),
            warnings: Vec::new(),
            raw_json: String::new(),
        }
    }

    fn check(json: &str) -> Result<Vec<String>, Fault> {
        const SHAPE: Shape = Shape { what: "an alert", members: &[id("id"), raw("error")] };
        SHAPE.read(json, Self::NOUN, |mut alert, _| check_error(&mut alert))?;
        Ok(Vec::new())
    }

    fn notes(&mut self) -> (&mut Vec<String>, &mut String) {
        (&mut self.warnings, &mut self.raw_json)
    }
}
