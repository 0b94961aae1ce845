//! Many concurrent callers, each on a thread of its own: the throughput of both sides.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use super::comparison::rates;
use super::error::BenchError;
use super::plan::Plan;
use super::report::Callers;
use super::side::{Side, Sides};
use super::work::{self, Work};

/// Numbers of concurrent callers.
const CALLERS: [usize; 4] = [1, 4, 16, MOST_CALLERS as usize];
pub(crate) const MOST_CALLERS: u32 = 64;

/// Measures each number of callers.
pub(crate) fn measure(sides: &Sides, plan: &Plan) -> Result<Vec<Callers>, BenchError> {
    let work = work::incident();
    let measured = CALLERS.into_iter().map(|callers| {
        let throughput = rates(
            plan.caller_rounds,
            [
                &mut || turn(&sides.component, &work, callers, plan.caller_turn),
                &mut || turn(&sides.native, &work, callers, plan.caller_turn),
                &mut || turn(&sides.limit, &work, callers, plan.caller_turn),
            ],
        )?;
        Ok(Callers { callers, throughput })
    });
    measured.collect()
}

/// Calls per second of this many callers in one turn.
pub(crate) fn turn<S: Side>(side: &S, work: &Work, callers: usize, span: Duration) -> Result<f64, BenchError> {
    let ready = Barrier::new(callers);
    let call_on = || -> Result<f64, BenchError> {
        // The first call gets the thread's token and is not counted. All callers reach the barrier, even if it fails.
        let first = side.run(work);
        ready.wait();
        first?;
        let started = Instant::now();
        let mut calls = 0.0;
        while started.elapsed() < span {
            side.run(work)?;
            calls += 1.0;
        }
        Ok(calls / started.elapsed().as_secs_f64())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(call_on)).collect();
        let gone =
            |_| BenchError::Call { side: S::NAME, what: work.name.to_owned(), why: "the caller panicked".to_owned() };
        threads.into_iter().map(|thread| thread.join().map_err(gone)?).sum()
    })
}
