//! Certificate assertions with one thing wrong in them: each header and each claim.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use defender_emulator::TENANT_ID;
use serde_json::{Value, json};

use crate::certificate_assertion::{APP, claims, client, not_found};
use crate::client::{GRAPH_SCOPE, refused};
use crate::signer::{JWT_BEARER, ask, now, ours, with};

const PAGE: &str = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";

#[test]
fn each_wrong_claim_has_its_own_error() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let refused = |changes: Value, error: (u16, &str, u64), text: &str| {
        let reply = ask(&client, APP, &ours().sign(&certificate.header(), &with(claims(), changes)));
        refused(&reply, error.0, error.1, error.2, text);
    };
    let audience =
        format!("Client assertion audience claim does not match Realm issuer. Review the documentation at {PAGE} .");
    for wrong in ["https://login.microsoftonline.com/common/oauth2/v2.0/token", "https://graph.microsoft.com", APP] {
        refused(json!({"aud": wrong}), (401, "invalid_client", 700_023), &audience);
    }
    let mismatch = "Subject must match the issuer claim in the client assertion.";
    refused(json!({"sub": TENANT_ID}), (401, "invalid_client", 50048), mismatch);
    let other = format!(
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at {PAGE} ."
    );
    refused(json!({"iss": TENANT_ID, "sub": TENANT_ID}), (401, "invalid_client", 700_021), &other);
    for name in ["iss", "sub", "aud", "jti"] {
        let text = format!(
            "The required field '{name}' is missing from the credential. Ensure that you have all the necessary parameters \
             for the login request."
        );
        refused(json!({name: null}), (400, "invalid_request", 90014), &text);
    }
    let malformed = "JWT token is invalid or malformed.";
    for changes in [json!({"aud": [claims()["aud"]]}), json!({"exp": "soon"}), json!({"jti": 1}), json!({"nbf": "now"})]
    {
        refused(changes, (400, "invalid_request", 50027), malformed);
    }
}

#[test]
fn an_assertion_is_valid_from_five_minutes_before_its_start_to_its_end() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let ask = |changes: Value| ask(&client, APP, &ours().sign(&certificate.header(), &with(claims(), changes)));
    let shown = |seconds: i64| {
        jiff::Timestamp::from_second(seconds).unwrap().strftime("%Y-%m-%dT%H:%M:%S.0000000Z").to_string()
    };
    for changes in [
        json!({"nbf": now() + 290}),
        json!({"nbf": null, "iat": null}),
        json!({"nbf": 0.5, "exp": jiff::Timestamp::now().as_duration().as_secs_f64() + 9.5}),
        // Entra ID sets no limit.
        json!({"exp": now() + 400 * 24 * 60 * 60}),
    ] {
        assert_eq!(ask(changes.clone()).status, 200, "{changes}");
    }
    let (past, future) = (now() - 1, now() + 310);
    for (changes, start, end) in [
        (json!({"nbf": past - 600, "exp": past}), past - 600, past),
        (json!({"nbf": future, "exp": future + 600}), future, future + 600),
        (json!({"nbf": null, "exp": null}), 0, 0),
    ] {
        let reply = ask(changes);
        let description = reply.json()["error_description"].as_str().unwrap().to_owned();
        let current = description.split("Current time: ").nth(1).unwrap().split(',').next().unwrap();
        assert_eq!((current.len(), current.parse::<jiff::Timestamp>().is_ok()), (28, true), "{current}");
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {current}, assertion valid from {}, expiry \
             time of assertion {}. Review the documentation at {PAGE} .",
            shown(start),
            shown(end)
        );
        refused(&reply, 401, "invalid_client", 700_024, &text);
    }
}

#[test]
fn each_wrong_header_has_its_own_error() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let refused = |changes: Value, error: (u16, &str, u64), text: &str| {
        let reply = ask(&client, APP, &ours().sign(&with(certificate.header(), changes), &claims()));
        refused(&reply, error.0, error.1, error.2, text);
    };
    for algorithm in ["none", "HS256", "ES256", "ps256"] {
        let text = format!(
            "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: \
             'RS256,PS256'"
        );
        refused(json!({"alg": algorithm}), (401, "invalid_client", 5_002_738), &text);
    }
    let text = "Invalid JWT header type specified. Allowed types: 'JWT','http://openid.net/specs/jwt/1.0'.";
    refused(json!({"typ": "at+jwt"}), (400, "invalid_request", 5_002_727), text);
    let text = "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in \
                token header.";
    refused(json!({"x5t#S256": null}), (401, "invalid_client", 5_002_723), text);
    refused(json!({"alg": null}), (400, "invalid_request", 50027), "JWT token is invalid or malformed.");

    let unknown = (401, "invalid_client", 700_027);
    let sha1 = URL_SAFE_NO_PAD.encode(certificate.sha1());
    let base64 = format!("+/{}", &URL_SAFE_NO_PAD.encode(certificate.sha256())[2..]);
    refused(json!({"x5t#S256": null, "kid": sha1}), unknown, &not_found(None));
    refused(json!({"x5t#S256": null, "x5t": sha1}), unknown, &not_found(None));
    refused(json!({"x5t#S256": base64}), unknown, &not_found(None));
    refused(json!({"x5t#S256": sha1}), unknown, &not_found(Some(&certificate.sha1())));
    let reply = ask(&client, APP, &ours().sign(&with(certificate.header(), json!({"x5t#S256": sha1})), &claims()));
    assert_eq!(reply.json()["error_uri"], format!("{}/error?code=700027", client.emulator.base_url()));
}

#[test]
fn a_text_that_is_not_a_token_is_malformed() {
    let certificate = ours().certificate(1, 2020, 2060);
    let client = client(&certificate);
    let right = ours().sign(&certificate.header(), &claims());
    for text in ["garbage", "a.b.c", "e30.e30.c2ln", &format!("{right}="), &right[..right.rfind('.').unwrap()]] {
        refused(&ask(&client, APP, text), 400, "invalid_request", 50027, "JWT token is invalid or malformed.");
    }
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", APP),
        ("scope", GRAPH_SCOPE),
        ("client_assertion", right.as_str()),
    ];
    let path = format!("/{TENANT_ID}/oauth2/v2.0/token");
    let text = "The request body must contain the following parameter: 'client_assertion_type'.";
    refused(&client.form(&path, &form), 400, "invalid_request", 900_144, text);
    let with_type = |kind| client.form(&path, &[&form[..], &[("client_assertion_type", kind)]].concat());
    let text = "Invalid request. Request is malformed or invalid.";
    refused(&with_type("jwt-bearer"), 400, "invalid_request", 9_002_313, text);
    assert_eq!(with_type(JWT_BEARER).status, 200);
}
