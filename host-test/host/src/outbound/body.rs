//! The body of an answer on its way to the guest: streamed, counted, and with a limit on silence.
//!
//! Frames pass through unchanged, so the host never buffers or copies a body of 50 MB.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Sleep;
use wasmtime_wasi_http::Error;

use super::failure;
use super::trace::Recorder;

/// A body with a limit on the time between two frames.
pub(crate) struct ResponseBody {
    incoming: Incoming,
    patience: Duration,
    /// Set while the guest waits; a frame that is ready at once needs no timer.
    silence: Option<Pin<Box<Sleep>>>,
    recorder: Recorder,
}

impl ResponseBody {
    pub(crate) fn new(incoming: Incoming, patience: Duration, recorder: Recorder) -> Self {
        Self { incoming, patience, silence: None, recorder }
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.recorder.failed(&error);
        Poll::Ready(Some(Err(error)))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.silence = None;
                self.recorder.received(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => self.fail(failure::of_exchange(&error)),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                let patience = self.patience;
                let silence = self.silence.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
                match silence.as_mut().poll(context) {
                    Poll::Ready(()) => self.fail(Error::ConnectionReadTimeout),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
