//! Sign-in with a certificate: section 8 of the wire contract, "Certificate assertion".
//! Every refusal with its status, word, number and whole text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use defender_emulator::{App, AppState, TENANT_DOMAINS, TENANT_ID};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Client, payload, refused};
use crate::signer::{Certificate, Signer, ask, hexadecimal, now, ours, theirs, with};

pub(crate) const APP: &str = "9d5f1c3e-0000-4000-8000-00000000000c";

/// What a right assertion says.
pub(crate) fn claims() -> Value {
    json!({
        "aud": format!("https://login.microsoftonline.com/{TENANT_ID}/oauth2/v2.0/token"),
        "iss": APP,
        "sub": APP,
        "jti": Uuid::new_v4().to_string(),
        "nbf": now(),
        "iat": now(),
        "exp": now() + 600,
    })
}

/// An app with certificates and no secret.
fn app(certificates: &[&Certificate]) -> App {
    App {
        certificates: certificates.iter().map(|certificate| certificate.registered()).collect(),
        ..App::without_secret(APP)
    }
}

/// A client, with an app that has the certificate.
pub(crate) fn client(certificate: &Certificate) -> Client {
    let client = Client::new();
    client.emulator.register(app(&[certificate]));
    client
}

/// The text of AADSTS700027 with its reason.
fn key_error(what: &str, reason: &str) -> String {
    format!(
        "{what} [Reason - {reason}, Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured \
         keys for app Id '{APP}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine \
         the corresponding service endpoint and \
         https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request \
         URL, such as 'https://graph.microsoft.com/beta/applications/{APP}']."
    )
}

/// The text for a certificate that is not registered.
pub(crate) fn not_found(thumbprint: Option<&[u8]>) -> String {
    let thumbprint = thumbprint.map(|it| format!(", Thumbprint of key used by client: '{}'", hexadecimal(it)));
    key_error(
        "The certificate with identifier used to sign the client assertion is not registered on application.",
        &format!("The key was not found.{}", thumbprint.unwrap_or_default()),
    )
}

#[test]
fn a_right_assertion_gets_a_token_that_says_so() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let (sha1, sha256) = (URL_SAFE_NO_PAD.encode(certificate.sha1()), URL_SAFE_NO_PAD.encode(certificate.sha256()));
    for header in [
        certificate.header(),
        json!({"alg": "PS256", "x5t#S256": sha256, "kid": "any"}),
        json!({"alg": "RS256", "typ": "JWT", "x5t": sha1, "kid": "any"}),
        json!({"alg": "RS256", "x5t": format!("{sha1}="), "x5c": ["any"]}),
        json!({"alg": "RS256", "typ": "http://openid.net/specs/jwt/1.0", "x5t#S256": sha256, "x5c": ["any"]}),
    ] {
        let reply = ask(&client, APP, &ours().sign(&header, &claims()));
        assert_eq!(reply.status, 200, "{header} {}", reply.text);
        let claims = payload(reply.json()["access_token"].as_str().unwrap());
        assert_eq!(
            (&claims["appid"], &claims["appidacr"], &claims["idtyp"]),
            (&json!(APP), &json!("2"), &json!("app"))
        );
        assert_eq!(claims["roles"].as_array().unwrap().len(), 6);
    }
    let config = client.emulator.connector_config();
    let reply = client.token_for(&config.client_id, &config.client_secret, None);
    assert_eq!(payload(reply.json()["access_token"].as_str().unwrap())["appidacr"], "1");
}

#[test]
fn the_audience_is_that_of_the_cloud_or_of_the_emulator() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let base = client.emulator.base_url();
    for host in ["https://login.microsoftonline.com", base] {
        for tenant in [TENANT_ID, TENANT_DOMAINS[0], TENANT_DOMAINS[1]] {
            for end in ["oauth2/v2.0/token", "v2.0"] {
                let claims = with(claims(), json!({"aud": format!("{host}/{tenant}/{end}")}));
                let reply = ask(&client, APP, &ours().sign(&certificate.header(), &claims));
                assert_eq!(reply.status, 200, "{claims} {}", reply.text);
            }
        }
    }
}

#[test]
fn only_the_registered_certificates_key_signs() {
    let (certificate, other) = (ours().certificate(1, 2020, 2060), theirs().certificate(1, 2020, 2060));
    let client = client(&certificate);
    let refused_with = |signer: &Signer, header: &Value, text: &str| {
        refused(&ask(&client, APP, &signer.sign(header, &claims())), 401, "invalid_client", 700_027, text);
    };
    refused_with(theirs(), &other.header(), &not_found(Some(&other.sha256())));
    let invalid = key_error(
        "Client assertion contains an invalid signature.",
        &format!(
            "The provided signature value did not match the expected signature value., Thumbprint of key used by client: \
             '{}', Found key 'Start=01/01/2020 00:00:00, End=01/01/2060 00:00:00'",
            hexadecimal(&certificate.sha256())
        ),
    );
    refused_with(theirs(), &certificate.header(), &invalid);

    // Of the right key, but over other claims, or with the other padding.
    let right = ours().sign(&certificate.header(), &claims());
    let forged = ours().sign(&certificate.header(), &with(claims(), json!({"exp": now() + 60_000})));
    let mixed = format!("{}.{}", &forged[..forged.rfind('.').unwrap()], &right[right.rfind('.').unwrap() + 1..]);
    refused(&ask(&client, APP, &mixed), 401, "invalid_client", 700_027, &invalid);
    let unsigned = format!("{}.", &right[..right.rfind('.').unwrap()]);
    refused(&ask(&client, APP, &unsigned), 401, "invalid_client", 700_027, &invalid);
    assert_eq!(ask(&client, APP, &right).status, 200, "a forgery does not use up an id");
}

#[test]
fn an_expired_certificate_is_refused_and_so_is_one_of_the_future() {
    for (from, until) in [(2020, 2025), (2058, 2060)] {
        let certificate = ours().certificate(1, from, until);
        let client = client(&certificate);
        let text = key_error(
            "The certificate with identifier used to sign the client assertion is expired on application.",
            &format!(
                "The key used is expired., Thumbprint of key used by client: '{}', Found key 'Start=01/01/{from} 00:00:00, \
                 End=01/01/{until} 00:00:00'",
                hexadecimal(&certificate.sha256())
            ),
        );
        let reply = ask(&client, APP, &ours().sign(&certificate.header(), &claims()));
        refused(&reply, 401, "invalid_client", 700_027, &text);
    }
}

#[test]
fn an_assertion_is_used_once() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let first = claims();
    let id = first["jti"].as_str().unwrap();
    let assertion = ours().sign(&certificate.header(), &first);
    assert_eq!(ask(&client, APP, &assertion).status, 200);
    let text = format!("Client assertion was used before: app '{APP}' has sent one with the jti '{id}'.");
    refused(&ask(&client, APP, &assertion), 401, "invalid_client", 700_027, &text);
    let again = ours().sign(&certificate.header(), &with(claims(), json!({"jti": id})));
    refused(&ask(&client, APP, &again), 401, "invalid_client", 700_027, &text);
    assert_eq!(ask(&client, APP, &ours().sign(&certificate.header(), &claims())).status, 200);

    let other = "9d5f1c3e-0000-4000-8000-00000000000d";
    client.emulator.register(App { client_id: other.into(), ..app(&[&certificate]) });
    let claims = with(claims(), json!({"jti": id, "iss": other, "sub": other}));
    assert_eq!(ask(&client, other, &ours().sign(&certificate.header(), &claims)).status, 200, "another app's");
}

#[test]
fn certificates_are_rotated_one_beside_the_other() {
    let (old, new) = (ours().certificate(1, 2020, 2060), theirs().certificate(2, 2020, 2060));
    let renewed = ours().certificate(3, 2020, 2060);
    let client = client(&old);
    let status = |signer: &Signer, certificate: &Certificate| {
        ask(&client, APP, &signer.sign(&certificate.header(), &claims())).status
    };
    assert_eq!([status(ours(), &old), status(theirs(), &new)], [200, 401]);
    client.emulator.register(app(&[&old, &new]));
    assert_eq!([status(ours(), &old), status(theirs(), &new)], [200, 200]);
    client.emulator.register(app(&[&new, &renewed]));
    assert_eq!([status(ours(), &old), status(theirs(), &new), status(ours(), &renewed)], [401, 200, 200]);
}

#[test]
fn an_app_may_have_certificates_and_no_secret() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let text = format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the \
         client secret ID, for a secret added to app '{APP}'."
    );
    refused(&client.token_for(APP, "secret", None), 401, "invalid_client", 7_000_215, &text);

    let assertion = || ours().sign(&certificate.header(), &claims());
    let in_state = |state| client.emulator.register(App { secret: Some("s".into()), state, ..app(&[&certificate]) });
    in_state(AppState::SecretExpired);
    assert_eq!(client.token_for(APP, "s", None).json()["error_codes"], json!([7_000_222]));
    assert_eq!(ask(&client, APP, &assertion()).status, 200);
    in_state(AppState::BlockedByPolicy);
    assert_eq!(ask(&client, APP, &assertion()).json()["error_codes"], json!([53003]));
    in_state(AppState::Disabled);
    assert_eq!(ask(&client, APP, &assertion()).json()["error_codes"], json!([7_000_112]));
}

#[test]
fn a_certificate_of_another_kind_of_key_verifies_nothing() {
    let certificate = rcgen::CertificateParams::default().self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
    let client = Client::new();
    let registered = defender_emulator::Certificate::from_pem(&certificate.pem()).unwrap();
    client.emulator.register(App { certificates: vec![registered], ..App::without_secret(APP) });
    let hash = ring::digest::digest(&ring::digest::SHA256, certificate.der());
    let header = json!({"alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(hash)});
    let text = "Invalid JWT token. Unsupported key for the signing algorithm.";
    refused(&ask(&client, APP, &ours().sign(&header, &claims())), 400, "invalid_request", 5_002_730, text);
}
