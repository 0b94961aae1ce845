//! What wasmtime calls to send a guest's request.
//!
//! Policy and trust belong to the call, not to the guest: they are applied here, before a name is resolved or a connection
//! is opened.

use std::sync::Arc;

use http::{HeaderName, Request, Response};
use wasmtime_wasi_http::{DEFAULT_FORBIDDEN_HEADERS, Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::client::Clients;
use super::exchange::{Timeouts, exchange};
use super::policy::Policy;
use super::trace::{Recorder, Trace};

/// Sends requests within the policy of the current call.
pub(crate) struct Outbound {
    pub(crate) policy: Policy,
    pub(crate) clients: Arc<Clients>,
    /// How many times faster than real time the guest's clock runs.
    pub(crate) clock_speed: u32,
    pub(crate) trace: Option<Trace>,
}

/// The work that remains for a request after the head of its answer.
type Rest = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _received: Rest,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Rest), Error>> + Send> {
        let proxy = self.trace.as_ref().and_then(|_| self.clients.proxy(request.uri()));
        let recorder = Recorder::new(self.trace.as_ref(), &request, proxy);
        let policy = &self.policy;
        let client = policy.allows(request.uri()).then(|| self.clients.get(policy.accept_any_certificate).clone());
        let timeouts = Timeouts::new(options.unwrap_or_default(), self.clock_speed);
        Box::new(async {
            let response = exchange(client, request, timeouts, recorder).await?;
            Ok((response, Box::new(std::future::ready(Ok(()))) as Rest))
        })
    }

    /// Same as the default, without its closure for each header.
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        DEFAULT_FORBIDDEN_HEADERS.contains(name)
    }
}
