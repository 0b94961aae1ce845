//! TLS is the host's: it follows the configuration's `verify` and trusts a private authority when told to.

use defender_emulator::{Emulator, Options};
use host_test::Settings;
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
async fn without_verification_it_is_taken() {
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
