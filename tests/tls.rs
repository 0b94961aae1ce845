//! The host does TLS: it follows the configuration's `verify` and trusts a private authority if told to.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use defender_emulator::{Emulator, Options};
use defender_xdr_host::Settings;
use serde_json::json;

use crate::support::{config, connector, failed, parsed};

const INPUT: &str = r#"{"incident_id": "2972395"}"#;

fn tls_emulator() -> Emulator {
    Emulator::start(Options { tls: true, ..Options::default() }).expect("the emulator starts")
}

#[tokio::test]
async fn verification_refuses_an_unknown_certificate() {
    let emulator = tls_emulator();
    let answer = connector(Settings::default()).invoke("get_incident_details", &config(&emulator, |_| {}), INPUT).await;
    let error = failed(answer);
    assert_eq!(error["kind"], "unreachable", "{error}");
    assert!(emulator.journal().is_empty());
}

#[tokio::test]
async fn without_verification_it_is_accepted() {
    let emulator = tls_emulator();
    let config = config(&emulator, |config| config["verify"] = json!(false));
    let answer = connector(Settings::default()).invoke("get_incident_details", &config, INPUT).await;
    assert_eq!(parsed(answer)["data"]["id"], "2972395");
}

#[tokio::test]
async fn a_private_authority_makes_it_trusted() {
    let emulator = tls_emulator();
    let settings = Settings { ca_pem: emulator.ca_pem().map(str::to_owned), ..Settings::default() };
    let answer = connector(settings).invoke("get_incident_details", &config(&emulator, |_| {}), INPUT).await;
    assert_eq!(parsed(answer)["data"]["id"], "2972395");
}

/// Stops the program at the end of a test, however the test ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_emulator_writes_its_certificate_to_the_given_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ca.pem");
    let child = Command::new(env!("CARGO_BIN_EXE_host-test"))
        .args(["emulator", "--tls", "--ca-out"])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut program = Program(child.expect("the program starts"));
    let mut config = String::new();
    let out = program.0.stdout.take().expect("a pipe");
    BufReader::new(out).read_line(&mut config).expect("a line");
    let settings = Settings { ca_pem: std::fs::read_to_string(file).ok(), ..Settings::default() };
    let answer = connector(settings).invoke("get_incident_details", &config, INPUT).await;
    assert_eq!(parsed(answer)["data"]["id"], "2972395");
}
