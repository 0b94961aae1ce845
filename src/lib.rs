//! Microsoft Defender XDR connector: a WebAssembly component over the Microsoft Graph security API.
//!
//! A call flows downwards, each step in a file of its own:
//!
//! ```text
//!   host ──► component ──► actions/*            typed records, or invoke + input for JSON
//!                             │  validate: config, filter, time_span, vocabulary, endpoint, …
//!                             ▼
//!                          graph ──► token      Entra ID, cached in the instance; entra explains refusals
//!                             │
//!                             ▼
//!                         exchange ──► retry    repeats by effect, within one deadline
//!                             │
//!                             ▼
//!                        host::Host             the only doors: HTTP, clocks, random numbers
//!                             │
//!                             ▼
//!                        transport              wasi:http; the one file that exists on wasm32 alone
//!                             │
//!                             ▼
//!                   incident, graph_error       decode the answer, or say what to do
//! ```
//!
//! Everything but `transport` runs natively, against a scripted host with a clock of its own.
//!
//! To add an action, touch these places:
//!
//! | place | what |
//! |---|---|
//! | `wit/actions.wit` | its function and records, documented |
//! | `src/actions/` | one file: check, call, decode; typed and JSON |
//! | `src/component.rs` | the export, a line |
//! | `src/catalog/` | its parameters, permissions and example |
//! | `src/invoke.rs` | its JSON input |
//! | `host-test/emulator` | the service's side, written from the service's documentation |

pub mod actions;
pub mod catalog;
pub mod challenge;
pub mod component;
pub mod config;
pub mod connection;
pub mod datetime;
pub mod endpoint;
pub mod entra;
pub mod envelope;
pub mod error;
pub mod exchange;
pub mod filter;
pub mod graph;
pub mod graph_error;
pub mod host;
pub mod incident;
pub mod input;
pub mod invoke;
pub mod json;
pub mod multipart;
pub mod origin;
pub mod percent;
#[cfg(test)]
mod properties;
pub mod proxy_page;
pub mod record;
pub mod retry;
#[cfg(test)]
pub mod scripted;
pub mod secret;
pub mod time_span;
pub mod token;
#[cfg(any(target_arch = "wasm32", lint_transport))]
pub mod transport;
pub mod vocabulary;
pub mod wit;

/// Names this connector to the service.
pub const USER_AGENT: &str = concat!("defender-xdr-connector/", env!("CARGO_PKG_VERSION"));

// A native library with these names does not link: `:` and `@` mean something else to its linker.
#[cfg(target_arch = "wasm32")]
wit::export!(Exported with_types_in wit);

/// The component on its real host.
#[cfg(target_arch = "wasm32")]
type Exported = component::Component<transport::WasiHost>;
