//! A server on loopback that replays one recorded exchange, a token answer and a Graph answer, and records the requests.
//!
//! The emulator answers as its model of the service says; here only the recording decides.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
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
        response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        let mut replaced: Vec<http::HeaderName> = Vec::new();
        for (name, value) in self.headers.iter() {
            let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) else {
                continue;
            };
            if FRAMING.contains(&name.as_str()) {
                continue;
            }
            if replaced.contains(&name) {
                response.headers_mut().append(name, value);
            } else {
                response.headers_mut().insert(name.clone(), value);
                replaced.push(name);
            }
        }
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
    script: Arc<Mutex<Script>>,
    task: AbortHandle,
}

#[derive(Default)]
struct Script {
    token: Option<Answer>,
    graph: Option<Answer>,
    received: Vec<Received>,
}

impl Server {
    /// Listens on a free port; the answers are set afterwards, because they may contain its address.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let script = Arc::<Mutex<Script>>::default();
        let task = tokio::spawn(accept(listener, script.clone())).abort_handle();
        Ok(Self { base_url, script, task })
    }

    /// Sets the answers from now on.
    pub(crate) fn answer(&self, token: Answer, graph: Answer) {
        let mut script = lock(&self.script);
        script.token = Some(token);
        script.graph = Some(graph);
    }

    /// The requests since the last call.
    pub(crate) fn take_received(&self) -> Vec<Received> {
        std::mem::take(&mut lock(&self.script).received)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts until the task is aborted, and its connections with it.
async fn accept(listener: TcpListener, script: Arc<Mutex<Script>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let script = script.clone();
        let service = service_fn(move |request| answer(request, script.clone()));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    script: Arc<Mutex<Script>>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let received = Received {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        authorization: head
            .headers
            .get(http::header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
        at: Instant::now(),
    };
    let mut script = lock(&script);
    let answer = if received.is_token() { &script.token } else { &script.graph };
    let response = answer.as_ref().map_or_else(http::Response::default, Answer::response);
    script.received.push(received);
    Ok(response)
}
