//! The requests of guests: the only place where bytes leave the sandbox.
//!
//! ```text
//! request ─ policy (origin) ─ client ─┬─ resolver ─ tunnel (proxy) ─ tls ─ network
//!    │                                └─ pool of connections
//! answer ─ body ─ failure (error code) ─ trace
//! ```

pub(crate) mod body;
mod cause;
pub(crate) mod client;
pub(crate) mod exchange;
pub(crate) mod failure;
pub(crate) mod hook;
pub(crate) mod origin;
pub(crate) mod policy;
pub(crate) mod proxy;
mod resolver;
pub(crate) mod tls;
pub(crate) mod trace;
mod tunnel;
