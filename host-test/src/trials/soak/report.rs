//! What a soak came to, and whether that is good.

use std::collections::BTreeMap;

use serde::Serialize;

/// The memory of the host may grow by this part of itself.
const GROWTH_MAX: f64 = 0.05;

/// The memory in use after so many calls, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Calls so far.
    pub calls: usize,
    /// Of the whole process; none where the system does not tell.
    pub host_bytes: Option<u64>,
    /// Of all instances of the component.
    pub guest_bytes: u64,
}

/// What a soak came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Calls made.
    pub calls: usize,
    /// Calls whose service was in trouble.
    pub troubled: usize,
    /// Calls that brought an answer.
    pub answered: usize,
    /// Errors of calls in trouble, by kind.
    pub errors: BTreeMap<&'static str, usize>,
    /// What became of calls that brought neither their answer nor an error that the trouble explains.
    pub lost: Vec<String>,
    /// Writes that may have happened.
    pub writes: usize,
    /// Writes that may have happened twice.
    pub repeated: Vec<String>,
    /// Connections that the service saw.
    pub connections: usize,
    /// Instances of the component that were made.
    pub instances: u64,
    /// How long it took.
    pub seconds: f64,
    /// After how many calls the growth of memory counts: before, caches and pools fill.
    pub baseline_calls: usize,
    /// Memory in the course of the calls.
    pub samples: Vec<Sample>,
}

impl Report {
    /// By which part the memory of the host grew between the baseline and the end.
    #[must_use]
    pub fn growth(&self) -> Option<f64> {
        let baseline = self.samples.iter().find(|sample| sample.calls >= self.baseline_calls)?.host_bytes?;
        let end = self.samples.last()?.host_bytes?;
        #[expect(clippy::cast_precision_loss, reason = "no process has so much memory that it matters")]
        let growth = end as f64 / (baseline as f64).max(1.0) - 1.0;
        Some(growth)
    }

    /// What is wrong, in words; nothing when all is well.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let growth = self.growth().filter(|growth| *growth > GROWTH_MAX).map(|growth| {
            let (percent, after) = (growth * 100.0, self.baseline_calls);
            format!("the host's memory grew by {percent:.1} % after call {after}, at most {:.0} %", GROWTH_MAX * 100.0)
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
            ["the host's memory grew by 6.0 % after call 1000, at most 5 %"]
        );
        assert!(report([100, 100, 50]).failures().is_empty());
    }

    #[test]
    fn a_lost_answer_and_a_repeated_write_fail() {
        let report = Report { lost: vec!["a".into()], repeated: vec!["b".into()], ..report([1, 1, 1]) };
        assert_eq!(report.failures(), ["lost: a", "written twice: b"]);
    }
}
