//! Both sides in turns: A B B A, so that a machine that becomes slower or faster favours neither.

use std::time::Instant;

use serde::Serialize;

use super::error::BenchError;
use super::statistics::{median, rounded};

/// Times of both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Times {
    /// Microseconds, median.
    pub(crate) component_us: f64,
    /// Microseconds, median.
    pub(crate) native_us: f64,
    /// Component to native: the median of the ratios of adjacent turns.
    pub(crate) ratio: f64,
}

/// Calls per second of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Throughput {
    /// Median.
    pub component_per_s: f64,
    /// Median.
    pub native_per_s: f64,
    /// Component to native.
    pub ratio: f64,
}

/// One value of either side for each turn.
#[derive(Debug, Default)]
struct Turns {
    component: Vec<f64>,
    native: Vec<f64>,
}

impl Turns {
    /// The n-th value of one side was measured next to the n-th of the other.
    fn ratio(&self) -> f64 {
        let ratios: Vec<f64> =
            self.component.iter().zip(&self.native).map(|(component, native)| component / native).collect();
        rounded(median(&ratios), 3)
    }
}

/// Measures in turns, after one call of each side that is not measured.
fn in_turns(
    rounds: usize,
    mut component: impl FnMut() -> Result<f64, BenchError>,
    mut native: impl FnMut() -> Result<f64, BenchError>,
) -> Result<Turns, BenchError> {
    component()?;
    native()?;
    let mut turns = Turns::default();
    for _ in 0..rounds {
        turns.component.push(component()?);
        turns.native.push(native()?);
        turns.native.push(native()?);
        turns.component.push(component()?);
    }
    Ok(turns)
}

/// Times calls, several of one side in a row: a warm call is one that follows others like it.
pub(crate) fn times(
    rounds: usize,
    calls: usize,
    mut component: impl FnMut() -> Result<(), BenchError>,
    mut native: impl FnMut() -> Result<(), BenchError>,
) -> Result<Times, BenchError> {
    let turns = in_turns(rounds, || block(calls, &mut component), || block(calls, &mut native))?;
    Ok(Times {
        component_us: rounded(median(&turns.component), 1),
        native_us: rounded(median(&turns.native), 1),
        ratio: turns.ratio(),
    })
}

/// The median time of a call in microseconds.
fn block(calls: usize, call: &mut impl FnMut() -> Result<(), BenchError>) -> Result<f64, BenchError> {
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let started = Instant::now();
        call()?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(&times))
}

/// Compares rates; each side returns calls per second.
pub(crate) fn rates(
    rounds: usize,
    component: impl FnMut() -> Result<f64, BenchError>,
    native: impl FnMut() -> Result<f64, BenchError>,
) -> Result<Throughput, BenchError> {
    let turns = in_turns(rounds, component, native)?;
    Ok(Throughput {
        component_per_s: median(&turns.component).round(),
        native_per_s: median(&turns.native).round(),
        ratio: turns.ratio(),
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
        in_turns(2, || side('c'), || side('n')).unwrap();
        assert_eq!(order.into_inner(), "cncnnccnnc");
    }

    #[test]
    fn a_machine_that_slows_down_favours_neither() {
        let now = Cell::new(0.0);
        let slower = || {
            now.set(now.get() + 1.0);
            Ok(100.0 + now.get())
        };
        let rate = rates(50, slower, slower).unwrap();
        assert!((rate.ratio - 1.0).abs() < 0.002, "{rate:?}");
    }

    #[test]
    fn a_ratio_is_that_of_adjacent_turns() {
        let turns = Turns { component: vec![2.0, 20.0, 9.0], native: vec![1.0, 10.0, 1.0] };
        assert!((turns.ratio() - 2.0).abs() < 1e-9);
    }
}
