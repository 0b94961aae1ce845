//! The query options of a list.

use crate::request::filter::{self, Fields};
use crate::request::incident::{self, EXPAND, EXPANDABLE, expands};
use crate::request::{alert, given};
use crate::text::fault::{Fault, invalid, quoted};
use crate::wit::actions::IncidentQuery;
use crate::wit::triage::AlertQuery;

/// Longest filter and longest order: servers refuse much longer addresses.
pub const FILTER_MAX_BYTES: usize = 16 * 1024;

/// What a caller asks of a list.
#[derive(Debug)]
pub struct Query<'q> {
    /// Where an earlier page ended; it stands for everything else.
    pub cursor: Option<&'q str>,
    /// Length of a page.
    pub max_results: Option<u32>,
    /// The service refuses a larger page.
    pub page_max: u32,
    /// How many to skip.
    pub skip: Option<u32>,
    /// Whether to count all.
    pub count: Option<bool>,
    /// The related resource to include.
    pub expand: Option<&'q str>,
    /// OData filter.
    pub filter: Option<&'q str>,
    /// What the filter may name.
    pub fields: &'static Fields,
    /// Sort order.
    pub order_by: Option<&'q str>,
}

impl Query<'_> {
    /// The options as they are sent.
    ///
    /// # Errors
    /// `invalid-input`, naming the field.
    pub fn options(&self) -> Result<Vec<(&'static str, String)>, Fault> {
        let expands = expands(self.expand)?;
        let mut options = Vec::new();
        if let Some(max_results) = self.max_results {
            if !(1..=self.page_max).contains(&max_results) {
                return Err(invalid(format!(
                    "max_results: {max_results} is out of range; allowed: 1 to {}",
                    self.page_max
                )));
            }
            options.push(("$top", max_results.to_string()));
        }
        if let Some(skip) = self.skip {
            options.push(("$skip", skip.to_string()));
        }
        if self.count == Some(true) {
            options.push(("$count", "true".to_owned()));
        }
        options.extend(expands.then(|| (EXPAND, EXPANDABLE.to_owned())));
        if let Some(filter) = given(self.filter) {
            check_length("filter", filter)?;
            self.fields.check(filter).map_err(|why| invalid(format!("filter: {why}")))?;
            options.push(("$filter", filter.to_owned()));
        }
        if let Some(order) = given(self.order_by) {
            check_length("order_by", order)?;
            check_order(order)?;
            options.push(("$orderby", order.to_owned()));
        }
        Ok(options)
    }

    /// The first parameter that is given beside the cursor.
    pub fn beside_cursor(&self) -> Option<&'static str> {
        let parameters = [
            ("filter", given(self.filter).is_some()),
            ("max_results", self.max_results.is_some()),
            ("skip", self.skip.is_some()),
            ("count", self.count.is_some()),
            ("expand", given(self.expand).is_some()),
            ("order_by", given(self.order_by).is_some()),
        ];
        parameters.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
    }
}

impl<'q> From<&'q IncidentQuery> for Query<'q> {
    fn from(query: &'q IncidentQuery) -> Self {
        Self {
            cursor: query.cursor.as_deref(),
            max_results: query.max_results,
            page_max: incident::PAGE_MAX,
            skip: query.skip,
            count: query.count,
            expand: query.expand.as_deref(),
            filter: query.filter.as_deref(),
            fields: &filter::INCIDENTS,
            order_by: query.order_by.as_deref(),
        }
    }
}

impl<'q> From<&'q AlertQuery> for Query<'q> {
    fn from(query: &'q AlertQuery) -> Self {
        Self {
            cursor: query.cursor.as_deref(),
            max_results: query.max_results,
            page_max: alert::PAGE_MAX,
            skip: query.skip,
            count: query.count,
            expand: None,
            filter: query.filter.as_deref(),
            fields: &filter::ALERTS,
            order_by: None,
        }
    }
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
