//! The deadline holds whatever the peer does, and an answer that breaks off says why. The guest's clock runs fast here.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use defender_emulator::{Action, Fault, Matches, Point};
use serde_json::json;

use crate::support::{config, emulator, failed, fast};

/// The deadline of 15 seconds on the fast clock.
const DEADLINE: Duration = Duration::from_millis(500);

/// A peer that accepts connections and never says anything.
fn silent_peer(scheme: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, format!("{scheme}://{address}"))
}

async fn ends_in_time(url: &str, kinds: &[&str]) {
    let config = config(&emulator(), |config| config["endpoints"] = json!({ "login": url, "graph": url }));
    let mut instance = fast().instance().await.expect("an instance");
    let start = Instant::now();
    let error = failed(instance.invoke("get_incident_details", &config, r#"{"incident_id": "2972395"}"#).await);
    let taken = start.elapsed();
    assert!(kinds.iter().any(|kind| error["kind"] == *kind), "{error}");
    assert!(taken <= DEADLINE.mul_f64(1.1), "{taken:?}");
}

#[tokio::test]
async fn a_silent_peer_is_abandoned_at_the_deadline() {
    let (_peer, url) = silent_peer("http");
    ends_in_time(&url, &["interrupted", "unreachable"]).await;
}

#[tokio::test]
async fn a_silent_tls_handshake_is_abandoned_at_the_deadline() {
    let (_peer, url) = silent_peer("https");
    ends_in_time(&url, &["interrupted", "unreachable"]).await;
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let (peer, url) = silent_peer("http");
    drop(peer);
    ends_in_time(&url, &["unreachable"]).await;
}

/// wasmtime 48 drops the reason; the host's sandbox passes it on.
#[tokio::test]
async fn an_answer_that_breaks_off_says_why() {
    let emulator = emulator();
    let matches = Matches { path_contains: Some("/incidents/".into()), ..Matches::default() };
    emulator.fault(Fault { matches, action: Action::Reset { at: Point::Body }, ..Fault::default() });
    let config = config(&emulator, |_| ());
    let error = failed(fast().invoke("get_incident_details", &config, r#"{"incident_id": "2972395"}"#).await);
    assert_eq!(error["kind"], "interrupted", "{error}");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("the peer closed the connection"), "{error}");
}
