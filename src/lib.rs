//! Microsoft Defender XDR connector: a WebAssembly component over the Microsoft Graph security API.
//!
//! Folders are rooms, and a call walks through them once, downwards:
//!
//! ```text
//!   doors/      typed records, or JSON in and JSON out
//!     │
//!   actions/    one file each: check, call, decode; typed and JSON
//!     │
//!   catalog/    the connector as data: names, parameters, permissions
//!     │
//!   answer/     what comes back: incidents, and the envelope of `invoke`
//!     │
//!   graph/      the one way to Graph: token, headers, renewal, refusals
//!     │
//!   sign_in/    tokens of Entra ID, shared by the calls of an instance
//!     │
//!   wire/       one request and its repeats within a deadline; the host: HTTP, clocks, random numbers
//!     │
//!   request/    what callers give, checked before anything is sent
//!     │
//!   text/       JSON, URLs, times, secrets, faults
//! ```
//!
//! A room uses those below it and never one above. `wire::wasi` is the WASI 0.2 host and exists on wasm32 alone; everything
//! else also runs natively, many calls at a time, against a scripted host with a clock of its own. Calls are futures. The
//! plugin's host blocks, so its futures are ready when they are polled.
//!
//! To add an action, touch these places:
//!
//! | place | what |
//! |---|---|
//! | `wit/actions.wit` | its function and records, documented |
//! | `src/actions/` | one file: check, call, decode; typed and JSON |
//! | `src/catalog/actions.rs` | its parameters, permissions and example |
//! | `src/doors/component.rs` | the export, a line |
//! | `src/doors/invoke.rs` | its JSON input |
//! | `host-test/emulator` | the service's side, written from the service's documentation |

pub mod actions;
pub mod answer;
pub mod catalog;
pub mod doors;
pub mod graph;
#[cfg(test)]
mod properties;
pub mod request;
#[cfg(test)]
pub mod sample;
pub mod sign_in;
pub mod text;
pub mod wire;
pub mod wit;

// A native library with these names does not link: `:` and `@` mean something else to its linker.
#[cfg(all(feature = "plugin", target_arch = "wasm32"))]
wit::export!(Plugin with_types_in wit);

/// The component on its real host.
#[cfg(all(feature = "plugin", target_arch = "wasm32"))]
type Plugin = doors::component::Component<wire::wasi::WasiHost>;
