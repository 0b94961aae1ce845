//! The incident resource: its properties, its type for query options, and how it is written.
//! Property order and nulls are those of the captures.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::alert::Alert;
use super::comment::Comment;
use super::tenant::{TENANT_ID, portal_url};
use super::vocabulary::{CLASSIFICATION, DETERMINATION, INCIDENT_STATUS, SEVERITY};
use crate::message::clock;
use crate::odata::{EntityType, Kind, Operand, Property, Record, filtered, shown};

/// An incident of the tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Incident {
    pub(crate) id: String,
    pub(crate) status: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) classification: &'static str,
    pub(crate) determination: &'static str,
    pub(crate) display_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) resolving_comment: Option<String>,
    pub(crate) assigned_to: Option<String>,
    pub(crate) custom_tags: Vec<Option<String>>,
    pub(crate) system_tags: Vec<&'static str>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) last_modified_by: String,
    pub(crate) redirect: Option<String>,
    pub(crate) priority: Option<u8>,
    pub(crate) alerts: Vec<Alert>,
}

/// The type as query options see it. `$filter` accepts the seven documented properties.
pub(crate) static INCIDENT: EntityType = EntityType {
    name: "microsoft.graph.security.incident",
    properties: &[
        shown("id", Kind::Text),
        shown("tenantId", Kind::Other),
        filtered("status", Kind::Member(&INCIDENT_STATUS)),
        shown("incidentWebUrl", Kind::Other),
        shown("redirectIncidentId", Kind::Text),
        shown("displayName", Kind::Text),
        filtered("createdDateTime", Kind::Time),
        filtered("lastUpdateDateTime", Kind::Time),
        filtered("assignedTo", Kind::Text),
        filtered("classification", Kind::Member(&CLASSIFICATION)),
        filtered("determination", Kind::Member(&DETERMINATION)),
        filtered("severity", Kind::Member(&SEVERITY)),
        shown("customTags", Kind::Other),
        shown("systemTags", Kind::Other),
        shown("description", Kind::Text),
        shown("lastModifiedBy", Kind::Text),
        shown("resolvingComment", Kind::Text),
        shown("summary", Kind::Text),
        shown("priorityScore", Kind::Other),
        shown("comments", Kind::Other),
    ],
    expandable: Some("alerts"),
    default_page: 50,
    largest_page: 50,
};

impl Incident {
    /// All properties but the alerts, in the order of the service.
    pub(crate) fn render(&self, include_unknown: bool) -> Map<String, Value> {
        let rendered = json!({
            "id": self.id,
            "tenantId": TENANT_ID,
            "status": INCIDENT_STATUS.visible(self.status, include_unknown),
            "incidentWebUrl": portal_url(&self.id),
            "redirectIncidentId": self.redirect,
            "displayName": self.display_name,
            "createdDateTime": clock::graph(self.created),
            "lastUpdateDateTime": clock::graph(self.updated),
            "assignedTo": self.assigned_to,
            "classification": self.classification,
            "determination": self.determination,
            "severity": self.severity,
            "customTags": self.custom_tags,
            "systemTags": self.system_tags,
            "description": self.description,
            "lastModifiedBy": self.last_modified_by,
            "resolvingComment": self.resolving_comment,
            "summary": self.summary,
            "priorityScore": self.priority,
            "comments": self.comments.iter().map(Comment::render).collect::<Vec<_>>(),
        });
        match rendered {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// Records a change and who made it.
    pub(crate) fn touch(&mut self, by: String, at: Timestamp) {
        self.last_modified_by = by;
        // Two changes within one tick still follow one another.
        self.updated = if at > self.updated { at } else { clock::next_tick(self.updated) };
    }
}

impl Record for Incident {
    fn id(&self) -> &str {
        &self.id
    }

    fn operand(&self, property: &Property) -> Operand<'_> {
        fn text(text: Option<&String>) -> Operand<'_> {
            text.map_or(Operand::Null, |text| Operand::Text(text))
        }
        let member = |member: &str| match &property.kind {
            Kind::Member(vocabulary) => vocabulary.rank(member).map_or(Operand::Null, Operand::Member),
            Kind::Text | Kind::Time | Kind::Other => Operand::Null,
        };
        match property.name {
            "id" => Operand::Text(&self.id),
            "status" => member(self.status),
            "severity" => member(self.severity),
            "classification" => member(self.classification),
            "determination" => member(self.determination),
            "createdDateTime" => Operand::Time(self.created),
            "lastUpdateDateTime" => Operand::Time(self.updated),
            "assignedTo" => text(self.assigned_to.as_ref()),
            "displayName" => text(self.display_name.as_ref()),
            "description" => text(self.description.as_ref()),
            "summary" => text(self.summary.as_ref()),
            "resolvingComment" => text(self.resolving_comment.as_ref()),
            "redirectIncidentId" => text(self.redirect.as_ref()),
            "lastModifiedBy" => Operand::Text(&self.last_modified_by),
            _ => Operand::Null,
        }
    }
}
