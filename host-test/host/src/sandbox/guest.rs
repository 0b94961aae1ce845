//! The host's side of one instance: what it holds, and what it may do in the current call.
//!
//! Everything that a guest can touch belongs to this value, so dropping it leaves nothing behind.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi::clocks::{WasiClocksCtx, WasiClocksCtxView};
use wasmtime_wasi::random::WasiRandomCtx;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView};

use super::clock::{Clock, ClockView};
use super::engine::TICK;
use super::memory::{Budget, Memory};
use crate::outbound::client::Clients;
use crate::outbound::hook::Outbound;
use crate::outbound::policy::Policy;
use crate::settings::Settings;

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

/// Compute time of the current call.
struct Computing {
    ticks: u32,
    limit: Duration,
}

/// The guest computed longer than a call may.
#[derive(Debug, thiserror::Error)]
#[error("the guest computed for {0:?} and was stopped")]
pub(crate) struct ComputedTooLong(pub(crate) Duration);

impl Guest {
    /// A store with fresh guest state.
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
            outbound: Outbound { policy: Policy::default(), clients, clock_speed: clock.speed(), trace },
            memory: Memory::new(settings.memory_limit, budget.clone()),
            computing: Computing { ticks: 0, limit: settings.compute_limit },
        };
        let mut store = Store::new(engine, guest);
        store.limiter(|guest| &mut guest.memory);
        store.epoch_deadline_callback(|mut store| store.data_mut().tick());
        store
    }

    /// Prepares for a call.
    pub(crate) fn begin(&mut self, policy: Policy) {
        self.memory.begin();
        self.outbound.policy = policy;
        self.computing.ticks = 0;
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Called after each tick of guest computation. Yields, so that the limit of the whole call is enforced too.
    fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        self.computing.ticks += 1;
        if TICK * self.computing.ticks > self.computing.limit {
            return Err(ComputedTooLong(self.computing.limit).into());
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    }

    pub(super) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    pub(super) fn random(&mut self) -> &mut WasiRandomCtx {
        &mut self.random
    }

    pub(super) fn monotonic(&mut self) -> ClockView<'_> {
        ClockView { clock: self.clock, table: &mut self.table }
    }

    pub(super) fn clocks(&mut self) -> WasiClocksCtxView<'_> {
        WasiClocksCtxView { ctx: &mut self.clocks, table: &mut self.table }
    }

    pub(super) fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}
