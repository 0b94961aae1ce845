//! Sends the requests of guests: the one place where bytes leave the sandbox.
//!
//! Policy, trust, connection pool, timeouts, error codes and the trace all meet here. Guests come through `handler`.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use wasmtime_wasi_http::{DEFAULT_FORBIDDEN_HEADERS, Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::body::ResponseBody;
use crate::client::{Client, Clients};
use crate::clock::Clock;
use crate::failure::{self, Failure};
use crate::in_flight::{Answer, InFlight};
use crate::policy::Policy;
use crate::settings::Trace;
use crate::trace::Recorder;

/// For a guest that sets no timeouts.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(10);

/// Sends requests within the policy of the current call.
pub(crate) struct Outbound {
    pub(crate) policy: Policy,
    pub(crate) clients: Arc<Clients>,
    pub(crate) clock: Clock,
    pub(crate) trace: Option<Trace>,
}

impl Outbound {
    /// Starts to send a request.
    pub(crate) fn start(&self, request: Request<WasiBody>, options: RequestOptions) -> InFlight {
        let (exchange, connection) = self.exchange(request, options);
        InFlight::start(Box::pin(exchange), &connection)
    }

    /// What sends a request, and tells whether it got a connection.
    fn exchange(
        &self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
    ) -> (impl Future<Output = Answer> + Send + use<>, CaptureConnection) {
        let connection = capture_connection(&mut request);
        let proxy = self.trace.as_ref().and_then(|_| self.clients.proxy(request.uri()));
        let recorder = Recorder::new(self.trace.as_ref(), &request, proxy);
        let client =
            self.policy.allows(request.uri()).then(|| self.clients.get(self.policy.accept_any_certificate).clone());
        let timeouts = Timeouts::new(options, self.clock);
        (exchange(client, request, connection.clone(), timeouts, recorder), connection)
    }
}

type Completion = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Completing = Result<(Response<WasiBody>, Completion), Error>;

impl WasiHttpHooks for Outbound {
    /// The way that wasmtime's own handler would take; a host that links it has the same policy.
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _received: Completion,
    ) -> Box<dyn Future<Output = Completing> + Send> {
        let (exchange, _) = self.exchange(request, options.unwrap_or_default());
        Box::new(async { Ok((exchange.await?, Box::new(std::future::ready(Ok(()))) as Completion)) })
    }

    /// The default, without the closure that it makes for each header.
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        DEFAULT_FORBIDDEN_HEADERS.contains(name)
    }
}

/// Sends one request. Without a client it is denied.
async fn exchange(
    client: Option<Client>,
    request: Request<WasiBody>,
    connection: CaptureConnection,
    timeouts: Timeouts,
    mut recorder: Recorder,
) -> Answer {
    let answer = match client {
        Some(client) => send(&client, request, connection, &timeouts).await,
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

/// Sends one request and waits for the head of its answer. `connection` is the request's, see [`capture_connection`].
pub(crate) async fn send<B>(
    client: &Client<B>,
    request: Request<B>,
    mut connection: CaptureConnection,
    timeouts: &Timeouts,
) -> Result<Response<Incoming>, Failure>
where
    B: Body<Data: Send, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + Unpin + 'static,
{
    let mut response = pin!(client.request(request));
    let connected = async { drop(connection.wait_for_connection_metadata().await) };
    // The response is looked at first: a request that is dropped here has not been sent, and its connection attempt ends with it.
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

/// The guest's timeouts, in real time.
#[derive(Debug)]
pub(crate) struct Timeouts {
    /// For DNS, TCP, a tunnel and TLS together.
    pub(crate) connect: Duration,
    pub(crate) first_byte: Duration,
    pub(crate) between_bytes: Duration,
}

impl Timeouts {
    fn new(options: RequestOptions, clock: Clock) -> Self {
        let real = |timeout: Option<Duration>| clock.real(timeout.unwrap_or(DEFAULT_TIMEOUT));
        Self {
            connect: real(options.connect_timeout),
            first_byte: real(options.first_byte_timeout),
            between_bytes: real(options.between_bytes_timeout),
        }
    }
}

#[cfg(test)]
mod tests;
