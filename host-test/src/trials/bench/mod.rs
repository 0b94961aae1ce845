//! What the sandbox costs: the component compared with native Rust that does the same, in one run.
//!
//! ```text
//!   caller thread ─┬─ component: Connector::invoke ─ wasm ─ wasi:http ─┐
//!                  ├─ native: the guest's own crate ─ NativeHost ──────┼─ client, connection pool ─ emulator, a process of its own
//!                  └─ limit: the same requests, answers dropped ───────┘
//! ```
//!
//! The sides take turns (A B C C B A), so that other work on the machine affects all, and figures are medians. Before anything is
//! timed, component and native must have sent the same requests and returned the same answers. The emulator answers reads with bytes
//! that it keeps, so that it is not what is measured.

mod actions;
mod agreement;
mod bar;
mod callers;
mod client;
mod comparison;
mod error;
mod growth;
mod hunts;
mod instances;
mod journal;
mod machine;
mod native;
mod plan;
mod recorder;
mod report;
mod run;
mod service;
mod side;
mod start;
mod statistics;
mod verdict;
mod wire;
mod work;
mod worker;

pub use bar::Bar;
pub use comparison::{Throughput, Times};
pub use error::BenchError;
pub use machine::Machine;
pub use report::{Action, Callers, Growth, Hunt, Hunting, Instances, Report, Span};
pub use run::{STEPS, run};
pub use worker::{Setting, Worker};
