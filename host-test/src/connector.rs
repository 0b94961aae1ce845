//! A loaded component: from here come instances, warm ones first.
//!
//! Compiling and linking happen once; an instance then costs microseconds, and a warm one has its access tokens already.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OnceCell, Semaphore};
use wasmtime::{Engine, Store};

use crate::bindings::{World, WorldPre, catalog};
use crate::call_error::CallError;
use crate::client::Clients;
use crate::component::{Shape, Source};
use crate::instance::Instance;
use crate::load_error::LoadError;
use crate::memory::Budget;
use crate::policy::Configured;
use crate::proxy::Proxies;
use crate::sandbox::{self, Guest};
use crate::settings::Settings;
use crate::tls::Trust;

/// The connector's component, ready to be called. Clones share everything.
#[derive(Clone)]
pub struct Connector {
    shared: Arc<Shared>,
}

/// What all instances of a connector share.
pub(crate) struct Shared {
    engine: Engine,
    world: WorldPre<Guest>,
    shape: Shape,
    pub(crate) settings: Settings,
    clients: Arc<Clients>,
    budget: Arc<Budget>,
    running: Arc<Semaphore>,
    warm: Mutex<Vec<Warm>>,
    created: AtomicU64,
    catalog: OnceCell<catalog::Connector>,
}

/// An instance between calls.
pub(crate) struct Warm {
    pub(crate) store: Store<Guest>,
    pub(crate) world: World,
    /// The configuration of the last call, and what followed from it.
    pub(crate) configured: Option<Configured>,
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

impl Connector {
    /// Loads a component from its file.
    ///
    /// # Errors
    /// When it is not this connector, wants more than the sandbox offers, or the settings cannot be used.
    pub fn load(path: impl AsRef<Path>, settings: Settings) -> Result<Self, LoadError> {
        Self::new(&Source::file(path.as_ref())?, settings)
    }

    /// Loads a component from its bytes.
    ///
    /// # Errors
    /// As [`Connector::load`].
    pub fn from_bytes(wasm: Vec<u8>, settings: Settings) -> Result<Self, LoadError> {
        Self::new(&Source::bytes(wasm)?, settings)
    }

    fn new(source: &Source, settings: Settings) -> Result<Self, LoadError> {
        let trust = Trust::new(settings.ca_pem.as_deref())?;
        let proxies = Proxies::new(&settings.proxy)?;
        let engine = crate::engine::engine(&settings).map_err(LoadError::engine)?;
        let component = source.compile(&engine, &settings)?;
        let shape = Shape::of(&engine, &component, source.wasm.len());
        shape.check(&source.name)?;
        let linker = sandbox::linker(&engine).map_err(LoadError::engine)?;
        let incompatible = |error: wasmtime::Error| LoadError::Incompatible {
            name: source.name.clone(),
            reason: format!("{error:#}"),
        };
        let world = linker.instantiate_pre(&component).and_then(WorldPre::new).map_err(incompatible)?;
        let shared = Shared {
            engine,
            world,
            shape,
            clients: Arc::new(Clients::new(trust, proxies)),
            budget: Budget::new(settings.total_memory_limit),
            running: Arc::new(Semaphore::new(settings.max_instances as usize)),
            warm: Mutex::default(),
            created: AtomicU64::new(0),
            catalog: OnceCell::new(),
            settings,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// An instance for one caller: a warm one, or a new one. Waits while as many calls run as the settings allow.
    ///
    /// # Errors
    /// When no instance can be made.
    pub async fn instance(&self) -> Result<Instance, CallError> {
        let permit = self.shared.running.clone().acquire_owned().await;
        let permit = permit.map_err(|closed| CallError::Instance(closed.to_string()))?;
        let kept = self.shared.kept().pop();
        let warm = match kept {
            Some(warm) => warm,
            None => self.shared.make().await?,
        };
        Ok(Instance::new(warm, self.shared.clone(), permit))
    }

    /// Runs an action by name, JSON in and JSON out, on any instance.
    ///
    /// # Errors
    /// As [`Instance::invoke`].
    pub async fn invoke(&self, action: &str, config_json: &str, input_json: &str) -> Result<String, CallError> {
        self.instance().await?.invoke(action, config_json, input_json).await
    }

    /// The connector's description of itself, asked for once.
    ///
    /// # Errors
    /// As [`Instance::describe`].
    pub async fn catalog(&self) -> Result<&catalog::Connector, CallError> {
        self.shared.catalog.get_or_try_init(async || self.instance().await?.describe().await).await
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// As [`Instance::describe_json`].
    pub async fn catalog_json(&self) -> Result<String, CallError> {
        self.instance().await?.describe_json().await
    }

    /// Imports and exports of the component.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shared.shape
    }

    /// What it holds at the moment.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            created: self.shared.created.load(Ordering::Relaxed),
            warm: self.shared.kept().len(),
            memory_bytes: self.shared.budget.used(),
        }
    }
}

impl Shared {
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
        Ok(Warm { store, world, configured: None })
    }

    /// A panic elsewhere leaves the list as usable as before: it is only pushed to and popped from.
    fn kept(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Connector")
            .field("settings", &self.shared.settings)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
