//! Starting, stopping, TLS, and use from asynchronous programs.

use std::net::TcpStream;
use std::sync::Arc;

use defender_emulator::{Action, Emulator, Fault, Options, Point, StartError};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::client::{Client, agent};

#[test]
fn a_port_that_is_taken_is_an_error_that_names_the_address() {
    let first = Emulator::start(Options::default()).unwrap();
    let port = first.base_url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Emulator::start(Options { port, ..Options::default() }).unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }));
    assert!(error.to_string().starts_with(&format!("cannot listen on 127.0.0.1:{port}: ")), "{error}");
}

#[test]
fn dropping_it_closes_connections_and_frees_the_port() {
    let client = Client::new();
    client.get("/v1.0/security/incidents?$top=1");
    let base = client.emulator.base_url().to_owned();
    let address = base.split("://").nth(1).unwrap();
    drop(client);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn it_starts_and_stops_inside_an_asynchronous_program() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let emulator = Emulator::start(Options::default()).unwrap();
        assert!(emulator.base_url().starts_with("http://127.0.0.1:"));
    });
}

#[test]
fn a_client_that_trusts_the_authority_speaks_tls_by_address_and_by_name() {
    let emulator = Emulator::start(Options { tls: true, ..Options::default() }).unwrap();
    let authority = Certificate::from_pem(emulator.ca_pem().unwrap().as_bytes()).unwrap();
    let tls = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(vec![authority]))).build();
    let trusting: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).tls_config(tls).build().into();
    let base = emulator.base_url();
    assert!(base.starts_with("https://127.0.0.1:"));
    for base in [base.to_owned(), base.replace("127.0.0.1", "localhost")] {
        let response = trusting.get(format!("{base}/v1.0/security/incidents")).call().unwrap();
        assert_eq!(response.status(), 401);
    }
    assert!(agent().get(format!("{base}/v1.0/security/incidents")).call().is_err(), "a client that does not trust it");
    emulator.fault(Fault { action: Action::Reset { at: Point::Handshake }, ..Fault::default() });
    let fresh = format!("{}/", base.replace("127.0.0.1", "localhost"));
    let other: ureq::Agent = trusting.config().clone().into();
    assert!(other.get(fresh).call().is_err());
}

#[test]
fn connections_are_counted_and_kept_alive() {
    let client = Client::new();
    for _ in 0..20 {
        client.get("/v1.0/security/incidents?$top=1");
    }
    assert_eq!(client.emulator.connections(), 1);
    let journal = client.emulator.journal();
    assert!(journal.iter().all(|exchange| exchange.connection == 1));
    assert_eq!(journal.last().unwrap().serial, 21);
    assert_eq!(journal.last().unwrap().query.as_deref(), Some("$top=1"));
    client.emulator.clear_journal();
    assert!(client.emulator.journal().is_empty());
}
