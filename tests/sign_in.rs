//! Sign-in without a client secret: the component signs or passes on, and the emulator verifies as Entra ID does.

use std::time::{Duration, Instant};

use defender_emulator::{Assertion, AssertionKey, Challenge, Emulator};
use defender_xdr_host::bindings::types::{Certificate, Credential};
use defender_xdr_host::{Connector, Settings};
use serde_json::{Value, json};

use crate::support::{config, connector, emulator, failed, parsed, typed_config};

const INPUT: &str = r#"{"incident_id": "2972395"}"#;
/// A key that belongs to nobody.
const LEAF: &str = include_str!("certificates/leaf.pem");
const KEY: &str = include_str!("certificates/key-pkcs8.pem");

/// The emulator's configuration with other members in place of the secret.
fn with(emulator: &Emulator, members: &Value) -> String {
    config(emulator, |config| {
        let config = config.as_object_mut().expect("an object");
        config.remove("client_secret");
        config.extend(members.as_object().expect("an object").clone());
    })
}

fn with_certificate(emulator: &Emulator) -> String {
    let pair = emulator.certificate();
    with(emulator, &json!({ "certificate": pair.certificate_pem, "private_key": pair.private_key_pem }))
}

fn assertion(emulator: &Emulator, wanted: &Assertion) -> String {
    with(emulator, &json!({ "client_assertion": emulator.assertion(wanted) }))
}

/// One instance, so that tokens are kept.
fn fresh() -> Connector {
    connector(Settings { max_instances: 1, ..Settings::default() })
}

async fn error(emulator: &Emulator, config: &str) -> Value {
    let started = Instant::now();
    let error = failed(fresh().invoke("get_incident_details", config, INPUT).await);
    assert!(started.elapsed() < Duration::from_secs(10), "{error}");
    let shown = format!("{error} {}", serde_json::to_string(&emulator.journal()).expect("JSON"));
    for secret in ["PRIVATE KEY", "MIIE", ": ey", "Bearer ey", "=ey"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    error
}

fn paths(emulator: &Emulator) -> Vec<String> {
    emulator.journal().iter().map(|exchange| exchange.path.rsplit('/').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn every_credential_signs_in() {
    let emulator = emulator();
    let token = with(&emulator, &json!({ "access_token": emulator.access_token() }));
    for (config, expected) in [
        (with_certificate(&emulator), &["token", "2972395", "2972395"][..]),
        (assertion(&emulator, &Assertion::default()), &["token", "2972395", "2972395"]),
        (token, &["2972395", "2972395"]),
    ] {
        let connector = fresh();
        emulator.clear_journal();
        for _ in 0..2 {
            let answer = parsed(connector.invoke("get_incident_details", &config, INPUT).await);
            assert_eq!(answer["data"]["id"], "2972395");
        }
        assert_eq!(paths(&emulator), expected);
        let mut instance = connector.instance().await.expect("an instance");
        let report = instance.check_json(&config).await.expect("a report");
        let report: Value = serde_json::from_str(&report).expect("JSON");
        assert!(
            report["actions"].as_array().expect("a list").iter().all(|action| action["allowed"] == true),
            "{report}"
        );
    }
}

#[tokio::test]
async fn typed_calls_take_a_certificate_too() {
    let emulator = emulator();
    let pair = emulator.certificate();
    let mut config = typed_config(&emulator);
    config.credential = Credential::Certificate(Certificate {
        certificate_pem: pair.certificate_pem,
        private_key_pem: pair.private_key_pem,
    });
    let mut instance = fresh().instance().await.expect("an instance");
    assert_eq!(instance.get_incident(&config, "2972395", None).await.expect("an incident").id, "2972395");
}

#[tokio::test]
async fn a_certificate_may_be_registered_from_a_file() {
    let emulator = emulator();
    let config = with(&emulator, &json!({ "certificate": LEAF, "private_key": KEY }));
    let refused = error(&emulator, &config).await;
    assert_eq!((&refused["kind"], &refused["code"]), (&json!("unauthenticated"), &json!("AADSTS700027")));
    let message = refused["message"].as_str().expect("a message");
    assert!(message.contains("The key was not found."), "{message}");
    assert!(
        refused["remedy"].as_str().expect("a remedy").contains("upload it under Certificates & secrets"),
        "{refused}"
    );
    emulator.register_certificate(LEAF).expect("registered");
    parsed(fresh().invoke("get_incident_details", &config, INPUT).await);
}

#[tokio::test]
async fn each_wrong_assertion_has_its_number() {
    let emulator = emulator();
    for (wanted, number) in [
        (Assertion { issuer: "https://oidc.elsewhere.example".into(), ..Assertion::default() }, 700_211),
        (Assertion { audience: "api://elsewhere".into(), ..Assertion::default() }, 700_212),
        (Assertion { subject: "system:serviceaccount:soc:elsewhere".into(), ..Assertion::default() }, 700_213),
        (Assertion { key: AssertionKey::Foreign, ..Assertion::default() }, 7_000_272),
    ] {
        let error = error(&emulator, &assertion(&emulator, &wanted)).await;
        assert_eq!((&error["kind"], &error["code"]), (&json!("unauthenticated"), &json!(format!("AADSTS{number}"))));
    }
}

#[tokio::test]
async fn what_cannot_work_is_refused_before_it_is_sent() {
    let emulator = emulator();
    let expired = emulator.assertion(&Assertion { lifetime_seconds: -1, ..Assertion::default() });
    let key_of = |name: &str| {
        std::fs::read_to_string(format!("{}/../tests/certificates/{name}.pem", env!("CARGO_MANIFEST_DIR"))).expect(name)
    };
    let huge = "A".repeat(1 << 20);
    for (members, message) in [
        (json!({}), "client_secret: is required"),
        (json!({ "client_assertion": expired }), "client_assertion: has expired (exp)"),
        (json!({ "client_assertion": "eyJhbGciOiJub25lIn0.e30.c2ln" }), "client_assertion: is not signed"),
        // {"aud":"https://vault.azure.net"} and {"exp":1}
        (
            json!({ "access_token": "e30.eyJhdWQiOiJodHRwczovL3ZhdWx0LmF6dXJlLm5ldCJ9.c2ln" }),
            "access_token: is for another resource",
        ),
        (json!({ "access_token": "e30.eyJleHAiOjF9.c2ln" }), "access_token: has expired (exp)"),
        (json!({ "certificate": LEAF }), "private_key: is required beside certificate"),
        (json!({ "private_key": KEY }), "certificate: is required beside private_key"),
        (
            json!({ "certificate": LEAF, "private_key": key_of("key-other") }),
            "private_key: does not belong to the certificate",
        ),
        (json!({ "certificate": LEAF, "private_key": key_of("key-encrypted") }), "private_key: is encrypted"),
        (
            json!({ "certificate": key_of("expired"), "private_key": KEY }),
            "certificate: expired at 2023-12-31T23:59:59Z",
        ),
        (json!({ "certificate": huge, "private_key": KEY }), "certificate: has 1048576 bytes"),
        (json!({ "access_token": "a", "client_secret": "b" }), "client_secret, access_token: are given together"),
    ] {
        let error = error(&emulator, &with(&emulator, &members)).await;
        assert_eq!(error["kind"], "invalid-input", "{error}");
        assert!(error["message"].as_str().expect("a message").starts_with(message), "{error}");
    }
    assert_eq!(paths(&emulator), [""; 0]);
}

#[tokio::test]
async fn a_challenge_is_answered_where_that_is_possible() {
    let emulator = emulator();
    let connector = fresh();
    for config in [with_certificate(&emulator), assertion(&emulator, &Assertion::default())] {
        parsed(connector.invoke("get_incident_details", &config, INPUT).await);
        emulator.challenge_tokens(Challenge::default());
        emulator.clear_journal();
        parsed(connector.invoke("get_incident_details", &config, INPUT).await);
        assert_eq!(paths(&emulator), ["2972395", "token", "2972395"]);
    }
    let config = with(&emulator, &json!({ "access_token": emulator.access_token() }));
    emulator.challenge_tokens(Challenge::default());
    let error = error(&emulator, &config).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("unauthenticated"), &json!(401)));
    let remedy = error["remedy"].as_str().expect("a remedy");
    assert!(remedy.starts_with("get a new access token with the claims that Graph asks for: {"), "{remedy}");
}

#[tokio::test]
async fn an_access_token_that_is_over_is_replaced_by_the_host() {
    let emulator = emulator();
    let config = with(&emulator, &json!({ "access_token": emulator.access_token() }));
    let connector = fresh();
    parsed(connector.invoke("get_incident_details", &config, INPUT).await);
    emulator.expire_tokens();
    emulator.clear_journal();
    let error = failed(connector.invoke("get_incident_details", &config, INPUT).await);
    assert_eq!((&error["kind"], paths(&emulator)), (&json!("unauthenticated"), vec!["2972395".to_owned()]));
    assert!(error["remedy"].as_str().expect("a remedy").starts_with("Graph refuses the access token"), "{error}");
    let config = with(&emulator, &json!({ "access_token": emulator.access_token() }));
    parsed(connector.invoke("get_incident_details", &config, INPUT).await);
}
