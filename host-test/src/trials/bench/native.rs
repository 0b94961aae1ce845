//! The native side: the guest's own crate on a host that sends with the same client as the component's requests.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use defender_xdr::request::vocabulary::Vocabulary as _;
use defender_xdr::wire::failure::Failure;
use defender_xdr::wire::host::{Host, Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;

use super::client::{self, Client};
use super::error::BenchError;

/// Spare room after an answer for its envelope, as the component's transport reserves it.
const SPARE_BYTES: usize = 4096;

/// A host without a sandbox.
#[derive(Debug)]
pub(crate) struct NativeHost {
    client: Client,
    started: Instant,
}

impl NativeHost {
    pub(crate) fn new(ca_pem: &str) -> Result<Self, BenchError> {
        Ok(Self { client: client::client(ca_pem)?, started: Instant::now() })
    }
}

impl Host for NativeHost {
    async fn send(&self, request: &Request<'_>, deadline: Duration) -> Result<Response, Failure> {
        let time = deadline.saturating_sub(self.now());
        tokio::time::timeout(time, exchange(&self.client, request, time)).await.unwrap_or(Err(Failure::Late))
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn unix_seconds(&self) -> u64 {
        SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs())
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    fn random(&self) -> u64 {
        RandomState::new().hash_one(0)
    }
}

/// Sends a request as the component's transport does, with the same headers and timeouts.
async fn exchange(client: &Client, request: &Request<'_>, time: Duration) -> Result<Response, Failure> {
    let outgoing = outgoing(request).map_err(|error| Failure::Unsent(error.to_string()))?;
    // The cause does not matter here: a run in which a call fails is abandoned.
    let response = client::send(client, outgoing, time / 10 * 9, time).await.map_err(Failure::Broken)?;
    receive(response, request.prefix).await.map_err(|error| Failure::Broken(error.to_string()))
}

fn outgoing(request: &Request<'_>) -> Result<http::Request<Full<Bytes>>, http::Error> {
    let mut outgoing =
        http::Request::builder().method(request.method.word()).uri(format!("{}{}", request.origin, request.target));
    for (name, value) in request.headers {
        outgoing = outgoing.header(name, value);
    }
    if !request.body.is_empty() || request.method != Method::Get {
        outgoing = outgoing.header(http::header::CONTENT_LENGTH, request.body.len());
    }
    outgoing.body(Full::new(Bytes::copy_from_slice(request.body)))
}

async fn receive(response: http::Response<Incoming>, prefix: &str) -> Result<Response, hyper::Error> {
    let (head, mut body) = response.into_parts();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let announced = head.headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut buffer = Vec::new();
    buffer.reserve_exact(prefix.len() + announced.unwrap_or(0) + SPARE_BYTES);
    buffer.extend_from_slice(prefix.as_bytes());
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            buffer.extend_from_slice(data);
        }
    }
    Ok(Response::new(head.status.as_u16(), headers, buffer, prefix.len()))
}
