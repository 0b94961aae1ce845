//! Calls through a proxy: it learns only a name and a port, and if it opens no tunnel, nothing is sent.

mod server;

use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use defender_xdr_host::{Connector, Exchange, Proxy, Settings};
use serde_json::{Value, json};

use crate::support::{config, connector, failed, file, parsed};
use server::{Mood, Network};

const INPUT: &str = r#"{"incident_id": "2972395"}"#;
/// `jdoe:p@ss word`, as a URL and as the proxy gets it.
const PASSWORD: &str = "jdoe:p%40ss%20word";
const BASIC: &str = "Basic amRvZTpwQHNzIHdvcmQ=";

type Exchanges = Arc<Mutex<Vec<Exchange>>>;

/// A connector that uses this proxy for all destinations except loopback and these, and its exchanges.
fn through(network: &Network, user: &str, no_proxy: &str) -> (Connector, Exchanges) {
    let exchanges = Exchanges::default();
    let seen = exchanges.clone();
    let settings = Settings {
        proxy: Proxy::Url { url: format!("http://{user}{}", network.proxy), no_proxy: no_proxy.into() },
        ca_pem: Some(network.ca_pem.clone()),
        trace: Some(Arc::new(move |exchange: &Exchange| seen.lock().expect("no panic").push(exchange.clone()))),
        clock_speed: 30,
        ..Settings::default()
    };
    (connector(settings), exchanges)
}

/// A configuration without endpoints: for the service's own names.
fn service(network: &Network) -> String {
    config(&network.emulator, |config| drop(config.as_object_mut().and_then(|config| config.remove("endpoints"))))
}

async fn call(connector: &Connector, network: &Network) -> Result<String, defender_xdr_host::CallError> {
    connector.invoke("get_incident_details", &service(network), INPUT).await
}

#[tokio::test]
async fn calls_share_one_tunnel_to_a_host_and_the_proxy_reads_none_of_them() {
    let network = Network::start(Mood::Tunnels);
    let (connector, exchanges) = through(&network, "", "");
    for _ in 0..3 {
        assert_eq!(parsed(call(&connector, &network).await)["data"]["id"], "2972395");
    }
    let questions = network.questions();
    let asked = ["login.microsoftonline.com:443", "graph.microsoft.com:443"];
    assert_eq!(questions, asked.map(|host| format!("CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n\r\n")));
    // The name is in plain text at the start of TLS; the request and the app's identity are not.
    let passed = network.passed();
    assert!(passed.contains("graph.microsoft.com"));
    for secret in ["Bearer", "client_secret", "v1.0", "2972395", "HTTP/1.1"] {
        assert!(!passed.contains(secret), "{secret}");
    }
    let proxy = network.proxy.to_string();
    assert!(exchanges.lock().expect("no panic").iter().all(|exchange| exchange.proxy.as_ref() == Some(&proxy)));
}

#[tokio::test]
async fn a_password_is_for_the_proxy_alone() {
    let network = Network::start(Mood::Wants(BASIC));
    let (connector, exchanges) = through(&network, &format!("{PASSWORD}@"), "");
    assert_eq!(parsed(call(&connector, &network).await)["data"]["id"], "2972395");
    let shown = format!("{:?} {:?}", exchanges.lock().expect("no panic"), network.emulator.journal());
    assert!(!shown.contains("ss word") && !shown.contains("ss%20word") && !shown.contains(BASIC), "{shown}");
}

#[track_caller]
fn refused(error: &Value, exchanges: &Exchanges, reason: &str) {
    assert_eq!(error["kind"], "unreachable", "{error}");
    let exchanges = exchanges.lock().expect("no panic");
    assert_eq!(exchanges.last().and_then(|exchange| exchange.failure.as_deref()), Some(reason));
}

#[tokio::test]
async fn nothing_is_sent_without_a_tunnel_and_the_trace_says_why() {
    for (mood, problem) in [
        (Mood::Wants("something else"), "refused the tunnel: 407 Proxy Authentication Required"),
        (Mood::Says("HTTP/1.1 403 No\r\n\r\n<html>Blocked"), "refused the tunnel: 403 Forbidden"),
        (Mood::Says("HTTP/1.1 502 Bad\r\nContent-Length: 9000\r\n\r\nlong"), "refused the tunnel: 502 Bad Gateway"),
        (Mood::Says("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "does not speak HTTP"),
        (Mood::Says("HTTP/1.1 200 OK\r\n\r\n220 mail.example"), "does not speak HTTP"),
        (Mood::Says(""), "closed the connection before answering"),
    ] {
        let network = Network::start(mood);
        let (connector, exchanges) = through(&network, "", "");
        let error = failed(call(&connector, &network).await);
        refused(&error, &exchanges, &format!("the proxy {} {problem}", network.proxy));
        assert!(network.emulator.journal().is_empty(), "{mood:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named() {
    let mut network = Network::start(Mood::Tunnels);
    // The port of a listener that is closed.
    network.proxy = std::net::TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr()).expect("a port");
    let (connector, exchanges) = through(&network, "", "");
    let error = failed(call(&connector, &network).await);
    refused(&error, &exchanges, &format!("the proxy {} cannot be reached: connection refused", network.proxy));
}

#[tokio::test]
async fn a_silent_proxy_is_abandoned_in_time() {
    let network = Network::start(Mood::Silent);
    let (connector, _) = through(&network, "", "");
    // 15 guest seconds take half a second.
    let answer = tokio::time::timeout(std::time::Duration::from_secs(2), call(&connector, &network)).await;
    assert_eq!(failed(answer.expect("in time"))["kind"], "unreachable");
}

#[tokio::test]
async fn the_list_of_hosts_is_checked_against_the_destination() {
    let network = Network::start(Mood::Tunnels);
    let proxy = Proxy::Url { url: format!("http://{}", network.proxy), no_proxy: String::new() };
    let allow = Some(vec![format!("http://{}", network.proxy).parse().expect("an origin")]);
    let connector = connector(Settings { proxy, allow, ..Settings::default() });
    assert_eq!(failed(call(&connector, &network).await)["kind"], "denied");
    assert!(network.questions().is_empty());
}

#[tokio::test]
async fn exceptions_are_reached_directly() {
    let network = Network::start(Mood::Tunnels);
    let (connector, exchanges) = through(&network, "", "192.0.2.0/24");
    // An address reserved for documentation, where nothing answers.
    let url = "https://192.0.2.1";
    let config = config(&network.emulator, |config| config["endpoints"] = json!({ "login": url, "graph": url }));
    let error = failed(connector.invoke("get_incident_details", &config, INPUT).await);
    assert_eq!(error["kind"], "unreachable", "{error}");
    assert!(network.questions().is_empty());
    assert!(exchanges.lock().expect("no panic").iter().all(|exchange| exchange.proxy.is_none()));
}

/// `get-incident` of the program with this proxy.
fn program(network: &Network, options: &[&str], environment: &[(&str, &str)]) -> Output {
    let (config, authority) = (file(service(network)), file(&network.ca_pem));
    Command::new(env!("CARGO_BIN_EXE_host-test"))
        .args(["get-incident", "2972395", "-v"])
        .args(options)
        .arg("--config")
        .arg(config.path())
        .arg("--ca-file")
        .arg(authority.path())
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn the_program_uses_the_proxy_of_the_environment() {
    let network = Network::start(Mood::Wants(BASIC));
    let output = program(&network, &[], &[("https_proxy", &format!("{PASSWORD}@{}", network.proxy))]);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains(&format!("via {} → 200", network.proxy)), "{err}");
    assert!(!err.contains("word"), "{err}");
}

#[test]
fn the_program_reports_what_the_proxy_said() {
    let network = Network::start(Mood::Wants(BASIC));
    let proxy = format!("http://jdoe:wrong@{}", network.proxy);
    let output = program(&network, &["--json"], &[("ALL_PROXY", &proxy)]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{err}");
    let note = format!("note: the proxy {} refused the tunnel: 407 Proxy Authentication Required\n", network.proxy);
    assert!(err.contains(&note), "{err}");
    let error: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(error["error"]["kind"], "unreachable");
    assert!(!format!("{out}{err}").contains("wrong"), "{out}{err}");
}

#[test]
fn the_program_refuses_a_proxy_that_it_cannot_use() {
    let network = Network::start(Mood::Tunnels);
    let output = program(&network, &[], &[("HTTPS_PROXY", "socks5://jdoe:secret@127.0.0.1:1")]);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("HTTPS_PROXY is not the URL of an HTTP proxy"), "{err}");
    assert!(!err.contains("secret"), "{err}");
}

#[test]
fn loopback_is_never_behind_a_proxy() {
    let output = Command::new(env!("CARGO_BIN_EXE_host-test"))
        .args(["get-incident", "2972395", "--emulator"])
        .env("HTTPS_PROXY", "nonsense://")
        .output();
    assert_eq!(output.expect("it runs").status.code(), Some(0));
}
