//! Makes the calls: several callers at a time, each with its own emulator, so that it is clear which call a fault hit.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use defender_xdr_host::{Connector, Settings};
use tokio::task::JoinSet;

use super::ended::Ended;
use super::random::Random;
use super::report::{Report, Sample};
use super::service::Service;
use crate::trials::TrialError;
use crate::trials::chaos::Place;
use crate::trials::chaos::action::{ACTIONS, Action};
use crate::trials::chaos::trouble::{Trouble, all};
use crate::trials::residence;

const CALLERS: usize = 4;
/// 15 guest seconds take a quarter of a real second.
const CLOCK_SPEED: u32 = 60;
const CALL_LIMIT: Duration = Duration::from_secs(15);
/// Calls with a fault, in percent.
const TROUBLED: u64 = 10;
/// Calls whose token is no longer accepted, in percent.
const EXPIRED: u64 = 1;
const SAMPLES: usize = 40;
/// Caches and pools are full after this many calls.
const WARM_UP: usize = 1_000;

/// How many calls, and with which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Soak {
    /// The number of calls.
    pub calls: usize,
    /// The same seed gives the same calls the same faults.
    pub seed: u64,
}

/// Runs a soak of the component in a file; `done` is called after each call.
///
/// # Errors
/// If there is no emulator, or the component fails even without faults.
pub async fn run(component: &Path, soak: Soak, done: impl Fn() + Send + Sync + 'static) -> Result<Report, TrialError> {
    let settings = Settings { clock_speed: CLOCK_SPEED, call_limit: CALL_LIMIT, ..Settings::default() };
    let connector = Connector::load(component, settings)?;
    let shared = Arc::new(Shared {
        // A short soak spends half of its calls on warming up.
        baseline: WARM_UP.min(soak.calls / 2),
        soak,
        connector: connector.clone(),
        actions: ACTIONS.into_iter().filter(|action| !action.uses_up).collect(),
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
    // A caller that is done keeps its emulator until the memory has been measured for the last time.
    let services = callers.join_all().await;
    let connections = services.iter().map(|service| service.emulator.connections()).sum();
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
    actions: Vec<Action>,
    troubles: Vec<Trouble>,
    report: Mutex<Report>,
    done: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call that ended, and measures the memory now and then.
    fn ended(&self) {
        let mut report = self.report();
        report.calls += 1;
        let calls = report.calls;
        let step = (self.soak.calls / SAMPLES).max(1);
        if calls.is_multiple_of(step) || calls == self.baseline || calls == self.soak.calls {
            let guest_bytes = self.connector.statistics().memory_bytes as u64;
            report.samples.push(Sample { calls, host_bytes: residence::resident(), guest_bytes });
        }
        drop(report);
        (self.done)();
    }
}

/// Makes one call after the other.
struct Caller {
    number: usize,
    shared: Arc<Shared>,
    service: Service,
    random: Random,
    before: Option<&'static str>,
}

impl Caller {
    async fn start(number: usize, shared: Arc<Shared>) -> Result<Self, TrialError> {
        let service = Service::start(&shared.connector).await?;
        let random = Random::new(shared.soak.seed.wrapping_add(number as u64));
        Ok(Self { number, shared, service, random, before: None })
    }

    /// Makes this caller's share of the calls, and returns the service that it called.
    async fn call_on(mut self) -> Service {
        let calls = self.shared.soak.calls;
        for call in (self.number..calls).step_by(CALLERS) {
            self.call(call).await;
            self.shared.ended();
        }
        self.service
    }

    async fn call(&mut self, number: usize) {
        let (shared, service) = (self.shared.clone(), &self.service);
        let action = self.random.pick(&shared.actions).copied().unwrap_or(ACTIONS[0]);
        let incident = self.random.pick(&service.incidents).cloned().unwrap_or_default();
        if self.random.percent(EXPIRED) {
            service.emulator.expire_tokens();
        }
        let trouble = if self.random.percent(TROUBLED) { self.random.pick(&shared.troubles) } else { None };
        let place = if self.random.percent(20) { Place::TokenEndpoint } else { Place::Graph };
        if let Some(trouble) = trouble {
            trouble.faults(place, 0, CLOCK_SPEED).into_iter().for_each(|fault| service.emulator.fault(fault));
        }
        let mark = format!("call {number}.");
        let input = action.input(&incident, &mark).to_string();
        let config = if trouble.is_some() { &service.hasty } else { &service.patient };
        let outcome = shared.connector.invoke(action.name, config, &input).await;
        service.emulator.clear_faults();
        let journal = service.emulator.journal();
        service.emulator.clear_journal();
        let hit = trouble.filter(|_| journal.iter().any(|exchange| exchange.fault.is_some()));
        let ended = Ended { action, mark, trouble: hit.map(|trouble| trouble.title), before: self.before.take() };
        self.before = ended.trouble;
        ended.note(&mut shared.report(), &outcome, &journal);
    }
}
