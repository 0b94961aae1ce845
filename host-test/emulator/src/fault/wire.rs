//! Answers with byte-for-byte control, for faults that no HTTP library would send.
//! Takes the stream over from the library once the request is complete, writes by hand, and ends the connection.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::fault::script::{Action, Point};
use crate::message::Answer;

/// One thing to do on a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Write(Bytes),
    Wait(Duration),
    /// Writes it over and over until the client goes away.
    Repeat(Bytes),
    /// Keeps the connection open and silent until the client goes away.
    Hold,
    /// Ends the connection with a reset instead of an orderly close.
    Reset,
}

/// A stream with access to its TCP socket.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn socket(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Wire for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// The steps of a fault that needs them; `None` if the library can send it.
pub(crate) fn steps(action: &Action, answer: &Answer) -> Option<Vec<Step>> {
    let body = answer.bytes();
    // Framed as without the fault: in chunks or with its length.
    let length = body.len().to_string();
    let usual = || Step::Write(head(answer, (!answer.chunked).then_some(length.as_str())));
    let piece = |bytes: Bytes| Step::Write(if answer.chunked { chunk(&bytes) } else { bytes });
    let end = || answer.chunked.then(|| Step::Write(Bytes::from_static(b"0\r\n\r\n")));
    let (first, second) = (body.slice(..body.len() / 2), body.slice(body.len() / 2..));
    let up_to = |point: Point| match point {
        Point::Accept | Point::Handshake | Point::Request => Vec::new(),
        Point::Headers => vec![usual()],
        Point::Body => vec![usual(), piece(first.clone())],
    };
    Some(match action {
        Action::Genuine
        | Action::Respond { .. }
        | Action::Replace { .. }
        | Action::EditBody { .. }
        | Action::SetHeaders { .. }
        | Action::SetMembers { .. }
        | Action::HugeHeader { .. }
        | Action::ClockSkew { .. } => return None,
        Action::Silence { at } => ending(up_to(*at), Some(Step::Hold)),
        Action::Reset { at } => ending(up_to(*at), Some(Step::Reset)),
        Action::Close { at } => ending(up_to(*at), None),
        Action::PauseBody { milliseconds } => {
            let pause = Step::Wait(Duration::from_millis(*milliseconds));
            ending(vec![usual(), piece(first), pause, piece(second)], end())
        }
        Action::Drip { bytes, every_milliseconds } => {
            let pieces = body.chunks((*bytes).max(1)).flat_map(|bytes| {
                [Step::Wait(Duration::from_millis(*every_milliseconds)), piece(body.slice_ref(bytes))]
            });
            std::iter::once(usual()).chain(pieces).chain(end()).collect()
        }
        Action::ContentLength { value } => vec![Step::Write(head(answer, Some(value))), Step::Write(body)],
        Action::Overlong { bytes } => {
            vec![Step::Write(head(answer, Some(&length))), Step::Write(body), Step::Write(vec![b' '; *bytes].into())]
        }
        Action::ChunkedGarbage => vec![
            Step::Write(head(answer, None)),
            Step::Write(Bytes::from_static(b"5\r\n{\"val\r\nzzzz\r\n\x00\xff\xfe not a chunk\r\n\r\n")),
        ],
        Action::Endless => vec![
            Step::Write(head(answer, None)),
            Step::Write(Bytes::from_static(b"11\r\n{\"value\":[\"start\"\r\n")),
            // Large chunks, so that the client limits the flood and not the emulator.
            Step::Repeat(format!("2000\r\n{}\r\n", ",\"and so on and on and on again\"".repeat(256)).into()),
        ],
        Action::NotHttp => vec![Step::Write(Bytes::from_static(b"220 loopback ESMTP\r\n250 OK\r\n"))],
    })
}

fn ending(mut steps: Vec<Step>, last: Option<Step>) -> Vec<Step> {
    steps.extend(last);
    steps
}

/// A chunk. An empty one would end the body.
fn chunk(bytes: &Bytes) -> Bytes {
    if bytes.is_empty() {
        return Bytes::new();
    }
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat().into()
}

/// Status line and headers. Without a length the body is sent in chunks.
fn head(answer: &Answer, length: Option<&str>) -> Bytes {
    let reason = answer.status.canonical_reason().unwrap_or_default();
    let mut text = format!("HTTP/1.1 {} {reason}\r\n", answer.status.as_u16()).into_bytes();
    for (name, value) in &answer.headers {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let framing = match length {
        Some(length) => format!("content-length: {length}\r\n\r\n"),
        None => "transfer-encoding: chunked\r\n\r\n".to_owned(),
    };
    text.extend(framing.as_bytes());
    text.into()
}

/// Performs the steps and ends the connection, early if the client goes away.
pub(crate) async fn run(mut stream: impl Wire, steps: Vec<Step>) {
    for step in steps {
        let alive = match step {
            Step::Write(bytes) => write(&mut stream, &bytes).await,
            Step::Wait(time) => {
                tokio::time::sleep(time).await;
                true
            }
            Step::Repeat(bytes) => {
                while write(&mut stream, &bytes).await {}
                false
            }
            Step::Hold => {
                hold(&mut stream).await;
                false
            }
            Step::Reset => {
                reset(stream.socket());
                return;
            }
        };
        if !alive {
            return;
        }
    }
    if stream.shutdown().await.is_ok() {
        // What the client still sends must be read, or the system turns the close into a reset that can overtake the
        // answer.
        let _ = tokio::time::timeout(Duration::from_secs(1), hold(&mut stream)).await;
    }
}

async fn write(stream: &mut impl Wire, bytes: &[u8]) -> bool {
    // Flushed, so that pieces arrive as pieces.
    stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok()
}

/// Reads and discards until the client goes away.
pub(crate) async fn hold(stream: &mut (impl AsyncRead + Unpin)) {
    let mut rest = [0; 4096];
    while matches!(stream.read(&mut rest).await, Ok(read) if read > 0) {}
}

/// Turns the close that follows into a reset.
pub(crate) fn reset(socket: &TcpStream) {
    // Fails only on a socket that is already closed, which is just as good.
    let _ = socket.set_zero_linger();
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn text(steps: &[Step]) -> String {
        let bytes = steps.iter().map(|step| match step {
            Step::Write(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => format!("[{other:?}]"),
        });
        bytes.collect()
    }

    fn answer() -> Answer {
        Answer::new(StatusCode::OK, "application/json", r#"{"a":1}"#)
    }

    #[test]
    fn writes_up_to_the_point_of_the_fault() {
        let steps = |at| steps(&Action::Reset { at }, &answer()).unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n";
        assert_eq!(text(&steps(Point::Request)), "[Reset]");
        assert_eq!(text(&steps(Point::Headers)), format!("{head}[Reset]"));
        assert_eq!(text(&steps(Point::Body)), format!("{head}{{\"a[Reset]"));
    }

    #[test]
    fn keeps_to_chunks_where_the_answer_comes_in_chunks() {
        let answer = Answer { chunked: true, ..answer() };
        let steps = |action: &Action| text(&steps(action, &answer).unwrap());
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(steps(&Action::Close { at: Point::Body }), format!("{head}3\r\n{{\"a\r\n"));
        let drip = Action::Drip { bytes: 4, every_milliseconds: 0 };
        assert_eq!(steps(&drip), format!("{head}[Wait(0ns)]4\r\n{{\"a\"\r\n[Wait(0ns)]3\r\n:1}}\r\n0\r\n\r\n"));
        assert!(steps(&Action::ContentLength { value: "3".into() }).contains("content-length: 3\r\n\r\n{\"a\":1}"));
    }

    #[test]
    fn claims_any_length() {
        let steps = steps(&Action::ContentLength { value: "many".into() }, &answer()).unwrap();
        assert!(text(&steps).ends_with("content-length: many\r\n\r\n{\"a\":1}"));
    }
}
