//! List alerts, and get one.
//!
//! Sources: <https://learn.microsoft.com/graph/api/security-list-alerts_v2>, <https://learn.microsoft.com/graph/api/security-alert-get>.

use super::{COLLECTION, path};
use crate::actions::page::{self, List, with_words};
use crate::actions::read::{self, decoded, enveloped};
use crate::answer::envelope::{self, Meta};
use crate::graph::call::{Body, Call};
use crate::graph::session::Session;
use crate::request::list::Query;
use crate::text::fault::Fault;
use crate::wire::host::Host;
use crate::wit::triage::{AlertDetails, AlertPage, AlertQuery};

/// One alert, typed.
pub async fn get<H: Host>(session: &Session<'_, H>, alert_id: &str) -> Result<AlertDetails, Fault> {
    read::get(session, &path(alert_id)?, |answer| decoded(answer, None)).await
}

/// One alert, as JSON.
pub async fn get_json<H: Host>(session: &Session<'_, H>, alert_id: &str) -> Result<String, Fault> {
    read::get(session, &path(alert_id)?, |answer| enveloped::<AlertDetails>(answer, None)).await
}

/// A page, typed.
pub async fn list<H: Host>(session: &Session<'_, H>, query: &AlertQuery) -> Result<AlertPage, Fault> {
    let mut alerts = Vec::new();
    let mut decode = |items: &[&str], left_out, warnings: &mut Vec<String>| {
        alerts = page::decode(items, left_out, warnings, |alert: &AlertDetails| alert.comments.len())?;
        Ok(())
    };
    let (_, meta) = fetch(session, query, &mut decode).await?;
    Ok(AlertPage { alerts, total: meta.total, cursor: meta.cursor, warnings: meta.warnings })
}

/// A page, as JSON.
pub async fn list_json<H: Host>(session: &Session<'_, H>, query: &AlertQuery) -> Result<String, Fault> {
    let (body, meta) = fetch(session, query, &mut |_, _, _| Ok(())).await?;
    Ok(envelope::close(body, &meta))
}

/// Decodes the items of a page, given how many were left out, and adds warnings.
type Decode<'d> = &'d mut dyn FnMut(&[&str], usize, &mut Vec<String>) -> Result<(), Fault>;

async fn fetch<H: Host>(
    session: &Session<'_, H>,
    query: &AlertQuery,
    decode: Decode<'_>,
) -> Result<(Body, Meta), Fault> {
    let list = List { graph: &session.connection.app.graph, path: session.path(COLLECTION), what: "alerts" };
    let query = Query::from(query);
    let call = Call::read(list.target(&query)?);
    let take = |answer| list.read(answer, None, &mut *decode).map(|(body, meta)| (body, meta.cleared(session)));
    let result = session.send(&call, take).await;
    result.map_err(|error| with_words(error, query.filter, query.fields))
}
