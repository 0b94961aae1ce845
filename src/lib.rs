//! Microsoft Defender XDR connector: a WebAssembly component over the Microsoft Graph security API.
//!
//! Each folder is a layer. A call passes through them once, from top to bottom:
//!
//! ```text
//!   doors/      typed records, or JSON in and JSON out
//!     │
//!   actions/    one file per action: check, call, decode; typed and JSON
//!     │
//!   catalog/    the connector as data: names, parameters, permissions
//!     │
//!   answer/     what comes back: incidents, alerts, comments, and the envelope of `invoke`
//!     │
//!   graph/      requests to Graph: token, headers, renewal, refusals
//!     │
//!   sign_in/    tokens from Entra ID, shared by the calls of an instance
//!     │
//!   wire/       one request and its retries within a deadline; the host: HTTP, clocks, random numbers
//!     │
//!   request/    input from callers, checked before anything is sent
//!     │
//!   text/       JSON, URLs, times, secrets, errors
//! ```
//!
//! A layer uses only those below it. `wire::wasi` is the WASI 0.2 host and exists only on wasm32; everything else also runs
//! natively, many calls at a time, against a scripted host with its own clock. Calls are futures. The plugin's host blocks, so
//! its futures are ready when they are polled.
//!
//! To add an action, change these files:
//!
//! | file | what |
//! |---|---|
//! | `wit/` | its function and records, documented |
//! | `src/actions/` | one file: check, call, decode; typed and JSON |
//! | `src/catalog/` | its parameters, permissions and example |
//! | `src/doors/component.rs` | the export, one line |
//! | `src/doors/invoke.rs`, `invoke/input.rs` | its name, and its JSON input |
//! | `host-test/emulator` | the service's side, based on the service's documentation |

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

/// The exports of the component on its real host. A native library does not link with these names: its linker gives `:` and `@`
/// another meaning.
#[cfg(all(feature = "plugin", target_arch = "wasm32"))]
mod plugin {
    #![expect(unreachable_pub, reason = "generated code")]

    crate::wit::export!(Plugin with_types_in crate::wit);

    type Plugin = crate::doors::component::Component<crate::wire::wasi::WasiHost>;
}
