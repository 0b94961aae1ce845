//! Get incident details.

use crate::envelope::{self, Meta};
use crate::error::Fault;
use crate::graph::{Answer, Call, Due, Session};
use crate::host::Method;
use crate::incident::{self, Brief};
use crate::retry::Effect;
use crate::wit::actions::Incident;

/// The incident, typed.
pub fn typed(session: &Session<'_>, incident_id: &str) -> Result<Incident, Fault> {
    fetch(session, incident::id(incident_id)?, decoded)
}

/// The incident as JSON.
pub fn json(session: &Session<'_>, incident_id: &str) -> Result<String, Fault> {
    fetch(session, incident::id(incident_id)?, enveloped)
}

/// Gets an incident and makes something of it.
pub(super) fn fetch<T>(
    session: &Session<'_>,
    id: &str,
    take: impl FnMut(Answer) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let call = Call {
        method: Method::Get,
        target: session.path(&format!("security/incidents/{id}")),
        headers: vec![incident::prefer()],
        body: b"",
        effect: Effect::Read,
        due: Due::Json,
    };
    session.send(&call, take)
}

/// An answer that is an incident, typed.
pub(super) fn decoded(answer: Answer) -> Result<Incident, Fault> {
    let service_warnings = Meta::of(&answer).warnings;
    let mut incident = incident::decode(answer.into_body()?.text)?;
    incident.warnings.extend(service_warnings);
    Ok(incident)
}

/// An answer that is an incident, in the envelope.
pub(super) fn enveloped(answer: Answer) -> Result<String, Fault> {
    let mut meta = Meta::of(&answer);
    let body = answer.into_body()?;
    meta.warnings.extend(Brief::parse(body.json())?.warnings());
    Ok(envelope::close(body, &meta))
}

#[cfg(test)]
mod tests;
