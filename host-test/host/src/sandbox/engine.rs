//! The wasmtime engine: pooled memory, copy-on-write initial images, and epochs that interrupt computing guests.
//!
//! The settings that keep instantiation at microseconds are all here, applied once per connector.

use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::settings::Settings;

/// How often a computing guest yields to others and its compute limit is checked.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Core instances (and tables) per component: its module and the adapters that the component linker adds.
const PARTS_PER_COMPONENT: u32 = 8;

/// Memory per slot that stays mapped when its instance is dropped: zeroing it is faster than remapping it.
const KEPT_RESIDENT_BYTES: usize = 1 << 20;

/// An engine for as many instances as the settings allow.
pub(crate) fn engine(settings: &Settings) -> wasmtime::Result<Engine> {
    let slots = settings.max_instances.saturating_add(settings.warm_instances);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(PARTS_PER_COMPONENT))
        .total_memories(slots)
        .total_tables(slots.saturating_mul(PARTS_PER_COMPONENT))
        .total_stacks(slots)
        .max_memories_per_component(1)
        .max_memory_size(settings.memory_limit)
        .linear_memory_keep_resident(KEPT_RESIDENT_BYTES)
        .table_keep_resident(KEPT_RESIDENT_BYTES);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .memory_init_cow(true)
        .epoch_interruption(true)
        // A trap is reported by its cause; the frames of a stripped component have no names.
        .wasm_backtrace_max_frames(None);
    let engine = Engine::new(&config)?;
    tick(&engine)?;
    Ok(engine)
}

/// Advances the engine's epoch on a thread of its own until the engine is dropped.
fn tick(engine: &Engine) -> std::io::Result<()> {
    let weak = engine.weak();
    let ticker = move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    };
    std::thread::Builder::new().name("epoch".to_owned()).spawn(ticker).map(drop)
}
