//! A request on its way: what `wasi:http/types.future-incoming-response` is on this host's side.
//!
//! wasmtime 48 gives each request to a task of its own, and what is left of it to another
//! (`wasmtime-wasi-http/src/p2/http_impl.rs`). A warm call would spend more time waking their threads than in the guest, so here
//! the guest's own wait drives its request.

use std::future::Future;
use std::pin::Pin;

use http::Response;
use hyper_util::client::legacy::connect::CaptureConnection;
use wasmtime_wasi::p2::Pollable;
use wasmtime_wasi::runtime::{self, AbortOnDropJoinHandle};
use wasmtime_wasi_http::{Error, WasiBody};

/// The head of an answer and its body to come, or why there is none.
pub(crate) type Answer = Result<Response<WasiBody>, Error>;

/// What ends with an answer.
type Exchange = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A request on its way. Dropping it gives it up.
pub(crate) enum InFlight {
    /// On a connection, which goes on by itself: whoever waits for the answer looks for it.
    Sent(Exchange),
    /// Not yet on a connection. A guest that waits for something else must not keep it from getting one.
    Connecting(AbortOnDropJoinHandle<Answer>),
    /// Answered, and not asked for.
    Answered(Answer),
    /// The guest has the answer.
    Taken,
}

impl InFlight {
    /// Sends a request as far as it goes at once; `connection` tells whether it got one.
    pub(crate) fn start(
        mut exchange: Pin<Box<impl Future<Output = Answer> + Send + 'static>>,
        connection: &CaptureConnection,
    ) -> Self {
        match runtime::poll_noop(exchange.as_mut()) {
            Some(answer) => Self::Answered(answer),
            None if connection.connection_metadata().is_some() => Self::Sent(exchange),
            None => Self::Connecting(runtime::spawn(exchange)),
        }
    }

    /// The answer, once. `None` while there is none; `Some(Err(()))` after it was taken.
    pub(crate) fn take(&mut self) -> Option<Result<Answer, ()>> {
        match std::mem::replace(self, Self::Taken) {
            Self::Answered(answer) => Some(Ok(answer)),
            Self::Taken => Some(Err(())),
            pending => {
                *self = pending;
                None
            }
        }
    }
}

#[async_trait::async_trait]
impl Pollable for InFlight {
    async fn ready(&mut self) {
        let answer = match self {
            Self::Sent(exchange) => exchange.await,
            Self::Connecting(exchange) => exchange.await,
            Self::Answered(_) | Self::Taken => return,
        };
        *self = Self::Answered(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use bytes::Bytes;
    use http::Request;
    use http_body_util::{BodyExt as _, Full};
    use hyper_util::client::legacy::connect::capture_connection;

    use super::*;

    /// A connection that a request never gets.
    fn none() -> CaptureConnection {
        capture_connection(&mut Request::new(()))
    }

    fn answer() -> Response<WasiBody> {
        Response::new(Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync())
    }

    #[tokio::test]
    async fn gives_its_answer_once() {
        let mut in_flight = InFlight::start(Box::pin(ready(Ok(answer()))), &none());
        assert!(matches!(in_flight.take(), Some(Ok(Ok(_)))));
        assert!(matches!(in_flight.take(), Some(Err(()))));
    }

    #[tokio::test]
    async fn a_request_without_a_connection_goes_on_while_nobody_looks() {
        let (tell, told) = tokio::sync::oneshot::channel();
        let exchange = async {
            tokio::task::yield_now().await;
            tell.send(()).unwrap();
            Ok(answer())
        };
        let mut in_flight = InFlight::start(Box::pin(exchange), &none());
        assert!(in_flight.take().is_none());
        told.await.unwrap();
        in_flight.ready().await;
        assert!(matches!(in_flight.take(), Some(Ok(Ok(_)))));
    }

    #[tokio::test]
    async fn a_dropped_request_is_given_up() {
        struct Held(Arc<AtomicBool>);
        impl Drop for Held {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let given_up = Arc::new(AtomicBool::new(false));
        let held = Held(given_up.clone());
        let exchange = async move {
            let _held = held;
            pending().await
        };
        drop(InFlight::start(Box::pin(exchange), &none()));
        tokio::task::yield_now().await;
        assert!(given_up.load(Ordering::Relaxed));
    }
}
