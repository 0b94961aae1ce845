//! What a guest may touch: the list below, and nothing else.
//!
//! Interfaces are linked one by one. A component that asks for a file, a socket, an environment variable or the terminal is refused
//! before any of its code runs, because there is nothing to link it to.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{Linker, Resource, ResourceTable};
use wasmtime::{Engine, Store, StoreContextMut, UpdateDeadline};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksCtx, WasiClocksCtxView};
use wasmtime_wasi::p2::IoError;
use wasmtime_wasi::p2::bindings::{clocks, io, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomCtx};
use wasmtime_wasi_http::p2::bindings::http;
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtx, WasiHttpCtxView};

use crate::client::Clients;
use crate::clock::{Clock, ClockView, Monotonic};
use crate::engine::TICK;
use crate::failure;
use crate::handler;
use crate::memory::{Budget, Memory};
use crate::outbound::Outbound;
use crate::policy::Policy;
use crate::settings::Settings;

/// Interfaces that a component may import: those of the world `wasi:http/proxy` without its standard streams.
pub const INTERFACES: [&str; 8] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:random/random",
    "wasi:http/types",
    "wasi:http/outgoing-handler",
];

/// Whether the sandbox offers an import, by its name with or without a version.
pub(crate) fn offers(import: &str) -> bool {
    let interface = import.split('@').next().unwrap_or_default();
    INTERFACES.contains(&interface)
}

/// A linker with exactly [`INTERFACES`].
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    io::error::add_to_linker::<_, Table>(&mut linker, Guest::table)?;
    io::poll::add_to_linker::<_, Table>(&mut linker, Guest::table)?;
    io::streams::add_to_linker::<_, Table>(&mut linker, Guest::table)?;
    clocks::monotonic_clock::add_to_linker::<_, Monotonic>(&mut linker, Guest::monotonic)?;
    clocks::wall_clock::add_to_linker::<_, WasiClocks>(&mut linker, Guest::clocks)?;
    random::random::add_to_linker::<_, WasiRandom>(&mut linker, Guest::random)?;
    http::types::add_to_linker::<_, WasiHttp>(&mut linker, &http::types::LinkOptions::default(), Guest::http)?;
    linker.allow_shadowing(true);
    answer_codes_of_bodies(&mut linker)?;
    handler::add_to_linker(&mut linker)?;
    linker.allow_shadowing(false);
    Ok(linker)
}

/// The interface as wasmtime 48 names it.
pub(crate) const HTTP_TYPES: &str = "wasi:http/types@0.2.12";

/// Lets a guest learn why a body broke off. wasmtime 48 keeps the reason as an error of its own, and its `http-error-code` looks
/// for the type of the WIT only, so it never finds any (`wasmtime-wasi-http/src/p2/types_impl.rs`).
fn answer_codes_of_bodies(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let code = |store: StoreContextMut<'_, Guest>, (error,): (Resource<IoError>,)| {
        let error = store.data().table.get(&error)?;
        Ok((error.downcast_ref().and_then(failure::code_of_body),))
    };
    linker.instance(HTTP_TYPES)?.func_wrap("http-error-code", code)
}

/// Says to the linker that `wasi:io` is served by the resource table.
struct Table;

impl wasmtime::component::HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}

/// The host's side of one instance.
pub(crate) struct Guest {
    table: ResourceTable,
    clocks: WasiClocksCtx,
    clock: Clock,
    random: WasiRandomCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    memory: Memory,
    computing: Computing,
}

/// How long a call has computed.
struct Computing {
    ticks: u32,
    limit: Duration,
}

/// The guest computed longer than a call may.
#[derive(Debug, thiserror::Error)]
#[error("the guest computed for {0:?} and was stopped")]
pub(crate) struct ComputedTooLong(pub(crate) Duration);

impl Guest {
    /// A store with a fresh guest state in it.
    pub(crate) fn store(
        engine: &Engine,
        settings: &Settings,
        clients: &Arc<Clients>,
        budget: &Arc<Budget>,
    ) -> Store<Self> {
        let clock = Clock::new(settings.clock_speed);
        let (clients, trace) = (clients.clone(), settings.trace.clone());
        let guest = Self {
            table: ResourceTable::new(),
            clocks: WasiClocksCtx::default(),
            clock,
            random: WasiRandomCtx::default(),
            http: WasiHttpCtx::new(),
            outbound: Outbound { policy: Policy::default(), clients, clock, trace },
            memory: Memory::new(settings.memory_limit, budget.clone()),
            computing: Computing { ticks: 0, limit: settings.compute_limit },
        };
        let mut store = Store::new(engine, guest);
        store.limiter(|guest| &mut guest.memory);
        store.epoch_deadline_callback(|mut store| store.data_mut().tick());
        store
    }

    /// Gets ready for a call.
    pub(crate) fn begin(&mut self, policy: Policy) {
        self.memory.begin();
        self.outbound.policy = policy;
        self.computing.ticks = 0;
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Called after each tick that the guest spent computing: lets others run, so that also the limit of the whole call holds.
    fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        self.computing.ticks += 1;
        if TICK * self.computing.ticks > self.computing.limit {
            return Err(ComputedTooLong(self.computing.limit).into());
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    }

    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    fn random(&mut self) -> &mut WasiRandomCtx {
        &mut self.random
    }

    fn monotonic(&mut self) -> ClockView<'_> {
        ClockView { clock: self.clock, table: &mut self.table }
    }

    fn clocks(&mut self) -> WasiClocksCtxView<'_> {
        WasiClocksCtxView { ctx: &mut self.clocks, table: &mut self.table }
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    pub(crate) fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::component::Component;

    use super::*;
    use crate::component::sample;

    #[test]
    fn offers_the_proxy_world_and_nothing_else() {
        assert!(offers("wasi:http/types@0.2.2"));
        for foreign in
            ["wasi:filesystem/types@0.2.2", "wasi:cli/environment@0.2.2", "wasi:sockets/tcp@0.2.2", "env", ""]
        {
            assert!(!offers(foreign), "{foreign}");
        }
    }

    #[test]
    fn the_linker_has_what_is_offered() {
        let engine = Engine::default();
        let linker = linker(&engine).unwrap();
        for interface in INTERFACES {
            let wasm = sample::importing(&format!("{interface}@0.2.0"));
            let component = Component::new(&engine, wasm).unwrap();
            assert!(linker.instantiate_pre(&component).is_ok(), "{interface}");
        }
    }
}
