//! One request and its answer, within the guest's timeouts.
//!
//! Each phase has its own limit, because the guest needs to know which one expired: before the connection is established,
//! nothing was sent.

use std::pin::pin;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::capture_connection;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::body::ResponseBody;
use super::client::Client;
use super::failure::{self, Failure};
use super::trace::Recorder;

/// Used if the guest sets no timeouts.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(10);

/// The guest's timeouts, in real time.
#[derive(Debug)]
pub(crate) struct Timeouts {
    /// For DNS, TCP, a tunnel and TLS together.
    connect: Duration,
    first_byte: Duration,
    between_bytes: Duration,
}

impl Timeouts {
    /// `speed` is how many times faster than real time the guest's clock runs.
    pub(crate) fn new(options: RequestOptions, speed: u32) -> Self {
        let real = |timeout: Option<Duration>| timeout.unwrap_or(DEFAULT_TIMEOUT) / speed;
        Self {
            connect: real(options.connect_timeout),
            first_byte: real(options.first_byte_timeout),
            between_bytes: real(options.between_bytes_timeout),
        }
    }
}

/// Sends a request and returns when the head of its answer has arrived. Without a client the request is denied.
pub(crate) async fn exchange(
    client: Option<Client>,
    request: Request<WasiBody>,
    timeouts: Timeouts,
    mut recorder: Recorder,
) -> Result<Response<WasiBody>, Error> {
    let answer = match client {
        Some(client) => send(&client, request, &timeouts).await,
        None => Err(Error::HttpRequestDenied.into()),
    };
    match answer {
        Ok(response) => {
            recorder.head(response.status());
            Ok(response.map(|body| ResponseBody::new(body, timeouts.between_bytes, recorder).boxed_unsync()))
        }
        Err(failure) => {
            recorder.failed(&failure);
            Err(failure.code)
        }
    }
}

/// Sends a request and waits for the head of its answer.
async fn send(
    client: &Client,
    mut request: Request<WasiBody>,
    timeouts: &Timeouts,
) -> Result<Response<Incoming>, Failure> {
    let mut connection = capture_connection(&mut request);
    let mut response = pin!(client.request(request));
    let connected = async { drop(connection.wait_for_connection_metadata().await) };
    // The response is polled first: a request that is dropped here was not sent, and its connection attempt ends with it.
    tokio::select! {
        biased;
        response = &mut response => return response.map_err(|error| failure::of_request(&error)),
        () = connected => {}
        () = tokio::time::sleep(timeouts.connect) => return Err(Error::ConnectionTimeout.into()),
    }
    match tokio::time::timeout(timeouts.first_byte, response).await {
        Ok(response) => response.map_err(|error| failure::of_request(&error)),
        Err(_) => Err(Error::HttpResponseTimeout.into()),
    }
}

#[cfg(test)]
mod tests;
