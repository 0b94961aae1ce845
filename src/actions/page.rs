//! A page of a list: its address, its items, and the cursor for the next one.

use serde_json::value::RawValue;

use crate::answer::envelope::Meta;
use crate::answer::resource::Resource;
use crate::graph::call::{Answer, Body};
use crate::graph::refusal;
use crate::request::list::Query;
use crate::request::{filter, given};
use crate::text::fault::{Fault, invalid, malformed, remedied};
use crate::text::json::{self, Items};
use crate::text::origin::Origin;
use crate::text::percent;
use crate::text::record::{Record, Shape, items, number, raw};
use crate::wit::types::ErrorKind;

/// Largest page that is decoded: typed values take more memory than their JSON.
const DECODED_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Objects in the lists of a page that are decoded, for the same reason.
const DECODED_MAX_OBJECTS: usize = 100_000;

/// Where a list is, and which addresses belong to it.
pub(super) struct List<'s> {
    pub(super) graph: &'s Origin,
    pub(super) path: String,
    /// What it lists, such as `incidents`.
    pub(super) what: &'static str,
}

impl List<'_> {
    /// Target of the page that is asked for.
    pub(super) fn target(&self, query: &Query<'_>) -> Result<String, Fault> {
        let Some(cursor) = given(query.cursor) else {
            let (mut target, options) = (self.path.clone(), query.options()?);
            percent::append_query(&mut target, options.iter().map(|(name, value)| (*name, value.as_str())));
            return Ok(target);
        };
        if let Some(name) = query.beside_cursor() {
            return Err(invalid(format!("cursor: stands for the whole earlier query; leave out {name}")));
        }
        // Opaque, and sent unchanged.
        self.below(cursor).map(str::to_owned).ok_or_else(|| {
            invalid(format!("cursor: is not a cursor of an earlier page from {}{}", self.graph, self.path))
        })
    }

    /// Path and query of a link, if it stays on the configured origin and path.
    pub(super) fn below<'l>(&self, link: &'l str) -> Option<&'l str> {
        let target = self.graph.strip(link)?;
        let query = target.strip_prefix(self.path.as_str())?.strip_prefix('?')?;
        let printable = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        printable.then_some(target)
    }

    /// Reads a page: its body, and the metadata with its count and its cursor. `decode` gets the items, the number of those left out,
    /// and the warnings, to add its own. If the next link cannot be followed, there is a warning instead of a cursor.
    pub(super) fn read(
        &self,
        answer: Answer,
        warning: Option<&str>,
        decode: impl FnOnce(&[&str], usize, &mut Vec<String>) -> Result<(), Fault>,
    ) -> Result<(Body, Meta), Fault> {
        const SHAPE: Shape = Shape {
            what: "an object with value",
            members: &[number("@odata.count"), raw("@odata.nextLink"), items("value"), raw("error")],
        };
        let mut meta = Meta::of(&answer);
        meta.warnings.extend(warning.map(str::to_owned));
        let body = answer.into_body()?;
        let json = body.json();
        let read = SHAPE.read(json, &format!("page of {}", self.what), |mut page, text| {
            let (items, link) = opened(&mut page)?;
            meta.total = page.number("@odata.count");
            meta.cursor = link.and_then(json::text).filter(|link| self.below(link).is_some());
            if link.is_some() && meta.cursor.is_none() {
                meta.warnings.push(format!(
                    "there are more {}, but the service's link to the next page does not lead to the configured Graph endpoint, so \
                     there is no cursor: use skip",
                    self.what
                ));
            }
            // Taken from the original text, even if a mended copy was parsed.
            let place = |item: &str| item.as_ptr().addr() - text.as_ptr().addr();
            let received = |item: &&RawValue| json.get(place(item.get())..)?.get(..item.get().len());
            let list: Vec<&str> = items.list.iter().filter_map(received).collect();
            decode(&list, items.left_out, &mut meta.warnings)
        });
        read.map_err(|fault| refusal::spliced_object(json).unwrap_or(fault))?;
        Ok((body, meta))
    }
}

/// The items of a page and its next link, if there is one.
///
/// # Errors
/// The service's, if it broke off the answer with one.
pub(super) fn opened<'a>(page: &mut Record<'a>) -> Result<(Items<'a>, Option<&'a str>), Fault> {
    let items = page.items("value");
    refusal::check_error(page)?;
    if let Some(fault) = items.list.last().and_then(|item| refusal::spliced_item(item.get())) {
        return Err(fault);
    }
    Ok((items, page.raw("@odata.nextLink").filter(|link| !["null", r#""""#].contains(link))))
}

/// Decodes the items of a page; `objects` counts those within an item. What has no id is left out, with a warning.
pub(super) fn decode<R: Resource>(
    items: &[&str],
    mut left_out: usize,
    warnings: &mut Vec<String>,
    objects: impl Fn(&R) -> usize,
) -> Result<Vec<R>, Fault> {
    let mut decoded = Vec::new();
    let (mut bytes, mut count) = (0, 0);
    for item in items {
        bytes += item.len();
        if bytes > DECODED_MAX_BYTES || count > DECODED_MAX_OBJECTS {
            return Err(too_large());
        }
        // The rest of the page is still usable.
        let Ok(object) = R::decode((*item).to_owned()) else {
            left_out += 1;
            continue;
        };
        count += 1 + objects(&object);
        decoded.push(object);
    }
    if left_out > 0 {
        warnings.push(format!("{left_out} items of the page are not {}s and are left out", R::NOUN));
    }
    Ok(decoded)
}

/// Has a remedy, so that it is not retried.
fn too_large() -> Fault {
    let remedy =
        "ask for a smaller page with max_results, or without expand, or with json.invoke, which passes pages on";
    let message = format!(
        "the page is larger than the {DECODED_MAX_BYTES} bytes and {DECODED_MAX_OBJECTS} objects that are decoded"
    );
    remedied(malformed(message), remedy)
}

/// Adds the allowed words to a refusal of a filter.
pub(super) fn with_words(error: Fault, filter: Option<&str>, fields: &filter::Fields) -> Fault {
    match given(filter).filter(|_| error.kind == ErrorKind::Rejected).and_then(|filter| fields.remedy(filter)) {
        Some(remedy) => remedied(error, remedy),
        None => error,
    }
}
