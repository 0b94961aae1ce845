//! A server on loopback that replays one recorded exchange, a token answer and a Graph answer, and records the requests.
//!
//! The emulator answers as its model of the service says; here only the recording decides.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use super::recording::Headers;

/// Headers for the length or encoding of a body; recordings hold decoded bodies.
const FRAMING: [&str; 4] = ["content-length", "transfer-encoding", "content-encoding", "connection"];

/// An answer to serve.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: String,
}

impl Answer {
    /// A success.
    pub(crate) fn ok(body: &serde_json::Value) -> Self {
        Self { status: 200, headers: Headers::default(), body: body.to_string() }
    }

    fn response(&self) -> http::Response<Full<Bytes>> {
        let mut response = http::Response::new(Full::from(self.body.clone()));
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut recorded = HeaderMap::new();
        for (name, value) in self.headers.iter() {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                recorded.append(name, value);
            }
        }
        for name in FRAMING {
            recorded.remove(name);
        }
        // Replaces the content type if there is one.
        response.headers_mut().extend(recorded);
        response
    }
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// As sent, percent-encoded.
    pub(crate) path: String,
    pub(crate) query: String,
    /// With its secrets: users of this module must not show it.
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

impl Received {
    pub(crate) fn is_token(&self) -> bool {
        self.path.ends_with("/oauth2/v2.0/token")
    }
}

/// The server; it stops when dropped.
pub(crate) struct Server {
    pub(crate) base_url: String,
    script: Arc<Script>,
    task: AbortHandle,
}

struct Script {
    token: Answer,
    graph: Answer,
    received: Mutex<Vec<Received>>,
}

impl Script {
    fn received(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Listens on a free port, and gives these answers.
    pub(crate) async fn start(token: Answer, graph: Answer) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let script = Arc::new(Script { token, graph, received: Mutex::default() });
        let task = tokio::spawn(accept(listener, script.clone())).abort_handle();
        Ok(Self { base_url, script, task })
    }

    /// The requests since the last call.
    pub(crate) fn take_received(&self) -> Vec<Received> {
        std::mem::take(&mut self.script.received())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Accepts until the task is aborted, and its connections with it.
async fn accept(listener: TcpListener, script: Arc<Script>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let script = script.clone();
        let service = service_fn(move |request| answer(request, script.clone()));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    script: Arc<Script>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let authorization = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let received = Received {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        authorization: authorization.map(str::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
        at: Instant::now(),
    };
    let answer = if received.is_token() { &script.token } else { &script.graph };
    script.received().push(received);
    Ok(answer.response())
}
