//! The loopback server: sockets, the journal, and the emulator's own functions.
//! Everything between a client and the two services, except for faults.

pub(crate) mod certificate;
pub(crate) mod connection;
mod control;
pub(crate) mod journal;
mod redaction;
pub(crate) mod state;
