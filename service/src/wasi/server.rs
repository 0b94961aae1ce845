//! Takes requests from the engine and sends the answers.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use defender_xdr::doors::invoke;
use defender_xdr::wit::catalog::Connector as Catalog;
use defender_xdr::wit::types::Error;
use wasip3::cli::environment;
use wasip3::clocks::monotonic_clock;
use wasip3::exports::http::handler::Guest;
use wasip3::http::types::{ErrorCode, Fields, Method, Request as WasiRequest, Response as WasiResponse};
use wasip3::wit_bindgen::{StreamReader, StreamResult, spawn_local};
use wasip3::{wit_future, wit_stream};

use crate::budget::{Budget, Share};
use crate::call::http::{Body, Request, Response, Unread};
use crate::call::media::BODY_MAX_BYTES;
use crate::connector::{Connector, Outcome};
use crate::race;
use crate::service::Service;
use crate::wasi::client::Client;

/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;
/// How long the body of a request may take to arrive.
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
        let mut body = Incoming { request: Some(incoming), share: None };
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

    async fn invoke(&self, action: &str, config: &str, input: &str, answers: &Budget) -> Outcome {
        let client = Client::new(answers);
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
    share: Option<Share>,
}

impl Body for Incoming {
    async fn read(&mut self, limit: usize, uploads: &Budget) -> Result<Vec<u8>, Unread> {
        let request = self.request.take().ok_or(Unread::Broken)?;
        let (no_fault, fault) = wit_future::new(|| Ok(()));
        let (mut stream, trailers) = WasiRequest::consume_body(request, fault);
        let timer = || monotonic_clock::wait_for(u64::try_from(BODY_TIME.as_nanos()).unwrap_or(u64::MAX));
        let small = race::until(pin!(read(&mut stream, Vec::new(), limit.min(BODY_MAX_BYTES))), timer()).await;
        let mut bytes = small.ok_or(Unread::Slow)?;
        if bytes.len() > limit {
            return Err(Unread::TooLarge);
        }
        if bytes.len() > BODY_MAX_BYTES {
            self.share = race::until(pin!(uploads.take(limit)), timer()).await;
            if self.share.is_none() {
                return Err(Unread::Crowded);
            }
            bytes = race::until(pin!(read(&mut stream, bytes, limit)), timer()).await.ok_or(Unread::Slow)?;
            if bytes.len() > limit {
                return Err(Unread::TooLarge);
            }
        }
        drop(no_fault);
        match race::until(pin!(trailers.into_future()), timer()).await {
            Some(Ok(_)) => Ok(bytes),
            Some(Err(_)) => Err(Unread::Broken),
            None => Err(Unread::Slow),
        }
    }
}

/// Reads on until the end, or until there are more bytes than the limit.
async fn read(stream: &mut StreamReader<u8>, mut bytes: Vec<u8>, limit: usize) -> Vec<u8> {
    while bytes.len() <= limit {
        bytes.reserve(READ_BYTES);
        let (end, more) = stream.read(bytes).await;
        bytes = more;
        if !matches!(end, StreamResult::Complete(_)) {
            break;
        }
    }
    bytes
}

/// The answer. Its body is written as fast as the caller reads, after the handler has returned.
fn outgoing(response: Response, is_head: bool) -> WasiResponse {
    let mut headers: Vec<(String, Vec<u8>)> =
        response.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into_bytes())).collect();
    // Engines compare the body with this header, and HEAD has no body.
    if !is_head {
        headers.push(("content-length".into(), response.body.len().to_string().into_bytes()));
    }
    let (end, trailers) = wit_future::new(|| Ok(None));
    let (contents, body) = if is_head {
        (None, None)
    } else {
        let (writer, contents) = wit_stream::new();
        (Some(contents), Some(writer))
    };
    // The headers are our own, but for ids that have the form of one.
    let fields = Fields::from_list(&headers).unwrap_or_else(|_| Fields::new());
    let (outgoing, _sent) = WasiResponse::new(fields, contents, trailers);
    let _ = outgoing.set_status_code(response.status);
    let (body, share) = (body.map(|writer| (writer, response.body)), response.share);
    spawn_local(async move {
        if let Some((mut writer, bytes)) = body {
            // If bytes are left, the caller has gone away and there is no one to report to.
            writer.write_all(bytes).await;
        }
        drop(end);
        drop(share);
    });
    outgoing
}
