//! Makes the calls: several callers at a time, each with an emulator of its own so that it knows whose trouble is whose.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use defender_emulator::{Emulator, Exchange, Options};
use serde_json::Value;
use tokio::task::JoinSet;

use super::memory;
use super::random::Random;
use super::report::{Report, Sample};
use crate::call_error::CallError;
use crate::chaos::Place;
use crate::chaos::action::{ACTIONS, Action};
use crate::chaos::trouble::{Trouble, all};
use crate::connector::Connector;
use crate::settings::Settings;
use crate::trial_error::TrialError;

const CALLERS: usize = 4;
/// 15 seconds of the guest take a quarter of one of ours.
const CLOCK_SPEED: u32 = 60;
/// In peace there is time, so that a machine that is busy with other things loses no answer.
const PATIENCE_SECONDS: u32 = 120;
const CALL_LIMIT: Duration = Duration::from_secs(15);
/// Calls in trouble, in percent.
const TROUBLED: u64 = 10;
/// Calls whose token is no longer taken, in percent.
const EXPIRED: u64 = 2;
const SAMPLES: usize = 40;
/// Caches and pools are full after so many calls.
const WARM_UP: usize = 1_000;
/// Statuses after which a write has not happened.
const NOTHING_DONE: [u16; 3] = [401, 429, 503];
/// Errors that no trouble of the service explains.
const UNEXPLAINED: [&str; 4] = ["invalid-input", "denied", "trap", "limit"];

/// How long, and with which chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Soak {
    /// Calls in all.
    pub calls: usize,
    /// The same seed makes the same calls meet the same trouble.
    pub seed: u64,
}

/// Runs a soak of the component in a file; `done` is told after each call.
///
/// # Errors
/// When there is no emulator, or the component does not answer even in peace.
pub async fn run(component: &Path, soak: Soak, done: impl Fn() + Send + Sync + 'static) -> Result<Report, TrialError> {
    let settings = Settings { clock_speed: CLOCK_SPEED, call_limit: CALL_LIMIT, ..Settings::default() };
    let connector = Connector::load(component, settings)?;
    let shared = Arc::new(Shared {
        // Half of a short soak is spent on warming up.
        baseline: WARM_UP.min(soak.calls / 2),
        soak,
        connector: connector.clone(),
        troubles: all().into_iter().filter(|trouble| !trouble.heavy && !trouble.comes_before_a_request()).collect(),
        report: Mutex::default(),
        done: Box::new(done),
    });
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let caller = Caller::start(number, shared.clone()).await?;
        callers.spawn(caller.call_on());
    }
    let mut connections = 0;
    while let Some(finished) = callers.join_next().await {
        match finished {
            Ok(seen) => connections += seen,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }
    let report = shared.report().clone();
    let baseline_calls = shared.baseline;
    let instances = connector.statistics().created;
    Ok(Report { connections, instances, seconds: started.elapsed().as_secs_f64(), baseline_calls, ..report })
}

/// What all callers share.
struct Shared {
    soak: Soak,
    baseline: usize,
    connector: Connector,
    troubles: Vec<Trouble>,
    report: Mutex<Report>,
    done: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call that ended, and looks at the memory now and then.
    fn ended(&self) {
        let mut report = self.report();
        report.calls += 1;
        let calls = report.calls;
        let step = (self.soak.calls / SAMPLES).max(1);
        if calls.is_multiple_of(step) || calls == self.baseline || calls == self.soak.calls {
            let guest_bytes = self.connector.statistics().memory_bytes as u64;
            report.samples.push(Sample { calls, host_bytes: memory::resident(), guest_bytes });
        }
        drop(report);
        (self.done)();
    }
}

/// Somebody who makes one call after the other.
struct Caller {
    number: usize,
    shared: Arc<Shared>,
    emulator: Emulator,
    /// For calls in trouble.
    hasty: String,
    /// For all others.
    patient: String,
    incidents: Vec<String>,
    random: Random,
    /// The trouble that the last call was in: it may have left a broken connection behind.
    before: Option<&'static str>,
}

impl Caller {
    async fn start(number: usize, shared: Arc<Shared>) -> Result<Self, TrialError> {
        let emulator = Emulator::start(Options::default())?;
        let mut config = serde_json::to_value(emulator.connector_config())
            .map_err(|error| CallError::Instance(error.to_string()))?;
        let hasty = config.to_string();
        config["timeout"] = PATIENCE_SECONDS.into();
        let patient = config.to_string();
        let page = shared.connector.invoke("list_incidents", &patient, r#"{"max_results": 50}"#).await?;
        let page: Value = serde_json::from_str(&page).unwrap_or_default();
        let ids = page["data"]["value"].as_array().into_iter().flatten();
        let incidents = ids.filter_map(|incident| incident["id"].as_str().map(str::to_owned)).collect();
        let random = Random::new(shared.soak.seed.wrapping_add(number as u64));
        Ok(Self { number, shared, emulator, hasty, patient, incidents, random, before: None })
    }

    /// Makes this caller's share of the calls; answers how many connections that took.
    async fn call_on(mut self) -> usize {
        let calls = self.shared.soak.calls;
        for call in (self.number..calls).step_by(CALLERS) {
            self.call(call).await;
            self.shared.ended();
        }
        self.emulator.connections()
    }

    async fn call(&mut self, number: usize) {
        let shared = self.shared.clone();
        let action = self.random.pick(&ACTIONS).copied().unwrap_or(ACTIONS[0]);
        let incident = self.random.pick(&self.incidents).cloned().unwrap_or_default();
        if self.random.percent(EXPIRED) {
            self.emulator.expire_tokens();
        }
        let trouble = if self.random.percent(TROUBLED) { self.random.pick(&shared.troubles) } else { None };
        let place = if self.random.percent(20) { Place::TokenEndpoint } else { Place::Graph };
        if let Some(trouble) = trouble {
            trouble.faults(place, 0, CLOCK_SPEED).into_iter().for_each(|fault| self.emulator.fault(fault));
        }
        let mark = format!("call {number}.");
        let input = action.input(&incident, &mark).to_string();
        let config = if trouble.is_some() { &self.hasty } else { &self.patient };
        let outcome = shared.connector.invoke(action.name, config, &input).await;
        self.emulator.clear_faults();
        let journal = self.emulator.journal();
        self.emulator.clear_journal();
        let hit = trouble.filter(|_| journal.iter().any(|exchange| exchange.fault.is_some()));
        let ended = Ended { action, mark, trouble: hit.map(|trouble| trouble.title), before: self.before.take() };
        self.before = ended.trouble;
        ended.note(&mut shared.report(), &outcome, &journal);
    }
}

/// A call that ended.
struct Ended {
    action: Action,
    mark: String,
    trouble: Option<&'static str>,
    before: Option<&'static str>,
}

impl Ended {
    fn note(&self, report: &mut Report, outcome: &Result<String, CallError>, journal: &[Exchange]) {
        report.troubled += usize::from(self.trouble.is_some());
        match outcome {
            Ok(_) => report.answered += 1,
            Err(error) if self.explains(error) => *report.errors.entry(error.kind()).or_default() += 1,
            Err(error) => report.lost.push(format!("{self}: {error}")),
        }
        let is_write = |exchange: &&Exchange| exchange.method != "GET" && exchange.body.contains(&self.mark);
        let done = |exchange: &&Exchange| exchange.status.is_none_or(|status| !NOTHING_DONE.contains(&status));
        let written = journal.iter().filter(is_write).filter(done).count();
        report.writes += written;
        if written > 1 {
            report.repeated.push(format!("{written} times, {self}"));
        }
    }

    /// Whether the trouble of this call, or the connection that the one before left behind, is a reason for the error.
    fn explains(&self, error: &CallError) -> bool {
        match error.kind() {
            // The peer closed while the request was on its way: a write cannot know whether it arrived.
            "interrupted" => self.trouble.is_some() || self.before.is_some(),
            kind => self.trouble.is_some() && !UNEXPLAINED.contains(&kind),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trouble = |trouble: Option<&'static str>| trouble.unwrap_or("no trouble");
        let (now, before) = (trouble(self.trouble), trouble(self.before));
        write!(formatter, "{} {} with {now}, {before} before", self.action.title, self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(trouble: Option<&'static str>, before: Option<&'static str>) -> Ended {
        Ended { action: ACTIONS[4], mark: "call 7.".into(), trouble, before }
    }

    fn patch(mark: &str, status: Option<u16>) -> Exchange {
        Exchange {
            serial: 1,
            connection: 1,
            at: String::new(),
            method: "PATCH".into(),
            path: "/v1.0/security/incidents/1".into(),
            query: None,
            headers: Vec::new(),
            body: format!(r#"{{"description":"{mark}"}}"#),
            status,
            fault: None,
        }
    }

    #[test]
    fn an_error_without_a_reason_is_a_lost_answer() {
        let mut report = Report::default();
        let trap = || Err(CallError::Trap("unreachable".into()));
        ended(None, None).note(&mut report, &trap(), &[]);
        ended(Some("404"), None).note(&mut report, &trap(), &[]);
        ended(None, None).note(&mut report, &Ok(String::new()), &[]);
        assert_eq!(
            report.lost,
            [
                "update call 7. with no trouble, no trouble before: the component crashed: unreachable",
                "update call 7. with 404, no trouble before: the component crashed: unreachable",
            ]
        );
        assert_eq!((report.answered, report.troubled), (1, 1));
    }

    #[test]
    fn a_write_that_may_have_happened_twice_is_repeated() {
        let mut report = Report::default();
        let answer = Ok(String::new());
        let once = [patch("call 7.", Some(503)), patch("call 7.", Some(200)), patch("call 77.", Some(200))];
        ended(None, None).note(&mut report, &answer, &once);
        assert_eq!((report.writes, report.repeated.len()), (1, 0));
        ended(None, None).note(&mut report, &answer, &[patch("call 7.", None), patch("call 7.", Some(200))]);
        assert_eq!(report.repeated, ["2 times, update call 7. with no trouble, no trouble before"]);
    }
}
