//! The token endpoint: section 8 of the wire contract.
//! Error descriptions are compared whole, their ids and times taken out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use defender_emulator::{App, AppState, TENANT_DOMAINS, TENANT_ID};
use serde_json::json;

use crate::client::{Client, GRAPH_SCOPE, Reply, payload, refused};

const APP: &str = "9d5f1c3e-0000-4000-8000-000000000009";

fn endpoint(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/token")
}

/// A correct form, with some fields replaced, or left out if empty.
fn request(client: &Client, changes: &[(&str, &str)]) -> Reply {
    let config = client.emulator.connector_config();
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_id", &config.client_id),
        ("client_secret", &config.client_secret),
        ("scope", GRAPH_SCOPE),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    client.form(&endpoint(&config.tenant_id), &fields)
}

#[test]
fn a_right_request_gets_a_bearer_token_with_the_apps_roles() {
    let client = Client::new();
    let reply = request(&client, &[]);
    let mut body = reply.json();
    let token = body["access_token"].take();
    assert_eq!(body, json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": null}));
    let claims = payload(token.as_str().unwrap());
    assert_eq!(claims["aud"], "https://graph.microsoft.com");
    assert_eq!(claims["tid"], TENANT_ID);
    assert_eq!(claims["appid"], client.emulator.connector_config().client_id);
    assert_eq!(claims["roles"].as_array().unwrap().len(), 6);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 3599 + 300);
    assert_eq!(claims.get("xms_cc"), None);
    assert_eq!(reply.header("cache-control"), Some("no-store, no-cache"));
}

#[test]
fn a_token_for_graph_by_its_app_id_is_valid_too() {
    let mut client = Client::new();
    let reply = request(&client, &[("scope", "00000003-0000-0000-c000-000000000000/.default")]);
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(payload(&token)["aud"], "00000003-0000-0000-c000-000000000000");
    client.use_token(&token);
    assert_eq!(client.get("/v1.0/security/incidents").status, 200);
}

#[test]
fn the_token_says_cp1_when_the_request_declared_it() {
    let client = Client::new();
    let reply = request(&client, &[("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)]);
    assert_eq!(payload(reply.json()["access_token"].as_str().unwrap())["xms_cc"], json!(["cp1"]));
}

#[test]
fn the_domain_names_work_in_place_of_the_guid() {
    let client = Client::new();
    let config = client.emulator.connector_config();
    let scope = "https://graph.microsoft.com/.default";
    for domain in TENANT_DOMAINS {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", config.client_id.as_str()),
            ("client_secret", config.client_secret.as_str()),
            ("scope", scope),
        ];
        assert_eq!(client.form(&endpoint(domain), &fields).status, 200, "{domain}");
    }
}

#[test]
fn http_basic_is_accepted_for_id_and_secret() {
    let client = Client::new();
    let config = client.emulator.connector_config();
    let encode = |text: &str| text.replace('%', "%25").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let basic = STANDARD.encode(format!("{}:{}", config.client_id, encode(&config.client_secret)));
    let headers =
        [("Authorization", format!("Basic {basic}")), ("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let body = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    assert_eq!(client.send("POST", &endpoint(TENANT_ID), &headers, body).status, 200);
}

#[test]
fn each_kind_of_wrong_tenant_has_its_own_error() {
    let client = Client::new();
    let at = |tenant: &str| client.form(&endpoint(tenant), &[("grant_type", "client_credentials")]);
    let unknown = "11111111-2222-3333-4444-555555555555";
    let text = |tenant: &str| {
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. Check with your subscription administrator, this may happen if there are no active \
             subscriptions for the tenant."
        )
    };
    refused(&at(unknown), 400, "invalid_request", 90002, &text(unknown));
    refused(&at("nobody.example"), 400, "invalid_request", 90002, &text("nobody.example"));
    refused(
        &at("nodots"),
        400,
        "invalid_request",
        900_023,
        "Specified tenant identifier 'nodots' is neither a valid DNS name, nor a valid external domain.",
    );
    for shared in ["common", "organizations", "consumers"] {
        refused(
            &at(shared),
            400,
            "invalid_request",
            50059,
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        );
    }
    refused(
        &at("haldenmarine.onmicrosoft.us"),
        400,
        "invalid_request",
        90038,
        "Tenant 'haldenmarine.onmicrosoft.us' request is being redirected to the National Cloud 'MicrosoftOnline.US'.",
    );
}

#[test]
fn each_kind_of_wrong_app_or_secret_has_its_own_error() {
    let client = Client::new();
    let mut app = App { name: "spare".into(), ..App::new(APP, "right") };
    let unknown = format!(
        "Application with identifier '{APP}' was not found in the directory '{TENANT_ID}'. This can happen if the \
         application has not been installed by the administrator of the tenant or consented to by any user in the tenant. \
         You may have sent your authentication request to the wrong tenant."
    );
    refused(&request(&client, &[("client_id", APP)]), 400, "unauthorized_client", 700_016, &unknown);

    client.emulator.register(app.clone());
    let ask = |secret: &str| request(&client, &[("client_id", APP), ("client_secret", secret)]);
    assert_eq!(ask("right").status, 200);
    let wrong = format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the \
         client secret ID, for a secret added to app '{APP}'."
    );
    refused(&ask("wrong"), 401, "invalid_client", 7_000_215, &wrong);
    assert_eq!(ask("wrong").json()["error_uri"], format!("{}/error?code=7000215", client.emulator.base_url()));
    let none = "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
    refused(&ask(""), 401, "invalid_client", 7_000_216, none);

    let mut in_state = |state: AppState| {
        app.state = state;
        client.emulator.register(app.clone());
        ask("right")
    };
    let expired = format!("The provided client secret keys for app '{APP}' are expired.");
    refused(&in_state(AppState::SecretExpired), 401, "invalid_client", 7_000_222, &expired);
    let disabled = format!("Application '{APP}'(spare) is disabled.");
    refused(&in_state(AppState::Disabled), 400, "unauthorized_client", 7_000_112, &disabled);
    let missing = format!("The client application {APP} is missing service principal in the tenant {TENANT_ID}.");
    refused(&in_state(AppState::NoServicePrincipal), 401, "invalid_client", 7_000_229, &missing);
    let blocked =
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    refused(&in_state(AppState::BlockedByPolicy), 400, "access_denied", 53003, blocked);
}

#[test]
fn each_kind_of_wrong_scope_has_its_own_error() {
    let client = Client::new();
    let ask = |scope: &str| request(&client, &[("scope", scope)]);
    let two = "https://graph.microsoft.com/.default offline_access";
    refused(
        &ask(two),
        400,
        "invalid_scope",
        70011,
        &format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {two} is not valid."
        ),
    );
    refused(
        &ask("https://graph.microsoft.com/User.Read"),
        400,
        "invalid_scope",
        1_002_012,
        "The provided value for scope https://graph.microsoft.com/User.Read is not valid. Client credential flows must have \
         a scope value with /.default suffixed to the resource identifier (application ID URI).",
    );
    refused(
        &ask("https://vault.example/.default"),
        400,
        "invalid_resource",
        500_011,
        &format!(
            "The resource principal named https://vault.example was not found in the tenant named {TENANT_ID}. This can \
             happen if the application has not been installed by the administrator of the tenant or consented to by any \
             user in the tenant. You might have sent your authentication request to the wrong tenant."
        ),
    );
}

#[test]
fn missing_fields_and_other_grants_are_refused() {
    let client = Client::new();
    for field in ["grant_type", "client_id", "scope"] {
        let text = format!("The request body must contain the following parameter: '{field}'.");
        refused(&request(&client, &[(field, "")]), 400, "invalid_request", 900_144, &text);
    }
    refused(
        &request(&client, &[("grant_type", "password")]),
        400,
        "unsupported_grant_type",
        70003,
        "The app requested an unsupported grant type 'password'.",
    );
}

#[test]
fn a_body_that_is_not_a_form_has_no_fields() {
    let client = Client::new();
    let reply = client.write("POST", &endpoint(TENANT_ID), &json!({"grant_type": "client_credentials"}));
    let text = "The request body must contain the following parameter: 'grant_type'.";
    refused(&reply, 400, "invalid_request", 900_144, text);
    let text = "The endpoint only accepts POST requests. Received a GET request.";
    refused(&client.get(&endpoint(TENANT_ID)), 400, "invalid_request", 900_561, text);
}

#[test]
fn an_unencoded_plus_sign_breaks_the_secret() {
    let client = Client::new();
    let config = client.emulator.connector_config();
    let body = format!(
        "grant_type=client_credentials&scope=https://graph.microsoft.com/.default&client_id={}&client_secret={}",
        config.client_id, config.client_secret
    );
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply = client.send("POST", &endpoint(TENANT_ID), &form, &body);
    assert_eq!(reply.json()["error_codes"], json!([7_000_215]));
}

#[test]
fn missing_consent_is_not_an_error_at_the_token_endpoint() {
    let client = Client::new();
    client.emulator.register(App { roles: Vec::new(), ..App::new(APP, "right") });
    let reply = request(&client, &[("client_id", APP), ("client_secret", "right")]);
    assert_eq!(reply.status, 200);
    assert_eq!(payload(reply.json()["access_token"].as_str().unwrap()).get("roles"), None);
}

#[test]
fn the_correlation_id_is_the_clients_request_id() {
    let client = Client::new();
    let id = "0b5c4f0e-6f0f-4f9e-9d7c-1d9d1f9c7a11";
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("client-request-id", id)];
    let reply = client.send("POST", &endpoint(TENANT_ID), &headers, "a=b");
    assert_eq!(reply.json()["correlation_id"], id);
    assert_eq!(reply.header("client-request-id"), Some(id));
}

#[test]
fn the_discovery_documents_lead_to_the_token_endpoint() {
    let client = Client::new();
    let base = client.emulator.base_url();
    let document = client.get(&format!("/{TENANT_ID}/v2.0/.well-known/openid-configuration")).json();
    assert_eq!(document["token_endpoint"], format!("{base}/{TENANT_ID}/oauth2/v2.0/token"));
    assert_eq!(document["issuer"], format!("{base}/{TENANT_ID}/v2.0"));
    let instances = client.get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x").json();
    assert_eq!(
        instances["tenant_discovery_endpoint"],
        format!("{base}/{TENANT_ID}/v2.0/.well-known/openid-configuration")
    );
    let unknown = client.get("/nobody.example/v2.0/.well-known/openid-configuration");
    assert_eq!((unknown.status, unknown.json()["error"].as_str()), (400, Some("invalid_tenant")));
}
