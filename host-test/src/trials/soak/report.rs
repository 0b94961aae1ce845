//! The result of a soak, and whether it passed.

use std::collections::BTreeMap;

use serde::Serialize;

/// The fraction by which the host's memory may grow.
const GROWTH_MAX: f64 = 0.05;

/// The memory in use after a number of calls, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Calls so far.
    pub calls: usize,
    /// Of the whole process; none if the system does not report it.
    pub host_bytes: Option<u64>,
    /// Of all instances of the component.
    pub guest_bytes: u64,
}

/// The result of a soak.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Calls made.
    pub calls: usize,
    /// Calls that a fault hit.
    pub troubled: usize,
    /// Calls that returned an answer.
    pub answered: usize,
    /// Errors explained by a fault, by kind.
    pub errors: BTreeMap<&'static str, usize>,
    /// Calls that returned neither their answer nor an error that a fault explains.
    pub lost: Vec<String>,
    /// Writes that may have happened.
    pub writes: usize,
    /// Writes that may have happened twice.
    pub repeated: Vec<String>,
    /// Connections that the service saw.
    pub connections: usize,
    /// Instances of the component that were created.
    pub instances: u64,
    /// How long it took.
    pub seconds: f64,
    /// The number of calls after which memory growth counts; until then caches and pools fill.
    pub baseline_calls: usize,
    /// Memory in the course of the run.
    pub samples: Vec<Sample>,
}

impl Report {
    /// The fraction by which the host's memory grew between the baseline and the end.
    #[must_use]
    pub fn growth(&self) -> Option<f64> {
        let baseline = self.samples.iter().find(|sample| sample.calls >= self.baseline_calls)?.host_bytes?;
        let end = self.samples.last()?.host_bytes?;
        #[expect(clippy::cast_precision_loss, reason = "no process has enough memory for it to matter")]
        let growth = end as f64 / (baseline as f64).max(1.0) - 1.0;
        Some(growth)
    }

    /// What went wrong, in words; empty if nothing did.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let growth = self.growth().filter(|growth| *growth > GROWTH_MAX).map(|growth| {
            let (percent, after) = (growth * 100.0, self.baseline_calls);
            format!("the host's memory grew by {percent:.1} % after call {after}; allowed: {:.0} %", GROWTH_MAX * 100.0)
        });
        let lost = self.lost.iter().map(|what| format!("lost: {what}"));
        let repeated = self.repeated.iter().map(|what| format!("written twice: {what}"));
        growth.into_iter().chain(lost).chain(repeated).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(host_bytes: [u64; 3]) -> Report {
        let samples = host_bytes.into_iter().enumerate();
        let sample = |(at, bytes)| Sample { calls: at * 1000, host_bytes: Some(bytes), guest_bytes: 0 };
        Report { calls: 2000, baseline_calls: 1000, samples: samples.map(sample).collect(), ..Report::default() }
    }

    #[test]
    fn memory_may_grow_while_caches_fill_and_not_much_afterwards() {
        assert!(report([50, 100, 104]).failures().is_empty());
        assert_eq!(
            report([100, 100, 106]).failures(),
            ["the host's memory grew by 6.0 % after call 1000; allowed: 5 %"]
        );
        assert!(report([100, 100, 50]).failures().is_empty());
    }

    #[test]
    fn a_lost_answer_and_a_repeated_write_fail() {
        let report = Report { lost: vec!["a".into()], repeated: vec!["b".into()], ..report([1, 1, 1]) };
        assert_eq!(report.failures(), ["lost: a", "written twice: b"]);
    }
}
