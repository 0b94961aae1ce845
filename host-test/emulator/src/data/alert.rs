//! The alert resource: its properties, its type for query options, and how it is written.
//! New alerts have null where incidents have "unknown", as captured.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::comment::Comment;
use super::tenant::{TENANT_ID, portal_url};
use super::vocabulary::{
    ALERT_STATUS, CLASSIFICATION, DETECTION_SOURCE, DETERMINATION, REMEDIATION_STATUS, SERVICE_SOURCE, SEVERITY,
};
use crate::message::clock;
use crate::odata::{EntityType, Kind, Operand, Property, Record, filtered, shown};

/// An alert of an incident.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alert {
    pub(crate) id: String,
    pub(crate) incident_id: String,
    pub(crate) status: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) classification: Option<&'static str>,
    pub(crate) determination: Option<&'static str>,
    pub(crate) service_source: &'static str,
    pub(crate) detection_source: &'static str,
    pub(crate) product: &'static str,
    pub(crate) detector_id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) recommended_actions: &'static str,
    pub(crate) category: &'static str,
    pub(crate) assigned_to: Option<String>,
    pub(crate) threat: Option<&'static str>,
    pub(crate) techniques: &'static [&'static str],
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) resolved: Option<Timestamp>,
    pub(crate) first_activity: Timestamp,
    pub(crate) last_activity: Timestamp,
    pub(crate) comments: Vec<Comment>,
    pub(crate) evidence: Vec<Value>,
}

/// The type as query options see it. `incidentId` is not on the documented list of filters, but scripts in the field
/// use it. A page of a thousand is the documented limit, of the older alerts at least
/// (<https://learn.microsoft.com/graph/api/resources/security-error-codes#constraints>).
pub(crate) static ALERT: EntityType = EntityType {
    name: "microsoft.graph.security.alert",
    properties: &[
        shown("id", Kind::Text),
        shown("providerAlertId", Kind::Other),
        filtered("incidentId", Kind::Text),
        filtered("status", Kind::Member(&ALERT_STATUS)),
        filtered("severity", Kind::Member(&SEVERITY)),
        filtered("classification", Kind::Member(&CLASSIFICATION)),
        filtered("determination", Kind::Member(&DETERMINATION)),
        filtered("serviceSource", Kind::Member(&SERVICE_SOURCE)),
        shown("detectionSource", Kind::Other),
        shown("productName", Kind::Text),
        shown("detectorId", Kind::Other),
        shown("tenantId", Kind::Other),
        shown("title", Kind::Text),
        shown("description", Kind::Other),
        shown("recommendedActions", Kind::Other),
        shown("category", Kind::Text),
        filtered("assignedTo", Kind::Text),
        shown("alertWebUrl", Kind::Other),
        shown("incidentWebUrl", Kind::Other),
        shown("actorDisplayName", Kind::Other),
        shown("threatDisplayName", Kind::Other),
        shown("threatFamilyName", Kind::Other),
        shown("mitreTechniques", Kind::Other),
        filtered("createdDateTime", Kind::Time),
        filtered("lastUpdateDateTime", Kind::Time),
        shown("resolvedDateTime", Kind::Time),
        shown("firstActivityDateTime", Kind::Time),
        shown("lastActivityDateTime", Kind::Time),
        shown("systemTags", Kind::Other),
        shown("alertPolicyId", Kind::Other),
        shown("investigationState", Kind::Other),
        shown("comments", Kind::Other),
        shown("customDetails", Kind::Other),
        shown("evidence", Kind::Other),
        shown("additionalData", Kind::Other),
    ],
    expandable: None,
    default_page: 100,
    largest_page: 1000,
};

impl Alert {
    /// All properties, in the order of the service.
    pub(crate) fn render(&self, include_unknown: bool) -> Map<String, Value> {
        let rendered = json!({
            "id": self.id,
            "providerAlertId": self.id.get(2..),
            "incidentId": self.incident_id,
            "status": self.status,
            "severity": self.severity,
            "classification": self.classification,
            "determination": self.determination,
            "serviceSource": SERVICE_SOURCE.visible(self.service_source, include_unknown),
            "detectionSource": DETECTION_SOURCE.visible(self.detection_source, include_unknown),
            "productName": self.product,
            "detectorId": self.detector_id,
            "tenantId": TENANT_ID,
            "title": self.title,
            "description": self.description,
            "recommendedActions": self.recommended_actions,
            "category": self.category,
            "assignedTo": self.assigned_to,
            "alertWebUrl": format!("https://security.microsoft.com/alerts/{}?tid={TENANT_ID}", self.id),
            "incidentWebUrl": portal_url(&self.incident_id),
            "actorDisplayName": null,
            "threatDisplayName": self.threat,
            "threatFamilyName": self.threat.and_then(|name| name.split(['/', '.']).nth(1)),
            "mitreTechniques": self.techniques,
            "createdDateTime": clock::graph(self.created),
            "lastUpdateDateTime": clock::graph(self.updated),
            "resolvedDateTime": self.resolved.map(clock::graph),
            "firstActivityDateTime": clock::graph(self.first_activity),
            "lastActivityDateTime": clock::graph(self.last_activity),
            "systemTags": [],
            "alertPolicyId": null,
            "investigationState": "unsupportedAlertType",
            "comments": self.comments.iter().map(Comment::render).collect::<Vec<_>>(),
            "customDetails": {},
            "evidence": self.evidence.iter().map(|item| visible_evidence(item, include_unknown)).collect::<Vec<_>>(),
            "additionalData": {},
        });
        match rendered {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// Records a change.
    pub(crate) fn touch(&mut self, at: Timestamp) {
        self.updated = if at > self.updated { at } else { clock::next_tick(self.updated) };
    }
}

/// Evidence with later members of its remediation status hidden.
fn visible_evidence(item: &Value, include_unknown: bool) -> Value {
    let mut item = item.clone();
    if let Some(status) = item.get_mut("remediationStatus")
        && let Some(word) = status.as_str()
    {
        *status = REMEDIATION_STATUS.visible(word, include_unknown).into();
    }
    item
}

impl Record for Alert {
    fn id(&self) -> &str {
        &self.id
    }

    fn operand(&self, property: &Property) -> Operand<'_> {
        let member = |member: Option<&str>| match (&property.kind, member) {
            (Kind::Member(vocabulary), Some(member)) => vocabulary.rank(member).map_or(Operand::Null, Operand::Member),
            _ => Operand::Null,
        };
        match property.name {
            "id" => Operand::Text(&self.id),
            "incidentId" => Operand::Text(&self.incident_id),
            "title" => Operand::Text(&self.title),
            "category" => Operand::Text(self.category),
            "productName" => Operand::Text(self.product),
            "assignedTo" => self.assigned_to.as_deref().map_or(Operand::Null, Operand::Text),
            "status" => member(Some(self.status)),
            "severity" => member(Some(self.severity)),
            "classification" => member(self.classification),
            "determination" => member(self.determination),
            "serviceSource" => member(Some(self.service_source)),
            "createdDateTime" => Operand::Time(self.created),
            "lastUpdateDateTime" => Operand::Time(self.updated),
            "firstActivityDateTime" => Operand::Time(self.first_activity),
            "lastActivityDateTime" => Operand::Time(self.last_activity),
            "resolvedDateTime" => self.resolved.map_or(Operand::Null, Operand::Time),
            _ => Operand::Null,
        }
    }
}
