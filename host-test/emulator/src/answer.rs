//! An answer before it is on the wire: status, headers, and a body in pieces.
//! In pieces, because a 50 MB hunting answer shares its rows with the next one instead of copying them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body::{Frame, SizeHint};
use serde::Serialize;

/// Status, headers and body.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<Bytes>,
}

impl Answer {
    /// An answer of the given media type.
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: vec![body.into()] }
    }

    /// A JSON answer. What is serialised here are plain trees, which cannot fail.
    pub(crate) fn json(status: StatusCode, content_type: &'static str, value: &impl Serialize) -> Self {
        Self::new(status, content_type, serde_json::to_vec(value).unwrap_or_default())
    }

    /// No body at all.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new() }
    }

    /// Sets a header; a value that no header can hold is left out.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The body in one piece.
    pub(crate) fn bytes(&self) -> Bytes {
        match self.body.as_slice() {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => many.concat().into(),
        }
    }

    /// Replaces the body.
    pub(crate) fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = vec![body.into()];
        self
    }
}

impl From<Answer> for http::Response<Pieces> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Pieces(answer.body.into()));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}

/// A body whose length is known and whose pieces are sent one after the other.
#[derive(Debug)]
pub(crate) struct Pieces(VecDeque<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}
