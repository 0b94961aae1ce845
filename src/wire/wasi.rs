//! The real host: wasi:http, wasi:clocks and wasi:random through waki's raw bindings.
//!
//! waki's own client blocks without a deadline and loses error codes. Here, every wait is polled together with a timer.

use std::cell::Cell;
use std::time::Duration;

use waki::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use waki::bindings::wasi::http::outgoing_handler;
use waki::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method as WasiMethod, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme,
};
use waki::bindings::wasi::io::poll::{self, Pollable};
use waki::bindings::wasi::io::streams::{InputStream, StreamError};
use waki::bindings::wasi::random::random;

use crate::wire::body::{BODY_MAX_BYTES, SPARE_BYTES, announced_length};
use crate::wire::error_codes::error_codes;
use crate::wire::failure::Failure;
use crate::wire::host::{Header, Host, Method, Request, Response, nanoseconds, received_header};

/// Bytes read at once.
const READ_BYTES: u64 = 256 * 1024;

/// The host that runs the component.
#[derive(Debug, Default)]
pub struct WasiHost {
    /// The time, cached until the next wait: asking the host takes longer than the computations in between.
    now: Cell<Option<Duration>>,
}

impl Host for WasiHost {
    async fn send(&self, request: &Request<'_>, deadline: Duration) -> Result<Response, Failure> {
        let timer = Timer::until(deadline);
        let time = deadline.saturating_sub(self.now());
        self.now.take();
        let response = start(request, &timer, time)?;
        Ok(receive(&response, request.prefix, &timer))
    }

    fn now(&self) -> Duration {
        let now = self.now.get().unwrap_or_else(|| Duration::from_nanos(monotonic_clock::now()));
        self.now.set(Some(now));
        now
    }

    fn unix_seconds(&self) -> u64 {
        wall_clock::now().seconds
    }

    async fn sleep(&self, span: Duration) {
        self.now.take();
        monotonic_clock::subscribe_duration(nanoseconds(span)).block();
    }

    fn random(&self) -> u64 {
        random::get_random_u64()
    }
}

/// The deadline of a call.
struct Timer(Pollable);

impl Timer {
    fn until(deadline: Duration) -> Self {
        Self(monotonic_clock::subscribe_instant(nanoseconds(deadline)))
    }

    /// Waits until one of the events is ready.
    fn wait(&self, events: &[&Pollable]) -> Result<(), Failure> {
        let mut all = vec![&self.0];
        all.extend_from_slice(events);
        if poll::poll(&all).contains(&0) && !events.iter().any(|event| event.ready()) {
            return Err(Failure::Late);
        }
        Ok(())
    }
}

/// Sends a request and waits for the head of the answer.
fn start(request: &Request<'_>, timer: &Timer, time: Duration) -> Result<IncomingResponse, Failure> {
    let outgoing = outgoing(request).ok_or_else(|| Failure::Unsent("the host does not accept this request".into()))?;
    // A host call costs as much as a kilobyte of JSON, so only the necessary ones are made.
    let body = match request.body {
        [] => None,
        _ => Some(outgoing.body().map_err(|()| Failure::Unsent("the host provides no request body".into()))?),
    };
    let options = RequestOptions::new();
    // If the host cannot set one of these, the timer still applies. Connecting must leave time for an answer.
    let _ = options.set_connect_timeout(Some(nanoseconds(time / 10 * 9)));
    let _ = options.set_first_byte_timeout(Some(nanoseconds(time)));
    let _ = options.set_between_bytes_timeout(Some(nanoseconds(time)));
    let future = outgoing_handler::handle(outgoing, Some(options)).map_err(|code| failure(&code))?;
    if let Some(body) = body {
        write(body, request.body, &future, timer)?;
    }
    let ready = future.subscribe();
    loop {
        timer.wait(&[&ready])?;
        if let Some(result) = future.get() {
            let response = result.map_err(|()| Failure::Broken("the host has already handed out the answer".into()))?;
            // The host's timeouts are set to the same deadline.
            let is_late = |code: &ErrorCode| is_silence(code) && timer.0.ready();
            return response.map_err(|code| if is_late(&code) { Failure::Late } else { failure(&code) });
        }
    }
}

fn outgoing(request: &Request<'_>) -> Option<OutgoingRequest> {
    let outgoing = OutgoingRequest::new(Fields::from_list(&request.sent_headers()).ok()?);
    // A new request is already a GET.
    if request.method != Method::Get {
        outgoing.set_method(&method(request.method)).ok()?;
    }
    outgoing.set_scheme(Some(&if request.origin.is_https() { Scheme::Https } else { Scheme::Http })).ok()?;
    outgoing.set_authority(Some(request.origin.authority())).ok()?;
    outgoing.set_path_with_query(Some(request.target)).ok()?;
    Some(outgoing)
}

fn method(method: Method) -> WasiMethod {
    match method {
        Method::Get => WasiMethod::Get,
        Method::Put => WasiMethod::Put,
        Method::Post => WasiMethod::Post,
        Method::Delete => WasiMethod::Delete,
        Method::Patch => WasiMethod::Patch,
    }
}

/// Writes the body. A peer may answer before it has read the whole body; then the answer counts.
fn write(body: OutgoingBody, mut bytes: &[u8], future: &FutureIncomingResponse, timer: &Timer) -> Result<(), Failure> {
    let stream = body.write().map_err(|()| Failure::Unsent("the host provides no request stream".into()))?;
    while !bytes.is_empty() {
        let Ok(room) = stream.check_write() else { return Ok(()) };
        if room == 0 {
            let (writable, answered) = (stream.subscribe(), future.subscribe());
            timer.wait(&[&writable, &answered])?;
            if answered.ready() {
                return Ok(());
            }
            continue;
        }
        let length = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        let (now, later) = bytes.split_at_checked(length).unwrap_or((bytes, b""));
        if stream.write(now).is_err() {
            return Ok(());
        }
        bytes = later;
    }
    drop(stream);
    // If this fails, the answer's future says why.
    let _ = OutgoingBody::finish(body, None);
    Ok(())
}

/// Reads the whole answer behind the prefix. Once the head is there, the caller gets it, whatever happens to the body.
fn receive(response: &IncomingResponse, prefix: &str, timer: &Timer) -> Response {
    let headers: Vec<Header> = response.headers().entries().into_iter().map(received_header).collect();
    let status = response.status();
    let announced = announced_length(status, &headers);
    let mut buffer = Vec::new();
    buffer
        .reserve_exact(prefix.len() + announced.filter(|length| *length <= BODY_MAX_BYTES).unwrap_or(0) + SPARE_BYTES);
    buffer.extend_from_slice(prefix.as_bytes());
    let outcome = if announced.is_some_and(|length| length > BODY_MAX_BYTES) {
        Err(Failure::TooLarge(BODY_MAX_BYTES))
    } else {
        receive_body(response, &mut buffer, prefix.len() + BODY_MAX_BYTES, timer)
    };
    let is_short = announced.is_some_and(|length| length != buffer.len() - prefix.len());
    let answer = Response::new(status, headers, buffer, prefix.len());
    match outcome {
        Ok(()) if is_short => answer.cut_off(Failure::Broken("the answer ended early".into())),
        Ok(()) => answer,
        Err(why) => answer.cut_off(why),
    }
}

fn receive_body(response: &IncomingResponse, buffer: &mut Vec<u8>, limit: usize, timer: &Timer) -> Result<(), Failure> {
    let body = response.consume().map_err(|()| Failure::Broken("the host provides no answer body".into()))?;
    let stream = body.stream().map_err(|()| Failure::Broken("the host provides no answer stream".into()))?;
    // A stream is a child of its body, so it is dropped first. `finish` would wait for trailers, which are not needed.
    read(&stream, buffer, limit, timer)
}

fn read(stream: &InputStream, buffer: &mut Vec<u8>, limit: usize, timer: &Timer) -> Result<(), Failure> {
    let mut ready = None;
    loop {
        match stream.read(READ_BYTES) {
            Ok(bytes) if bytes.is_empty() => timer.wait(&[ready.get_or_insert_with(|| stream.subscribe())])?,
            Ok(bytes) if buffer.len() + bytes.len() > limit => return Err(Failure::TooLarge(BODY_MAX_BYTES)),
            Ok(bytes) => {
                make_room(buffer, bytes.len());
                buffer.extend_from_slice(&bytes);
            }
            Err(StreamError::Closed) => return Ok(()),
            Err(StreamError::LastOperationFailed(error)) => {
                let code = waki::bindings::wasi::http::types::http_error_code(&error);
                return Err(Failure::Broken(
                    code.map_or_else(|| "the answer ended early".into(), |code| describe(&code)),
                ));
            }
        }
    }
}

/// Grows the buffer of an answer of unknown length by an eighth at a time: doubling it would need up to three times the size of
/// the answer, because memory never shrinks.
///
/// The allocator grows a buffer in place only into free memory right behind it, so that much is first allocated and freed.
fn make_room(buffer: &mut Vec<u8>, more: usize) {
    let room = more + SPARE_BYTES;
    if buffer.capacity() - buffer.len() >= room {
        return;
    }
    let grown = room.max(buffer.len() / 8);
    drop(std::hint::black_box(Vec::<u8>::with_capacity(grown)));
    buffer.reserve_exact(grown);
}

error_codes!(ErrorCode);
