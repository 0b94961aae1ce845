//! List incidents: one page a call, and a cursor to the next one.

use serde_json::value::RawValue;

use crate::envelope::{self, Meta};
use crate::error::{Fault, invalid, malformed, quoted};
use crate::exchange::Patience;
use crate::filter;
use crate::graph::{Answer, Body, Call, Due, Session};
use crate::graph_error;
use crate::host::Method;
use crate::incident;
use crate::json;
use crate::percent;
use crate::record::{Shape, items, number, raw};
use crate::retry::Effect;
use crate::wit::actions::{Incident, IncidentPage, IncidentQuery};
use crate::wit::types::{Error, ErrorKind};

/// The service refuses a larger page.
pub const PAGE_MAX: u32 = 50;
/// The one related resource that incidents can be expanded with.
pub const EXPANDABLE: &str = "alerts";
/// Longest filter, and longest order, in bytes: addresses that are much longer get nowhere.
pub const FILTER_MAX_BYTES: usize = 16 * 1024;
/// Largest page that is decoded: typed values take more room than their JSON.
const DECODED_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Objects in the lists of a page that are decoded, for the same reason.
const DECODED_MAX_OBJECTS: usize = 100_000;

/// The page, typed.
pub fn typed(session: &Session<'_>, query: &IncidentQuery) -> Result<IncidentPage, Fault> {
    let (_, page, decoded, meta) = fetch(session, query, Decoded::of)?;
    Ok(IncidentPage {
        incidents: decoded.incidents,
        total: page.count,
        cursor: page.cursor,
        warnings: meta.warnings.into_iter().chain(decoded.warnings).collect(),
    })
}

/// The page as JSON.
pub fn json(session: &Session<'_>, query: &IncidentQuery) -> Result<String, Fault> {
    let (body, page, (), meta) = fetch(session, query, |_, _, _| Ok(()))?;
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
            // Without an id it is no incident; the rest of the page is still good.
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

/// A repeat would not mend it; see [`Session::send`].
fn too_large(message: String) -> Fault {
    let remedy =
        "ask for a smaller page with max_results, or without expand, or with json.invoke, which passes pages on";
    Box::new(Error { remedy: Some(remedy.to_owned()), ..*malformed(message) })
}

/// What is known of a page besides its incidents.
struct Page {
    count: Option<u64>,
    cursor: Option<String>,
}

impl Page {
    const SHAPE: Shape = Shape {
        what: "an object with value",
        members: &[number("@odata.count"), raw("@odata.nextLink"), items("value"), raw("error")],
    };

    /// Reads a page and makes something of its items. A next link that cannot be followed costs the cursor and gets a warning.
    fn read<D>(
        json: &str,
        list: &List<'_>,
        expands: bool,
        warnings: &mut Vec<String>,
        decode: impl FnOnce(&[&str], usize) -> Result<D, Fault>,
    ) -> Result<(Self, D), Fault> {
        Self::SHAPE.read(json, "page of incidents", |mut page, text| {
            let items = page.items("value");
            let in_items = || items.list.last().and_then(|item| graph_error::spliced_item(item.get()));
            if let Some(fault) = page.raw("error").and_then(graph_error::spliced).or_else(in_items) {
                return Err(fault);
            }
            let count = page.number("@odata.count");
            let link = page.raw("@odata.nextLink").filter(|link| !["null", r#""""#].contains(link));
            let cursor = link.and_then(json::text).filter(|link| list.below(link).is_some());
            if link.is_some() && cursor.is_none() {
                warnings.push(NO_CURSOR.to_owned());
            }
            // As they came, should the text have been mended.
            let place = |item: &str| item.as_ptr().addr() - text.as_ptr().addr();
            let received = |item: &&RawValue| json.get(place(item.get())..)?.get(..item.get().len());
            let list: Vec<&str> = items.list.iter().filter_map(received).collect();
            let cursor = cursor.map(|link| if expands { expanded(link) } else { link });
            Ok((Self { count, cursor }, decode(&list, items.left_out)?))
        })
    }
}

/// Said of a page whose next link cannot be followed.
const NO_CURSOR: &str = "there are more incidents, but the service's link to the next page does not lead to the configured Graph \
     endpoint, so there is no cursor: use skip";

/// Gets a page: its body, what is known of it, what was made of its items, and the rest of what a caller needs to know.
fn fetch<D>(
    session: &Session<'_>,
    query: &IncidentQuery,
    decode: impl Fn(&[&str], usize, bool) -> Result<D, Fault>,
) -> Result<(Body, Page, D, Meta), Fault> {
    let list = List { session, path: session.path("security/incidents") };
    let (target, plain) = match given(query.cursor.as_deref()) {
        Some(link) => list.next(query, link)?,
        None => list.first(query)?,
    };
    let expands = plain.is_some();
    let take = |answer: Answer, warning: Option<&str>| {
        let mut meta = Meta::of(&answer);
        meta.warnings.extend(warning.map(str::to_owned));
        let body = answer.into_body()?;
        let (page, decoded) = Page::read(body.json(), &list, expands, &mut meta.warnings, |items, left_out| {
            decode(items, left_out, expands && warning.is_none())
        })?;
        Ok((body, page, decoded, meta))
    };
    let result = match plain {
        None => send(session, target, |answer| take(answer, None)),
        Some(plain) => {
            // A token that cannot be had is not mended by expanding less.
            session.token()?;
            // Expanding is the part that fails when the service is under load.
            match send(&session.with(Patience::LeavesHalf), target, |answer| take(answer, None)) {
                Err(error) if is_overload(&error) => {
                    let warning = format!("the incidents come without {EXPANDABLE}: {}", error.message);
                    send(session, plain, |answer| take(answer, Some(&warning)))
                }
                result => result,
            }
        }
    };
    result.map_err(|error| with_words(error, query))
}

/// A blank text is as good as none.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn send<T>(session: &Session<'_>, target: String, take: impl FnMut(Answer) -> Result<T, Fault>) -> Result<T, Fault> {
    let call = Call {
        method: Method::Get,
        target,
        headers: vec![incident::prefer()],
        body: b"",
        effect: Effect::Read,
        due: Due::Json,
    };
    session.send(&call, take)
}

fn is_overload(error: &Error) -> bool {
    match error.kind {
        ErrorKind::Interrupted => true,
        ErrorKind::Unavailable | ErrorKind::Throttled => error.status.is_some_and(|status| status >= 500),
        _ => false,
    }
}

/// A refusal of a filter tells which words there are.
fn with_words(mut error: Fault, query: &IncidentQuery) -> Fault {
    if error.kind == ErrorKind::Rejected
        && let Some(remedy) = given(query.filter.as_deref()).and_then(filter::remedy)
    {
        error.remedy = Some(remedy);
    }
    error
}

fn options(query: &IncidentQuery) -> Result<Vec<(&'static str, String)>, Fault> {
    let mut options = Vec::new();
    if let Some(max_results) = query.max_results {
        if !(1..=PAGE_MAX).contains(&max_results) {
            return Err(invalid(format!("max_results: {max_results} is out of range; allowed: 1 to {PAGE_MAX}")));
        }
        options.push(("$top", max_results.to_string()));
    }
    if let Some(skip) = query.skip {
        options.push(("$skip", skip.to_string()));
    }
    if query.count == Some(true) {
        options.push(("$count", "true".to_owned()));
    }
    if let Some(expand) = given(query.expand.as_deref()) {
        if !expand.eq_ignore_ascii_case(EXPANDABLE) {
            return Err(invalid(format!("expand: {} is unknown; allowed: {EXPANDABLE}", quoted(expand))));
        }
        options.push((EXPAND, EXPANDABLE.to_owned()));
    }
    if let Some(filter) = given(query.filter.as_deref()) {
        check_length("filter", filter)?;
        filter::check(filter).map_err(|why| invalid(format!("filter: {why}")))?;
        options.push(("$filter", filter.to_owned()));
    }
    if let Some(order) = given(query.order_by.as_deref()) {
        check_length("order_by", order)?;
        check_order(order)?;
        options.push(("$orderby", order.to_owned()));
    }
    Ok(options)
}

fn check_length(name: &str, text: &str) -> Result<(), Fault> {
    if text.len() > FILTER_MAX_BYTES {
        return Err(invalid(format!("{name}: has {} bytes; allowed: {FILTER_MAX_BYTES} at most", text.len())));
    }
    Ok(())
}

/// `field [asc|desc]`, several with commas between.
fn check_order(order: &str) -> Result<(), Fault> {
    for part in order.split(',') {
        let mut words = part.split_whitespace();
        let (field, direction) = (words.next().unwrap_or_default(), words.next().unwrap_or("asc"));
        let is_name = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_direction = ["asc", "desc"].iter().any(|known| known.eq_ignore_ascii_case(direction));
        if !is_name || !is_direction || words.next().is_some() {
            let part = quoted(part.trim());
            return Err(invalid(format!(
                "order_by: {part} is not a field and asc or desc, such as 'lastUpdateDateTime desc'"
            )));
        }
    }
    Ok(())
}

/// Name of the option that asks for related resources.
const EXPAND: &str = "$expand";

/// Whether a pair of a query asks for alerts.
fn asks_for_alerts(pair: &str) -> bool {
    let pair = pair.to_ascii_lowercase();
    let name = pair.strip_prefix('$').or_else(|| pair.strip_prefix("%24"));
    name.and_then(|name| name.strip_prefix("expand=")).is_some_and(|value| value.starts_with(EXPANDABLE))
}

/// A link that asks for alerts: the service's own does not when it followed a page that came without them.
fn expanded(link: String) -> String {
    match link.split_once('?') {
        Some((_, query)) if !query.split('&').any(asks_for_alerts) => format!("{link}&{EXPAND}={EXPANDABLE}"),
        _ => link,
    }
}

/// The list at the service, and which addresses belong to it.
struct List<'s> {
    session: &'s Session<'s>,
    path: String,
}

impl List<'_> {
    /// Where the first page is; and where it is without alerts, if it is asked for with them.
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

    /// The same for a later page.
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
            let graph = &self.session.connection.graph;
            invalid(format!("cursor: is not a cursor of an earlier page from {graph}{}", self.path))
        })?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let rest: Vec<&str> = query.split('&').filter(|pair| !asks_for_alerts(pair)).collect();
        let plain = (rest.len() < query.split('&').count()).then(|| format!("{path}?{}", rest.join("&")));
        Ok((target.to_owned(), plain))
    }

    /// Path and query of a link, if it stays on the configured origin and path. It is opaque and sent as it is.
    fn below<'l>(&self, link: &'l str) -> Option<&'l str> {
        let target = self.session.connection.graph.strip(link)?;
        let query = target.strip_prefix(self.path.as_str())?.strip_prefix('?')?;
        let printable = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        printable.then_some(target)
    }
}

#[cfg(test)]
mod tests;
