//! Hunts of 1, 10 and 50 MB: time, and the guest's memory.
//!
//! Calls are made as a platform makes them. An instance that grew with a large answer is not reused, so the component's
//! time includes a new instance and a token for each of the larger hunts; the native side keeps its token.

use defender_xdr_host::CallError;

use super::comparison::times;
use super::error::BenchError;
use super::plan::Plan;
use super::report::Hunt;
use super::side::{Component, Side, Sides};
use super::work::{self, ROWS_MAX, Work};

/// Rows of about 500 bytes.
const ROWS: [u32; 5] = [1, 100, 2_000, 20_000, ROWS_MAX];

/// Times each hunt. `fresh` keeps no instance, so that each hunt starts with the least memory.
pub(crate) fn measure(fresh: &Component, sides: &Sides, plan: &Plan) -> Result<Vec<Hunt>, BenchError> {
    let timed = ROWS.into_iter().zip(plan.hunt_rounds).map(|(rows, rounds)| {
        let work = work::hunt(rows);
        let body_bytes = sides.native.answer(&work)?.len();
        let guest_peak_bytes = peak(fresh, &work)?;
        let times = times(sides, &work, rounds, 1)?;
        Ok(Hunt { body_bytes, rows, times, guest_peak_bytes })
    });
    timed.collect()
}

/// The memory that a new instance holds after the call. It never shrinks, so this is the peak.
fn peak(fresh: &Component, work: &Work) -> Result<usize, BenchError> {
    let called = fresh.runtime.block_on(async {
        let mut instance = fresh.connector.instance().await?;
        instance.invoke(work.action, &fresh.config, &work.input).await?;
        Ok(instance.memory_bytes())
    });
    called.map_err(|error: CallError| BenchError::Call {
        side: Component::NAME,
        what: work.name.to_owned(),
        why: error.to_string(),
    })
}
