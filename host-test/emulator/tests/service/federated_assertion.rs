//! Sign-in with an outside issuer's token: section 8 of the wire contract, "Federated credential".

use defender_emulator::{App, Assertion, AssertionKey, FederatedCredential, PublicKey};
use serde_json::{Value, json};

use crate::client::{Client, payload, refused};
use crate::signer::{ask, now, ours, theirs, with};

const APP: &str = "9d5f1c3e-0000-4000-8000-00000000000f";
const ISSUER: &str = "https://token.example/a";
const SUBJECT: &str = "repo:halden/soc:ref:refs/heads/main";

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange", "nbf": now(), "exp": now() + 300})
}

fn credential(subject: &str, audience: &str) -> FederatedCredential {
    FederatedCredential {
        issuer: ISSUER.into(),
        subject: subject.into(),
        audience: audience.into(),
        keys: vec![PublicKey::from_pem(&ours().public_pem()).unwrap()],
    }
}

/// A client, with an app that has the credentials.
fn client(federated_credentials: Vec<FederatedCredential>) -> Client {
    let client = Client::new();
    client.emulator.register(App { federated_credentials, name: "federated".into(), ..App::without_secret(APP) });
    client
}

fn signed(changes: Value) -> String {
    ours().sign(&json!({"alg": "RS256", "kid": ours().id()}), &with(claims(), changes))
}

fn no_match(what: &str, found: &str) -> String {
    format!(
        "No matching federated identity record found for presented assertion {what} '{found}'. Check your federated identity \
         credential Subject, Audience and Issuer against the presented assertion. \
         https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
    )
}

#[test]
fn the_same_assertion_is_accepted_any_number_of_times() {
    let client = client(vec![credential(SUBJECT, "api://AzureADTokenExchange")]);
    let assertion = signed(json!({"jti": "same"}));
    for _ in 0..3 {
        let reply = ask(&client, APP, &assertion);
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(payload(reply.json()["access_token"].as_str().unwrap())["appidacr"], "2");
    }
}

#[test]
fn any_of_the_credentials_and_of_the_issuers_keys_will_do() {
    let mut rotated = credential("another", "other");
    rotated.keys = vec![
        PublicKey::from_pem(&theirs().public_pem()).unwrap(),
        PublicKey::from_pem(&ours().certificate(1, 2020, 2025).pem).unwrap(),
    ];
    let client = client(vec![credential(SUBJECT, "api://AzureADTokenExchange"), rotated]);
    let other = json!({"sub": "another", "aud": ["first", "other"]});
    for assertion in [
        signed(json!({})),
        signed(other.clone()),
        ours().sign(&json!({"alg": "RS256", "kid": "the issuer's own name"}), &claims()),
        ours().sign(&json!({"alg": "RS256", "typ": "JWT"}), &claims()),
        theirs().sign(&json!({"alg": "RS256"}), &with(claims(), other)),
    ] {
        let reply = ask(&client, APP, &assertion);
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[test]
fn issuer_audience_and_subject_must_be_equal() {
    let client = client(vec![credential(SUBJECT, "api://AzureADTokenExchange"), credential("another", "other")]);
    let refused = |changes: Value, code: u64, text: &str| {
        refused(&ask(&client, APP, &signed(changes)), 401, "invalid_client", code, text);
    };
    for issuer in ["https://token.example/a/", "https://TOKEN.example/a", "https://token.example"] {
        refused(json!({"iss": issuer}), 700_211, &no_match("issuer", issuer));
    }
    for audience in ["api://azureadtokenexchange", "https://graph.microsoft.com"] {
        refused(json!({"aud": audience}), 700_212, &no_match("audience", audience));
    }
    refused(json!({"aud": ["a", "b"]}), 700_212, &no_match("audience", "a, b"));
    refused(json!({"sub": "repo:halden/soc"}), 700_213, &no_match("subject", "repo:halden/soc"));
    // Of two credentials, each with half of the assertion.
    refused(json!({"aud": "other"}), 700_213, &no_match("subject", SUBJECT));
    let subject = "repo:Halden/soc:ref:refs/heads/main";
    let text = format!(
        "No matching federated identity record found for presented assertion subject '{subject}'. The subject matches with \
         case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity credential \
         Subject, Audience and Issuer against the presented assertion. See documentation at: \
         https://learn.microsoft.com/entra/workload-id/workload-identity-federation. See breaking change notification and \
         remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024."
    );
    refused(json!({"sub": subject}), 7_002_138, &text);
}

#[test]
fn an_app_without_federated_credentials_says_so() {
    let client = client(Vec::new());
    let text = format!("The client '{APP}'(federated) has no configured federated identity credentials.");
    refused(&ask(&client, APP, &signed(json!({}))), 401, "invalid_client", 70025, &text);
}

#[test]
fn the_signature_is_checked_with_the_issuers_keys() {
    let client = client(vec![credential(SUBJECT, "api://AzureADTokenExchange")]);
    let refused = |assertion: &str, code: u64, text: &str| {
        refused(&ask(&client, APP, assertion), 401, "invalid_client", code, text);
    };
    let unpublished = |key: &str| {
        format!(
            "The certificate with identifier {key} used to sign the federated credential could not be found in the metadata \
             of identity provider {ISSUER}. Please validate that your Identity Provider's metadata exposes the key used to \
             sign the incoming token."
        )
    };
    let foreign = theirs().sign(&json!({"alg": "RS256", "kid": theirs().id()}), &claims());
    refused(&foreign, 7_000_272, &unpublished(&theirs().id()));
    refused(&theirs().sign(&json!({"alg": "RS256"}), &claims()), 7_000_272, &unpublished(""));
    let text = format!(
        "The signature of the federated credential is not of the key {} in the metadata of identity provider {ISSUER}.",
        ours().id()
    );
    let forged = theirs().sign(&json!({"alg": "RS256", "kid": ours().id()}), &claims());
    refused(&forged, 7_000_274, &text);
    for algorithm in ["none", "PS256", "HS256"] {
        let text = format!(
            "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: \
             'RS256'"
        );
        refused(&ours().sign(&json!({"alg": algorithm}), &claims()), 5_002_738, &text);
    }
    let expired = ask(&client, APP, &signed(json!({"exp": now() - 1})));
    assert_eq!((expired.status, &expired.json()["error_codes"]), (401, &json!([700_024])));
}

#[test]
fn the_emulator_makes_an_assertion_for_the_default_app() {
    let client = Client::new();
    let app = client.emulator.connector_config().client_id;
    let foreign = Assertion { key: AssertionKey::Foreign, ..Assertion::default() };
    let codes = |assertion: &Assertion| {
        let reply = ask(&client, &app, &client.emulator.assertion(assertion));
        (reply.status, reply.json()["error_codes"].clone())
    };
    assert_eq!(codes(&foreign), (401, json!([7_000_272])));
    assert_eq!(codes(&Assertion::default()), (200, Value::Null));
    assert_eq!(codes(&Assertion { subject: "somebody".into(), ..Assertion::default() }), (401, json!([700_213])));
    assert_eq!(codes(&Assertion { issuer: "https://else".into(), ..Assertion::default() }), (401, json!([700_211])));
    assert_eq!(codes(&Assertion { audience: "api://else".into(), ..Assertion::default() }), (401, json!([700_212])));
    assert_eq!(codes(&Assertion { lifetime_seconds: 0, ..Assertion::default() }), (401, json!([700_024])));

    let assertion = client.emulator.assertion(&Assertion::default());
    let claims = payload(&assertion);
    assert_eq!(claims["iss"], "https://oidc.haldenmarine.example");
    assert_eq!(claims["sub"], "system:serviceaccount:soc:defender-connector");
    assert_eq!(claims["aud"], json!(["api://AzureADTokenExchange"]));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3_600);
    assert_eq!(claims["kubernetes.io"]["namespace"], "soc");
    assert_eq!(claims["kubernetes.io"]["serviceaccount"]["name"], "defender-connector");
}
