//! The five actions on warm instances.

use super::comparison::times;
use super::error::BenchError;
use super::plan::Plan;
use super::report::Action;
use super::side::{Component, Native, Side as _};
use super::work;

/// Calls of one side in a row.
const CALLS: usize = 20;

/// Times each of them.
pub(crate) fn measure(component: &Component, native: &Native, plan: &Plan) -> Result<Vec<Action>, BenchError> {
    let works = work::actions();
    let timed = works.iter().map(|work| {
        let times = times(plan.action_rounds, CALLS, || component.run(work), || native.run(work))?;
        Ok(Action::new(work.name, times))
    });
    timed.collect()
}
