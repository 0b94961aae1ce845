//! The tools that change something, or only check that they could.

use defender_xdr::actions::triage::comment::{self, Owner};
use defender_xdr::actions::triage::update_alert;
use defender_xdr::actions::update_incident;
use defender_xdr::request::vocabulary::Vocabulary;
use defender_xdr::text::fault::{Fault, invalid, quoted};
use defender_xdr::text::json::Writer;
use defender_xdr::wire::host::Host;
use defender_xdr::wit::actions::{IncidentChange, IncidentStatus, TagMode};
use defender_xdr::wit::triage::AlertChange;

use crate::answer::Answer;
use crate::tools::Tools;
use crate::view::{self, Members};

/// What may change of an incident and of an alert, as callers write it.
#[derive(Debug, Default)]
pub struct Change {
    /// A status of the object.
    pub status: Option<String>,
    /// A classification.
    pub classification: Option<String>,
    /// A determination that fits it.
    pub determination: Option<String>,
    /// The owner.
    pub assigned_to: Option<String>,
}

/// Changes an incident.
pub async fn update_incident<H: Host>(
    tools: &Tools<H>,
    incident_id: &str,
    change: Change,
    resolving_comment: Option<String>,
    add_tags: Option<Vec<String>>,
    dry_run: Option<bool>,
) -> Result<String, String> {
    let only_checks = tools.only_checks(dry_run);
    tools
        .call(async |session, answer| {
            let add_tags = add_tags.filter(|tags| !tags.is_empty());
            let change = IncidentChange {
                status: status(change.status.as_deref())?,
                classification: word("classification", change.classification.as_deref())?,
                determination: word("determination", change.determination.as_deref())?,
                assigned_to: change.assigned_to,
                description: None,
                resolving_comment,
                severity: None,
                display_name: None,
                summary: None,
                tag_mode: add_tags.is_some().then_some(TagMode::Append),
                custom_tags: add_tags,
                clear: Vec::new(),
                unchanged_since: None,
                dry_run: Some(only_checks),
            };
            let incident = update_incident::typed(session, incident_id, &change).await?;
            if only_checks {
                return Ok(checked(answer, &incident.raw_json));
            }
            Ok(done(answer, view::incident(&incident), &incident.warnings))
        })
        .await
}

/// Changes an alert.
pub async fn update_alert<H: Host>(
    tools: &Tools<H>,
    alert_id: &str,
    change: Change,
    dry_run: Option<bool>,
) -> Result<String, String> {
    let only_checks = tools.only_checks(dry_run);
    tools
        .call(async |session, answer| {
            let change = AlertChange {
                status: word("status", change.status.as_deref())?,
                classification: word("classification", change.classification.as_deref())?,
                determination: word("determination", change.determination.as_deref())?,
                assigned_to: change.assigned_to,
                clear: Vec::new(),
                dry_run: Some(only_checks),
            };
            let alert = update_alert::typed(session, alert_id, &change).await?;
            if only_checks {
                return Ok(checked(answer, &alert.raw_json));
            }
            Ok(done(answer, view::alert_of_list(&alert), &alert.warnings))
        })
        .await
}

/// Adds a comment to an incident or an alert.
pub async fn add_comment<H: Host>(
    tools: &Tools<H>,
    owner: Owner<'_>,
    text: &str,
    dry_run: Option<bool>,
) -> Result<String, String> {
    let only_checks = tools.only_checks(dry_run);
    tools
        .call(async |session, answer| {
            let list = comment::typed(session, owner, text, Some(only_checks)).await?;
            if only_checks {
                let mut body = Writer::new();
                body.text("comment", &session.cleared(text.to_owned()));
                return Ok(checked(answer, &body.finish()));
            }
            // None are known if the service did not answer with them.
            let count =
                Some(list.comments.len()).filter(|count| *count > 0).map(|count| ("comments", count.to_string()));
            Ok(done(answer, count.into_iter().collect(), &list.warnings))
        })
        .await
}

/// What would be sent.
fn checked(mut answer: Answer, body: &str) -> Answer {
    answer.json("done", "false");
    answer.list("would_send", [body], 1, "it is longer than an answer may be");
    answer.note("only checked, nothing was changed: to do it, call again with dry-run false");
    answer
}

/// What is there now.
fn done(mut answer: Answer, members: Members, warnings: &[String]) -> Answer {
    answer.json("done", "true");
    answer.members(members);
    answer.warnings(warnings);
    answer
}

/// The statuses that an analyst sets; the others are the service's.
fn status(text: Option<&str>) -> Result<Option<IncidentStatus>, Fault> {
    const SET: [IncidentStatus; 3] = [IncidentStatus::Active, IncidentStatus::InProgress, IncidentStatus::Resolved];
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    match IncidentStatus::parse(text) {
        Ok(status) if SET.contains(&status) => Ok(Some(status)),
        _ => {
            let allowed = SET.map(Vocabulary::word).join(", ");
            Err(invalid(format!("status: {} is unknown; allowed: {allowed}", quoted(text))))
        }
    }
}

/// A word of a vocabulary; a blank one counts as absent.
fn word<V: Vocabulary>(name: &str, text: Option<&str>) -> Result<Option<V>, Fault> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    V::parse(text).map(Some).map_err(|why| invalid(format!("{name}: {} {why}", quoted(text))))
}
