//! Tokens on Graph: sections 6 and 9 of the wire contract.
//! Every way of being unauthorised, and the headers that come with it.

use defender_emulator::{Challenge, ChallengeForm, Options};
use serde_json::json;

use crate::client::{Client, error};

const LIST: &str = "/v1.0/security/incidents?$top=1";

#[track_caller]
fn refused(client: &Client, authorization: &str, message: &str) {
    let reply = client.send("GET", LIST, &[("Authorization", authorization)], "");
    assert_eq!((reply.status, reply.error()), (401, error("InvalidAuthenticationToken", message)));
    let base = client.emulator.base_url();
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{base}/common/oauth2/authorize\", \
         client_id=\"00000003-0000-0000-c000-000000000000\""
    );
    assert_eq!(reply.header("www-authenticate"), Some(challenge.as_str()));
}

#[test]
fn each_kind_of_invalid_token_has_its_own_error() {
    let client = Client::new();
    refused(&client, "Bearer ", "Access token is empty.");
    refused(&client, "Basic YTpi", "Access token is empty.");
    refused(&client, "Bearer garbage", "CompactToken parsing failed with error code: 80049217");
    refused(&client, "Bearer e30.e30.c2ln", "Access token validation failure.");
    let good = format!("Bearer {}", client.token());
    client.emulator.expire_tokens();
    refused(&client, &good, "Lifetime validation failed, the token is expired.");
}

#[test]
fn a_token_of_another_emulator_is_refused() {
    let (ours, theirs) = (Client::new(), Client::new());
    refused(&ours, &format!("Bearer {}", theirs.token()), "Access token validation failure.");
}

#[test]
fn a_token_expires_by_itself() {
    let client = Client::with(Options { token_seconds: 0, ..Options::default() });
    refused(&client, &format!("Bearer {}", client.token()), "Lifetime validation failed, the token is expired.");
}

#[test]
fn a_new_token_is_valid_after_all_were_expired() {
    let mut client = Client::new();
    client.emulator.expire_tokens();
    client.renew();
    assert_eq!(client.get(LIST).status, 200);
}

#[test]
fn a_challenge_stands_until_its_claims_are_sent() {
    let mut client = Client::new();
    client.emulator.challenge_tokens(Challenge {
        claims: Some(json!({"access_token": {"nbf": {"essential": true, "value": "1657834417"}}})),
        form: ChallengeForm::Unquoted,
        ..Challenge::default()
    });
    let reply = client.get(LIST);
    assert_eq!(reply.status, 401);
    assert_eq!(
        reply.error(),
        error(
            "InvalidAuthenticationToken",
            "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: \
             TokenCreatedWithOutdatedPolicies"
        )
    );
    let base = client.emulator.base_url();
    let expected = format!(
        "Bearer realm=\"\", authorization_uri={base}/common/oauth2/authorize, \
         client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", \
         claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjU3ODM0NDE3In19fQ==\""
    );
    assert_eq!(reply.header("www-authenticate"), Some(expected.as_str()));

    client.renew();
    assert_eq!(client.get(LIST).status, 401, "a token without the claims");
    let config = client.emulator.connector_config();
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1657834417"},"xms_cc":{"values":["cp1"]}}}"#;
    let reply = client.token_for(&config.client_id, &config.client_secret, Some(claims));
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    client.use_token(&token);
    assert_eq!(client.get(LIST).status, 200);
}

#[test]
fn a_challenge_can_spare_clients_that_did_not_declare_cp1() {
    let client = Client::new();
    client.emulator.challenge_tokens(Challenge { declared_only: true, ..Challenge::default() });
    assert_eq!(client.get(LIST).status, 200);
}

#[test]
fn a_missing_role_is_named() {
    let client = Client::with_roles(&["ThreatHunting.Read.All", "User.Read.All"]);
    let forbidden = |required: &str| {
        let roles = "ThreatHunting.Read.All,User.Read.All";
        let message = format!("Missing application roles. API required roles: {required}, application roles: {roles}.");
        (403, error("Forbidden", &message))
    };
    let body = json!({"status": "active"});
    for (method, path, required) in [
        ("GET", "incidents", "SecurityIncident.Read.All,SecurityIncident.ReadWrite.All"),
        ("GET", "incidents/2972395", "SecurityIncident.Read.All,SecurityIncident.ReadWrite.All"),
        ("PATCH", "incidents/2972395", "SecurityIncident.ReadWrite.All"),
        ("POST", "incidents/2972395/comments", "SecurityIncident.ReadWrite.All"),
        (
            "GET",
            "alerts_v2",
            "SecurityAlert.Read.All,SecurityAlert.ReadWrite.All,SecurityIncident.Read.All,SecurityIncident.ReadWrite.All",
        ),
        ("PATCH", "alerts_v2/x", "SecurityAlert.ReadWrite.All"),
        ("POST", "alerts_v2/x/comments", "SecurityAlert.ReadWrite.All"),
        ("POST", "incidents/mergeIncidents", "SecurityData.Manage.All"),
        ("POST", "incidents/microsoft.graph.security.mergeIncidents", "SecurityData.Manage.All"),
        ("POST", "alerts_v2/moveAlerts", "SecurityData.Manage.All"),
        ("POST", "alerts_v2/microsoft.graph.security.moveAlerts", "SecurityData.Manage.All"),
    ] {
        let path = format!("/v1.0/security/{path}");
        let reply = if method == "GET" { client.get(&path) } else { client.write(method, &path, &body) };
        assert_eq!((reply.status, reply.error()), forbidden(required), "{method} {path}");
    }
}

#[test]
fn a_token_without_roles_leaves_the_list_empty() {
    let client = Client::with_roles(&[]);
    let reply = client.get("/v1.0/security/incidents");
    let message = "Missing application roles. API required roles: \
                   SecurityIncident.Read.All,SecurityIncident.ReadWrite.All, application roles: .";
    assert_eq!((reply.status, reply.error()), (403, error("Forbidden", message)));
    let reply = client.hunt(&json!({"Query": "DeviceInfo"}));
    let message = "Missing application roles. API required roles: ThreatHunting.Read.All, application roles: .";
    assert_eq!((reply.status, reply.error()), (403, error("Forbidden", message)));
}

#[test]
fn either_role_of_a_read_is_enough() {
    for role in ["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"] {
        let client = Client::with_roles(&[role]);
        assert_eq!(client.get(LIST).status, 200, "{role}");
        assert_eq!(client.get("/v1.0/security/alerts_v2?$top=1").status, 200, "{role}");
    }
}

#[test]
fn every_answer_carries_the_headers_that_support_asks_for() {
    let client = Client::new();
    let reply = client.send("GET", LIST, &[("client-request-id", "0b5c4f0e-6f0f-4f9e-9d7c-1d9d1f9c7a11")], "");
    assert_eq!(reply.header("client-request-id"), Some("0b5c4f0e-6f0f-4f9e-9d7c-1d9d1f9c7a11"));
    assert_eq!(
        reply.header("content-type"),
        Some("application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
    );
    assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"));
    assert!(reply.header("x-ms-ags-diagnostic").unwrap().starts_with("{\"ServerInfo\":"));
    assert!(reply.header("date").unwrap().ends_with(" GMT"));
    let reply = client.get(LIST);
    assert_eq!(reply.header("client-request-id"), reply.header("request-id"), "the service repeats its own id");
}

#[test]
fn an_unknown_route_is_a_loud_501() {
    let client = Client::new();
    for path in ["/v1.0/me", "/v1.0/security/secureScores", "/v2.0/security/incidents", "/"] {
        let reply = client.get(path);
        let message = format!("this is the Defender emulator, not Microsoft Graph: it does not emulate GET {path}");
        assert_eq!((reply.status, reply.error()), (501, error("EmulatorNotImplemented", &message)));
    }
}
