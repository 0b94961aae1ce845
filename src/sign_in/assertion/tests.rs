//! Sign-in without a client secret, from the configuration to the request that Entra ID sees.

use crate::actions::{check, get_incident};
use crate::request::config::{Connection, tests::config};
use crate::sample::{INCIDENT, SECRET, TOKEN, run_as, token};
use crate::text::fault::Fault;
use crate::text::jwt::Jwt;
use crate::wire::failure::Failure;
use crate::wire::scripted::{ScriptedHost, Sent, Step, answer, answer_with};
use crate::wit::types::{Certificate, Cloud, Config, Credential, Endpoints, ErrorKind};

const LEAF: &str = include_str!("../../../tests/certificates/leaf.pem");
const KEY: &str = include_str!("../../../tests/certificates/key-pkcs8.pem");
/// SHA-256 of the certificate's DER in base64url, by `openssl x509 -outform DER | openssl dgst -sha256 -binary | basenc --base64url`.
const THUMBPRINT: &str = "wlg9r4UElGEAgTTOESOE527hz57MLAH_3pru01TSoiU";

/// `{"alg":"RS256"}.{}.signature`: an assertion or a token of somebody else.
const FOREIGN: &str = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";

fn with(credential: Credential) -> Config {
    Config { credential, ..config() }
}

fn certificate() -> Credential {
    Credential::Certificate(Certificate { certificate_pem: LEAF.into(), private_key_pem: KEY.into() })
}

fn get(host: &ScriptedHost, config: &Config) -> Result<(), Fault> {
    let connection = Connection::new(config).expect("valid");
    run_as(host, &connection, async |session| get_incident::typed(session, "29", None).await).map(|_| ())
}

/// A field of the form of a token request.
fn field(sent: &Sent, name: &str) -> Option<String> {
    let value = sent.body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn busy() -> Step {
    answer_with(503, &[("retry-after", "2")], "")
}

#[test]
fn a_certificate_signs_what_entra_id_asks_for() {
    let endpoints = Some(Endpoints { login: Some("https://gateway.example".into()), graph: None });
    for (config, audience) in [
        (
            with(certificate()),
            "https://login.microsoftonline.com/11112222-3333-4444-5555-666677778888/oauth2/v2.0/token",
        ),
        (
            Config { cloud: Some(Cloud::UsGov), endpoints, tenant_id: "Contoso.com".into(), ..with(certificate()) },
            "https://login.microsoftonline.us/contoso.com/oauth2/v2.0/token",
        ),
    ] {
        let host = ScriptedHost::new([token(), answer(200, INCIDENT), answer(200, INCIDENT)]);
        get(&host, &config).expect("an incident");
        get(&host, &config).expect("an incident, with the same token");
        assert_eq!(host.left(), 0);
        let sent = &host.sent()[0];
        assert_eq!(field(sent, "client_secret"), None);
        assert_eq!(
            field(sent, "client_assertion_type").as_deref(),
            Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        );
        let assertion = field(sent, "client_assertion").expect("an assertion");
        let parts: Vec<&str> = assertion.split('.').collect();
        let decoded = |part: &str| {
            let bytes =
                base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, part).expect("base64");
            serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON")
        };
        assert_eq!(decoded(parts[0]), serde_json::json!({ "typ": "JWT", "alg": "PS256", "x5t#S256": THUMBPRINT }));
        let now = crate::wire::host::Host::unix_seconds(&host);
        let expected = serde_json::json!({
            "aud": audience,
            "iss": "aaaabbbb-cccc-dddd-eeee-ffff00001111",
            "sub": "aaaabbbb-cccc-dddd-eeee-ffff00001111",
            "jti": "01234567-89ab-4def-8123-456789abcdef",
            "nbf": now,
            "iat": now,
            "exp": now + 600,
        });
        assert_eq!(decoded(parts[1]), expected);
        assert_eq!(parts[2].len(), 342, "2,048 bits in base64url");
    }
}

#[test]
fn each_attempt_has_an_assertion_of_its_own() {
    let host = ScriptedHost::new([busy(), Step::Fail(Failure::Broken("reset".into())), token(), answer(200, INCIDENT)]);
    get(&host, &with(certificate())).expect("an incident");
    let assertions: Vec<_> = host.sent().iter().take(3).map(|sent| field(sent, "client_assertion")).collect();
    assert!(assertions[0] != assertions[1] && assertions[0].is_some() && assertions[1].is_some());
}

#[test]
fn an_assertion_is_sent_as_it_is() {
    let host = ScriptedHost::new([busy(), token(), answer(200, INCIDENT)]);
    get(&host, &with(Credential::ClientAssertion(format!(" {FOREIGN}\n")))).expect("an incident");
    for sent in &host.sent()[..2] {
        assert_eq!(field(sent, "client_assertion").as_deref(), Some(FOREIGN));
        assert_eq!(field(sent, "client_secret"), None);
    }
}

#[test]
fn an_access_token_needs_no_token_request() {
    let host = ScriptedHost::new([answer(200, INCIDENT), answer(200, INCIDENT)]);
    let config = with(Credential::AccessToken(FOREIGN.into()));
    get(&host, &config).expect("an incident");
    get(&host, &config).expect("an incident");
    for sent in host.sent() {
        assert_eq!(sent.header("authorization"), Some(&format!("Bearer {FOREIGN}")[..]));
    }
}

#[test]
fn a_refused_access_token_is_not_renewed() {
    let config = with(Credential::AccessToken(FOREIGN.into()));
    let body =
        r#"{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired or is not yet valid."}}"#;
    let host = ScriptedHost::new([answer(401, body)]);
    let fault = get(&host, &config).expect_err("refused");
    assert_eq!((fault.kind, fault.status, host.left()), (ErrorKind::Unauthenticated, Some(401), 0));
    let remedy = fault.remedy.unwrap_or_default();
    assert!(remedy.starts_with("Graph refuses the access token: get a new one"), "{remedy}");

    for status in [401, 403] {
        // {"nbf":1}
        let host =
            ScriptedHost::new([answer_with(status, &[("www-authenticate", "Bearer claims=\"eyJuYmYiOjF9\"")], body)]);
        let fault = get(&host, &config).expect_err("challenged");
        assert_eq!((fault.kind, host.left()), (ErrorKind::Unauthenticated, 0));
        let remedy = r#"get a new access token with the claims that Graph asks for: {"nbf":1}"#;
        assert_eq!(fault.remedy.as_deref(), Some(remedy));
    }
}

#[test]
fn a_challenge_is_answered_with_a_new_assertion() {
    for credential in [certificate(), Credential::ClientAssertion(FOREIGN.into())] {
        let host = ScriptedHost::new([
            token(),
            answer_with(401, &[("www-authenticate", "Bearer claims=\"eyJuYmYiOjF9\"")], ""),
            answer(200, r#"{"expires_in":3599,"access_token":"another"}"#),
            answer(200, INCIDENT),
        ]);
        get(&host, &with(credential)).expect("an incident");
        let claims = field(&host.sent()[2], "claims").expect("claims");
        assert_eq!(claims, r#"{"access_token":{"xms_cc":{"values":["cp1"]}},"nbf":1}"#);
    }
}

#[test]
fn what_is_over_is_refused_before_it_is_sent() {
    // {"exp":1}
    let old = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln";
    let expired = include_str!("../../../tests/certificates/expired.pem");
    let pair = Certificate { certificate_pem: expired.into(), private_key_pem: KEY.into() };
    for (credential, field) in [
        (Credential::AccessToken(old.into()), "access_token"),
        (Credential::ClientAssertion(old.into()), "client_assertion"),
        (Credential::Certificate(pair), "certificate"),
    ] {
        let host = ScriptedHost::new([]);
        let fault = get(&host, &with(credential)).expect_err("over");
        assert_eq!(fault.kind, ErrorKind::InvalidInput);
        assert!(
            fault.message.starts_with(&format!("{field}: ")) && fault.message.contains("expired"),
            "{}",
            fault.message
        );
        assert!(fault.remedy.is_some() && host.sent().is_empty());
    }
}

#[test]
fn check_reads_the_permissions_of_any_token() {
    // {"roles":["ThreatHunting.Read.All"]}
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJyb2xlcyI6WyJUaHJlYXRIdW50aW5nLlJlYWQuQWxsIl19.c2ln";
    assert!(Jwt::parse(jwt).is_some());
    let graph = || answer(403, r#"{"error":{"code":"Forbidden","message":"Missing application roles."}}"#);
    let grant = || answer(200, &format!(r#"{{"expires_in":3599,"access_token":"{jwt}"}}"#));
    for (credential, steps) in [
        (certificate(), vec![grant(), graph()]),
        (Credential::ClientAssertion(FOREIGN.into()), vec![grant(), graph()]),
        (Credential::AccessToken(jwt.into()), vec![graph()]),
    ] {
        let host = ScriptedHost::new(steps);
        let connection = Connection::new(&with(credential)).expect("valid");
        let report = run_as(&host, &connection, async |session| check::check(session).await).expect("a report");
        assert_eq!((report.granted, host.left()), (vec!["ThreatHunting.Read.All".to_owned()], 0));
    }
}

#[test]
fn no_answer_repeats_a_credential() {
    let secrets: Vec<String> = [FOREIGN, KEY.trim(), SECRET, TOKEN].map(str::to_owned).to_vec();
    for (credential, steps) in [
        (certificate(), 2),
        (Credential::ClientAssertion(FOREIGN.into()), 2),
        (Credential::AccessToken(FOREIGN.into()), 1),
    ] {
        // The other side repeats everything that it knows, as it is and as JSON.
        let echo = serde_json::json!({ "error": { "code": secrets[1], "message": secrets.concat(), "x": secrets } });
        let host = ScriptedHost::new([token(), answer(400, &echo.to_string())].into_iter().skip(2 - steps));
        let fault = get(&host, &with(credential.clone())).expect_err("refused");
        let shown = format!("{fault:?}");
        let own = if steps == 2 && matches!(credential, Credential::Certificate(_)) { KEY } else { FOREIGN };
        let parts: Vec<&str> = own.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(parts.iter().all(|part| !shown.contains(&part[..16])), "{shown}");
    }
    // The assertion that was signed for this request.
    let config = with(certificate());
    let host = ScriptedHost::new([answer(401, "")]);
    get(&host, &config).expect_err("refused");
    let sent = field(&host.sent()[0], "client_assertion").expect("an assertion");
    let host =
        ScriptedHost::new([answer(401, &format!(r#"{{"error":"invalid_client","error_description":"{sent}"}}"#))]);
    let fault = get(&host, &config).expect_err("refused");
    assert_eq!(field(&host.sent()[0], "client_assertion").as_deref(), Some(&sent[..]), "the host has no randomness");
    assert!(!format!("{fault:?}").contains(&sent[..40]), "{fault:?}");
}
