//! The HTTP client of the native side: the crates that the component's requests go through, with the same pool and timeouts.
//!
//! So the sides differ only in the sandbox, not in the path to the service.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::error::BenchError;

const MAX_IDLE_PER_HOST: usize = 64;
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) type Client = HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client that trusts one authority.
pub(crate) fn client(ca_pem: &str) -> Result<Client, BenchError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let https =
        HttpsConnectorBuilder::new().with_tls_config(tls(ca_pem)?).https_only().enable_http1().wrap_connector(tcp);
    Ok(HyperClient::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
        .build(https))
}

fn tls(ca_pem: &str) -> Result<ClientConfig, BenchError> {
    let cannot =
        |error: &dyn std::error::Error| BenchError::Emulator(format!("its certificate cannot be used: {error}"));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        let certificate = certificate.map_err(|error| cannot(&error))?;
        roots.add(certificate).map_err(|error| cannot(&error))?;
    }
    // Explicit, because the process may have more than one provider.
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| cannot(&error))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Sends a request and waits for the head of its answer, with a limit for the connection and one for the first byte.
pub(crate) async fn send(
    client: &Client,
    mut request: Request<Full<Bytes>>,
    connect: Duration,
    first_byte: Duration,
) -> Result<Response<Incoming>, String> {
    let mut connection = capture_connection(&mut request);
    let mut response = pin!(client.request(request));
    let connected = async { drop(connection.wait_for_connection_metadata().await) };
    tokio::select! {
        biased;
        response = &mut response => return response.map_err(|error| error.to_string()),
        () = connected => {}
        () = tokio::time::sleep(connect) => return Err("no connection in time".to_owned()),
    }
    match tokio::time::timeout(first_byte, response).await {
        Ok(response) => response.map_err(|error| error.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}
