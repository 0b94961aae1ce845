//! The service form of the Defender XDR connector: HTTP in, HTTP out.
//!
//! Linked with the connector, it is one component that any `wasi:http` engine can serve, in any number of replicas: between
//! requests it keeps only the connector's access tokens.
//!
//! ```text
//!   engine ──► wasi ──► gateway          the order of the checks, written down once
//!                         │
//!                         ├─ route        which path, which methods
//!                         ├─ environment  the configuration and the callers' key, from the host only
//!                         ├─ key          is it one of the callers?
//!                         ├─ media        is the body JSON, and how large?
//!                         ▼
//!                     connector ──► defender_xdr
//!                         │
//!                         ├─ problem      errors as RFC 9457
//!                         └─ openapi      the answer of GET /openapi.json; schema describes the inputs
//! ```
//!
//! Everything except `wasi` also runs natively, against a test connector.

pub mod bindings;
pub mod connector;
pub mod environment;
pub mod gateway;
pub mod http;
pub mod key;
pub mod media;
pub mod openapi;
pub mod problem;
pub mod route;
pub mod schema;
#[cfg(test)]
mod scripted;
#[cfg(any(target_arch = "wasm32", lint_transport))]
pub mod wasi;

// Native linkers give `:` and `@` in these names another meaning, so the exports exist on wasm32 only.
#[cfg(target_arch = "wasm32")]
waki::bindings::export!(Exported with_types_in waki::bindings);

/// The service on its real engine.
#[cfg(target_arch = "wasm32")]
type Exported = wasi::Service;
