//! The real engine: wasi:http through waki's raw bindings, and the host's variables. Bodies are read and written in chunks, at
//! the other side's pace.

use std::borrow::Cow;

use defender_xdr::doors::component::finish;
use defender_xdr::doors::invoke;
use defender_xdr::wire::wasi::WasiHost;
use waki::bindings::exports::wasi::http::incoming_handler::Guest;
use waki::bindings::wasi::http::types::{
    Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use waki::bindings::wasi::io::streams::{OutputStream, StreamError};

use crate::bindings::catalog::Connector as Catalog;
use crate::bindings::types::Error;
use crate::connector::Connector;
use crate::gateway;
use crate::http::{Body, Request, Response, Unread};

/// Bytes read at once.
const READ_BYTES: u64 = 256 * 1024;
/// Bytes written at once.
const WRITE_BYTES: usize = 256 * 1024;

/// The service.
#[derive(Debug)]
pub struct Service;

impl Guest for Service {
    fn handle(incoming: IncomingRequest, answer: ResponseOutparam) {
        let request = request(&incoming);
        let response = gateway::answer(&request, &mut Incoming(incoming), &Linked, variables());
        send(response, request.method == "HEAD", answer);
    }
}

/// The connector on the same engine.
struct Linked;

impl Connector for Linked {
    fn describe(&self) -> Catalog {
        defender_xdr::catalog::describe()
    }

    fn describe_json(&self) -> String {
        defender_xdr::catalog::json(&self.describe())
    }

    fn check(&self, config: &str) -> Result<(), Box<Error>> {
        invoke::connection(config).map(drop)
    }

    fn invoke(&self, action: &str, config: &str, input: &str) -> Result<String, Box<Error>> {
        finish(invoke::invoke(&WasiHost::default(), action, config, input))
    }
}

fn variables() -> impl Fn(&str) -> Option<String> {
    let all = crate::bindings::wasi::cli::environment::get_environment();
    move |name| all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn request(incoming: &IncomingRequest) -> Request {
    let headers = incoming.headers().entries();
    Request {
        method: method(&incoming.method()).into_owned(),
        target: incoming.path_with_query().unwrap_or_default(),
        headers: headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
    }
}

fn method(method: &Method) -> Cow<'_, str> {
    match method {
        Method::Get => "GET".into(),
        Method::Head => "HEAD".into(),
        Method::Post => "POST".into(),
        Method::Put => "PUT".into(),
        Method::Delete => "DELETE".into(),
        Method::Connect => "CONNECT".into(),
        Method::Options => "OPTIONS".into(),
        Method::Trace => "TRACE".into(),
        Method::Patch => "PATCH".into(),
        Method::Other(name) => name.into(),
    }
}

/// The body of an incoming request.
struct Incoming(IncomingRequest);

impl Body for Incoming {
    fn read(&mut self, limit: usize) -> Result<Vec<u8>, Unread> {
        let body = self.0.consume().map_err(|()| Unread::Broken)?;
        let stream = body.stream().map_err(|()| Unread::Broken)?;
        let mut bytes = Vec::new();
        loop {
            match stream.blocking_read(READ_BYTES) {
                Ok(more) if bytes.len() + more.len() > limit => return Err(Unread::TooLarge),
                Ok(more) => bytes.extend_from_slice(&more),
                Err(StreamError::Closed) => break,
                Err(StreamError::LastOperationFailed(_)) => return Err(Unread::Broken),
            }
        }
        drop(stream);
        drop(IncomingBody::finish(body));
        Ok(bytes)
    }
}

/// Sends an answer. If the host stops accepting it, the caller has gone away and there is no one to report to.
fn send(response: Response, head: bool, answer: ResponseOutparam) {
    let headers = Fields::new();
    for (name, value) in response.headers {
        let _ = headers.append(&name.into(), &value.into_bytes());
    }
    // Engines compare the body with this header, and HEAD has no body.
    if !head {
        let _ = headers.append(&"content-length".into(), &response.body.len().to_string().into_bytes());
    }
    let outgoing = OutgoingResponse::new(headers);
    let _ = outgoing.set_status_code(response.status);
    let body = outgoing.body();
    ResponseOutparam::set(answer, Ok(outgoing));
    let Ok(body) = body else { return };
    if let Ok(stream) = body.write()
        && !head
        && write(&stream, &response.body).is_err()
    {
        // Left unfinished, so that a partial body is not mistaken for a complete one.
        return;
    }
    let _ = OutgoingBody::finish(body, None);
}

fn write(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    let writable = stream.subscribe();
    while !bytes.is_empty() {
        let room = usize::try_from(stream.check_write()?).unwrap_or(usize::MAX);
        if room == 0 {
            writable.block();
            continue;
        }
        let (now, later) = bytes.split_at_checked(room.min(WRITE_BYTES)).unwrap_or((bytes, b""));
        stream.write(now)?;
        bytes = later;
    }
    stream.blocking_flush()
}
