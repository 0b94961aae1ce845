//! Checks the input about incidents: the id, and the options of a list.

use crate::request::filter;
use crate::request::list::{Query, given};
use crate::text::fault::{Fault, invalid, quoted};
use crate::wit::actions::IncidentQuery;

/// The service refuses a larger page.
pub const PAGE_MAX: u32 = 50;
/// The only related resource that can be expanded.
pub const EXPANDABLE: &str = "alerts";
/// Name of the query option for related resources.
pub const EXPAND: &str = "$expand";

/// Checks an incident id: decimal digits, so that it cannot leave its path segment.
pub fn checked_id(text: &str) -> Result<&str, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("incident_id: is required"));
    }
    if text.len() > 20 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid("incident_id: must be decimal digits, such as 2972395"));
    }
    Ok(text)
}

/// Whether alerts are asked for.
pub fn expands(expand: Option<&str>) -> Result<bool, Fault> {
    match given(expand) {
        Some(expand) if !expand.eq_ignore_ascii_case(EXPANDABLE) => {
            Err(invalid(format!("expand: {} is unknown; allowed: {EXPANDABLE}", quoted(expand))))
        }
        expand => Ok(expand.is_some()),
    }
}

/// The query options of a list.
pub fn options(query: &IncidentQuery) -> Result<Vec<(&'static str, String)>, Fault> {
    let list = Query {
        max_results: query.max_results,
        page_max: PAGE_MAX,
        skip: query.skip,
        count: query.count,
        expand: expands(query.expand.as_deref())?.then_some((EXPAND, EXPANDABLE)),
        filter: query.filter.as_deref(),
        fields: &filter::INCIDENTS,
        order_by: query.order_by.as_deref(),
    };
    list.options()
}
