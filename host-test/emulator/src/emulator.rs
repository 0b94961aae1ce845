//! The handle: starts the emulator on a thread of its own and stops it when dropped.
//! A thread of its own, because not every test or program that uses it is asynchronous.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use serde::Serialize;
use tokio::sync::oneshot;

use crate::data::tenant::TENANT_ID;
use crate::entra::app::{App, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET};
use crate::entra::challenge::Challenge;
use crate::entra::directory::CertificateConfig;
use crate::entra::pem::PemError;
use crate::entra::projected_token::Assertion;
use crate::fault::list::FaultList;
use crate::fault::script::Fault;
use crate::message::clock;
use crate::options::Options;
use crate::server::certificate::{self, CertificateError};
use crate::server::connection::accept;
use crate::server::journal::{Exchange, Journal};
use crate::server::state::State;
use crate::service::Service;

/// A complete configuration for a client of this emulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectorConfig {
    /// Directory id.
    pub tenant_id: String,
    /// Id of the default app.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Base URLs in place of Microsoft's.
    pub endpoints: Endpoints,
}

/// Base URLs in place of Microsoft's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoints {
    /// In place of `https://login.microsoftonline.com`.
    pub login: String,
    /// In place of `https://graph.microsoft.com`.
    pub graph: String,
}

/// Why the emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or not allowed.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
    /// The certificate could not be generated.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// A running emulator. Dropping it closes every connection and frees the port.
pub struct Emulator {
    server: Arc<State>,
    ca_pem: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts on 127.0.0.1 and returns once connections are accepted.
    ///
    /// # Errors
    ///
    /// If the port is taken, no thread can be started, or no certificate can be generated.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listen = |source| StartError::Listen { address, source };
        let listener = std::net::TcpListener::bind(address).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;

        let (ca_pem, tls) = if options.tls { Some(certificate::make()?) } else { None }.unzip();
        let base_url = format!("{}://{address}", if options.tls { "https" } else { "http" });
        let server = Arc::new(State {
            base_url,
            service: Service::new(&options),
            journal: Journal::default(),
            faults: FaultList::default(),
            connections: AtomicU64::new(0),
            tls,
        });

        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("defender-emulator")
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(listen)?
        };
        let (stop, stopped) = oneshot::channel();
        let shared = server.clone();
        let thread = std::thread::Builder::new()
            .name("defender-emulator".into())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, shared) => {}
                        _ = stopped => {}
                    }
                });
                runtime.shutdown_background();
            })
            .map_err(StartError::Thread)?;
        Ok(Self { server, ca_pem, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.server.base_url
    }

    /// The certificate to trust, if the emulator speaks TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The configuration of a client that uses the default app, which has every role.
    #[must_use]
    pub fn connector_config(&self) -> ConnectorConfig {
        ConnectorConfig {
            tenant_id: TENANT_ID.to_owned(),
            client_id: DEFAULT_CLIENT_ID.to_owned(),
            client_secret: DEFAULT_CLIENT_SECRET.to_owned(),
            endpoints: Endpoints { login: self.base_url().to_owned(), graph: self.base_url().to_owned() },
        }
    }

    /// Registers another app, or replaces the one with the same client id.
    pub fn register(&self, app: App) {
        self.server.service.directory.register(app);
    }

    /// A certificate of the default app and its private key. Made and registered with the first call, which takes up to a second;
    /// other emulators of the same process have the same one.
    #[must_use]
    pub fn certificate(&self) -> CertificateConfig {
        self.server.service.directory.certificate()
    }

    /// Registers the certificates of a PEM text with the default app, beside those it has. Keys in the text are passed over.
    ///
    /// # Errors
    ///
    /// If the text has no certificate, or a damaged one.
    pub fn register_certificate(&self, pem: &str) -> Result<(), PemError> {
        self.server.service.directory.register_certificates(pem)
    }

    /// A federated assertion: the token of a service account, as AKS mounts it. The default one is accepted for the default app.
    /// The first call takes up to a second.
    #[must_use]
    pub fn assertion(&self, wanted: &Assertion) -> String {
        self.server.service.directory.assertion(wanted, clock::now())
    }

    /// A token of the default app for Graph, as a host gets it for a managed identity.
    #[must_use]
    pub fn access_token(&self) -> String {
        self.server.service.directory.access_token(clock::now())
    }

    /// The last 10,000 requests.
    #[must_use]
    pub fn journal(&self) -> Vec<Exchange> {
        self.server.journal.list()
    }

    /// Forgets the requests so far; serial numbers continue.
    pub fn clear_journal(&self) {
        self.server.journal.clear();
    }

    /// Adds a fault. A header that cannot be sent is left out.
    pub fn fault(&self, fault: Fault) {
        self.server.faults.add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.server.faults.clear();
    }

    /// Expires every token issued so far.
    pub fn expire_tokens(&self) {
        self.server.service.directory.tokens.expire_all();
    }

    /// Refuses every token with a claims challenge until one is requested with those claims and `cp1`.
    pub fn challenge_tokens(&self, challenge: Challenge) {
        self.server.service.directory.tokens.challenge(challenge, clock::now());
    }

    /// TCP connections accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        usize::try_from(self.server.connections.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Emulator").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Fails only if the thread has already ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
