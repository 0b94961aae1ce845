//! Takes requests from the engine and sends the answers.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use defender_xdr::doors::invoke;
use defender_xdr::text::secret::Secret;
use defender_xdr::wire::host::nanoseconds;
use defender_xdr::wit::catalog::Connector as Catalog;
use defender_xdr::wit::types::Error;
use wasip3::cli::environment;
use wasip3::clocks::monotonic_clock;
use wasip3::exports::http::handler::Guest;
use wasip3::http::types::{ErrorCode, Fields, Method, Request as WasiRequest, Response as WasiResponse};
use wasip3::wit_bindgen::{StreamResult, StreamWriter, spawn_local};
use wasip3::{wit_future, wit_stream};

use crate::budget::{Budget, Share};
use crate::call::http::{Body, Request, Response, Unread};
use crate::call::media::BODY_MAX_BYTES;
use crate::connector::{Connector, Outcome};
use crate::race;
use crate::service::Service;
use crate::wasi::client::Client;

/// Room for what is read at once.
const READ_BYTES: usize = 16 * 1024;
/// Bytes written at once. The engine copies them, so that the rest of a large answer waits in the instance, within its budget.
const WRITE_BYTES: usize = 256 * 1024;
/// How long the body of a request may take to arrive, and how long a caller may pause in a large answer, which takes room.
const BODY_TIME: Duration = Duration::from_secs(30);

thread_local! {
    static SERVICE: OnceCell<Rc<Service<Linked>>> = const { OnceCell::new() };
}

/// The exported handler.
#[derive(Debug)]
pub struct Server;

impl Guest for Server {
    async fn handle(incoming: WasiRequest) -> Result<WasiResponse, ErrorCode> {
        let request = request(&incoming);
        let service =
            SERVICE.with(|service| service.get_or_init(|| Rc::new(Service::new(Linked, variables()))).clone());
        let announced = request.header("content-length").and_then(|length| length.parse().ok());
        let mut body = Incoming { request: Some(incoming), announced, share: None };
        let response = service.answer(&request, &mut body).await;
        Ok(outgoing(response, request.method == "HEAD"))
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

    async fn invoke(&self, action: &str, config: &str, input: &str, keys: &[Secret], answers: &Budget) -> Outcome {
        let client = Client::new(keys, answers);
        let result = invoke::invoke(&client, action, config, input).await;
        let (ids, share, is_crowded) = client.into_parts();
        Outcome { result, ids, share, is_crowded }
    }
}

fn variables() -> impl Fn(&str) -> Option<String> {
    let all = environment::get_environment();
    move |name| all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn request(incoming: &WasiRequest) -> Request {
    let headers = incoming.get_headers().copy_all();
    Request {
        method: method(&incoming.get_method()).into_owned(),
        target: incoming.get_path_with_query().unwrap_or_default(),
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

/// The body of a request, until it is read.
struct Incoming {
    request: Option<WasiRequest>,
    /// Its `Content-Length`.
    announced: Option<usize>,
    share: Option<Share>,
}

impl Body for Incoming {
    async fn read(&mut self, limit: usize, uploads: &Budget) -> Result<Vec<u8>, Unread> {
        let request = self.request.take().ok_or(Unread::Broken)?;
        let (_no_fault, fault) = wit_future::new(|| Ok(()));
        let (mut stream, trailers) = WasiRequest::consume_body(request, fault);
        // Asking the engine for a timer takes longer than most bodies do: it is started when there is something to wait for.
        let mut timer = pin!(body_time());
        let mut bytes = Vec::new();
        while self.announced != Some(bytes.len()) {
            if bytes.len() > limit {
                return Err(Unread::TooLarge);
            }
            if bytes.len() > BODY_MAX_BYTES && self.share.is_none() {
                let share = race::until(pin!(uploads.take(limit)), timer.as_mut()).await;
                self.share = Some(share.ok_or(Unread::Crowded)?);
            }
            bytes.reserve(READ_BYTES);
            let (end, more) = race::until(pin!(stream.read(bytes)), timer.as_mut()).await.ok_or(Unread::Slow)?;
            bytes = more;
            if matches!(end, StreamResult::Complete(_)) {
                continue;
            }
            // How a body without a length ended is told with its trailers.
            return match race::until(pin!(trailers.into_future()), timer).await {
                Some(Ok(_)) if self.announced.is_none() => Ok(bytes),
                Some(_) => Err(Unread::Broken),
                None => Err(Unread::Slow),
            };
        }
        Ok(bytes)
    }
}

/// The answer. Its body is written as fast as the caller reads, after the handler has returned.
fn outgoing(response: Response, is_head: bool) -> WasiResponse {
    let mut headers: Vec<(String, Vec<u8>)> =
        response.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into_bytes())).collect();
    let (end, trailers) = wit_future::new(|| Ok(None));
    let (contents, body) = if is_head {
        (None, None)
    } else {
        // Engines compare the body with this header, and HEAD has no body.
        headers.push(("content-length".into(), response.body.len().to_string().into_bytes()));
        let (writer, contents) = wit_stream::new();
        (Some(contents), Some((writer, response.body)))
    };
    // The headers are our own, but for ids that have the form of one.
    let fields = Fields::from_list(&headers).unwrap_or_else(|_| Fields::new());
    let (outgoing, _sent) = WasiResponse::new(fields, contents, trailers);
    let _ = outgoing.set_status_code(response.status);
    let share = response.share;
    spawn_local(async move {
        if let Some((writer, bytes)) = body {
            write(writer, bytes).await;
        }
        drop(end);
        drop(share);
    });
    outgoing
}

/// Ends after [`BODY_TIME`].
async fn body_time() {
    monotonic_clock::wait_for(nanoseconds(BODY_TIME)).await;
}

/// Writes until the end, or until the caller has gone away or does not read on: then there is no one to report to.
async fn write(mut writer: StreamWriter<u8>, bytes: Vec<u8>) {
    if bytes.len() <= WRITE_BYTES {
        writer.write_all(bytes).await;
        return;
    }
    let mut part = Vec::with_capacity(WRITE_BYTES);
    for bytes in bytes.chunks(WRITE_BYTES) {
        part.extend_from_slice(bytes);
        match race::until(pin!(writer.write_all(part)), body_time()).await {
            Some(left) if left.is_empty() => part = left,
            _ => return,
        }
    }
}
