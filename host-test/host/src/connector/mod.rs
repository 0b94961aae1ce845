//! A loaded component, as a platform uses it.
//!
//! ```text
//! Connector ─ pool (warm or new) ─ Instance ─┬─ configuration: what may this call reach
//!                                            ├─ the call, within its limits
//!                                            └─ CallError
//! ```

pub(crate) mod call_error;
mod configuration;
pub(crate) mod instance;
pub(crate) mod pool;
mod typed;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::OnceCell;

use self::call_error::CallError;
use self::instance::Instance;
use self::pool::{Pool, Statistics};
use crate::bindings::{WorldPre, catalog};
use crate::component::load_error::LoadError;
use crate::component::shape::Shape;
use crate::component::source::Source;
use crate::outbound::client::Clients;
use crate::outbound::proxy::Proxies;
use crate::outbound::tls::Trust;
use crate::sandbox::engine::engine;
use crate::sandbox::interfaces::linker;
use crate::settings::Settings;

/// The connector's component, ready to be called. Clones share everything.
#[derive(Clone)]
pub struct Connector {
    pool: Arc<Pool>,
    shape: Arc<Shape>,
    catalog: Arc<OnceCell<catalog::Connector>>,
}

impl Connector {
    /// Loads a component from its file.
    ///
    /// # Errors
    /// If it is not this connector, imports more than the sandbox offers, or the settings cannot be used.
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
        let engine = engine(&settings).map_err(LoadError::engine)?;
        let component = source.compile(&engine, &settings)?;
        let shape = Shape::of(&engine, &component, source.wasm.len());
        shape.check(&source.name)?;
        let linker = linker(&engine).map_err(LoadError::engine)?;
        let incompatible = |error: wasmtime::Error| LoadError::Incompatible {
            name: source.name.clone(),
            reason: format!("{error:#}"),
        };
        let world = linker.instantiate_pre(&component).and_then(WorldPre::new).map_err(incompatible)?;
        let pool = Pool::new(engine, world, Clients::new(trust, proxies), settings);
        Ok(Self { pool: Arc::new(pool), shape: Arc::new(shape), catalog: Arc::default() })
    }

    /// An instance for one caller: a warm one, or a new one. Waits while as many calls are running as the settings allow.
    ///
    /// # Errors
    /// If no instance can be created.
    pub async fn instance(&self) -> Result<Instance, CallError> {
        let (warm, permit) = self.pool.take().await?;
        Ok(Instance::new(warm, self.pool.clone(), permit))
    }

    /// Runs an action by name, JSON in and JSON out, on any instance.
    ///
    /// # Errors
    /// As [`Instance::invoke`].
    pub async fn invoke(&self, action: &str, config_json: &str, input_json: &str) -> Result<String, CallError> {
        self.instance().await?.invoke(action, config_json, input_json).await
    }

    /// The connector's description of itself, requested once.
    ///
    /// # Errors
    /// As [`Instance::describe`].
    pub async fn catalog(&self) -> Result<&catalog::Connector, CallError> {
        self.catalog.get_or_try_init(async || self.instance().await?.describe().await).await
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
        &self.shape
    }

    /// What it currently holds.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.pool.statistics()
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Connector")
            .field("settings", &self.pool.settings)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
