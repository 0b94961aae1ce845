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
    /// Whether the body is sent in chunks instead of with its length.
    pub(crate) chunked: bool,
}

impl Answer {
    /// An answer of the given media type.
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: vec![body.into()], chunked: false }
    }

    /// A JSON answer. The values are plain trees, so serialising them cannot fail.
    pub(crate) fn json(status: StatusCode, content_type: &'static str, value: &impl Serialize) -> Self {
        Self::new(status, content_type, serde_json::to_vec(value).unwrap_or_default())
    }

    /// No body at all.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new(), chunked: false }
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
        let mut response = Self::new(Pieces { pieces: answer.body.into(), chunked: answer.chunked });
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}

/// The largest chunk sent.
const CHUNK_BYTES: usize = 128 * 1024;

/// A body whose pieces are sent one after the other. A chunked one does not state its length, which makes the HTTP library
/// send chunks.
#[derive(Debug)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    chunked: bool,
}

impl Pieces {
    /// The next piece. Cutting a large one copies nothing.
    fn next(&mut self) -> Option<Bytes> {
        let mut first = self.pieces.pop_front()?;
        if self.chunked && first.len() > CHUNK_BYTES {
            let chunk = first.split_to(CHUNK_BYTES);
            self.pieces.push_front(first);
            return Some(chunk);
        }
        Some(first)
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.chunked {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.pieces.iter().map(|piece| piece.len() as u64).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_chunks_without_losing_a_byte_and_leaves_other_bodies_whole() {
        let body = Bytes::from(vec![b'x'; 2 * CHUNK_BYTES + 1]);
        let mut pieces = Pieces { pieces: [Bytes::from_static(b"["), body.clone()].into(), chunked: true };
        let lengths: Vec<usize> = std::iter::from_fn(|| pieces.next()).map(|piece| piece.len()).collect();
        assert_eq!(lengths, [1, CHUNK_BYTES, CHUNK_BYTES, 1]);
        let mut pieces = Pieces { pieces: [body.clone()].into(), chunked: false };
        assert_eq!(pieces.next(), Some(body));
    }
}
