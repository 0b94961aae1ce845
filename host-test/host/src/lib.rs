#![doc = include_str!("../README.md")]
//!
//! # Structure
//!
//! A call passes through the modules from left to right; each uses only those to its right.
//!
//! ```text
//! connector/           component/            sandbox/                outbound/
//! Connector            file                  engine (slots, epochs)  policy (allow-list)
//!  └ pool              what is it            interfaces (the only    client (keep-alive, TLS, proxy)
//!    └ Instance        compiled, cached      ones that exist)        answer, error code
//!      typed, JSON                           memory, clock           trace
//!          │                                     ▲       │               ▲       │
//!          └──────────── bindings ───────────────┘       └───────────────┘       └─ network
//! ```
//!
//! [`Settings`] applies to all of them. Many calls can run at the same time, each in an instance of its own. A caller with
//! several calls in a row keeps its [`Instance`], and with it the access token from the first call.

pub mod bindings;
mod component;
mod connector;
mod outbound;
mod sandbox;
mod settings;

pub use component::load_error::LoadError;
pub use component::shape::{Interface, Shape};
pub use connector::Connector;
pub use connector::call_error::{CallError, kind_name};
pub use connector::instance::Instance;
pub use connector::pool::Statistics;
pub use outbound::origin::{InvalidOrigin, Origin};
pub use outbound::proxy::Proxy;
pub use outbound::trace::{Exchange, Trace};
pub use sandbox::interfaces::INTERFACES;
pub use settings::{Cache, Settings};
