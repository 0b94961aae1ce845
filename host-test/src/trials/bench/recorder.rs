//! Keeps what a call sends, so that it can be sent again without the connector.

use std::cell::RefCell;
use std::time::Duration;

use defender_xdr::text::origin::Origin;
use defender_xdr::wire::failure::Failure;
use defender_xdr::wire::host::{Header, Host, Method, Request, Response};

use super::native::NativeHost;

/// A request that was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    method: Method,
    origin: Origin,
    target: String,
    headers: Vec<Header>,
    body: Vec<u8>,
}

impl Sent {
    pub(crate) fn request(&self) -> Request<'_> {
        let Self { method, origin, target, headers, body } = self;
        Request { method: *method, origin, target, headers, body, prefix: "" }
    }
}

/// The native host, which remembers the last request.
pub(crate) struct Recorder<'h> {
    pub(crate) host: &'h NativeHost,
    pub(crate) last: RefCell<Option<Sent>>,
}

impl Host for Recorder<'_> {
    async fn send(&self, request: &Request<'_>, deadline: Duration) -> Result<Response, Failure> {
        self.last.replace(Some(Sent {
            method: request.method,
            origin: request.origin.clone(),
            target: request.target.to_owned(),
            headers: request.headers.to_vec(),
            body: request.body.to_vec(),
        }));
        self.host.send(request, deadline).await
    }

    fn now(&self) -> Duration {
        self.host.now()
    }

    fn unix_seconds(&self) -> u64 {
        self.host.unix_seconds()
    }

    async fn sleep(&self, span: Duration) {
        self.host.sleep(span).await;
    }

    fn random(&self) -> u64 {
        self.host.random()
    }
}
