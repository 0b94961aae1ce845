//! Faults that no HTTP library would send, seen from a bare socket.
//! The bytes are read until the connection ends, or until nothing comes for a while.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use defender_emulator::{Action, Emulator, Fault, Matches, Options, Point};

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
    Silent,
}

/// Nothing for this long is silence, where silence is expected; elsewhere a slow machine gets more time.
const QUIET: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends a request without a token and reads what comes.
fn exchange(emulator: &Emulator, patience: Duration) -> (String, End) {
    let address = emulator.base_url().split("://").nth(1).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    // The connection may be gone before the request is written.
    let _ = stream.write_all(
        format!("GET /v1.0/security/incidents HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes(),
    );
    let mut bytes = Vec::new();
    let mut piece = vec![0; 65_536];
    let end = loop {
        match stream.read(&mut piece) {
            Ok(0) => break End::Closed,
            Ok(read) if bytes.len() < 1_000_000 => bytes.extend(&piece[..read]),
            Ok(_) => break End::Silent,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break End::Reset,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break End::Silent,
            Err(error) => panic!("{error}"),
        }
    };
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

fn spoiled(action: Action) -> (String, String, End) {
    let patience = if matches!(action, Action::Silence { .. }) { QUIET } else { PATIENCE };
    let emulator = Emulator::start(Options { incidents: 1, ..Options::default() }).unwrap();
    emulator.fault(Fault { action, ..Fault::default() });
    let (text, end) = exchange(&emulator, patience);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.to_owned(), body.to_owned(), end)
}

fn claimed(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a content length");
    line.parse().unwrap()
}

#[test]
fn silence_and_reset_come_at_any_point() {
    for at in [Point::Accept, Point::Handshake, Point::Request] {
        assert_eq!(spoiled(Action::Silence { at }), (String::new(), String::new(), End::Silent), "{at:?}");
        assert_eq!(spoiled(Action::Reset { at }), (String::new(), String::new(), End::Reset), "{at:?}");
        let (head, _, end) = spoiled(Action::Close { at });
        assert_eq!(head, "", "{at:?}");
        assert_ne!(end, End::Silent, "{at:?}");
    }
    for (action, expected) in [
        (Action::Silence { at: Point::Headers }, End::Silent),
        (Action::Reset { at: Point::Headers }, End::Reset),
        (Action::Close { at: Point::Headers }, End::Closed),
    ] {
        let (head, body, end) = spoiled(action);
        assert!(head.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{head}");
        assert_eq!((body.as_str(), end), ("", expected));
    }
    for (action, expected) in [
        (Action::Silence { at: Point::Body }, End::Silent),
        (Action::Reset { at: Point::Body }, End::Reset),
        (Action::Close { at: Point::Body }, End::Closed),
    ] {
        let (head, body, end) = spoiled(action);
        assert_eq!((body.len(), end), (claimed(&head) / 2, expected));
    }
}

#[test]
fn a_body_can_be_longer_than_it_says() {
    let (head, body, end) = spoiled(Action::Overlong { bytes: 10 });
    assert_eq!((body.len(), end), (claimed(&head) + 10, End::Closed));
}

#[test]
fn a_length_can_be_anything() {
    for value in ["3", "99999", "-1", "many"] {
        let (head, body, end) = spoiled(Action::ContentLength { value: value.into() });
        assert!(head.ends_with(&format!("\r\ncontent-length: {value}")), "{head}");
        assert!(body.ends_with("}}") && end == End::Closed);
    }
}

#[test]
fn a_body_can_pause_or_drip_and_still_be_whole() {
    for action in [Action::PauseBody { milliseconds: 50 }, Action::Drip { bytes: 40, every_milliseconds: 1 }] {
        let (head, body, end) = spoiled(action);
        assert_eq!((body.len(), end), (claimed(&head), End::Closed));
        assert!(body.starts_with("{\"error\":") && body.ends_with("}}"));
    }
}

#[test]
fn chunks_can_be_garbage_and_bodies_endless() {
    let (head, body, end) = spoiled(Action::ChunkedGarbage);
    assert!(head.ends_with("transfer-encoding: chunked"));
    assert!(body.contains("\r\nzzzz\r\n") && end == End::Closed);
    let (_, body, _) = spoiled(Action::Endless);
    assert!(body.len() > 900_000 && body.starts_with("11\r\n{\"value\":"));
}

#[test]
fn an_answer_need_not_be_http() {
    let (head, _, end) = spoiled(Action::NotHttp);
    assert!(head.starts_with("220 ") && end == End::Closed);
}

#[test]
fn the_journal_shows_which_requests_were_never_answered() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let matches = Matches { nth: Some(1), ..Matches::default() };
    emulator.fault(Fault { matches, action: Action::Reset { at: Point::Request }, ..Fault::default() });
    exchange(&emulator, PATIENCE);
    exchange(&emulator, PATIENCE);
    let seen: Vec<(Option<u16>, Option<usize>, u64)> =
        emulator.journal().iter().map(|it| (it.status, it.fault, it.connection)).collect();
    assert_eq!(seen, [(None, Some(0), 1), (Some(401), None, 2)]);
}
