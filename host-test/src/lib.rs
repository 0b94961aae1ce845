//! Host of the Defender XDR connector component: what a platform copies to run it.
//!
//! ```text
//! defender_xdr.wasm ─ component ─ cache ─┐              settings
//!                                        ▼                 │
//!   Connector ── engine (pool, epochs) ─ sandbox (the interfaces that are linked; nothing else exists)
//!       │
//!       ├── instance()  ─ a warm instance or a new one ─ typed calls, invoke(JSON), describe()
//!       │                     │ limits: memory, computing, the whole call
//!       └── shared by all     ▼
//!           instances:    outbound (policy of this call) ─ client (keep-alive, TLS) ─ network
//! ```
//!
//! A host needs four lines:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use host_test::{Connector, Settings};
//!
//! let connector = Connector::load("target/defender_xdr.wasm", Settings::default())?;
//! let config = r#"{"tenant_id": "…", "client_id": "…", "client_secret": "…"}"#;
//! let answer = connector.invoke("get_incident_details", config, r#"{"incident_id": "2972395"}"#).await?;
//! println!("{answer}");
//! # Ok(())
//! # }
//! ```
//!
//! Many calls may run at the same time; each has an instance of its own. A caller with several calls in a row keeps its
//! [`Instance`], and with it the access token that the first call got.

pub mod bench;
pub mod bindings;
mod body;
mod cache;
mod call_error;
pub mod chaos;
mod client;
mod clock;
mod component;
mod connector;
mod engine;
mod failure;
mod handler;
mod in_flight;
mod instance;
pub mod json;
mod load_error;
mod memory;
mod metadata;
mod origin;
mod outbound;
mod policy;
mod proxy;
pub mod replay;
mod residence;
mod sandbox;
mod settings;
pub mod soak;
pub mod text;
mod tls;
mod trace;
mod trial_error;
mod tunnel;

pub use call_error::{CallError, kind_name};
pub use component::{Interface, Shape, built, gzip_bytes};
pub use connector::{Connector, Statistics};
pub use instance::Instance;
pub use load_error::LoadError;
pub use metadata::{Documentation, Metadata};
pub use origin::{InvalidOrigin, Origin};
pub use proxy::Proxy;
pub use sandbox::INTERFACES;
pub use settings::{Cache, Settings, Trace};
pub use trace::Exchange;
pub use trial_error::TrialError;
