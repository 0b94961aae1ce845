//! Merge incidents, and move alerts to another incident.
//!
//! Sources: <https://learn.microsoft.com/graph/api/security-incident-mergeincidents>,
//! <https://learn.microsoft.com/graph/api/security-alert-movealerts>.

use super::once::{Once, Outcome};
use crate::answer::envelope::Meta;
use crate::graph::refusal::check_error;
use crate::graph::session::Session;
use crate::request::alert::{alert_ids, checked_comment, flags, incident_ids};
use crate::request::given;
use crate::request::incident::checked_id;
use crate::text::fault::Fault;
use crate::text::json::{self, Writer};
use crate::text::record::{Shape, id, raw};
use crate::wire::host::Host;
use crate::wit::triage::{AlertMove, Correlation, IncidentMerge};

/// The incident that remains, typed.
pub async fn merge<H: Host>(session: &Session<'_, H>, merge: &IncidentMerge) -> Result<Correlation, Fault> {
    typed(session, merging(merge)?).await
}

/// The incident that remains, as JSON; for a dry run, what would be sent.
pub async fn merge_json<H: Host>(session: &Session<'_, H>, merge: &IncidentMerge) -> Result<String, Fault> {
    merging(merge)?.json(session, target).await
}

/// The incident that the alerts belong to, typed.
pub async fn move_alerts<H: Host>(session: &Session<'_, H>, alerts: &AlertMove) -> Result<Correlation, Fault> {
    typed(session, moving(alerts)?).await
}

/// The incident that the alerts belong to, as JSON; for a dry run, what would be sent.
pub async fn move_alerts_json<H: Host>(session: &Session<'_, H>, alerts: &AlertMove) -> Result<String, Fault> {
    moving(alerts)?.json(session, target).await
}

async fn typed<H: Host>(session: &Session<'_, H>, write: Once) -> Result<Correlation, Fault> {
    let (incident_id, meta) = match write.send(session, target).await? {
        Outcome::Done((id, _), meta) => (Some(id), meta),
        Outcome::Unread(_, meta) => (None, meta),
        Outcome::DryRun(_) => (None, Meta::dry_run()),
    };
    Ok(Correlation { incident_id, warnings: meta.warnings })
}

/// Decodes the answer.
fn target(json: &str) -> Result<String, Fault> {
    const SHAPE: Shape =
        Shape { what: "an object with targetIncidentId", members: &[id("targetIncidentId"), raw("error")] };
    SHAPE.read(json, "target incident", |mut answer, _| {
        check_error(&mut answer)?;
        Ok(answer.text("targetIncidentId"))
    })
}

fn merging(merge: &IncidentMerge) -> Result<Once, Fault> {
    let ids = incident_ids(&merge.incident_ids)?;
    let mut body = Writer::new();
    body.json("incidentIds", &json::list(&ids));
    body.optional("incidentComment", comment(merge.comment.as_deref())?);
    body.optional("mergeReasons", flags(&merge.reasons).as_deref().map(json::quoted));
    Ok(Once {
        path: "security/incidents/mergeIncidents".to_owned(),
        body: body.finish(),
        dry_run: merge.dry_run == Some(true),
        done: "the incidents are merged",
        find_out: "read the incidents with get_incident_details: those that were merged are redirected".to_owned(),
    })
}

fn moving(alerts: &AlertMove) -> Result<Once, Fault> {
    let ids = alert_ids(&alerts.alert_ids)?;
    let target = given(alerts.incident_id.as_deref()).map(checked_id).transpose()?;
    let mut body = Writer::new();
    body.json("alertIds", &json::list(&ids));
    body.json("incidentId", &target.map_or_else(|| "null".to_owned(), json::quoted));
    body.optional("alertComment", comment(alerts.comment.as_deref())?);
    body.optional("newCorrelationReasons", flags(&alerts.reasons).as_deref().map(json::quoted));
    Ok(Once {
        path: "security/alerts_v2/moveAlerts".to_owned(),
        body: body.finish(),
        dry_run: alerts.dry_run == Some(true),
        done: "the alerts are moved",
        find_out: "read the alerts with get_alert: their incidentId says where they are".to_owned(),
    })
}

fn comment(text: Option<&str>) -> Result<Option<String>, Fault> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => checked_comment(text).map(|text| Some(json::quoted(text))),
        None => Ok(None),
    }
}
