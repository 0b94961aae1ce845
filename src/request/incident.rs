//! Checks the input about incidents: the id, and the related resource.

use crate::request::given;
use crate::text::fault::{Fault, invalid, quoted};

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
