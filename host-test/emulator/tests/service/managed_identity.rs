//! The endpoint of a managed identity, and tokens for a host that has one.

use defender_emulator::{App, AppState, Options, TENANT_ID};
use serde_json::{Value, json};

use crate::client::{Client, payload};

const PATH: &str = "/metadata/identity/oauth2/token";
const RIGHT: &str = "api-version=2018-02-01&resource=https://graph.microsoft.com/";

fn get(client: &Client, query: &str) -> (u16, Value) {
    let reply = client.send("GET", &format!("{PATH}?{query}"), &[("Metadata", "true")], "");
    (reply.status, reply.json())
}

#[test]
fn a_right_request_gets_a_token_with_numbers_as_text() {
    let mut client = Client::with(Options { token_seconds: 86_399, ..Options::default() });
    let app = client.emulator.connector_config().client_id;
    for (resource, audience) in [
        ("https://graph.microsoft.com/", "https://graph.microsoft.com/"),
        (
            "https%3A%2F%2Fgraph.microsoft.com&client_id=7C9E4A12-58d3-4b0f-a6e1-2f4d90b8c371",
            "https://graph.microsoft.com",
        ),
        ("00000003-0000-0000-c000-000000000000", "00000003-0000-0000-c000-000000000000"),
    ] {
        let (status, mut body) = get(&client, &format!("resource={resource}&api-version=2021-02-01"));
        assert_eq!(status, 200, "{body}");
        let token = body["access_token"].take();
        let claims = payload(token.as_str().unwrap());
        assert_eq!(
            body,
            json!({
                "access_token": null,
                "client_id": app,
                "refresh_token": "",
                "expires_in": "86399",
                "expires_on": claims["exp"].to_string(),
                "not_before": claims["nbf"].to_string(),
                "resource": audience,
                "token_type": "Bearer",
            })
        );
        assert_eq!((&claims["aud"], &claims["appid"]), (&json!(audience), &json!(app)));
        assert_eq!((&claims["idtyp"], &claims["appidacr"]), (&json!("app"), &json!("2")));
        client.use_token(token.as_str().unwrap());
        assert_eq!(client.get("/v1.0/security/incidents?$top=1").status, 200);
    }
}

#[test]
fn each_mistake_has_its_own_description() {
    let client = Client::new();
    let invalid = |description: &str| (400, json!({"error": "invalid_request", "error_description": description}));
    for headers in [&[][..], &[("Metadata", "True")], &[("Metadata", "")]] {
        let reply = client.send("GET", &format!("{PATH}?{RIGHT}"), headers, "");
        assert_eq!((reply.status, reply.json()), invalid("Required metadata header not specified"));
    }
    for (query, description) in [
        ("resource=https://graph.microsoft.com/", "Required query variable 'api-version' is missing"),
        ("api-version=2018-02-01", "Required query variable 'resource' is missing"),
        ("api-version=2018-02-01&resource=", "Required query variable 'resource' is missing"),
        ("api-version=2017-09-01&resource=a", "The api-version '2017-09-01' is not supported: 2018-02-01 is the first"),
        ("api-version=latest&resource=a", "The api-version 'latest' is not supported: 2018-02-01 is the first"),
    ] {
        assert_eq!(get(&client, query), invalid(description));
    }
    for identity in ["client_id=9d5f1c3e-0000-4000-8000-000000000001", "object_id=a", "msi_res_id=/subscriptions/a"] {
        assert_eq!(get(&client, &format!("{RIGHT}&{identity}")), invalid("Identity not found"));
    }
    let reply = client.send("POST", &format!("{PATH}?{RIGHT}"), &[("Metadata", "true")], "a");
    assert_eq!((reply.status, reply.header("allow"), reply.text.as_str()), (405, Some("GET"), ""));
}

#[test]
fn what_entra_id_refuses_is_passed_on() {
    let client = Client::new();
    let (status, body) = get(&client, "api-version=2018-02-01&resource=https://vault.azure.net");
    assert_eq!((status, &body["error"], body.as_object().unwrap().len()), (400, &json!("invalid_resource"), 2));
    let expected = format!(
        "AADSTS500011: The resource principal named https://vault.azure.net was not found in the tenant named {TENANT_ID}."
    );
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&expected) && description.contains("\r\nTrace ID: "), "{description}");

    let app = client.emulator.connector_config().client_id;
    for (state, start) in [
        (AppState::Disabled, "AADSTS7000112: "),
        (AppState::BlockedByPolicy, "AADSTS53003: "),
        (AppState::NoServicePrincipal, "AADSTS7000229: "),
    ] {
        client.emulator.register(App { state, ..App::without_secret(app.as_str()) });
        let (_, body) = get(&client, RIGHT);
        assert!(body["error_description"].as_str().unwrap().starts_with(start), "{body}");
    }
    client.emulator.register(App { state: AppState::SecretExpired, ..App::without_secret(app) });
    assert_eq!(get(&client, RIGHT).0, 200);
}

#[test]
fn a_host_gets_a_token_without_a_request() {
    let mut client = Client::new();
    client.emulator.clear_journal();
    let token = client.emulator.access_token();
    assert_eq!(payload(&token)["aud"], "https://graph.microsoft.com");
    assert_eq!(payload(&token)["appidacr"], "2");
    assert!(client.emulator.journal().is_empty());
    client.use_token(&token);
    assert_eq!(client.get("/v1.0/security/incidents?$top=1").status, 200);
    client.emulator.expire_tokens();
    assert_eq!(client.get("/v1.0/security/incidents?$top=1").status, 401);
}

#[test]
fn its_tokens_are_counted() {
    let client = Client::new();
    get(&client, RIGHT);
    assert_eq!(client.get("/_emulator/counts").json(), json!({"requests": 2, "tokens": 2}));
}
