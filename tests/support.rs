//! A component and an emulator in two lines.

use std::io::Write as _;
use std::process::Command;

use defender_emulator::{Emulator, Options};
use defender_xdr_host::bindings::types::{Config, Credential, Endpoints};
use defender_xdr_host::{CallError, Connector, Settings};
use host_test::built;
use serde_json::Value;
use tempfile::NamedTempFile;

/// The component with these settings.
pub(crate) fn connector(settings: Settings) -> Connector {
    Connector::load(built(), settings).expect("the component loads")
}

/// The component with a clock on which 15 seconds take half a second.
pub(crate) fn fast() -> Connector {
    connector(Settings { clock_speed: 30, ..Settings::default() })
}

/// A file with this content, until it is dropped.
pub(crate) fn file(content: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(content.as_ref()).expect("written");
    file
}

/// An emulator over plain HTTP.
pub(crate) fn emulator() -> Emulator {
    Emulator::start(Options::default()).expect("the emulator starts")
}

/// The configuration for an emulator, with changes.
pub(crate) fn config(emulator: &Emulator, change: impl FnOnce(&mut Value)) -> String {
    let mut config = serde_json::to_value(emulator.connector_config()).expect("a configuration is JSON");
    change(&mut config);
    config.to_string()
}

/// The catalog as `host-test describe --json` prints it.
pub(crate) fn catalog() -> Value {
    let program = env!("CARGO_BIN_EXE_host-test");
    let output = Command::new(program).args(["describe", "--json"]).output().expect("it runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The answer of `invoke`, parsed.
#[track_caller]
pub(crate) fn parsed(answer: Result<String, CallError>) -> Value {
    let text = answer.unwrap_or_else(|error| panic!("{}", error.to_json()));
    serde_json::from_str(&text).expect("the answer is JSON")
}

/// The error of a call that must fail.
#[track_caller]
pub(crate) fn failed(answer: Result<String, CallError>) -> Value {
    match answer {
        Ok(answer) => panic!("succeeded with {answer}"),
        Err(error) => error.to_json(),
    }
}

/// The configuration for an emulator, typed.
pub(crate) fn typed_config(emulator: &Emulator) -> Config {
    let config = emulator.connector_config();
    Config {
        tenant_id: config.tenant_id,
        client_id: config.client_id,
        credential: Credential::ClientSecret(config.client_secret),
        timeout_seconds: None,
        verify: None,
        api_version: None,
        cloud: None,
        endpoints: Some(Endpoints { login: Some(config.endpoints.login), graph: Some(config.endpoints.graph) }),
    }
}
