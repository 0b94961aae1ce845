//! All sides in turns: A B C C B A, so that a machine that becomes slower or faster favours none.

use std::time::Instant;

use serde::Serialize;

use super::error::BenchError;
use super::side::{Side, Sides};
use super::statistics::{median, rounded};
use super::work::Work;

/// Times of all sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Times {
    /// Microseconds, median.
    pub component_us: f64,
    /// Microseconds, median.
    pub native_us: f64,
    /// Microseconds, median, of the same requests without what is done before and after them; zero if they were not made.
    pub limit_us: f64,
    /// Component to native: the median of the ratios of adjacent turns.
    pub ratio: f64,
}

impl Times {
    fn of([component, native, limit]: [Vec<f64>; 3]) -> Self {
        Self {
            component_us: rounded(median(&component), 1),
            native_us: rounded(median(&native), 1),
            limit_us: rounded(median(&limit), 1),
            ratio: ratio(&component, &native),
        }
    }
}

/// Calls per second of all sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Throughput {
    /// Median.
    pub component_per_s: f64,
    /// Median.
    pub native_per_s: f64,
    /// Median, of the same requests without what is done before and after them.
    pub limit_per_s: f64,
    /// Component to native.
    pub ratio: f64,
}

/// A turn of one side, and what was measured.
type Turn<'t> = &'t mut dyn FnMut() -> Result<f64, BenchError>;

/// Measures in turns, after one call of each side that is not measured. Returns a list for each side.
fn in_turns(rounds: usize, sides: [Turn<'_>; 3]) -> Result<[Vec<f64>; 3], BenchError> {
    let [component, native, limit] = sides;
    component()?;
    native()?;
    limit()?;
    let mut turns = [Vec::new(), Vec::new(), Vec::new()];
    let [of_component, of_native, of_limit] = &mut turns;
    for _ in 0..rounds {
        of_component.push(component()?);
        of_native.push(native()?);
        of_limit.push(limit()?);
        of_limit.push(limit()?);
        of_native.push(native()?);
        of_component.push(component()?);
    }
    Ok(turns)
}

/// The n-th value of one side was measured near the n-th of the other.
fn ratio(component: &[f64], native: &[f64]) -> f64 {
    let ratios: Vec<f64> = component.iter().zip(native).map(|(component, native)| component / native).collect();
    rounded(median(&ratios), 3)
}

/// Times calls, several of one side in a row: a warm call is one that follows others like it.
pub(crate) fn times(sides: &Sides, work: &Work, rounds: usize, calls: usize) -> Result<Times, BenchError> {
    let Sides { component, native, limit } = sides;
    let turns: [Turn<'_>; 3] = [
        &mut || timed(calls, &mut || component.run(work)),
        &mut || timed(calls, &mut || native.run(work)),
        &mut || timed(calls, &mut || limit.run(work)),
    ];
    Ok(Times::of(in_turns(rounds, turns)?))
}

/// Times calls of component and native alone.
pub(crate) fn alternating(
    rounds: usize,
    calls: usize,
    component: &mut dyn FnMut() -> Result<(), BenchError>,
    native: &mut dyn FnMut() -> Result<(), BenchError>,
) -> Result<Times, BenchError> {
    let sides: [Turn<'_>; 3] =
        [&mut || timed(calls, &mut *component), &mut || timed(calls, &mut *native), &mut || Ok(0.0)];
    Ok(Times::of(in_turns(rounds, sides)?))
}

/// The median time of a call in microseconds.
fn timed(calls: usize, call: &mut dyn FnMut() -> Result<(), BenchError>) -> Result<f64, BenchError> {
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let started = Instant::now();
        call()?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(&times))
}

/// Compares rates; each side returns calls per second.
pub(crate) fn rates(rounds: usize, sides: [Turn<'_>; 3]) -> Result<Throughput, BenchError> {
    let [component, native, limit] = in_turns(rounds, sides)?;
    Ok(Throughput {
        component_per_s: median(&component).round(),
        native_per_s: median(&native).round(),
        limit_per_s: median(&limit).round(),
        ratio: ratio(&component, &native),
    })
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    #[test]
    fn sides_take_turns_after_one_unmeasured_call_each() {
        let order = RefCell::new(String::new());
        let side = |name: char| {
            order.borrow_mut().push(name);
            Ok(1.0)
        };
        in_turns(2, [&mut || side('c'), &mut || side('n'), &mut || side('l')]).unwrap();
        assert_eq!(order.into_inner(), "cnlcnllnccnllnc");
    }

    #[test]
    fn a_machine_that_slows_down_favours_none() {
        let now = Cell::new(0.0);
        let slower = || {
            now.set(now.get() + 1.0);
            Ok(100.0 + now.get())
        };
        let rate = rates(50, [&mut || slower(), &mut || slower(), &mut || slower()]).unwrap();
        assert!((rate.ratio - 1.0).abs() < 0.005, "{rate:?}");
    }

    #[test]
    fn a_ratio_is_that_of_adjacent_turns() {
        assert!((ratio(&[2.0, 20.0, 9.0], &[1.0, 10.0, 1.0]) - 2.0).abs() < 1e-9);
    }
}
