//! The host: a sandbox with an allow-list and limits around the connector. This is the file to copy.

use std::path::Path;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "defender:xdr/connector",
        exports: { default: async },
    });
}

pub(crate) use generated::exports::defender::xdr::{actions, trigger, types};
use generated::{Connector, ConnectorPre};

/// An action ends by itself within its `timeout`; this limit holds even if a defect prevents that.
const CALL_LIMIT: Duration = Duration::from_mins(3);
/// Enough for an answer of 64 MiB, the largest that the component accepts.
const MEMORY_LIMIT_BYTES: usize = 512 << 20;
/// How long a guest may compute before it yields its thread and the limit above is checked.
const TICK: Duration = Duration::from_millis(10);

/// The compiled component, one per process.
pub(crate) struct Host {
    engine: Engine,
    connector: ConnectorPre<Guest>,
}

impl Host {
    /// Compiles the component, which takes a moment; instances then cost microseconds.
    pub(crate) fn load(file: &Path) -> wasmtime::Result<Self> {
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        let clock = engine.weak();
        std::thread::spawn(move || {
            while let Some(engine) = clock.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        });
        let mut linker = Linker::new(&engine);
        // HTTP, clocks, random numbers: there are no files and no sockets here, whatever a component asks for.
        wasmtime_wasi_http::p2::add_to_linker_async(&mut linker)?;
        let component = Component::from_file(&engine, file)?;
        let connector = ConnectorPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { engine, connector })
    }

    /// A new instance that can reach only what this configuration needs, as stated by the component itself.
    ///
    /// It keeps its access token, so later calls on the same instance are faster.
    pub(crate) async fn instance(&self, config: &types::Config) -> wasmtime::Result<Instance> {
        let guest = Guest {
            table: ResourceTable::new(),
            wasi: WasiCtx::default(),
            http: WasiHttpCtx::new(),
            outbound: Outbound { origins: Vec::new() },
            limits: StoreLimitsBuilder::new().memory_size(MEMORY_LIMIT_BYTES).build(),
        };
        let mut store = Store::new(&self.engine, guest);
        store.limiter(|guest| &mut guest.limits);
        store.epoch_deadline_async_yield_and_update(1);
        let connector = self.connector.instantiate_async(&mut store).await?;
        // A configuration that it refuses may reach nothing; the calls report why.
        if let Ok(targets) = connector.defender_xdr_connection().call_targets(&mut store, config).await? {
            store.data_mut().outbound.origins = vec![targets.login, targets.graph];
        }
        Ok(Instance { store, connector })
    }
}

/// One instance of the component, for one call at a time.
pub(crate) struct Instance {
    store: Store<Guest>,
    connector: Connector,
}

/// The outer result is the sandbox's (a crash, a limit; the instance is lost), the inner one the action's.
type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

impl Instance {
    pub(crate) async fn get_incident(&mut self, config: &types::Config, id: &str) -> Answer<actions::Incident> {
        let call = self.connector.defender_xdr_actions().call_get_incident(&mut self.store, config, id, None);
        tokio::time::timeout(CALL_LIMIT, call).await?
    }

    pub(crate) async fn list_incidents(
        &mut self,
        config: &types::Config,
        query: &actions::IncidentQuery,
    ) -> Answer<actions::IncidentPage> {
        let call = self.connector.defender_xdr_actions().call_list_incidents(&mut self.store, config, query);
        tokio::time::timeout(CALL_LIMIT, call).await?
    }

    pub(crate) async fn poll_incidents(
        &mut self,
        config: &types::Config,
        state: Option<&str>,
        query: &trigger::PollQuery,
    ) -> Answer<trigger::PollResult> {
        let call = self.connector.defender_xdr_trigger().call_poll_incidents(&mut self.store, config, state, query);
        tokio::time::timeout(CALL_LIMIT, call).await?
    }

    pub(crate) async fn run_hunting_query(
        &mut self,
        config: &types::Config,
        query: &str,
    ) -> Answer<actions::HuntingResult> {
        let call = self.connector.defender_xdr_actions().call_run_hunting_query(&mut self.store, config, query, None);
        tokio::time::timeout(CALL_LIMIT, call).await?
    }
}

/// The host's side of an instance.
struct Guest {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    limits: StoreLimits,
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

/// The allow-list, at the only place where requests leave the sandbox.
struct Outbound {
    origins: Vec<String>,
}

type Completion = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Exchange = Box<dyn Future<Output = Result<(Response<WasiBody>, Completion), Error>> + Send>;

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _received: Completion,
    ) -> Exchange {
        let uri = request.uri();
        let origin = uri.scheme().zip(uri.authority()).map(|(scheme, authority)| format!("{scheme}://{authority}"));
        let allowed = origin.is_some_and(|origin| self.origins.contains(&origin));
        Box::new(async move {
            if !allowed {
                return Err(Error::HttpRequestDenied);
            }
            let (response, connection) = wasmtime_wasi_http::default_send_request(request, options).await?;
            Ok((response.map(BodyExt::boxed_unsync), Box::new(connection) as Completion))
        })
    }
}
