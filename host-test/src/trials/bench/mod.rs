//! What the sandbox costs: the component compared with native Rust that does the same, in one run.
//!
//! ```text
//!   caller thread ─┬─ component: Connector::invoke ─ wasm ─ wasi:http ─┐
//!                  │                                                   ├─ client, connection pool ─ emulator, a process of its own
//!                  └─ native: the guest's own crate ─ NativeHost ──────┘
//! ```
//!
//! The two sides take turns (A B B A), so that other work on the machine affects both, and figures are medians. Before
//! anything is timed, both must have sent the same requests and returned the same answers.

mod actions;
mod agreement;
mod bar;
mod callers;
mod client;
mod comparison;
mod error;
mod hunts;
mod instances;
mod journal;
mod machine;
mod native;
mod pages;
mod plan;
mod report;
mod run;
mod service;
mod side;
mod start;
mod statistics;
mod verdict;
mod wire;
mod work;

pub use bar::Bar;
pub use comparison::Throughput;
pub use error::BenchError;
pub use machine::Machine;
pub use report::{Action, Callers, Hunt, Hunting, Instances, Page, Report, Span};
pub use run::{STEPS, run};
