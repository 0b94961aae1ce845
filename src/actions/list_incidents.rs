//! List incidents: one page per call, and a cursor for the next one.

use crate::actions::page::{self, List, with_words};
use crate::actions::read;
use crate::answer::envelope::{self, Meta};
use crate::graph::call::{Answer, Body};
use crate::graph::session::Session;
use crate::request::incident::EXPANDABLE;
use crate::request::list::Query;
use crate::text::fault::Fault;
use crate::wire::host::Host;
use crate::wit::actions::{Incident, IncidentPage, IncidentQuery};

/// The page, typed.
pub async fn typed<H: Host>(session: &Session<'_, H>, query: &IncidentQuery) -> Result<IncidentPage, Fault> {
    let mut incidents = Vec::new();
    let mut decode = |items: &[&str], left_out, warnings: &mut Vec<String>, expanded| {
        let objects = |incident: &Incident| incident.comments.len() + incident.alerts.as_ref().map_or(0, Vec::len);
        incidents = page::decode(items, left_out, warnings, objects)?;
        let lacking = incidents.iter().filter(|incident| expanded && incident.alerts.is_none());
        warnings.extend(lacking.map(|incident| format!("incident {} came without {EXPANDABLE}", incident.id)));
        Ok(())
    };
    let (_, meta) = fetch(session, query, &mut decode).await?;
    Ok(IncidentPage { incidents, total: meta.total, cursor: meta.cursor, warnings: meta.warnings })
}

/// The page as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, query: &IncidentQuery) -> Result<String, Fault> {
    let (body, meta) = fetch(session, query, &mut |_, _, _, _| Ok(())).await?;
    Ok(envelope::close(body, &meta))
}

/// Decodes the items of a page, given how many were left out and whether alerts were requested, and adds warnings.
type Decode<'d> = &'d mut dyn FnMut(&[&str], usize, &mut Vec<String>, bool) -> Result<(), Fault>;

/// Gets a page: its body, and the metadata for the caller. Both forms use it.
async fn fetch<H: Host>(
    session: &Session<'_, H>,
    query: &IncidentQuery,
    decode: Decode<'_>,
) -> Result<(Body, Meta), Fault> {
    let list =
        List { graph: &session.connection.app.graph, path: session.path("security/incidents"), what: "incidents" };
    let query = Query::from(query);
    let target = list.target(&query)?;
    let expands = read::expands(&target);
    let take = |answer: Answer, warning: Option<&str>| {
        let (body, mut meta) = list.read(answer, warning, |items, left_out, warnings| {
            decode(items, left_out, warnings, expands && warning.is_none())
        })?;
        meta.cursor = meta.cursor.map(|link| if expands { read::expanded(link) } else { link });
        Ok((body, meta.cleared(session)))
    };
    let result = read::with_alerts(session, target, "the incidents come", take).await;
    result.map_err(|error| with_words(error, query.filter, query.fields))
}

#[cfg(test)]
mod tests;
