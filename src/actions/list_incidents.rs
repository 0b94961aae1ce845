//! List incidents: one page per call, and a cursor for the next one.

use crate::actions::page::{self, List, Page, with_words};
use crate::actions::read;
use crate::answer::envelope::{self, Meta};
use crate::graph::session::{Answer, Body, Session};
use crate::request::filter;
use crate::request::incident::{EXPANDABLE, options};
use crate::request::list::given;
use crate::text::fault::Fault;
use crate::wire::host::Host;
use crate::wit::actions::{Incident, IncidentPage, IncidentQuery};

/// The page, typed.
pub async fn typed<H: Host>(session: &Session<'_, H>, query: &IncidentQuery) -> Result<IncidentPage, Fault> {
    let mut incidents = Vec::new();
    let mut warnings = Vec::new();
    let mut decode = |items: &[&str], left_out, expanded| {
        warnings.clear();
        let objects = |incident: &Incident| incident.comments.len() + incident.alerts.as_ref().map_or(0, Vec::len);
        incidents = page::decode(items, left_out, &mut warnings, objects)?;
        let lacking = incidents.iter().filter(|incident| expanded && incident.alerts.is_none());
        warnings.extend(lacking.map(|incident| format!("incident {} came without {EXPANDABLE}", incident.id)));
        Ok(())
    };
    let (_, page, meta) = fetch(session, query, &mut decode).await?;
    Ok(IncidentPage {
        incidents,
        total: page.count,
        cursor: page.cursor,
        warnings: meta.warnings.into_iter().chain(warnings).collect(),
    })
}

/// The page as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, query: &IncidentQuery) -> Result<String, Fault> {
    let (body, page, meta) = fetch(session, query, &mut |_, _, _| Ok(())).await?;
    Ok(envelope::close(body, &Meta { total: page.count, cursor: page.cursor, ..meta }))
}

/// Decodes the items of a page, given how many were left out and whether alerts were requested.
type Decode<'d> = &'d mut dyn FnMut(&[&str], usize, bool) -> Result<(), Fault>;

/// Gets a page: its body, its count and cursor, and the metadata for the caller. Both forms use it.
async fn fetch<H: Host>(
    session: &Session<'_, H>,
    query: &IncidentQuery,
    decode: Decode<'_>,
) -> Result<(Body, Page, Meta), Fault> {
    let list =
        List { graph: &session.connection.app.graph, path: session.path("security/incidents"), what: "incidents" };
    let target = match given(query.cursor.as_deref()) {
        Some(cursor) => {
            let others = [
                ("filter", given(query.filter.as_deref()).is_some()),
                ("max_results", query.max_results.is_some()),
                ("skip", query.skip.is_some()),
                ("count", query.count.is_some()),
                ("expand", given(query.expand.as_deref()).is_some()),
                ("order_by", given(query.order_by.as_deref()).is_some()),
            ];
            list.next(cursor, &others)?
        }
        None => list.first(&options(query)?),
    };
    let expands = read::expands(&target);
    let take = |answer: Answer, warning: Option<&str>| {
        let mut meta = Meta::of(&answer);
        meta.warnings.extend(warning.map(str::to_owned));
        let body = answer.into_body()?;
        let mut page = Page::read(body.json(), &list, &mut meta.warnings, |items, left_out| {
            decode(items, left_out, expands && warning.is_none())
        })?;
        page.cursor = page.cursor.map(|link| if expands { read::expanded(link) } else { link });
        Ok((body, page, meta))
    };
    let result = read::with_alerts(session, target, "the incidents come", take).await;
    result.map_err(|error| with_words(error, query.filter.as_deref(), &filter::INCIDENTS))
}

#[cfg(test)]
mod tests;
