//! Microsoft Graph security and Entra ID on loopback, as strict as the service.
//!
//! For everybody who has no Microsoft tenant: a program that talks to Microsoft Defender XDR can be tried, tested and
//! measured against this emulator. It plays one tenant with people, devices, incidents, alerts and hunting tables, all
//! invented, and answers as the service does, errors included. What it does not emulate it says loudly, with a 501.
//!
//! ```
//! use defender_emulator::{Emulator, Options};
//!
//! let emulator = Emulator::start(Options::default())?;
//! let config = emulator.connector_config();
//! assert_eq!(config.endpoints.graph, emulator.base_url());
//! # Ok::<(), defender_emulator::StartError>(())
//! ```
//!
//! The way of a request: `server` (sockets) → `journal` → `service` → `entra` (tokens) or `graph` (the security API),
//! which reads its options in `odata`, its records in `data`, and hunts in `hunt`.

mod answer;
mod app;
mod certificate;
mod clock;
mod data;
mod emulator;
mod entra;
mod graph;
mod hunt;
mod journal;
mod odata;
mod request;
mod server;
mod service;
mod tenant;
mod vocabulary;

pub use app::{ALL_ROLES, App, AppState, ConnectorConfig, Endpoints};
pub use certificate::CertificateError;
pub use emulator::{Emulator, Options, StartError};
pub use entra::challenge::{Challenge, ChallengeForm};
pub use journal::Exchange;
pub use tenant::{TENANT_DOMAINS, TENANT_ID};
