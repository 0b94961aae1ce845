//! Checks the input about incidents: the id, and the options of a list.

use crate::request::filter;
use crate::text::fault::{Fault, invalid, quoted};
use crate::wit::actions::IncidentQuery;

/// The service refuses a larger page.
pub const PAGE_MAX: u32 = 50;
/// The only related resource that can be expanded.
pub const EXPANDABLE: &str = "alerts";
/// Longest filter and longest order: servers refuse much longer addresses.
pub const FILTER_MAX_BYTES: usize = 16 * 1024;
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

/// A blank text counts as absent.
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The query options of a list.
pub fn options(query: &IncidentQuery) -> Result<Vec<(&'static str, String)>, Fault> {
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

/// `field [asc|desc]`, separated by commas.
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
