//! The instances of a connector: warm ones first, otherwise new ones.
//!
//! Creating one takes microseconds, but a warm one already has its access tokens, which saves a request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{Engine, Store};

use super::call_error::CallError;
use super::configuration::Configuration;
use crate::bindings::{World, WorldPre};
use crate::outbound::client::Clients;
use crate::outbound::policy::Policy;
use crate::sandbox::guest::Guest;
use crate::sandbox::memory::Budget;
use crate::settings::Settings;

/// What all instances of a connector share.
pub(crate) struct Pool {
    pub(crate) settings: Settings,
    engine: Engine,
    world: WorldPre<Guest>,
    clients: Arc<Clients>,
    budget: Arc<Budget>,
    running: Arc<Semaphore>,
    warm: Mutex<Vec<Warm>>,
    created: AtomicU64,
}

/// An instance between calls.
pub(crate) struct Warm {
    pub(crate) store: Store<Guest>,
    pub(crate) world: World,
    /// The configuration of the last call and what it may reach: most calls repeat the one before.
    pub(crate) known: Option<(Configuration<'static>, Policy)>,
}

/// What a connector currently holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Instances created so far.
    pub created: u64,
    /// Idle instances kept for later calls.
    pub warm: usize,
    /// Bytes of memory that instances hold.
    pub memory_bytes: usize,
}

impl Pool {
    pub(crate) fn new(engine: Engine, world: WorldPre<Guest>, clients: Clients, settings: Settings) -> Self {
        Self {
            engine,
            world,
            clients: Arc::new(clients),
            budget: Budget::new(settings.total_memory_limit),
            running: Arc::new(Semaphore::new(settings.max_instances as usize)),
            warm: Mutex::default(),
            created: AtomicU64::new(0),
            settings,
        }
    }

    /// An instance and the permit to run it. Waits while as many are running as the settings allow.
    pub(crate) async fn take(&self) -> Result<(Warm, OwnedSemaphorePermit), CallError> {
        let permit = self.running.clone().acquire_owned().await;
        let permit = permit.map_err(|closed| CallError::Instance(closed.to_string()))?;
        let kept = self.kept().pop();
        let warm = match kept {
            Some(warm) => warm,
            None => self.make().await?,
        };
        Ok((warm, permit))
    }

    /// Takes an instance back after a completed call, unless it has grown too large or enough are idle.
    pub(crate) fn keep(&self, warm: Warm) {
        let small = warm.store.data().memory().used() <= self.settings.reuse_limit;
        let mut kept = self.kept();
        if small && kept.len() < self.settings.warm_instances as usize {
            kept.push(warm);
        }
    }

    /// A new instance. Guest code may already run here, so the limits of a call apply.
    pub(crate) async fn make(&self) -> Result<Warm, CallError> {
        let mut store = Guest::store(&self.engine, &self.settings, &self.clients, &self.budget);
        store.set_epoch_deadline(1);
        let failed = |error: wasmtime::Error| CallError::Instance(error.root_cause().to_string());
        let limit = self.settings.call_limit;
        let instantiation = tokio::time::timeout(limit, self.world.instantiate_async(&mut store));
        let world = instantiation.await.map_err(|_| CallError::Call(limit))?.map_err(failed)?;
        self.created.fetch_add(1, Ordering::Relaxed);
        Ok(Warm { store, world, known: None })
    }

    pub(crate) fn statistics(&self) -> Statistics {
        Statistics {
            created: self.created.load(Ordering::Relaxed),
            warm: self.kept().len(),
            memory_bytes: self.budget.used(),
        }
    }

    /// A panic elsewhere leaves the list intact: it is only pushed to and popped from.
    fn kept(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
