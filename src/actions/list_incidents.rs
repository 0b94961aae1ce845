//! List incidents: one page per call, and a cursor for the next one.

use serde_json::value::RawValue;

use crate::answer::envelope::{self, Meta};
use crate::answer::incident;
use crate::graph::refusal;
use crate::graph::session::{Answer, Body, Call, Session};
use crate::request::filter;
use crate::request::incident::{EXPAND, EXPANDABLE, given, options};
use crate::sign_in::cache::Wanted;
use crate::text::fault::{Fault, invalid, malformed};
use crate::text::json::{self, Items};
use crate::text::origin::Origin;
use crate::text::percent;
use crate::text::record::{Record, Shape, items, number, raw};
use crate::wire::exchange::Patience;
use crate::wire::host::Host;
use crate::wit::actions::{Incident, IncidentPage, IncidentQuery};
use crate::wit::types::{Error, ErrorKind};

/// Largest page that is decoded: typed values take more memory than their JSON.
const DECODED_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Objects in the lists of a page that are decoded, for the same reason.
const DECODED_MAX_OBJECTS: usize = 100_000;

/// The page, typed.
pub async fn typed<H: Host>(session: &Session<'_, H>, query: &IncidentQuery) -> Result<IncidentPage, Fault> {
    let mut decoded = Decoded::default();
    let mut decode = |items: &[&str], left_out, expanded| {
        decoded = Decoded::of(items, left_out, expanded)?;
        Ok(())
    };
    let (_, page, meta) = fetch(session, query, &mut decode).await?;
    Ok(IncidentPage {
        incidents: decoded.incidents,
        total: page.count,
        cursor: page.cursor,
        warnings: meta.warnings.into_iter().chain(decoded.warnings).collect(),
    })
}

/// The page as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, query: &IncidentQuery) -> Result<String, Fault> {
    let (body, page, meta) = fetch(session, query, &mut |_, _, _| Ok(())).await?;
    Ok(envelope::close(body, &Meta { total: page.count, cursor: page.cursor, ..meta }))
}

/// The incidents of a page, typed.
#[derive(Default)]
struct Decoded {
    incidents: Vec<Incident>,
    warnings: Vec<String>,
}

impl Decoded {
    fn of(items: &[&str], mut left_out: usize, expanded: bool) -> Result<Self, Fault> {
        let mut decoded = Self::default();
        let (mut bytes, mut objects) = (0, 0);
        for item in items {
            bytes += item.len();
            if bytes > DECODED_MAX_BYTES || objects > DECODED_MAX_OBJECTS {
                return Err(too_large(format!(
                    "the page is larger than the {DECODED_MAX_BYTES} bytes and {DECODED_MAX_OBJECTS} objects that are decoded"
                )));
            }
            // Without an id it is not an incident; the rest of the page is still usable.
            let Ok(incident) = incident::decode((*item).to_owned()) else {
                left_out += 1;
                continue;
            };
            objects += 1 + incident.comments.len() + incident.alerts.as_ref().map_or(0, Vec::len);
            if expanded && incident.alerts.is_none() {
                decoded.warnings.push(format!("incident {} came without {EXPANDABLE}", incident.id));
            }
            decoded.incidents.push(incident);
        }
        if left_out > 0 {
            decoded.warnings.push(format!("{left_out} items of the page are not incidents and are left out"));
        }
        Ok(decoded)
    }
}

/// Has a remedy, so [`Session::send`] does not retry it.
fn too_large(message: String) -> Fault {
    let remedy =
        "ask for a smaller page with max_results, or without expand, or with json.invoke, which passes pages on";
    Box::new(Error { remedy: Some(remedy.to_owned()), ..*malformed(message) })
}

/// What a page contains besides its incidents.
struct Page {
    count: Option<u64>,
    cursor: Option<String>,
}

impl Page {
    const SHAPE: Shape = Shape {
        what: "an object with value",
        members: &[number("@odata.count"), raw("@odata.nextLink"), items("value"), raw("error")],
    };

    /// Reads a page and decodes its items. If its next link cannot be followed, there is a warning instead of a cursor.
    fn read(
        json: &str,
        list: &List<'_>,
        expands: bool,
        warnings: &mut Vec<String>,
        decode: impl FnOnce(&[&str], usize) -> Result<(), Fault>,
    ) -> Result<Self, Fault> {
        Self::SHAPE.read(json, "page of incidents", |mut page, text| {
            let (items, link) = opened(&mut page)?;
            let count = page.number("@odata.count");
            let cursor = link.and_then(json::text).filter(|link| list.below(link).is_some());
            if link.is_some() && cursor.is_none() {
                warnings.push(NO_CURSOR.to_owned());
            }
            // Taken from the original text, even if a mended copy was parsed.
            let place = |item: &str| item.as_ptr().addr() - text.as_ptr().addr();
            let received = |item: &&RawValue| json.get(place(item.get())..)?.get(..item.get().len());
            let list: Vec<&str> = items.list.iter().filter_map(received).collect();
            let cursor = cursor.map(|link| if expands { expanded(link) } else { link });
            decode(&list, items.left_out)?;
            Ok(Self { count, cursor })
        })
    }
}

/// The items of a page and its next link, if there is one.
///
/// # Errors
/// The service's, if it broke off the answer with one.
pub(super) fn opened<'a>(page: &mut Record<'a>) -> Result<(Items<'a>, Option<&'a str>), Fault> {
    let items = page.items("value");
    let in_items = || items.list.last().and_then(|item| refusal::spliced_item(item.get()));
    if let Some(fault) = page.raw("error").and_then(refusal::spliced).or_else(in_items) {
        return Err(fault);
    }
    Ok((items, page.raw("@odata.nextLink").filter(|link| !["null", r#""""#].contains(link))))
}

/// Warning for a page whose next link cannot be followed.
const NO_CURSOR: &str = "there are more incidents, but the service's link to the next page does not lead to the configured Graph \
     endpoint, so there is no cursor: use skip";

/// Decodes the items of a page, given how many were left out and whether alerts were requested.
type Decode<'d> = &'d mut dyn FnMut(&[&str], usize, bool) -> Result<(), Fault>;

/// Gets a page: its body, its count and cursor, and the metadata for the caller. Both forms use it.
async fn fetch<H: Host>(
    session: &Session<'_, H>,
    query: &IncidentQuery,
    decode: Decode<'_>,
) -> Result<(Body, Page, Meta), Fault> {
    let list = List { graph: &session.connection.app.graph, path: session.path("security/incidents") };
    let (target, plain) = match given(query.cursor.as_deref()) {
        Some(link) => list.next(query, link)?,
        None => list.first(query)?,
    };
    let expands = plain.is_some();
    let mut take = |answer: Answer, warning: Option<&str>| {
        let mut meta = Meta::of(&answer);
        meta.warnings.extend(warning.map(str::to_owned));
        let body = answer.into_body()?;
        let page = Page::read(body.json(), &list, expands, &mut meta.warnings, |items, left_out| {
            decode(items, left_out, expands && warning.is_none())
        })?;
        Ok((body, page, meta))
    };
    let result = match plain {
        None => session.send(&Call::read(target), |answer| take(answer, None)).await,
        Some(plain) => {
            // Without a token, leaving out the alerts does not help.
            session.token(Wanted::Any).await?;
            // Under load, expanding is what fails.
            let hurried = session.with(Patience::LeavesHalf);
            match hurried.send(&Call::read(target), |answer| take(answer, None)).await {
                Err(error) if is_overload(&error) => {
                    let warning = format!("the incidents come without {EXPANDABLE}: {}", error.message);
                    session.send(&Call::read(plain), |answer| take(answer, Some(&warning))).await
                }
                result => result,
            }
        }
    };
    result.map_err(|error| with_words(error, query.filter.as_deref()))
}

fn is_overload(error: &Error) -> bool {
    match error.kind {
        ErrorKind::Interrupted => true,
        ErrorKind::Unavailable | ErrorKind::Throttled => error.status.is_some_and(|status| status >= 500),
        _ => false,
    }
}

/// Adds the allowed words to a refusal of a filter.
pub(super) fn with_words(mut error: Fault, filter: Option<&str>) -> Fault {
    if error.kind == ErrorKind::Rejected
        && let Some(remedy) = given(filter).and_then(filter::remedy)
    {
        error.remedy = Some(remedy);
    }
    error
}

/// Whether a query parameter asks for alerts.
fn asks_for_alerts(pair: &str) -> bool {
    let pair = pair.to_ascii_lowercase();
    let name = pair.strip_prefix('$').or_else(|| pair.strip_prefix("%24"));
    name.and_then(|name| name.strip_prefix("expand=")).is_some_and(|value| value.starts_with(EXPANDABLE))
}

/// The link with alerts requested: after a page without them, the service's own link does not ask for them.
fn expanded(link: String) -> String {
    match link.split_once('?') {
        Some((_, query)) if !query.split('&').any(asks_for_alerts) => format!("{link}&{EXPAND}={EXPANDABLE}"),
        _ => link,
    }
}

/// Where the list is, and which addresses belong to it.
struct List<'s> {
    graph: &'s Origin,
    path: String,
}

impl List<'_> {
    /// Target of the first page, and of the same page without alerts if the query asks for them.
    fn first(&self, query: &IncidentQuery) -> Result<(String, Option<String>), Fault> {
        let options = options(query)?;
        let target = |expand: bool| {
            let mut target = self.path.clone();
            let wanted = options.iter().filter(|(name, _)| expand || *name != EXPAND);
            percent::append_query(&mut target, wanted.map(|(name, value)| (*name, value.as_str())));
            target
        };
        let plain = options.iter().any(|(name, _)| *name == EXPAND).then(|| target(false));
        Ok((target(true), plain))
    }

    /// The same for a further page.
    fn next(&self, query: &IncidentQuery, link: &str) -> Result<(String, Option<String>), Fault> {
        let others = [
            ("filter", given(query.filter.as_deref()).is_some()),
            ("max_results", query.max_results.is_some()),
            ("skip", query.skip.is_some()),
            ("count", query.count.is_some()),
            ("expand", given(query.expand.as_deref()).is_some()),
            ("order_by", given(query.order_by.as_deref()).is_some()),
        ];
        if let Some((name, _)) = others.iter().find(|(_, given)| *given) {
            return Err(invalid(format!("cursor: stands for the whole earlier query; leave out {name}")));
        }
        let target = self.below(link).ok_or_else(|| {
            invalid(format!("cursor: is not a cursor of an earlier page from {}{}", self.graph, self.path))
        })?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let rest: Vec<&str> = query.split('&').filter(|pair| !asks_for_alerts(pair)).collect();
        let plain = (rest.len() < query.split('&').count()).then(|| format!("{path}?{}", rest.join("&")));
        Ok((target.to_owned(), plain))
    }

    /// Path and query of a link, if it stays on the configured origin and path. It is opaque and sent unchanged.
    fn below<'l>(&self, link: &'l str) -> Option<&'l str> {
        let target = self.graph.strip(link)?;
        let query = target.strip_prefix(self.path.as_str())?.strip_prefix('?')?;
        let printable = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        printable.then_some(target)
    }
}

#[cfg(test)]
mod tests;
