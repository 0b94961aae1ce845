//! The service form of the Defender XDR connector: HTTP in, HTTP out.
//!
//! With the connector in it, it is one component that any `wasi:http` engine serves, in as many replicas as wanted: it keeps
//! nothing between requests but what the connector keeps, its access tokens.
//!
//! ```text
//!   engine ──► wasi ──► gateway          the order of the checks, written down once
//!                         │
//!                         ├─ route        which path, which methods
//!                         ├─ environment  the configuration and the callers' key, from the host alone
//!                         ├─ key          is it one of the callers?
//!                         ├─ media        is the body JSON, and how large?
//!                         ▼
//!                     connector ──► defender_xdr
//!                         │
//!                         ├─ problem      errors as RFC 9457
//!                         └─ openapi      what GET /openapi.json answers; schema has its forms
//! ```
//!
//! Everything but `wasi` runs natively, against a connector of the tests.

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

// A native library with these names does not link: `:` and `@` mean something else to its linker.
#[cfg(target_arch = "wasm32")]
waki::bindings::export!(Exported with_types_in waki::bindings);

/// The service on its real engine.
#[cfg(target_arch = "wasm32")]
type Exported = wasi::Service;
