//! Checks of each kind of credential.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::wit::types::Credential as Given;

const GRAPH: &str = "graph.microsoft.com";
const TENANT: &str = "11112222-3333-4444-5555-666677778888";
const NOW: u64 = 1_700_000_000;

fn jwt(header: &str, claims: &str) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

fn token(claims: &str) -> Given {
    Given::AccessToken(jwt(r#"{"alg":"RS256"}"#, claims))
}

fn assertion(claims: &str) -> Given {
    Given::ClientAssertion(jwt(r#"{"alg":"RS256"}"#, claims))
}

#[track_caller]
fn refused(given: &Given, message: &str) {
    let fault = Credential::new(given, TENANT, GRAPH).and_then(|it| it.check_time(NOW)).expect_err(message);
    assert_eq!(fault.message, message);
}

fn accepted(given: &Given) {
    let credential = Credential::new(given, TENANT, GRAPH).and_then(|it| it.check_time(NOW));
    assert!(credential.is_ok(), "{:?}", credential.map_err(|fault| fault.message));
}

#[test]
fn blank_ones_are_refused() {
    refused(&Given::ClientSecret(" \n".into()), "client_secret: is required");
    refused(&Given::ClientAssertion(String::new()), "client_assertion: is required");
    refused(&Given::AccessToken("\t".into()), "access_token: is required");
}

#[test]
fn a_key_is_not_taken_for_a_secret() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----";
    for (given, field) in [
        (Given::ClientSecret(pem.into()), "client_secret"),
        (Given::ClientAssertion(pem.into()), "client_assertion"),
        (Given::AccessToken(pem.into()), "access_token"),
    ] {
        refused(&given, &format!("{field}: is PEM; give a certificate and its key as certificate and private_key"));
    }
    refused(&Given::ClientSecret("a".repeat(16_385)), "client_secret: has 16385 bytes; allowed: 16384 at most");
}

#[test]
fn an_assertion_is_signed_and_not_over() {
    accepted(&assertion("{}"));
    accepted(&assertion(r#"{"exp":1700000001,"aud":"api://AzureADTokenExchange"}"#));
    refused(&assertion(r#"{"exp":1700000000}"#), "client_assertion: has expired (exp)");
    let not_signed = "client_assertion: is not signed: its alg is none or missing";
    refused(&Given::ClientAssertion(jwt(r#"{"alg":"none"}"#, "{}")), not_signed);
    refused(&Given::ClientAssertion(jwt("{}", "{}")), not_signed);
    for text in ["secret", "a.b.c", "e30.e30"] {
        refused(&Given::ClientAssertion(text.into()), "client_assertion: is not a signed JSON Web Token");
    }
}

#[test]
fn an_access_token_is_for_graph_and_not_over() {
    accepted(&Given::AccessToken("opaque".into()));
    for audience in ["https://graph.microsoft.com", "https://Graph.microsoft.com/", GRAPH_APP_ID] {
        accepted(&token(&format!(r#"{{"aud":"{audience}","exp":1700000001}}"#)));
    }
    for audience in ["https://graph.microsoft.us", "https://management.azure.com/", "graph.microsoft.com"] {
        refused(
            &token(&format!(r#"{{"aud":"{audience}"}}"#)),
            "access_token: is for another resource (aud); allowed: one for https://graph.microsoft.com, of the configured cloud",
        );
    }
    accepted(&token(r#"{"tid":"11112222-3333-4444-5555-666677778888"}"#));
    refused(
        &token(r#"{"tid":"99992222-3333-4444-5555-666677778888"}"#),
        "access_token: is for another tenant (tid) than tenant_id",
    );
    refused(
        &Given::AccessToken(r#"{"access_token":"a.b.c"}"#.into()),
        "access_token: is JSON; give only the token that is in it",
    );
    refused(&token(r#"{"exp":1699999999}"#), "access_token: has expired (exp)");
    let odd =
        "access_token: contains white space or other characters that no token has; leave out a prefix such as Bearer";
    refused(&Given::AccessToken("Bearer abc".into()), odd);
    refused(&Given::AccessToken("abc\r\nx-evil: 1".into()), odd);
    refused(&Given::AccessToken("é".into()), odd);
    refused(&Given::AccessToken("a".repeat(16_385)), "access_token: has 16385 bytes; allowed: 16384 at most");
}

#[test]
fn a_certificate_has_its_time() {
    let given = |name: &str| {
        let read = |name: &str| std::fs::read_to_string(format!("tests/certificates/{name}.pem")).expect(name);
        Given::Certificate(types::Certificate { certificate_pem: read(name), private_key_pem: read("key-pkcs8") })
    };
    accepted(&given("leaf"));
    refused(&given("future"), "certificate: is not valid before 2060-01-01T00:00:00Z");
    let expired = Credential::new(&given("expired"), TENANT, GRAPH).expect("readable");
    expired.check_time(1_704_067_199).expect("its last second");
    assert_eq!(
        expired.check_time(1_704_067_200).expect_err("over").message,
        "certificate: expired at 2023-12-31T23:59:59Z"
    );
}

#[test]
fn what_is_wiped_is_empty() {
    let pair = types::Certificate { certificate_pem: "a".into(), private_key_pem: "b".into() };
    for mut given in [
        Given::ClientSecret("a".into()),
        Given::Certificate(pair),
        Given::ClientAssertion("a".into()),
        Given::AccessToken("a".into()),
    ] {
        wipe(&mut given);
        assert!(unchecked_secrets(&given).iter().all(|secret| secret.reveal().is_empty()));
    }
}
