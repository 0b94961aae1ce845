//! Sockets: accepts connections, speaks TLS if asked to, and hands complete requests to the services.
//! One task a connection, all of them ended when the emulator is dropped.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::answer::{Answer, Pieces};
use crate::clock;
use crate::journal::Journal;
use crate::request::Request;
use crate::service::Service;

/// No request of these services is larger.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// What all connections share.
pub(crate) struct Server {
    pub(crate) service: Service,
    pub(crate) journal: Journal,
    pub(crate) connections: AtomicU64,
    pub(crate) tls: Option<TlsAcceptor>,
}

/// Accepts until the task is dropped.
pub(crate) async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        // An accept fails when descriptors run out; the next one may succeed.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            continue;
        };
        let number = server.connections.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::spawn(connection(stream, number, server.clone()));
    }
}

async fn connection(stream: TcpStream, number: u64, server: Arc<Server>) {
    // Small answers must not wait for the client's acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    match &server.tls {
        None => speak(stream, number, server).await,
        Some(acceptor) => {
            // A client that does not trust the certificate breaks off here.
            if let Ok(stream) = acceptor.accept(stream).await {
                speak(stream, number, server).await;
            }
        }
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, number: u64, server: Arc<Server>) {
    let service = service_fn(|request| {
        let server = server.clone();
        async move { Ok::<_, Infallible>(answer(request, number, &server).await) }
    });
    // A connection that the client ends in the middle is the client's business.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: hyper::Request<Incoming>, connection: u64, server: &Server) -> http::Response<Pieces> {
    match receive(request, connection, server).await {
        Ok(request) => {
            let serial = server.journal.open(&request);
            let answer = server.service.answer(&request);
            server.journal.close(serial, Some(answer.status.as_u16()), None);
            answer.into()
        }
        Err(answer) => answer.into(),
    }
}

/// Reads the body, and works out which address the client used.
async fn receive(request: hyper::Request<Incoming>, connection: u64, server: &Server) -> Result<Request, Answer> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY_BYTES)
        .collect()
        .await
        .map_err(|_| Answer::empty(http::StatusCode::PAYLOAD_TOO_LARGE))?
        .to_bytes();
    let base_url = &server.service.base_url;
    let scheme = base_url.split("://").next().unwrap_or_default();
    let host = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let host = host.filter(|host| host.parse::<http::uri::Authority>().is_ok());
    let origin = host.map_or_else(|| base_url.clone(), |host| format!("{scheme}://{host}"));
    Ok(Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body,
        connection,
        now: clock::now(),
        origin,
    })
}
