//! List alerts, and get one.
//!
//! Sources: <https://learn.microsoft.com/graph/api/security-list-alerts_v2>, <https://learn.microsoft.com/graph/api/security-alert-get>.

use super::{COLLECTION, path};
use crate::actions::page::{self, List, Page, with_words};
use crate::actions::read::{self, decoded, enveloped};
use crate::answer::envelope::{self, Meta};
use crate::graph::session::{Answer, Body, Call, Session};
use crate::request::alert::options;
use crate::request::filter;
use crate::request::list::given;
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
    let (mut alerts, mut warnings) = (Vec::new(), Vec::new());
    let mut decode = |items: &[&str], left_out| {
        warnings.clear();
        alerts = page::decode(items, left_out, &mut warnings, |alert: &AlertDetails| alert.comments.len())?;
        Ok(())
    };
    let (_, page, meta) = fetch(session, query, &mut decode).await?;
    Ok(AlertPage {
        alerts,
        total: page.count,
        cursor: page.cursor,
        warnings: meta.warnings.into_iter().chain(warnings).collect(),
    })
}

/// A page, as JSON.
pub async fn list_json<H: Host>(session: &Session<'_, H>, query: &AlertQuery) -> Result<String, Fault> {
    let (body, page, meta) = fetch(session, query, &mut |_, _| Ok(())).await?;
    Ok(envelope::close(body, &Meta { total: page.count, cursor: page.cursor, ..meta }))
}

/// Decodes the items of a page, given how many were left out.
type Decode<'d> = &'d mut dyn FnMut(&[&str], usize) -> Result<(), Fault>;

async fn fetch<H: Host>(
    session: &Session<'_, H>,
    query: &AlertQuery,
    decode: Decode<'_>,
) -> Result<(Body, Page, Meta), Fault> {
    let list = List { graph: &session.connection.app.graph, path: session.path(COLLECTION), what: "alerts" };
    let target = match given(query.cursor.as_deref()) {
        Some(cursor) => {
            let others = [
                ("filter", given(query.filter.as_deref()).is_some()),
                ("max_results", query.max_results.is_some()),
                ("skip", query.skip.is_some()),
                ("count", query.count.is_some()),
            ];
            list.next(cursor, &others)?
        }
        None => list.first(&options(query)?),
    };
    let take = |answer: Answer| {
        let mut meta = Meta::of(&answer);
        let body = answer.into_body()?;
        let page = Page::read(body.json(), &list, &mut meta.warnings, &mut *decode)?;
        Ok((body, page, meta))
    };
    let result = session.send(&Call::read(target), take).await;
    result.map_err(|error| with_words(error, query.filter.as_deref(), &filter::ALERTS))
}
