//! Get incident details.

use crate::envelope::{self, Meta};
use crate::error::Fault;
use crate::graph::{Answer, Call, Session};
use crate::host::Method;
use crate::incident::{self, Brief};
use crate::retry::Effect;
use crate::wit::actions::Incident;

/// The incident, typed.
pub fn typed(session: &Session<'_>, incident_id: &str) -> Result<Incident, Fault> {
    let answer = fetch(session, incident_id)?;
    let service_warnings = Meta::of(&answer).warnings;
    let mut incident = incident::decode(answer.into_body()?.text)?;
    incident.warnings.extend(service_warnings);
    Ok(incident)
}

/// The incident as JSON.
pub fn json(session: &Session<'_>, incident_id: &str) -> Result<String, Fault> {
    let answer = fetch(session, incident_id)?;
    let mut meta = Meta::of(&answer);
    let body = answer.into_body()?;
    meta.warnings.extend(Brief::parse(body.json())?.warnings());
    Ok(envelope::close(body, &meta))
}

/// The service's answer.
pub fn fetch(session: &Session<'_>, incident_id: &str) -> Result<Answer, Fault> {
    let id = incident::id(incident_id)?;
    session.send(&Call {
        method: Method::Get,
        target: session.path(&format!("security/incidents/{id}")),
        headers: vec![incident::prefer()],
        body: b"",
        effect: Effect::Read,
    })
}

#[cfg(test)]
mod tests;
