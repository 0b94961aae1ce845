//! The instances of a connector: warm ones first, new ones else.
//!
//! Making one costs microseconds, but a warm one has its access tokens already, which saves a request.

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
    /// The configuration of the last call and what it may reach: most calls come with that of the call before.
    pub(crate) known: Option<(Configuration<'static>, Policy)>,
}

/// What a connector holds at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Instances made so far.
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

    /// An instance, and the right to run it. Waits while as many run as the settings allow.
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

    /// Takes an instance back after a call that went well, unless it has grown large or there are enough.
    pub(crate) fn keep(&self, warm: Warm) {
        let small = warm.store.data().memory().used() <= self.settings.reuse_limit;
        let mut kept = self.kept();
        if small && kept.len() < self.settings.warm_instances as usize {
            kept.push(warm);
        }
    }

    /// A new instance. Code of the guest may run already here, so that the limits of a call hold.
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

    /// A panic elsewhere leaves the list as usable as before: it is only pushed to and popped from.
    fn kept(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
