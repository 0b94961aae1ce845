//! The keys that the emulator makes, and those that are registered with it while it runs.

use defender_emulator::{App, Assertion, PemError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Client;
use crate::signer::{Signer, ask, now, ours, theirs};

fn call(client: &Client, function: &str, body: &str) -> (u16, Value) {
    let reply = client.send("POST", &format!("/_emulator/{function}"), &[], body);
    let body = if reply.text.is_empty() { Value::Null } else { reply.json() };
    (reply.status, body)
}

/// Signs in to the default app with a key and its certificate.
fn sign_in(client: &Client, signer: &Signer, certificate_pem: &str) -> u16 {
    let config = client.emulator.connector_config();
    let (_, der) = pem(certificate_pem);
    let hash = ring::digest::digest(&ring::digest::SHA256, &der);
    let claims = json!({
        "aud": format!("{}/{}/oauth2/v2.0/token", config.endpoints.login, config.tenant_id),
        "iss": config.client_id,
        "sub": config.client_id,
        "jti": Uuid::new_v4().to_string(),
        "exp": now() + 60,
    });
    let header = json!({"alg": "PS256", "x5t#S256": encode(hash.as_ref())});
    ask(client, &config.client_id, &signer.sign(&header, &claims)).status
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Label and content of the only block.
fn pem(text: &str) -> (&str, Vec<u8>) {
    let (label, content) = rsa::pkcs8::der::pem::decode_vec(text.as_bytes()).unwrap();
    (label, content)
}

#[test]
fn the_default_apps_certificate_is_made_once_and_signs_in() {
    let client = Client::new();
    let made = client.emulator.certificate();
    assert_eq!((pem(&made.certificate_pem).0, pem(&made.private_key_pem).0), ("CERTIFICATE", "PRIVATE KEY"));
    assert_eq!(sign_in(&client, &Signer::from_pem(&made.private_key_pem), &made.certificate_pem), 200);

    let again = json!({"certificate": made.certificate_pem, "private_key": made.private_key_pem});
    assert_eq!(call(&client, "certificate", ""), (200, again));
    assert!(!format!("{made:?}").contains("PRIVATE"), "{made:?}");
}

#[test]
fn each_emulator_registers_the_certificate_when_it_is_asked() {
    let made = Client::new().emulator.certificate();
    let client = Client::new();
    let signer = Signer::from_pem(&made.private_key_pem);
    assert_eq!(sign_in(&client, &signer, &made.certificate_pem), 401);
    assert_eq!(client.emulator.certificate(), made);
    assert_eq!(sign_in(&client, &signer, &made.certificate_pem), 200);
    let config = client.emulator.connector_config();
    client.emulator.register(App::new(config.client_id.as_str(), config.client_secret.as_str()));
    assert_eq!(client.emulator.certificate(), made);
    assert_eq!(sign_in(&client, &signer, &made.certificate_pem), 401, "it was taken away, and stays away");
}

#[test]
fn the_certificates_of_a_text_are_registered_and_its_keys_are_not() {
    let client = Client::new();
    let (first, second) = (ours().certificate(11, 2020, 2060), theirs().certificate(12, 2020, 2060));
    let secret = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    client.emulator.register_certificate(&format!("{secret}{}a comment\n{}", first.pem, second.pem)).unwrap();
    assert_eq!(sign_in(&client, ours(), &first.pem), 200);
    assert_eq!(sign_in(&client, theirs(), &second.pem), 200);
    let config = client.emulator.connector_config();
    assert_eq!(client.token_for(&config.client_id, &config.client_secret, None).status, 200, "the secret stays");

    assert_eq!(client.emulator.register_certificate(secret), Err(PemError::Missing("CERTIFICATE")));
    assert_eq!(client.emulator.register_certificate(""), Err(PemError::Missing("CERTIFICATE")));
    let damaged = first.pem.replace("-----END", "----END");
    assert!(matches!(client.emulator.register_certificate(&damaged), Err(PemError::Unreadable(_))));
}

#[test]
fn an_assertion_is_made_over_http() {
    let client = Client::new();
    let app = client.emulator.connector_config().client_id;
    let made = |body: &str| {
        let (status, body) = call(&client, "assertion", body);
        assert_eq!(status, 200, "{body}");
        let reply = ask(&client, &app, body["assertion"].as_str().unwrap());
        (reply.status, reply.json()["error_codes"][0].as_u64())
    };
    assert_eq!(made(""), (200, None));
    assert_eq!(made("{}"), (200, None));
    assert_eq!(made(r#"{"lifetime_seconds": 60, "key": "issuer"}"#), (200, None));
    assert_eq!(made(r#"{"lifetime_seconds": -60}"#), (401, Some(700_024)));
    assert_eq!(made(r#"{"key": "foreign"}"#), (401, Some(7_000_272)));
    assert_eq!(made(r#"{"subject": "system:serviceaccount:soc:Defender-Connector"}"#), (401, Some(7_002_138)));
    assert_eq!(made(r#"{"issuer": "https://oidc.haldenmarine.example/"}"#), (401, Some(700_211)));
    assert_eq!(made(r#"{"audience": "api://else"}"#), (401, Some(700_212)));
    let message = "at subjects: unknown field `subjects`, expected one of `issuer`, `subject`, `audience`, \
                   `lifetime_seconds`, `key` at line 1 column 11";
    assert_eq!(call(&client, "assertion", r#"{"subjects": 1}"#), (400, json!({"error": message})));
}

#[test]
fn apps_are_registered_with_certificates_and_federated_credentials() {
    let client = Client::new();
    let id = "9d5f1c3e-0000-4000-8000-00000000000e";
    let app = json!({
        "client_id": id,
        "certificates": [ours().certificate(1, 2020, 2060).pem],
        "federated_credentials": [{"issuer": "https://a", "subject": "b", "keys": [theirs().public_pem()]}],
    });
    assert_eq!(call(&client, "apps", &app.to_string()), (204, Value::Null));
    let claims = json!({"iss": "https://a", "sub": "b", "aud": "api://AzureADTokenExchange", "exp": now() + 60});
    assert_eq!(ask(&client, id, &theirs().sign(&json!({"alg": "RS256"}), &claims)).status, 200);

    let refused = |member: &str, value: Value| {
        let (status, body) = call(&client, "apps", &json!({"client_id": id, member: value}).to_string());
        let message = body["error"].as_str().unwrap().to_owned();
        (status, message.split(" at line ").next().unwrap().to_owned())
    };
    let certificate = "the text has no block '-----BEGIN CERTIFICATE-----'";
    assert_eq!(refused("certificates", json!(["MIIB"])), (400, format!("at certificates[0]: {certificate}")));
    let good = ours().certificate(1, 2020, 2060).pem;
    let key = theirs().public_pem();
    assert_eq!(refused("certificates", json!([good, key])), (400, format!("at certificates[1]: {certificate}")));
    let place = "federated_credentials[0].keys[0]";
    let credentials = json!([{"issuer": "https://a", "subject": "b", "keys": ["x"]}]);
    let message = format!("at {place}: the text has no block '-----BEGIN PUBLIC KEY-----'");
    assert_eq!(refused("federated_credentials", credentials), (400, message));
    let (status, message) = refused("certificate", json!(good));
    assert_eq!(status, 400);
    assert!(message.starts_with("at certificate: unknown field `certificate`, expected one of "), "{message}");
}

#[test]
fn the_journal_shows_neither_assertions_nor_keys_nor_tokens() {
    let client = Client::new();
    let made = client.emulator.certificate();
    let assertion = client.emulator.assertion(&Assertion::default());
    let token = client.emulator.access_token();
    ask(&client, &client.emulator.connector_config().client_id, &assertion);
    let body = json!({"comment": [assertion, token, made.private_key_pem]});
    client.write("POST", "/v1.0/security/incidents/2972395/comments", &body);
    client.get(&format!("/v1.0/security/incidents?access_token={token}&x={token}"));
    client.send("GET", "/v1.0/security/incidents", &[("X-Token", &token)], "");
    let journal = client.send("GET", "/_emulator/journal", &[], "").text;
    let secret: Vec<&str> = made.private_key_pem.lines().filter(|line| !line.starts_with('-')).collect();
    for secret in [&assertion, &token].into_iter().map(String::as_str).chain(secret) {
        assert!(!journal.contains(secret), "{secret} in {journal}");
    }
    let journal: Value = serde_json::from_str(&journal).unwrap();
    let text = |at: usize, member: &str| journal[at][member].as_str().unwrap().to_owned();
    assert!(text(1, "body").ends_with("client_assertion=***"), "{}", text(1, "body"));
    assert_eq!(text(2, "body"), r#"{"comment":["***","***","***"#.to_owned() + r#"\n"]}"#);
    assert_eq!(text(3, "query"), "access_token=***&x=***");
}
