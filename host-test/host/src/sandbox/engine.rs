//! The wasmtime engine: pooled memory, copy-on-write start images, and a clock that interrupts computing guests.
//!
//! Everything that makes an instance cost microseconds is decided here, once per connector.

use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::settings::Settings;

/// How often a computing guest gives way to others, and is asked whether it has computed too long.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Core instances, and tables, of one component: its module and the adapters that the component linker adds.
const PARTS_PER_COMPONENT: u32 = 8;

/// Memory of a slot that stays mapped when its instance goes: zeroing it is quicker than mapping it again.
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
        // A trap is reported by its cause; frames of a stripped component tell a user nothing.
        .wasm_backtrace_max_frames(None);
    let engine = Engine::new(&config)?;
    tick(&engine)?;
    Ok(engine)
}

/// Advances the engine's epoch from one thread of its own, until the engine is gone.
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
