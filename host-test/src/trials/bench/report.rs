//! The result of a run: the figures, as in the JSON of `bench --json`.

use serde::Serialize;

use super::bar::Bar;
use super::comparison::{Throughput, Times};
use super::machine::Machine;
use super::statistics::rounded;

/// All figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Size of the component.
    pub component_bytes: usize,
    /// The same, compressed with gzip.
    pub component_gzip_bytes: usize,
    /// Loading compiled code.
    pub aot_load_us: f64,
    /// Creating an instance.
    pub instantiate_us: Span,
    /// Load, instance, connection, token and first answer.
    pub cold_start_ms: f64,
    /// The five actions, warm.
    pub actions: Vec<Action>,
    /// The largest hunt.
    pub hunting: Hunting,
    /// Requests of an instance's first call.
    pub requests_cold: usize,
    /// Requests of the calls after it.
    pub requests_warm: usize,
    /// TCP connections that 1,000 calls in a row need.
    pub connections_per_1000_calls: usize,
    /// Instances with a token that fit in a gibibyte; none if the system does not report memory.
    pub instances_per_gib: Option<u64>,
    /// With enough callers for all cores.
    pub throughput: Throughput,
    /// Growth with the number of incidents on a page, with their alerts.
    pub pages: Vec<Growth>,
    /// Growth with the size of a hunting result.
    pub hunts: Vec<Hunt>,
    /// Growth with the number of callers.
    pub callers: Vec<Callers>,
    /// Growth of an update with the number of tags.
    pub tags: Vec<Growth>,
    /// Growth of a call with the number of tenants that an instance serves.
    pub tenants: Vec<Growth>,
    /// Growth with the number of instances.
    pub instances: Vec<Instances>,
    /// The machine it was measured on.
    pub machine: Machine,
    /// The figures with their targets.
    pub bars: Vec<Bar>,
}

/// Percentiles of a time in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span {
    /// Half of the values are below.
    pub p50: f64,
    /// One value in a hundred is above.
    pub p99: f64,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Action {
    /// Its name.
    pub name: &'static str,
    /// How long it takes.
    #[serde(flatten)]
    pub times: Times,
}

/// The largest hunt.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Hunting {
    /// The figures of a hunt.
    #[serde(flatten)]
    pub hunt: Hunt,
    /// Ratio of the guest's memory to the answer.
    pub peak_over_body: f64,
}

impl From<Hunt> for Hunting {
    fn from(hunt: Hunt) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "bytes of an answer, which are far less than 2^52")]
        let peak_over_body = hunt.guest_peak_bytes as f64 / hunt.body_bytes as f64;
        Self { hunt, peak_over_body: rounded(peak_over_body, 3) }
    }
}

/// A hunt of some size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Hunt {
    /// Bytes of the answer.
    pub body_bytes: usize,
    /// Rows in it.
    pub rows: u32,
    /// How long it takes.
    #[serde(flatten)]
    pub times: Times,
    /// Peak memory of the guest.
    pub guest_peak_bytes: usize,
}

/// A call with more and more of something.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// How much: incidents on a page, tags, or tenants.
    pub size: u32,
    /// How long it takes.
    #[serde(flatten)]
    pub times: Times,
}

/// Concurrent callers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Callers {
    /// How many.
    pub callers: usize,
    /// Their throughput.
    #[serde(flatten)]
    pub throughput: Throughput,
}

/// Idle instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Instances {
    /// How many.
    pub held: u32,
    /// How much the host process grew with them.
    pub bytes: u64,
    /// The share of each.
    pub bytes_each: u64,
}

impl Instances {
    pub(crate) fn new(held: u32, bytes: u64) -> Self {
        Self { held, bytes, bytes_each: bytes / u64::from(held.max(1)) }
    }

    /// How many of them fit in a gibibyte.
    pub(crate) fn per_gib(&self) -> Option<u64> {
        (1_u64 << 30).checked_div(self.bytes_each)
    }
}
