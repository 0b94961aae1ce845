//! The connector's host: wasi:http/client, clocks and random numbers of WASI 0.3. Every wait races with a timer, and bodies are
//! read into the buffer that is sent on.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::time::Duration;

use defender_xdr::text::secret::Secret;
use defender_xdr::wire::body::{BODY_MAX_BYTES, SPARE_BYTES, announced_length};
use defender_xdr::wire::error_codes::error_codes;
use defender_xdr::wire::failure::Failure;
use defender_xdr::wire::host::{Header, Host, Method, Request, Response, nanoseconds, received_header};
use wasip3::clocks::{monotonic_clock, system_clock};
use wasip3::http::client;
use wasip3::http::types::{
    ErrorCode, Fields, Method as WasiMethod, Request as WasiRequest, RequestOptions, Response as WasiResponse, Scheme,
};
use wasip3::random::random;
use wasip3::wit_bindgen::{StreamReader, StreamResult};
use wasip3::{wit_future, wit_stream};

use crate::budget::{Budget, Share};
use crate::connector::Ids;
use crate::race;

/// A body up to this size needs no share of the budget.
const SMALL_BYTES: usize = 1024 * 1024;
/// What a large body of unknown length is given at first: the service's 50 MB and space for their JSON. Only what is read is used.
const LARGE_BYTES: usize = 52 * 1024 * 1024;

/// The host of one call.
#[derive(Debug)]
pub struct Client<'a> {
    keys: &'a [Secret],
    answers: &'a Budget,
    share: RefCell<Option<Share>>,
    is_crowded: Cell<bool>,
    ids: RefCell<Ids>,
}

impl<'a> Client<'a> {
    /// A host whose answers contain none of the callers' keys, and whose large answers share a budget.
    pub fn new(keys: &'a [Secret], answers: &'a Budget) -> Self {
        Self { keys, answers, share: RefCell::default(), is_crowded: Cell::default(), ids: RefCell::default() }
    }

    /// The ids of the last request, what its answer takes of the budget, and whether a read found no room in time.
    pub fn into_parts(self) -> (Ids, Option<Share>, bool) {
        (self.ids.into_inner(), self.share.into_inner(), self.is_crowded.get())
    }
}

impl Host for Client<'_> {
    async fn send(&self, request: &Request<'_>, deadline: Duration) -> Result<Response, Failure> {
        let mut timer = pin!(monotonic_clock::wait_until(nanoseconds(deadline)));
        self.is_crowded.set(false);
        let time = deadline.saturating_sub(self.now());
        let (outgoing, body) =
            outgoing(request, time).ok_or_else(|| Failure::Unsent("the engine does not accept this request".into()))?;
        let exchange = pin!(race::beside(client::send(outgoing), body));
        let head = match race::until(exchange, timer.as_mut()).await {
            Some(Ok(head)) => head,
            Some(Err(code)) => return Err(failure(&code)),
            None => return Err(Failure::Late),
        };
        let status = head.get_status_code();
        let headers: Vec<Header> = head.get_headers().copy_all().into_iter().map(received_header).collect();
        self.remember(request, &headers);
        let announced = announced_length(status, &headers);
        if announced.is_some_and(|length| length > BODY_MAX_BYTES) {
            let answer = Response::new(status, headers, request.prefix.as_bytes().to_vec(), request.prefix.len());
            return Ok(answer.cut_off(Failure::TooLarge(BODY_MAX_BYTES)));
        }
        let (buffer, end) = self.receive(head, request, announced, timer).await;
        let is_short = announced.is_some_and(|length| length != buffer.len() - request.prefix.len());
        let answer = Response::new(status, headers, buffer, request.prefix.len());
        Ok(match end {
            Ok(()) if is_short => answer.cut_off(Failure::Broken("the answer ended early".into())),
            Ok(()) => answer,
            Err(why) => answer.cut_off(why),
        })
    }

    async fn sleep(&self, span: Duration) {
        monotonic_clock::wait_for(nanoseconds(span)).await;
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn unix_seconds(&self) -> u64 {
        u64::try_from(system_clock::now().seconds).unwrap_or_default()
    }

    fn secrets(&self) -> &[Secret] {
        self.keys
    }

    fn random(&self) -> u64 {
        random::get_random_u64()
    }
}

impl Client<'_> {
    fn remember(&self, request: &Request<'_>, headers: &[Header]) {
        let value = |headers: &[Header], wanted: &str| {
            let value = headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.trim().to_owned());
            value.filter(|value| is_id(value))
        };
        let client_request = value(request.headers, "client-request-id");
        self.ids.replace(Ids { request: value(headers, "request-id"), client_request });
    }

    /// Reads the whole body behind the prefix.
    async fn receive(
        &self,
        head: WasiResponse,
        request: &Request<'_>,
        announced: Option<usize>,
        mut timer: Pin<&mut impl Future>,
    ) -> (Vec<u8>, Result<(), Failure>) {
        let (_no_fault, fault) = wit_future::new(|| Ok(()));
        let (mut stream, trailers) = WasiResponse::consume_body(head, fault);
        let prefix = request.prefix.as_bytes();
        let mut buffer = Vec::new();
        let small = prefix.len() + announced.unwrap_or(SPARE_BYTES).min(SMALL_BYTES) + SPARE_BYTES;
        if buffer.try_reserve_exact(small).is_err() {
            return (buffer, Err(no_memory()));
        }
        buffer.extend_from_slice(prefix);
        loop {
            let received = buffer.len() - prefix.len();
            if received > BODY_MAX_BYTES {
                return (buffer, Err(Failure::TooLarge(BODY_MAX_BYTES)));
            }
            if buffer.capacity() - buffer.len() < SPARE_BYTES
                && let Err(why) = self.make_room(&mut buffer, received, announced, request, timer.as_mut()).await
            {
                return (buffer, Err(why));
            }
            let end;
            (end, buffer) = read(&mut stream, buffer, timer.as_mut()).await;
            if announced.is_some_and(|length| buffer.len() >= prefix.len() + length) {
                return (buffer, Ok(()));
            }
            match end {
                Some(StreamResult::Complete(_)) => {}
                Some(StreamResult::Dropped | StreamResult::Cancelled) => break,
                None => return (buffer, Err(Failure::Late)),
            }
        }
        // How a body without a length ended is told with its trailers.
        let end = match race::until(pin!(trailers.into_future()), timer).await {
            Some(Ok(_)) => Ok(()),
            Some(Err(code)) => Err(Failure::Broken(describe(&code))),
            None => Err(Failure::Late),
        };
        (buffer, end)
    }

    /// Makes room for more of a body. A large one waits for its share of the budget first.
    async fn make_room(
        &self,
        buffer: &mut Vec<u8>,
        received: usize,
        announced: Option<usize>,
        request: &Request<'_>,
        timer: Pin<&mut impl Future>,
    ) -> Result<(), Failure> {
        let wanted = match announced {
            Some(length) => length.saturating_sub(received),
            None if received < SMALL_BYTES / 2 => received.max(SPARE_BYTES),
            None if received < LARGE_BYTES - SPARE_BYTES => LARGE_BYTES - received,
            None => BODY_MAX_BYTES.saturating_sub(received),
        } + 2 * SPARE_BYTES;
        let whole = announced.unwrap_or(BODY_MAX_BYTES);
        if received + wanted > SMALL_BYTES && self.share.borrow().as_ref().is_none_or(|share| share.bytes() < whole) {
            // What an earlier answer of this call took is free again.
            self.share.take();
            let Some(share) = race::until(pin!(self.answers.take(whole)), timer).await else {
                self.is_crowded.set(is_read(request));
                return Err(Failure::Late);
            };
            self.share.replace(Some(share));
        }
        buffer.try_reserve_exact(wanted).map_err(|_| no_memory())
    }
}

/// Reads once into the free part of the buffer; `None` when the timer came first.
async fn read(
    stream: &mut StreamReader<u8>,
    buffer: Vec<u8>,
    timer: Pin<&mut impl Future>,
) -> (Option<StreamResult>, Vec<u8>) {
    let mut reading = pin!(stream.read(buffer));
    match race::until(reading.as_mut(), timer).await {
        Some((end, buffer)) => (Some(end), buffer),
        None => (None, reading.cancel().1),
    }
}

/// A request, and the future that writes its body.
fn outgoing(request: &Request<'_>, time: Duration) -> Option<(WasiRequest, impl Future<Output = ()> + 'static)> {
    let options = RequestOptions::new();
    // Connecting must leave time for an answer. All else is the timer's, which ends whatever is under way.
    let _ = options.set_connect_timeout(Some(nanoseconds(time / 10 * 9)));
    let (end, trailers) = wit_future::new(|| Ok(None));
    let (writer, contents) = match request.body {
        [] => (None, None),
        body => {
            let (writer, contents) = wit_stream::new();
            (Some((writer, body.to_vec())), Some(contents))
        }
    };
    let (outgoing, _sent) =
        WasiRequest::new(Fields::from_list(&request.sent_headers()).ok()?, contents, trailers, Some(options));
    outgoing.set_method(&method(request.method)).ok()?;
    outgoing.set_scheme(Some(&if request.origin.is_https() { Scheme::Https } else { Scheme::Http })).ok()?;
    outgoing.set_authority(Some(request.origin.authority())).ok()?;
    outgoing.set_path_with_query(Some(request.target)).ok()?;
    let write = async move {
        if let Some((mut writer, body)) = writer {
            // If the peer stops reading, its answer says why.
            writer.write_all(body).await;
        }
        drop(end);
    };
    Some((outgoing, write))
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

/// Whether a call that sends this may be repeated: a GET, or a hunt.
fn is_read(request: &Request<'_>) -> bool {
    request.method == Method::Get || request.target.to_ascii_lowercase().ends_with("/runhuntingquery")
}

/// A GUID, as all ids are: nothing else that the other side sends stands in a header.
fn is_id(value: &str) -> bool {
    value.len() == 36 && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn no_memory() -> Failure {
    Failure::Broken("the engine gives this instance no more memory".into())
}

error_codes!(ErrorCode);
