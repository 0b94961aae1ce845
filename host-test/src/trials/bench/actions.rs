//! The five actions on warm instances.

use super::comparison::times;
use super::error::BenchError;
use super::plan::Plan;
use super::report::Action;
use super::side::Sides;
use super::work;

/// Calls of one side in a row.
const CALLS: usize = 20;

/// Times each of them.
pub(crate) fn measure(sides: &Sides, plan: &Plan) -> Result<Vec<Action>, BenchError> {
    let works = work::actions();
    let timed = works.iter().map(|work| {
        let times = times(sides, work, plan.action_rounds, CALLS)?;
        Ok(Action { name: work.name, times })
    });
    timed.collect()
}
