//! The sender against peers that misbehave, on loopback.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use bytes::Bytes;
use http_body_util::Full;

use super::*;
use crate::outbound::client::Clients;
use crate::outbound::proxy::Proxies;
use crate::outbound::tls::Trust;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const TIMEOUT: Duration = Duration::from_millis(200);

/// A peer that handles its connections one after the other in the given way.
fn peer(mut treat: impl FnMut(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().for_each(|stream| treat(stream.unwrap())));
    address.to_string()
}

/// A peer that reads a request, answers with these bytes and keeps the connection open.
fn answering(answer: &'static [u8]) -> String {
    let mut open = Vec::new();
    peer(move |mut stream| {
        read_request(&mut stream);
        stream.write_all(answer).unwrap();
        open.push(stream);
    })
}

fn silent() -> String {
    let mut open = Vec::new();
    peer(move |stream| open.push(stream))
}

fn read_request(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 4096];
    stream.read(&mut buffer).is_ok_and(|read| read > 0)
}

fn client() -> Client {
    Clients::new(Trust::new(None).unwrap(), Proxies::default()).get(false).clone()
}

/// The result of a POST: the body, or the error's name.
async fn post(client: &Client, url: String) -> String {
    let body = Full::new(Bytes::from("body")).map_err(|never| match never {}).boxed_unsync();
    let request = Request::post(url).body(body).unwrap();
    let recorder = Recorder::new(None, &request, None);
    let timeouts = Timeouts { connect: TIMEOUT, first_byte: TIMEOUT, between_bytes: TIMEOUT };
    let whole = async {
        let response = exchange(Some(client.clone()), request, timeouts, recorder).await?;
        Ok::<_, Error>(response.into_body().collect().await?.to_bytes())
    };
    match whole.await {
        Ok(body) => String::from_utf8(body.into()).unwrap(),
        Err(error) => format!("{error:?}"),
    }
}

#[tokio::test]
async fn without_a_client_it_is_denied() {
    let body = Full::default().map_err(|never| match never {}).boxed_unsync();
    let request = Request::get("https://elsewhere.example/").body(body).unwrap();
    let recorder = Recorder::new(None, &request, None);
    let timeouts = Timeouts { connect: TIMEOUT, first_byte: TIMEOUT, between_bytes: TIMEOUT };
    let answer = exchange(None, request, timeouts, recorder).await;
    assert!(matches!(answer, Err(Error::HttpRequestDenied)));
}

#[tokio::test]
async fn a_failure_before_the_request_says_so() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(post(&client(), format!("http://{closed}/")).await, "ConnectionRefused");
    assert_eq!(post(&client(), format!("https://{}/", peer(drop))).await, "TlsProtocolError");
    assert_eq!(post(&client(), format!("https://{}/", answering(b"no TLS"))).await, "TlsProtocolError");
    assert!(post(&client(), "http://name.invalid/".to_owned()).await.starts_with("DnsError"));
}

#[tokio::test]
async fn silence_ends_in_each_phase() {
    assert_eq!(post(&client(), format!("https://{}/", silent())).await, "ConnectionTimeout");
    assert_eq!(post(&client(), format!("http://{}/", silent())).await, "HttpResponseTimeout");
    let stops = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok");
    assert_eq!(post(&client(), format!("http://{stops}/")).await, "ConnectionReadTimeout");
}

#[tokio::test]
async fn a_failure_after_the_request_says_so() {
    let hangs_up = peer(|mut stream| {
        read_request(&mut stream);
    });
    assert_eq!(post(&client(), format!("http://{hangs_up}/")).await, "ConnectionTerminated");
    let cuts = peer(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok").unwrap();
    });
    assert_eq!(post(&client(), format!("http://{cuts}/")).await, "ConnectionTerminated");
    assert_eq!(post(&client(), format!("http://{}/", answering(b"no HTTP\r\n\r\n"))).await, "HttpProtocolError");
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = connections.clone();
    let address = peer(move |mut stream| {
        counter.fetch_add(1, Ordering::Relaxed);
        while read_request(&mut stream) {
            stream.write_all(OK).unwrap();
        }
    });
    let client = client();
    for _ in 0..5 {
        assert_eq!(post(&client, format!("http://{address}/")).await, "ok");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced() {
    let (closed, wait_until_closed) = mpsc::channel();
    let address = peer(move |mut stream| {
        read_request(&mut stream);
        stream.write_all(OK).unwrap();
        drop(stream);
        closed.send(()).unwrap();
    });
    let client = client();
    for _ in 0..3 {
        assert_eq!(post(&client, format!("http://{address}/")).await, "ok");
        wait_until_closed.recv().unwrap();
        // Gives the client time to notice that the connection is closed.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_request_that_was_received_is_never_sent_again() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let address = peer(move |mut stream| {
        read_request(&mut stream);
        stream.write_all(OK).unwrap();
        // The second request on the connection is read but never answered.
        if read_request(&mut stream) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let client = client();
    assert_eq!(post(&client, format!("http://{address}/")).await, "ok");
    assert_eq!(post(&client, format!("http://{address}/")).await, "ConnectionTerminated");
    assert_eq!(requests.load(Ordering::Relaxed), 1);
}
