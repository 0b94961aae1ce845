//! What a host can configure: limits, allowed hosts, TLS trust, the cache, a trace.
//!
//! One plain struct with a default, so that a host names only what it changes.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::outbound::origin::Origin;
use crate::outbound::proxy::Proxy;
use crate::outbound::trace::Trace;

/// Settings of a [`Connector`](crate::Connector).
#[derive(Clone)]
pub struct Settings {
    /// Calls that may run at the same time; others wait for their turn. Default 64.
    pub max_instances: u32,
    /// Idle instances kept for later calls, each with its memory and its tokens. Default 16.
    pub warm_instances: u32,
    /// Memory limit of one instance, in bytes. Default 512 MiB.
    pub memory_limit: usize,
    /// Memory limit of all instances together, in bytes. Default 4 GiB.
    pub total_memory_limit: usize,
    /// An instance with more memory than this is dropped after its call, because wasm memory never shrinks. Default 16 MiB.
    pub reuse_limit: usize,
    /// Time limit of a call, whatever the guest does. Default 40 minutes.
    ///
    /// The guest itself keeps the deadline of its configuration; this limit is for a guest that does not. The longest call of
    /// a correct guest is a generic action with ten retries: eleven attempts of 120 seconds and ten waits of 60.
    pub call_limit: Duration,
    /// Compute time limit of a call. Default 30 seconds; the largest hunting result takes less than one second.
    pub compute_limit: Duration,
    /// The only origins that guests may reach. Default: those of each call's configuration, which are its endpoints, or the
    /// hosts that the catalog names for its cloud.
    pub allow: Option<Vec<Origin>>,
    /// Certificates of a private authority in PEM, trusted in addition to the public ones.
    pub ca_pem: Option<String>,
    /// The proxy that requests go through. Default: none, whatever the environment says.
    pub proxy: Proxy,
    /// Where compiled code is kept.
    pub cache: Cache,
    /// Receives each HTTP exchange.
    pub trace: Option<Trace>,
    /// How many times faster than real time the guest's monotonic clock runs, for tests. Default 1.
    pub clock_speed: u32,
}

/// Where compiled code is kept, so that only the first load of a component compiles it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cache {
    /// In a directory `cwasm` next to the component's file. A component given as bytes is compiled each time.
    #[default]
    Beside,
    /// In this directory.
    Directory(PathBuf),
    /// Nowhere.
    Off,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_instances: 64,
            warm_instances: 16,
            memory_limit: 512 << 20,
            total_memory_limit: 4 << 30,
            reuse_limit: 16 << 20,
            call_limit: Duration::from_mins(40),
            compute_limit: Duration::from_secs(30),
            allow: None,
            ca_pem: None,
            proxy: Proxy::None,
            cache: Cache::Beside,
            trace: None,
            clock_speed: 1,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("max_instances", &self.max_instances)
            .field("warm_instances", &self.warm_instances)
            .field("memory_limit", &self.memory_limit)
            .field("total_memory_limit", &self.total_memory_limit)
            .field("reuse_limit", &self.reuse_limit)
            .field("call_limit", &self.call_limit)
            .field("compute_limit", &self.compute_limit)
            .field("allow", &self.allow)
            .field("ca_pem", &self.ca_pem.is_some())
            .field("proxy", &self.proxy)
            .field("cache", &self.cache)
            .field("trace", &self.trace.is_some())
            .field("clock_speed", &self.clock_speed)
            .finish()
    }
}
