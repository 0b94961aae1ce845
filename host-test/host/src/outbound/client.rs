//! The HTTP client that all instances share: keep-alive pool, TLS session resumption, one client per trust setting.
//!
//! wasmtime's own sender opens a connection and builds a TLS configuration for each request, which would take most of the
//! time of a call.

use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;
use wasmtime_wasi_http::WasiBody;

use super::proxy::{self, Proxies};
use super::resolver::{BoxError, BoxFuture, Resolver};
use super::tls::{self, Trust};
use super::tunnel::Dialer;

/// Idle connections kept per host.
const MAX_IDLE_PER_HOST: usize = 64;
/// How long an idle connection is kept; Microsoft's front ends keep it longer.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);
/// Interval of TCP probes on idle connections, which detect that a firewall has dropped one.
const KEEP_ALIVE_PROBE: Duration = Duration::from_secs(30);
/// Limit of a connection attempt that no request waits for any more. Requests have their own, shorter one.
const CONNECT_LIMIT: Duration = Duration::from_mins(2);

/// A client with its pool.
///
/// A request whose kept-alive connection was closed before it took a single byte is sent on another connection
/// (`retry_canceled_requests`, on by default). hyper hands the request back only in that case, so this is safe for writes
/// too. After the first byte nothing is retried here; that decision is the guest's.
pub(crate) type Client = HyperClient<Connector, WasiBody>;

/// The clients of a connector: one that verifies certificates and one that does not, each built when first needed.
#[derive(Debug)]
pub(crate) struct Clients {
    trust: Trust,
    proxies: Proxies,
    verifying: OnceLock<Client>,
    trusting: OnceLock<Client>,
}

impl Clients {
    pub(crate) fn new(trust: Trust, proxies: Proxies) -> Self {
        Self { trust, proxies, verifying: OnceLock::new(), trusting: OnceLock::new() }
    }

    pub(crate) fn get(&self, accept_any_certificate: bool) -> &Client {
        if accept_any_certificate {
            self.trusting.get_or_init(|| client(tls::accept_any_certificate(), self.proxies.clone()))
        } else {
            self.verifying.get_or_init(|| client(self.trust.config(), self.proxies.clone()))
        }
    }

    /// Host and port of the proxy that requests to a URL go through.
    pub(crate) fn proxy(&self, url: &Uri) -> Option<String> {
        self.proxies.of(url).as_ref().map(proxy::name)
    }
}

fn client(tls: rustls::ClientConfig, proxies: Proxies) -> Client {
    let mut tcp = HttpConnector::new_with_resolver(Resolver::new());
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEP_ALIVE_PROBE));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Dialer { tcp, proxies });
    HyperClient::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
        .build(Connector(https))
}

/// TCP, a tunnel and TLS within [`CONNECT_LIMIT`].
#[derive(Clone, Debug)]
pub(crate) struct Connector(HttpsConnector<Dialer>);

/// The connection was not established in time.
#[derive(Debug, thiserror::Error)]
#[error("no connection in time")]
pub(crate) struct ConnectTimeout;

impl Service<Uri> for Connector {
    type Response = <HttpsConnector<Dialer> as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let connecting = self.0.call(destination);
        Box::pin(async move { tokio::time::timeout(CONNECT_LIMIT, connecting).await.map_err(|_| ConnectTimeout)? })
    }
}
