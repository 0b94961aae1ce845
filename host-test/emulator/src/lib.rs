//! Microsoft Graph security and Entra ID on loopback, as strict as the service.
//!
//! For anyone without a Microsoft tenant: a program that talks to Microsoft Defender XDR can be tried, tested and measured
//! against this emulator. It plays one invented tenant with people, devices, incidents, alerts and hunting tables, and
//! answers as the service does, errors included. Whatever it does not emulate it refuses loudly, with a 501.
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
//! # The path of a request
//!
//! ```text
//!  client                      emulator    the handle: starts the rest, and stops it when dropped
//!    │
//!  server   connection         accepts, speaks TLS, reads a complete message::Request
//!    │      ├─ control         answers /_emulator/… itself: the handle's functions for other languages
//!    │      └─ journal         records everything else, secrets struck out
//!  fault    list               picks the fault that hits the request, if any
//!  service                     decides which of the two services the request is for
//!    ├─ entra                  /{tenant}/…: discovery documents, and tokens for the registered apps, by secret or assertion;
//!    │                         /metadata/identity/…: tokens for a managed identity
//!    └─ graph                  path, token, method, role, then the operation
//!         ├─ odata             $filter, $orderby, $select, pages
//!         ├─ hunt              KQL: parse makes syntax of text, eval makes rows of a table
//!         └─ data              people, devices, incidents and alerts, invented from an index
//!  fault    spoil              changes the message::Answer, if the fault says so
//!    │      wire               or writes it byte for byte, where no HTTP library would
//!  client
//! ```
//!
//! Each room uses only rooms further on in this list: `server`, `fault`, `service`, `graph`, `entra`, `hunt`, `data`, `odata`,
//! `message`. No two files import each other, not even by way of others.
//!
//! # Where to add what
//!
//! | to add | touch |
//! |---|---|
//! | an operation of Graph | `find` in `graph/mod.rs`, and `graph/*_operation.rs` |
//! | what merging incidents and moving alerts does | `data/correlation.rs`; `graph/correlation.rs` for what is refused |
//! | a property of incidents or alerts | `data/incident.rs` or `data/alert.rs`; `graph/change.rs` if a PATCH may set it |
//! | a member of an enumeration | `data/vocabulary.rs` |
//! | a kind of incident, a kind of evidence | `data/scenario.rs`, `data/evidence.rs` |
//! | an error | `graph/refusal.rs` or `entra/refusal.rs`, of assertions `entra/refusal/assertion.rs` |
//! | a check of token requests | `entra/token_request.rs` |
//! | a check of assertions | `entra/assertion.rs` for all; `entra/certificate_assertion.rs`, `entra/federated_assertion.rs` |
//! | a signature algorithm | `entra/public_key.rs`, and the list of the kind of assertion that may have it |
//! | a query option, an operator of `$filter` | `odata/option.rs`, `odata/filter.rs`; strike it from `odata/known.rs` |
//! | a hunting table | a file in `hunt/table/` and its line in `hunt/table/mod.rs`; strike it from `schema.rs` there |
//! | a KQL function or aggregate | `hunt/eval/function.rs`, `hunt/eval/aggregate.rs`; strike it from `hunt/vocabulary.rs` |
//! | a KQL operator after a pipe | `hunt/syntax.rs`, `hunt/parse/operator.rs`, `hunt/eval/pipeline.rs`; strike it likewise |
//! | a kind of fault | `fault/script.rs`, then `fault/spoil.rs` if its answer is valid HTTP, else `fault/wire.rs` |
//! | a secret that the journal leaves out | `server/redaction.rs` |
//! | a function of the emulator itself | `emulator.rs` and `server/control.rs` |
//!
//! # The functions at `/_emulator/…`
//!
//! * `faults` (GET, POST, DELETE): what goes wrong, and when.
//! * `journal` (GET, DELETE): the requests so far. `counts` (GET): requests and tokens since the journal was cleared.
//! * `expire-tokens`, `challenge` (POST): refuse the tokens issued so far.
//! * `apps` (POST): registers an app, with its secret, its certificates and its federated credentials.
//! * `certificate` (POST): `{"certificate": …, "private_key": …}`, for assertions that the default app signs itself.
//! * `assertion` (POST): `{"assertion": …}`, one of the default app's outside issuer; a body names claims that replace the usual.

mod data;
mod emulator;
mod entra;
mod fault;
mod graph;
mod hunt;
mod message;
mod odata;
mod options;
mod server;
mod service;

pub use data::tenant::{TENANT_DOMAINS, TENANT_ID};
pub use emulator::{ConnectorConfig, Emulator, Endpoints, StartError};
pub use entra::app::{ALL_ROLES, App, AppState, FederatedCredential};
pub use entra::certificate::Certificate;
pub use entra::challenge::{Challenge, ChallengeForm};
pub use entra::directory::CertificateConfig;
pub use entra::pem::PemError;
pub use entra::projected_token::{Assertion, AssertionKey};
pub use entra::public_key::PublicKey;
pub use fault::script::{Action, Fault, Matches, Point};
pub use options::Options;
pub use server::certificate::CertificateError;
pub use server::journal::Exchange;
