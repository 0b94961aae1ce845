//! Poll incidents: what was created or changed since the last poll, each change once and none lost.
//!
//! The service orders incidents by their last change, so a poll asks for those since the latest change that it knows, and passes over
//! those that it remembers. It never advances past a change that it has not returned. Where a page has only known ones, the next page
//! overlaps with it: incidents that change meanwhile move to the end, and what follows them moves up.

use crate::actions::page::{List, opened, with_words};
use crate::actions::read::with_alerts;
use crate::answer::envelope::{self, Meta};
use crate::answer::incident::Brief;
use crate::answer::resource::Resource as _;
use crate::graph::call::Answer;
use crate::graph::refusal::spliced_object;
use crate::graph::session::Session;
use crate::request::filter;
use crate::request::incident::{EXPAND, EXPANDABLE, PAGE_MAX};
use crate::request::poll::{Change, Options, State, now};
use crate::text::datetime::{Timestamp, parse_http_date, parse_rfc3339};
use crate::text::fault::{Fault, error, malformed, remedied};
use crate::text::json;
use crate::text::percent;
use crate::text::record::{Shape, items, raw};
use crate::wire::host::Host;
use crate::wit::actions::Incident;
use crate::wit::trigger::{PollQuery, PollResult};
use crate::wit::types::ErrorKind;

/// How many incidents of a page are asked for again with the next one.
const OVERLAP: usize = 10;
/// Where incidents are.
const PATH: &str = "security/incidents";
/// The most pages that one poll reads.
const PAGES_MAX: usize = 100;
/// How often pages are read from the start again, when too much changes between them.
const RESTARTS_MAX: usize = 5;

/// The changes, typed.
pub async fn typed<H: Host>(
    session: &Session<'_, H>,
    state: Option<&str>,
    query: &PollQuery,
) -> Result<PollResult, Fault> {
    let (found, meta) = poll(session, state, query).await?;
    let incidents = found.into_iter().map(Incident::decode).collect::<Result<_, _>>()?;
    Ok(PollResult {
        incidents,
        state: meta.state.unwrap_or_default(),
        more: meta.more == Some(true),
        warnings: meta.warnings,
    })
}

/// The changes as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, state: Option<&str>, query: &PollQuery) -> Result<String, Fault> {
    let (found, meta) = poll(session, state, query).await?;
    Ok(envelope::around(&format!("[{}]", found.join(",")), &meta))
}

/// An incident of a page, as it was received.
struct Item {
    json: String,
    change: Change,
}

struct Page {
    items: Vec<Item>,
    /// With those that are no incidents.
    length: usize,
    /// The service's link to the next page.
    link: Option<String>,
    /// The service's clock, in seconds since 1970.
    date: Option<i64>,
    meta: Meta,
}

/// The changed incidents as they were received, and the metadata with the new state.
async fn poll<H: Host>(
    session: &Session<'_, H>,
    state: Option<&str>,
    query: &PollQuery,
) -> Result<(Vec<String>, Meta), Fault> {
    let options = Options::of(query)?;
    let tenant_id = &session.connection.app.tenant_id;
    let our_clock = session.exchange.host.unix_seconds();
    let known = match state {
        Some(state) => Some(State::parse(state, tenant_id, our_clock)?),
        None => State::since(query, our_clock)?,
    };
    let Some(mut state) = known else {
        let ours = now(None, our_clock);
        let page = page(session, &options, first(session, &options, ours, 0, 1), ours).await?;
        let state = State::starting(now(page.date, our_clock).min(ours));
        let meta = Meta { state: Some(state.text(tenant_id)), more: Some(false), ..page.meta };
        return Ok((Vec::new(), meta.cleared(session)));
    };
    let max_results = usize::try_from(options.max_results).unwrap_or(usize::MAX);
    let Page { items: mut found, link, date, mut meta, .. } = unseen(session, &options, &state).await?;
    let more = link.is_some() || found.len() > max_results;
    found.truncate(max_results);
    if state.advance(found.iter().map(|item| item.change), options.look_back, now(date, our_clock)) {
        meta.warnings.push("more changes than the state can hold: look_back is shortened".to_owned());
    }
    let meta = Meta { state: Some(state.text(tenant_id)), more: Some(more), ..meta };
    Ok((found.into_iter().map(|item| item.json).collect(), meta.cleared(session)))
}

/// The first page with changes that the state does not know, without those that it knows.
async fn unseen<H: Host>(session: &Session<'_, H>, options: &Options, state: &State) -> Result<Page, Fault> {
    let since = state.from.max(state.at.saturating_sub(options.look_back));
    let list = List { graph: &session.connection.app.graph, path: session.path(PATH), what: "incidents" };
    let mut restarts = 0;
    let (mut skip, mut top, mut tail) = (0, options.max_results, Vec::<Change>::new());
    let mut target = first(session, options, since, skip, top);
    for _ in 0..PAGES_MAX {
        let Page { items, length, link, date, meta } = page(session, options, target, since).await?;
        // An empty page may have a next one, whose place only the service knows.
        if let (0, Some(link)) = (length, &link) {
            target = String::from(list.below(link).ok_or_else(astray)?);
            continue;
        }
        let is_torn = skip > 0 && !items.is_empty() && !items.iter().any(|item| tail.contains(&item.change));
        if is_torn {
            restarts += 1;
            if restarts > RESTARTS_MAX {
                return Err(too_much("poll again with the same state, with a shorter look_back"));
            }
            (skip, top) = (0, PAGE_MAX);
            tail.clear();
        } else {
            tail = items.iter().map(|item| item.change).collect();
            let items: Vec<Item> =
                items.into_iter().filter(|item| state.seen.binary_search(&item.change).is_err()).collect();
            if !items.is_empty() || link.is_none() {
                return Ok(Page { items, length, link, date, meta });
            }
            // A small first page is asked for again, larger.
            let least = if top < PAGE_MAX { 0 } else { length.div_ceil(2).max(1) };
            skip += length.saturating_sub(OVERLAP).max(least);
            top = PAGE_MAX;
        }
        target = first(session, options, since, skip, top);
    }
    Err(too_much("poll again with the same state; if this repeats, narrow the filter or shorten look_back"))
}

fn too_much(remedy: &str) -> Fault {
    let fault = error(ErrorKind::Unavailable, "too much changes, or too much is known, between the pages of one poll");
    remedied(fault, remedy)
}

/// Target of a page of what changed since a time, oldest change first.
fn first<H: Host>(session: &Session<'_, H>, options: &Options, since: i64, skip: usize, top: u32) -> String {
    let mut target = session.path(PATH);
    let (filter, skip, top) = (options.filter_since(since), skip.to_string(), top.to_string());
    let pairs = [
        Some(("$filter", &filter[..])),
        Some(("$orderby", "lastUpdateDateTime asc")),
        Some(("$top", &top)),
        Some(("$skip", &skip[..])).filter(|_| skip != "0"),
        options.expands.then_some((EXPAND, EXPANDABLE)),
    ];
    percent::append_query(&mut target, pairs.into_iter().flatten());
    target
}

async fn page<H: Host>(session: &Session<'_, H>, options: &Options, target: String, since: i64) -> Result<Page, Fault> {
    let take = |answer, warning: Option<&str>| read(answer, since, warning);
    let page = with_alerts(session, target, "the incidents come", take).await;
    page.map_err(|error| with_words(error, options.filter.as_deref(), &filter::INCIDENTS))
}

fn read(answer: Answer, since: i64, warning: Option<&str>) -> Result<Page, Fault> {
    const SHAPE: Shape =
        Shape { what: "an object with value", members: &[raw("@odata.nextLink"), items("value"), raw("error")] };
    let mut meta = Meta::of(&answer);
    meta.warnings.extend(warning.map(str::to_owned));
    let date = answer.response.header("date").and_then(parse_http_date);
    let body = answer.into_body()?;
    let read = SHAPE.read(body.json(), "page of incidents", |mut page, _| {
        let (list, link) = opened(&mut page)?;
        let mut items: Vec<Item> = Vec::new();
        for item in &list.list {
            // Without an id it is not an incident; without a time it counts as of the one before it.
            let Ok(brief) = Brief::parse(item.get()) else { continue };
            let before = items.last().map_or(since, |item| item.change.at);
            let at = brief.last_update_at.as_deref().and_then(parse_rfc3339).map_or(before, Timestamp::ticks);
            if at < before && !items.is_empty() {
                return Err(out_of_order());
            }
            items.push(Item { json: item.get().to_owned(), change: Change::new(&brief.id, at) });
        }
        let length = list.list.len() + list.left_out;
        let left_out = length - items.len();
        if left_out > 0 {
            meta.warnings.push(format!("{left_out} items are not incidents and are left out"));
        }
        let link = link.map(|link| json::text(link).unwrap_or_default());
        Ok(Page { items, length, link, date, meta: std::mem::take(&mut meta) })
    });
    read.map_err(|fault| spliced_object(body.json()).unwrap_or(fault))
}

fn astray() -> Fault {
    let fault = malformed("the service's link to the next page does not lead to the configured Graph endpoint");
    remedied(fault, "let what stands in front of Graph rewrite the links in its answers")
}

/// Going on from there would lose what comes before.
fn out_of_order() -> Fault {
    let fault = malformed("the incidents do not come in the order of their last update, so that changes could be lost");
    remedied(fault, "poll with the same state later; if this repeats, report it")
}

#[cfg(test)]
mod tests;
