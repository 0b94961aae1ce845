//! Tokens across several calls of one instance.

use super::*;
use crate::actions::{generic, get_incident};
use crate::request::config;
use crate::sample::{INCIDENT, run, run_as};
use crate::sign_in::cache::TOKENS_MAX;
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, answer, answer_with};
use crate::wit::actions::GenericRequest;
use crate::wit::types::{Cloud, Config, Credential, Endpoints, ErrorKind};

fn secret(value: &str) -> Credential {
    Credential::ClientSecret(value.into())
}

/// A token answer.
fn grant(token: &str, expires_in: &str) -> Step {
    answer(200, &format!(r#"{{"token_type":"Bearer","expires_in":{expires_in},"access_token":"{token}"}}"#))
}

/// Gets an incident with a configuration; returns the token that Graph saw last.
fn get(host: &ScriptedHost, config: &Config) -> String {
    let connection = Connection::new(config).expect("valid");
    host.expect(answer(200, INCIDENT));
    run_as(host, &connection, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
    let sent = host.sent();
    let bearer = sent.last().and_then(|sent| sent.header("authorization")).expect("a token");
    bearer.strip_prefix("Bearer ").expect("a bearer token").to_owned()
}

#[test]
fn merges_the_claims_of_a_challenge() {
    assert_eq!(merged_claims(None), r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
    assert_eq!(
        merged_claims(Some(r#"{"access_token":{"nbf":{"essential":true,"value":"1"}},"id_token":{}}"#)),
        r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["cp1"]}},"id_token":{}}"#
    );
    assert_eq!(merged_claims(Some(r#"{"access_token":7}"#)), r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
}

#[test]
fn a_token_is_kept_until_shortly_before_it_expires() {
    for (expires_in, kept) in [
        ("3599", 3298),
        ("\"3599\"", 3298),
        ("3599.0", 3298),
        ("\"3599.0\"", 3298),
        ("86399", 86_098),
        // Short-lived ones are renewed after half of their lifetime.
        ("600", 299),
        ("300", 149),
        ("60", 29),
        ("2", 0),
    ] {
        let host = ScriptedHost::new([grant("first", expires_in)]);
        assert_eq!(get(&host, &config::tests::config()), "first");
        host.pass(kept);
        assert_eq!(get(&host, &config::tests::config()), "first", "{expires_in}");
        host.pass(1);
        host.expect(grant("second", expires_in));
        assert_eq!(get(&host, &config::tests::config()), "second", "{expires_in}");
        assert_eq!((host.sent().len(), host.left()), (5, 0));
    }
}

#[test]
fn a_token_without_a_lifetime_is_used_once() {
    let host = ScriptedHost::new([grant("first", "0")]);
    assert_eq!(get(&host, &config::tests::config()), "first");
    host.expect(grant("second", "0"));
    assert_eq!(get(&host, &config::tests::config()), "second");
}

#[test]
fn a_token_with_an_endless_lifetime_is_kept() {
    let host = ScriptedHost::new([grant("first", "18446744073709551615")]);
    for _ in 0..3 {
        assert_eq!(get(&host, &config::tests::config()), "first");
        host.pass(1_000_000_000);
    }
}

#[test]
fn tokens_of_different_connections_do_not_mix() {
    let base = config::tests::config;
    let endpoints = |login: &str, graph: &str| Some(Endpoints { login: Some(login.into()), graph: Some(graph.into()) });
    let configs = [
        base(),
        Config { tenant_id: "contoso.com".into(), ..base() },
        Config { client_id: "bbbbbbbb-cccc-dddd-eeee-ffff00001111".into(), ..base() },
        Config { credential: secret("planted~Secret.2"), ..base() },
        Config { cloud: Some(Cloud::UsGov), ..base() },
        Config { cloud: Some(Cloud::UsGovDod), ..base() },
        Config { endpoints: endpoints("https://a.example", "https://b.example"), ..base() },
        Config { endpoints: endpoints("https://a.example", "https://c.example"), ..base() },
    ];
    let host = ScriptedHost::new([]);
    for (at, config) in configs.iter().enumerate() {
        host.expect(grant(&format!("token-{at}"), "3599"));
        assert_eq!(get(&host, config), format!("token-{at}"));
    }
    for (at, config) in configs.iter().enumerate() {
        assert_eq!(get(&host, config), format!("token-{at}"));
    }
    // Connections that differ only in other settings share it.
    for config in [
        Config { timeout_seconds: Some(60), verify: Some(false), api_version: Some("beta".into()), ..base() },
        Config { tenant_id: base().tenant_id.to_uppercase(), credential: secret(" planted~Secret.1\n"), ..base() },
        Config { cloud: Some(Cloud::Global), ..base() },
    ] {
        assert_eq!(get(&host, &config), "token-0");
    }
    assert_eq!(host.left(), 0);
}

#[test]
fn the_least_recently_used_token_is_dropped() {
    let host = ScriptedHost::new([]);
    let tenant = |at: usize| Config { tenant_id: format!("tenant{at}.example"), ..config::tests::config() };
    for at in 0..TOKENS_MAX {
        host.expect(grant(&format!("token-{at}"), "3599"));
        get(&host, &tenant(at));
    }
    assert_eq!(get(&host, &tenant(0)), "token-0");
    host.expect(grant("one-more", "3599"));
    get(&host, &tenant(TOKENS_MAX));
    // The first was used again, so the second was dropped.
    assert_eq!(get(&host, &tenant(0)), "token-0");
    host.expect(grant("again", "3599"));
    assert_eq!(get(&host, &tenant(1)), "again");
    assert_eq!(host.left(), 0);
}

#[test]
fn a_token_answer_without_a_token_is_malformed() {
    for body in [
        "",
        "planted.Token.1",
        "[]",
        "null",
        r#"{"expires_in":3599}"#,
        r#"{"access_token":null,"expires_in":3599}"#,
        r#"{"access_token":"","expires_in":3599}"#,
        r#"{"access_token":["planted.Token.1"],"expires_in":3599}"#,
        r#"{"access_token":"planted.Token.1\r\nx-evil: 1","expires_in":3599}"#,
        r#"{"access_token":"planted Token","expires_in":3599}"#,
        r#"{"access_token":"plantéd","expires_in":3599}"#,
        r#"{"access_token":"planted.Token.1","expires_in":"planted.Token.1"}"#,
        r#"{"access_token":"planted.Token.1","expires_in":-1}"#,
        r#"{"access_token":"planted.Token.1","expires_in":{"planted.Token.1":1}}"#,
        r#"{"access_token":"planted.Token.1","expires_in":35"#,
    ] {
        for status in [200, 302] {
            let host = ScriptedHost::new(vec![answer(status, body); if status == 200 { 4 } else { 1 }]);
            let actual = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err(body);
            let message = if status == 200 {
                "the token answer from login.microsoftonline.com has no usable access_token and expires_in"
            } else {
                "login.microsoftonline.com redirects in place of a token answer; redirects are not followed"
            };
            assert_eq!((actual.kind, actual.message.as_str()), (ErrorKind::MalformedResponse, message), "{body}");
            assert_eq!((actual.status, host.left()), (Some(status), 0), "{body}");
            assert_eq!(actual.client_request_id.as_deref(), Some(CLIENT_REQUEST_ID));
            assert!(actual.remedy.is_some() && !format!("{actual:?}").contains("planted"), "{actual:?}");
        }
    }
}

const CLAIMS: &str = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTY1NzgzNDQxNyJ9fX0=";

/// A captured challenge.
fn challenge(status: u16) -> Step {
    let value = format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{CLAIMS}\"");
    let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"Challenged."}}"#;
    answer_with(status, &[("www-authenticate", &value)], body)
}

/// The `claims` of a token request.
fn claims_of(form: &str) -> serde_json::Value {
    let encoded = form.split_once("&claims=").expect("claims").1;
    serde_json::from_str(&percent_encoding::percent_decode_str(encoded).decode_utf8_lossy()).expect("JSON")
}

/// The claims of every token request.
fn declared() -> serde_json::Value {
    serde_json::json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } })
}

#[test]
fn a_challenge_is_answered_once_with_its_claims() {
    for status in [401, 403] {
        let host =
            ScriptedHost::new([grant("old", "3599"), challenge(status), grant("new", "3599"), answer(200, INCIDENT)]);
        run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
        let sent = host.sent();
        assert_eq!(claims_of(&sent[0].body), declared());
        let mut merged = declared();
        merged["access_token"]["nbf"] = serde_json::json!({ "essential": true, "value": "1657834417" });
        assert_eq!(claims_of(&sent[2].body), merged);
        let tokens = [1, 3].map(|at: usize| sent[at].header("authorization").unwrap_or_default().to_owned());
        assert_eq!(tokens, ["Bearer old", "Bearer new"]);
        // The new token is kept.
        assert_eq!(get(&host, &config::tests::config()), "new");

        let kind = if status == 401 { ErrorKind::Unauthenticated } else { ErrorKind::Forbidden };
        let host =
            ScriptedHost::new([grant("old", "3599"), challenge(status), grant("new", "3599"), challenge(status)]);
        let error =
            run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("challenged again");
        assert_eq!((error.kind, error.message.as_str(), host.left()), (kind, "Challenged.", 0));
    }
}

#[test]
fn a_refused_token_is_renewed_without_claims_when_none_are_asked_for() {
    let host = ScriptedHost::new([grant("old", "3599"), answer(401, ""), grant("new", "3599"), answer(200, INCIDENT)]);
    run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
    assert_eq!(claims_of(&host.sent()[2].body), declared());
    assert_eq!(host.left(), 0);
}

#[test]
fn a_plain_403_renews_nothing() {
    let host = ScriptedHost::new([grant("old", "3599"), answer(403, "")]);
    let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("forbidden");
    assert_eq!((error.kind, host.sent().len()), (ErrorKind::Forbidden, 2));
}

#[test]
fn a_renewal_that_is_refused_is_the_error() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222: Expired.","error_codes":[7000222]}"#;
    let host = ScriptedHost::new([grant("old", "3599"), challenge(401), answer(401, body)]);
    let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("expired");
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Unauthenticated, Some("AADSTS7000222")));
    // The refused token is dropped: the next call starts with a new one.
    host.expect(grant("new", "3599"));
    assert_eq!(get(&host, &config::tests::config()), "new");
}

#[test]
fn a_write_is_repeated_with_a_renewed_token() {
    let request = GenericRequest {
        method: Method::Post,
        endpoint: "security/incidents/29/comments".into(),
        payload: Some(r#"{"comment":"c"}"#.into()),
        query_params: Vec::new(),
        extra_fields: None,
    };
    let host = ScriptedHost::new([grant("old", "3599"), answer(401, ""), grant("new", "3599"), answer(200, "{}")]);
    run(&host, async |session| generic::typed(session, &request).await).expect("an answer");
    let calls = host.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1]);
}
