//! Get incident details.

use crate::actions::read::{decoded, enveloped, with_alerts};
use crate::graph::call::Answer;
use crate::graph::session::Session;
use crate::request::incident::{EXPAND, EXPANDABLE, checked_id, expands};
use crate::text::fault::Fault;
use crate::wire::host::Host;
use crate::wit::actions::Incident;

/// The incident, typed.
pub async fn typed<H: Host>(
    session: &Session<'_, H>,
    incident_id: &str,
    expand: Option<&str>,
) -> Result<Incident, Fault> {
    let expanded = expands(expand)?;
    let take = |answer, warning: Option<&str>| {
        let mut incident: Incident = decoded(answer, warning)?;
        if expanded && warning.is_none() && incident.alerts.is_none() {
            incident.warnings.push(format!("incident {} came without {EXPANDABLE}", incident.id));
        }
        Ok(incident)
    };
    fetch(session, incident_id, expanded, take).await
}

/// The incident as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, incident_id: &str, expand: Option<&str>) -> Result<String, Fault> {
    fetch(session, incident_id, expands(expand)?, enveloped::<Incident>).await
}

async fn fetch<H: Host, T>(
    session: &Session<'_, H>,
    incident_id: &str,
    expands: bool,
    take: impl FnMut(Answer, Option<&str>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let options = if expands { format!("?{EXPAND}={EXPANDABLE}") } else { String::new() };
    let target = session.path(&format!("security/incidents/{}{options}", checked_id(incident_id)?));
    with_alerts(session, target, "the incident comes", take).await
}

#[cfg(test)]
mod tests;
