//! Get incident details.

use crate::answer::envelope::{self, Meta};
use crate::answer::incident::{self, Brief};
use crate::graph::session::{Answer, Call, Session};
use crate::request::incident::checked_id;
use crate::text::fault::Fault;
use crate::wire::host::Host;
use crate::wit::actions::Incident;

/// The incident, typed.
pub async fn typed<H: Host>(session: &Session<'_, H>, incident_id: &str) -> Result<Incident, Fault> {
    fetch(session, checked_id(incident_id)?, decoded).await
}

/// The incident as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, incident_id: &str) -> Result<String, Fault> {
    fetch(session, checked_id(incident_id)?, enveloped).await
}

/// Gets an incident and passes the answer to `take`.
pub(super) async fn fetch<H: Host, T>(
    session: &Session<'_, H>,
    id: &str,
    take: impl FnMut(Answer) -> Result<T, Fault>,
) -> Result<T, Fault> {
    session.send(&Call::read(session.path(&format!("security/incidents/{id}"))), take).await
}

/// Decodes an answer as an incident.
pub(super) fn decoded(answer: Answer) -> Result<Incident, Fault> {
    let service_warnings = Meta::of(&answer).warnings;
    let mut incident = incident::decode(answer.into_body()?.text)?;
    incident.warnings.extend(service_warnings);
    Ok(incident)
}

/// Checks that an answer is an incident, and puts it into the envelope.
pub(super) fn enveloped(answer: Answer) -> Result<String, Fault> {
    let mut meta = Meta::of(&answer);
    let body = answer.into_body()?;
    meta.warnings.extend(Brief::parse(body.json())?.warnings());
    Ok(envelope::close(body, &meta))
}

#[cfg(test)]
mod tests;
