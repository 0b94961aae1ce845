//! The deadline holds whatever the peer does. The guest's clock runs fast here, so that nobody waits.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use defender_xdr_host::Settings;
use serde_json::json;

use crate::support::{config, connector, emulator, failed};

/// 15 seconds of the guest take half a second.
const CLOCK_SPEED: u32 = 30;
const DEADLINE: Duration = Duration::from_millis(500);

/// A peer that accepts connections and never says anything.
fn silent_peer(scheme: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, format!("{scheme}://{address}"))
}

async fn ends_in_time(url: &str, kinds: &[&str]) {
    let config = config(&emulator(), |config| config["endpoints"] = json!({ "login": url, "graph": url }));
    let connector = connector(Settings { clock_speed: CLOCK_SPEED, ..Settings::default() });
    let mut instance = connector.instance().await.expect("an instance");
    let start = Instant::now();
    let error = failed(instance.invoke("get_incident_details", &config, r#"{"incident_id": "2972395"}"#).await);
    let taken = start.elapsed();
    assert!(kinds.iter().any(|kind| error["kind"] == *kind), "{error}");
    assert!(taken <= DEADLINE.mul_f64(1.1), "{taken:?}");
}

#[tokio::test]
async fn a_silent_peer_is_left_at_the_deadline() {
    let (_peer, url) = silent_peer("http");
    ends_in_time(&url, &["interrupted", "unreachable"]).await;
}

#[tokio::test]
async fn silence_in_the_tls_handshake_is_left_at_the_deadline() {
    let (_peer, url) = silent_peer("https");
    ends_in_time(&url, &["interrupted", "unreachable"]).await;
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let (peer, url) = silent_peer("http");
    drop(peer);
    ends_in_time(&url, &["unreachable"]).await;
}
