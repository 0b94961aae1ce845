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
//! which reads its options in `odata`, its records in `data`, and hunts in `hunt`. A request that a [`Fault`] hits goes
//! through `spoil` (other answers) and `wire` (other bytes) on its way back. The same functions as those of [`Emulator`]
//! are at `/_emulator/…` for programs in other languages: `faults` (GET, POST, DELETE), `journal` (GET, DELETE),
//! `expire-tokens`, `challenge` and `apps` (POST).

mod data;
mod emulator;
mod entra;
mod fault;
mod graph;
mod hunt;
mod message;
mod odata;
mod server;
mod service;

pub use data::tenant::{TENANT_DOMAINS, TENANT_ID};
pub use emulator::{ConnectorConfig, Emulator, Endpoints, Options, StartError};
pub use entra::app::{ALL_ROLES, App, AppState};
pub use entra::challenge::{Challenge, ChallengeForm};
pub use fault::script::{Action, Fault, Matches, Point};
pub use server::certificate::CertificateError;
pub use server::journal::Exchange;
