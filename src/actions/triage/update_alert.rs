//! Update an alert: only the given fields are sent.
//!
//! Source: <https://learn.microsoft.com/graph/api/security-alert-update>.

use super::path;
use crate::actions::update::{Patch, Update, check_pair, text, word};
use crate::graph::session::Session;
use crate::request::vocabulary::Vocabulary as _;
use crate::text::fault::{Fault, invalid};
use crate::wire::host::Host;
use crate::wit::triage::{AlertChange, AlertDetails, ClearableAlertField};

/// The alert after the update, typed; for a dry run, what would be sent.
pub async fn typed<H: Host>(
    session: &Session<'_, H>,
    alert_id: &str,
    change: &AlertChange,
) -> Result<AlertDetails, Fault> {
    update(alert_id, change)?.typed(session).await
}

/// The alert after the update, as JSON; for a dry run, what would be sent.
pub async fn json<H: Host>(session: &Session<'_, H>, alert_id: &str, change: &AlertChange) -> Result<String, Fault> {
    update(alert_id, change)?.json::<_, AlertDetails>(session).await
}

fn update<'u>(alert_id: &'u str, change: &AlertChange) -> Result<Update<'u>, Fault> {
    let object = path(alert_id)?;
    check_pair(change.classification, change.determination)?;
    let members = vec![
        ("assignedTo", text(change.assigned_to.as_deref())),
        ("classification", word(change.classification)),
        ("determination", word(change.determination)),
        ("status", word(change.status)),
    ];
    let clear = change.clear.iter().map(|field| {
        let name = match field {
            ClearableAlertField::AssignedTo => "assignedTo",
            ClearableAlertField::Classification => "classification",
            ClearableAlertField::Determination => "determination",
        };
        (field.word(), name, "null")
    });
    let patch = Patch::new(members, clear)?;
    if patch.is_empty() {
        return Err(invalid("nothing to change: give at least one field besides alert_id"));
    }
    Ok(Update { path: object, id: alert_id.trim(), body: patch.finish(), dry_run: change.dry_run == Some(true) })
}
