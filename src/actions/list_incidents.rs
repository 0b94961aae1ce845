//! List incidents: one page a call, and a cursor to the next one.

use serde_json::value::RawValue;

use crate::envelope::{self, Meta};
use crate::error::{Fault, invalid, malformed};
use crate::filter;
use crate::graph::{Answer, Body, Call, Session};
use crate::host::Method;
use crate::incident;
use crate::percent;
use crate::record::{Shape, items, number, optional_text};
use crate::retry::Effect;
use crate::wit::actions::{IncidentPage, IncidentQuery};
use crate::wit::types::{Error, ErrorKind};

/// The service refuses a larger page.
pub const PAGE_MAX: u32 = 50;
/// The one related resource that incidents can be expanded with.
pub const EXPANDABLE: &str = "alerts";

/// The page, typed.
pub fn typed(session: &Session<'_>, query: &IncidentQuery) -> Result<IncidentPage, Fault> {
    let (body, meta, cursor) = fetch(session, query)?;
    let page = Page::parse(&body)?;
    let incidents = page.incidents.iter().map(|incident| incident::decode(incident.get().to_owned()));
    Ok(IncidentPage {
        incidents: incidents.collect::<Result<_, _>>()?,
        total: page.count,
        cursor: cursor.check(page.next_link)?,
        warnings: meta.warnings,
    })
}

/// The page as JSON.
pub fn json(session: &Session<'_>, query: &IncidentQuery) -> Result<String, Fault> {
    let (body, mut meta, cursor) = fetch(session, query)?;
    let page = Page::parse(&body)?;
    meta.total = page.count;
    meta.cursor = cursor.check(page.next_link)?;
    Ok(envelope::close(body, &meta))
}

struct Page<'a> {
    count: Option<u64>,
    next_link: Option<String>,
    incidents: Vec<&'a RawValue>,
}

impl<'a> Page<'a> {
    const SHAPE: Shape = Shape {
        what: "an object with value",
        members: &[number("@odata.count"), optional_text("@odata.nextLink"), items("value")],
    };

    fn parse(body: &'a Body) -> Result<Self, Fault> {
        let mut page = Self::SHAPE.parse(body.json(), "page of incidents")?;
        Ok(Self {
            count: page.number("@odata.count"),
            next_link: page.optional("@odata.nextLink"),
            incidents: page.items("value"),
        })
    }
}

fn fetch<'s>(session: &'s Session<'_>, query: &IncidentQuery) -> Result<(Body, Meta, Cursor<'s>), Fault> {
    let cursor = Cursor { session, path: session.path("security/incidents") };
    let (answer, warning) = match given(query.cursor.as_deref()) {
        Some(link) => (send(session, cursor.target(query, link)?)?, None),
        None => first_page(session, query, &cursor.path)?,
    };
    let mut meta = Meta::of(&answer);
    meta.warnings.extend(warning);
    Ok((answer.into_body()?, meta, cursor))
}

/// A blank text is as good as none.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn send(session: &Session<'_>, target: String) -> Result<Answer, Fault> {
    session.send(&Call {
        method: Method::Get,
        target,
        headers: vec![incident::prefer()],
        body: b"",
        effect: Effect::Read,
    })
}

fn first_page(session: &Session<'_>, query: &IncidentQuery, path: &str) -> Result<(Answer, Option<String>), Fault> {
    let options = options(query)?;
    let target = |expand: bool| {
        let mut target = path.to_owned();
        let wanted = options.iter().filter(|(name, _)| expand || *name != "$expand");
        percent::append_query(&mut target, wanted.map(|(name, value)| (*name, value.as_str())));
        target
    };
    if !options.iter().any(|(name, _)| *name == "$expand") {
        return Ok((send(session, target(false))?, None));
    }
    // A token that cannot be had is not mended by expanding less.
    session.token()?;
    // Expanding is the part that fails when the service is under load, so half of the time is kept for the incidents alone.
    let exchange = session.exchange;
    let half = exchange.host.now().saturating_add(exchange.remaining() / 2);
    match send(&session.until(half), target(true)) {
        Err(error) if is_overload(&error) => {
            let answer = send(session, target(false))?;
            let warning = format!("the incidents come without {EXPANDABLE}: {}", error.message);
            Ok((answer, Some(warning)))
        }
        result => Ok((result?, None)),
    }
}

fn is_overload(error: &Error) -> bool {
    error.kind == ErrorKind::Interrupted || error.status.is_some_and(|status| status >= 500)
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
            return Err(invalid(format!("expand: '{expand}' is unknown; allowed: {EXPANDABLE}")));
        }
        options.push(("$expand", EXPANDABLE.to_owned()));
    }
    if let Some(filter) = given(query.filter.as_deref()) {
        filter::check(filter).map_err(|why| invalid(format!("filter: {why}")))?;
        options.push(("$filter", filter.to_owned()));
    }
    if let Some(order) = given(query.order_by.as_deref()) {
        check_order(order)?;
        options.push(("$orderby", order.to_owned()));
    }
    Ok(options)
}

/// `field [asc|desc]`, several with commas between.
fn check_order(order: &str) -> Result<(), Fault> {
    for part in order.split(',') {
        let words: Vec<&str> = part.split_whitespace().collect();
        let (field, direction) = match words[..] {
            [field] => (field, "asc"),
            [field, direction] => (field, direction),
            _ => return Err(invalid("order_by: must be a field and asc or desc, such as 'lastUpdateDateTime desc'")),
        };
        let is_name = field.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_name || !["asc", "desc"].iter().any(|known| known.eq_ignore_ascii_case(direction)) {
            return Err(invalid(format!(
                "order_by: '{}' is not a field and asc or desc, such as 'lastUpdateDateTime desc'",
                part.trim()
            )));
        }
    }
    Ok(())
}

/// Where the next page starts: the service's own link, which is opaque and sent as it is, but only where the token may go.
struct Cursor<'s> {
    session: &'s Session<'s>,
    path: String,
}

impl Cursor<'_> {
    /// Path and query of a link, if it stays on the configured origin and path.
    fn below<'l>(&self, link: &'l str) -> Option<&'l str> {
        let target = self.session.connection.graph.strip(link)?;
        let query = target.strip_prefix(self.path.as_str())?.strip_prefix('?')?;
        let printable = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        printable.then_some(target)
    }

    fn target(&self, query: &IncidentQuery, link: &str) -> Result<String, Fault> {
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
            invalid(format!("cursor: is no cursor of an earlier page from {graph}{}", self.path))
        })?;
        Ok(target.to_owned())
    }

    fn check(&self, next_link: Option<String>) -> Result<Option<String>, Fault> {
        match next_link {
            Some(link) if self.below(&link).is_none() => Err(malformed(
                "the link to the next page leads away from the configured Graph endpoint, so it is not followed",
            )),
            link => Ok(link),
        }
    }
}

#[cfg(test)]
mod tests;
