//! Pages of incidents with their alerts: how the cost grows with what has to be decoded.

use super::comparison::times;
use super::error::BenchError;
use super::plan::Plan;
use super::report::Page;
use super::side::{Side as _, Sides};
use super::work;

/// Incidents on a page; the service returns at most 50.
const INCIDENTS: [u32; 3] = [1, 10, 50];
/// Calls of one side in a row.
const CALLS: usize = 5;

/// Times each page.
pub(crate) fn measure(sides: &Sides, plan: &Plan) -> Result<Vec<Page>, BenchError> {
    let timed = INCIDENTS.into_iter().map(|incidents| {
        let work = work::page(incidents);
        let body_bytes = sides.native.answer(&work)?.len();
        let times = times(sides, &work, plan.page_rounds, CALLS)?;
        Ok(Page::new(incidents, body_bytes, times))
    });
    timed.collect()
}
