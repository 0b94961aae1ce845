//! The service form of the Defender XDR connector: HTTP in, HTTP out.
//!
//! One WASI 0.3 component that an engine serves in any number of replicas. An instance takes many requests at a time and keeps
//! only access tokens between them.
//!
//! ```text
//!   engine ──► wasi/server ──► service       the order of the checks, written down once
//!                                 │
//!                                 ├─ settings    configuration and callers' keys, from the host only, read once
//!                                 ├─ call/       the request: path, key, body
//!                                 ├─ describe/   OpenAPI for programs, the console for people
//!                                 ├─ problem     errors as RFC 9457
//!                                 ├─ budget      how much large bodies may take at a time
//!                                 ▼
//!                             connector ──► defender_xdr ──► wasi/client ──► Microsoft
//! ```
//!
//! Everything except `wasi` also runs natively, against a scripted connector.

pub mod budget;
pub mod call;
pub mod connector;
pub mod describe;
pub mod problem;
pub mod race;
#[cfg(test)]
mod scripted;
pub mod service;
pub mod settings;
#[cfg(any(target_arch = "wasm32", lint_transport))]
pub mod wasi;

// Native linkers give `:` and `@` in these names another meaning, so the exports exist on wasm32 only.
#[cfg(target_arch = "wasm32")]
wasip3::http::service::export!(Exported with_types_in wasip3);

/// The service on its real engine.
#[cfg(target_arch = "wasm32")]
type Exported = wasi::server::Server;
