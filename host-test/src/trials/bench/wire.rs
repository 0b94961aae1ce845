//! Requests and connections of the component, as the emulator counts them.

use super::error::BenchError;
use super::journal::{Journal, connections};
use super::side::{Component, Side as _};
use super::work;

/// Calls in a row on which connections are counted.
const SERIAL_CALLS: usize = 1_000;

/// Requests and connections of the component's calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire {
    /// Requests of the first call of an instance.
    pub(crate) requests_cold: usize,
    /// Requests of the next one.
    pub(crate) requests_warm: usize,
    pub(crate) connections_per_1000_calls: usize,
}

/// Counts them; `component` must not have made a call yet.
pub(crate) fn count(component: &Component, journal: &Journal<'_>) -> Result<Wire, BenchError> {
    let work = work::incident();
    let (cold, ()) = journal.during(|| component.run(&work))?;
    let (warm, ()) = journal.during(|| component.run(&work))?;
    let (serial, ()) = journal.during(|| (0..SERIAL_CALLS).try_for_each(|_| component.run(&work)))?;
    Ok(Wire { requests_cold: cold.len(), requests_warm: warm.len(), connections_per_1000_calls: connections(&serial) })
}
