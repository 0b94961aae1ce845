//! Limits on guest memory: per instance, and for all instances together.
//!
//! Wasm memory grows and never shrinks, so growth is the only point where a host can refuse it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::ResourceLimiter;

/// Memory that all instances of a connector share, in bytes.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicUsize::new(0) })
    }

    /// Memory in use by all instances.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> bool {
        let taken = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.limit);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The memory of one instance.
#[derive(Debug)]
pub(crate) struct Memory {
    budget: Arc<Budget>,
    limit: usize,
    used: usize,
    last_growth: usize,
    refused: bool,
}

impl Memory {
    pub(crate) fn new(limit: usize, budget: Arc<Budget>) -> Self {
        Self { budget, limit, used: 0, last_growth: 0, refused: false }
    }

    /// Memory in use. It never shrinks, so this is also the peak.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Starts a call: earlier refusals no longer count.
    pub(crate) fn begin(&mut self) {
        self.refused = false;
    }

    /// Whether the guest was refused memory during this call.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.budget.give_back(self.used);
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        let fits = self.used.saturating_add(growth) <= self.limit && self.budget.take(growth);
        if fits {
            self.used += growth;
            self.last_growth = growth;
        } else {
            self.refused = true;
        }
        Ok(fits)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        let growth = std::mem::take(&mut self.last_growth);
        self.used -= growth;
        self.budget.give_back(growth);
        self.refused = true;
        Ok(())
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }
}

/// Table elements (function pointers) per guest; the connector has a few hundred.
const MAX_TABLE_ELEMENTS: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_more_than_one_instance_may_have() {
        let budget = Budget::new(1000);
        let mut memory = Memory::new(100, budget.clone());
        assert!(memory.memory_growing(0, 60, None).unwrap());
        assert!(!memory.memory_growing(60, 120, None).unwrap());
        assert_eq!((memory.used(), memory.refused(), budget.used()), (60, true, 60));
    }

    #[test]
    fn refuses_more_than_all_instances_may_have() {
        let budget = Budget::new(100);
        let mut first = Memory::new(100, budget.clone());
        let mut second = Memory::new(100, budget.clone());
        assert!(first.memory_growing(0, 60, None).unwrap());
        assert!(!second.memory_growing(0, 60, None).unwrap());
        drop(first);
        assert!(second.memory_growing(0, 60, None).unwrap());
    }

    #[test]
    fn growth_refused_by_the_system_is_given_back() {
        let budget = Budget::new(100);
        let mut memory = Memory::new(100, budget.clone());
        assert!(memory.memory_growing(0, 60, None).unwrap());
        memory.memory_grow_failed(wasmtime::format_err!("no memory")).unwrap();
        assert_eq!((memory.used(), budget.used()), (0, 0));
    }
}
