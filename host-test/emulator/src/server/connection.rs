//! Accepts connections, reads complete requests, and leads each one through journal, fault and service.
//! One task per connection; all of them end when the emulator is dropped.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::StatusCode;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::control;
use super::state::State;
use crate::fault::script::{Action, Point};
use crate::fault::spoil;
use crate::fault::wire::{self, Step, Wire};
use crate::message::{Answer, Pieces, Request, clock};

/// Larger requests are refused.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Accepts until the task is dropped.
pub(crate) async fn accept(listener: TcpListener, server: Arc<State>) {
    loop {
        // Accepting fails when descriptors run out; the next one may succeed.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let number = server.connections.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::spawn(connection(stream, number, server.clone()));
    }
}

async fn connection(stream: TcpStream, number: u64, server: Arc<State>) {
    // A small answer must not wait until the client has acknowledged the one before.
    let _ = stream.set_nodelay(true);
    if let Some((_, fault)) = server.faults.for_connection(number) {
        tokio::time::sleep(Duration::from_millis(fault.delay_milliseconds)).await;
        return end_early(stream, &fault.action).await;
    }
    match server.tls.clone() {
        None => speak(stream, number, server).await,
        Some(acceptor) => {
            // A client that does not trust the certificate gives up here.
            if let Ok(stream) = acceptor.accept(stream).await {
                speak(stream, number, server).await;
            }
        }
    }
}

/// A fault before there is a request.
async fn end_early(mut stream: TcpStream, action: &Action) {
    if action.early() == Some(Point::Handshake) {
        // Waits for the client's first bytes, which stay unread, so that the fault interrupts a handshake.
        let _ = stream.peek(&mut [0]).await;
    }
    match action {
        Action::Silence { .. } => wire::hold(&mut stream).await,
        Action::Reset { .. } => wire::reset(&stream),
        _ => wire::run(stream, Vec::new()).await,
    }
}

async fn speak<W: Wire>(stream: W, number: u64, server: Arc<State>) {
    let (takeover, mut steps) = mpsc::channel(1);
    let service = service_fn(move |request| answer(request, number, server.clone(), takeover.clone()));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let steps = tokio::select! {
        // A client may drop its connection at any time; that is not an error here.
        _ = &mut connection => return,
        steps = steps.recv() => steps.unwrap_or_default(),
    };
    wire::run(connection.into_parts().io.into_inner(), steps).await;
}

async fn answer(
    request: hyper::Request<Incoming>,
    connection: u64,
    server: Arc<State>,
    takeover: mpsc::Sender<Vec<Step>>,
) -> Result<http::Response<Pieces>, Infallible> {
    let mut request = match receive(request, connection, &server).await {
        Ok(request) => request,
        Err(answer) => return Ok(answer.into()),
    };
    if let Some(answer) = control::answer(&server, &request) {
        return Ok(answer.into());
    }
    let serial = server.journal.open(&request);
    let Some((place, fault)) = server.faults.for_request(&request) else {
        let answer = server.service.answer(&request);
        server.journal.close(serial, Some(answer.status.as_u16()), None);
        return Ok(answer.into());
    };
    let answer = spoil::answer(&server.service, &mut request, &fault.action);
    let steps = wire::steps(&fault.action, &answer);
    let says_status = steps.as_ref().is_none_or(|steps| matches!(steps.first(), Some(Step::Write(_))))
        && fault.action != Action::NotHttp;
    server.journal.close(serial, says_status.then_some(answer.status.as_u16()), Some(place));
    tokio::time::sleep(Duration::from_millis(fault.delay_milliseconds)).await;
    match steps {
        None => Ok(answer.into()),
        Some(steps) => {
            // The stream now belongs to `wire`, so the library waits here until it is dropped.
            let _ = takeover.send(steps).await;
            std::future::pending().await
        }
    }
}

/// Reads the body, and works out which address the client used.
async fn receive(request: hyper::Request<Incoming>, connection: u64, server: &State) -> Result<Request, Answer> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY_BYTES)
        .collect()
        .await
        .map_err(|_| Answer::empty(StatusCode::PAYLOAD_TOO_LARGE))?
        .to_bytes();
    let base_url = &server.base_url;
    let scheme = base_url.split("://").next().unwrap_or_default();
    let host = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let host = host.filter(|host| host.parse::<http::uri::Authority>().is_ok());
    let origin = host.map_or_else(|| base_url.clone(), |host| format!("{scheme}://{host}"));
    Ok(Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body,
        connection,
        now: clock::now(),
        origin,
    })
}
