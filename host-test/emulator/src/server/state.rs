//! What all connections share.
//! Also what the emulator's own functions read and change, from the handle and over HTTP.

use std::sync::atomic::AtomicU64;

use tokio_rustls::TlsAcceptor;

use super::journal::Journal;
use crate::fault::list::FaultList;
use crate::service::Service;

/// The state of a running emulator.
pub(crate) struct State {
    /// `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`.
    pub(crate) base_url: String,
    pub(crate) service: Service,
    pub(crate) journal: Journal,
    pub(crate) faults: FaultList,
    /// How many were accepted so far.
    pub(crate) connections: AtomicU64,
    pub(crate) tls: Option<TlsAcceptor>,
}
