//! The configuration: what is accepted, what is refused, and where requests go.

use super::*;

/// A configuration with one member changed or added.
fn config_with(name: &str, value: &str) -> String {
    let mut config: serde_json::Map<String, serde_json::Value> = serde_json::from_str(CONFIG).expect("JSON");
    config.insert(name.into(), serde_json::from_str(value).expect("JSON"));
    serde_json::Value::Object(config).to_string()
}

const NO_CREDENTIAL: &str = "client_secret: is required, unless another credential is given; allowed: one of client_secret, \
     certificate with private_key, client_assertion or access_token";

#[test]
fn exactly_one_credential_is_allowed() {
    for (name, value, message) in [
        ("access_token", "\"\"", None),
        ("access_token", "\"t\"", Some("client_secret, access_token: are given together")),
        ("client_assertion", "\"t\"", Some("client_secret, client_assertion: are given together")),
        ("certificate", "\"t\"", Some("client_secret, certificate: are given together")),
        ("private_key", "\"t\"", Some("client_secret, private_key: are given together")),
    ] {
        let config = config_with(name, value);
        let read = crate::doors::invoke::connection(&config);
        assert_eq!(read.is_ok(), message.is_none(), "{name}");
        if let (Err(fault), Some(message)) = (read, message) {
            let ways = "client_secret, certificate with private_key, client_assertion or access_token";
            assert_eq!(fault.message, format!("{message}; allowed: one of {ways}"));
        }
    }
}

#[test]
fn names_the_wrong_field_of_the_configuration() {
    for (name, value, message) in [
        ("tenant_id", "null", "tenant_id: is required"),
        ("tenant_id", "[\"x\"]", "tenant_id: must be text"),
        ("tenant_id", "\"../x\"", "tenant_id: is neither a GUID nor a domain name, such as contoso.onmicrosoft.com"),
        ("client_id", "\"\"", "client_id: is required"),
        ("client_id", "5", "client_id: is not a GUID, such as 00001111-aaaa-2222-bbbb-3333cccc4444"),
        ("client_secret", "\" \"", NO_CREDENTIAL),
        ("client_secret", "{\"a\":1}", "client_secret: must be text"),
        ("timeout", "14", "timeout: 14 is out of range; allowed: 15 to 120 seconds"),
        ("timeout", "\"121\"", "timeout: 121 is out of range; allowed: 15 to 120 seconds"),
        ("timeout", "\"soon\"", "timeout: is not a whole number, such as 10"),
        ("timeout", "-1", "timeout: is not a whole number, such as 10"),
        ("timeout", "15.5", "timeout: is not a whole number, such as 10"),
        ("timeout", "[15]", "timeout: is not a whole number, such as 10"),
        ("verify", "\"maybe\"", "verify: is neither true nor false"),
        ("api_version", "\"v2.0\"", "api_version: is unknown; allowed: v1.0, beta"),
        ("cloud", "\"mars\"", "cloud: is unknown; allowed: global, us-gov, us-gov-dod"),
        ("endpoints", "\"https://x\"", "endpoints: must be an object"),
        ("endpoints", "{\"logn\":\"https://a.example\"}", "endpoints.logn: is unknown; did you mean endpoints.login?"),
        (
            "endpoints",
            "{\"login\":\"http://a.example\",\"graph\":\"https://a.example\"}",
            "endpoints.login: http:// is allowed on a loopback address only (127.0.0.1, [::1], localhost); use https://",
        ),
        ("client-secret", "1", "client-secret: is unknown; did you mean client_secret?"),
        ("secret", "1", "secret: is unknown; did you mean client_secret?"),
        ("timeout_seconds", "15", "timeout_seconds: is unknown; did you mean timeout?"),
        (
            "proxy_server_url",
            "1",
            "proxy_server_url: is unknown; allowed: tenant_id, client_id, client_secret, certificate, private_key, \
             client_assertion, access_token, timeout, verify, api_version, cloud, endpoints",
        ),
    ] {
        refuses_config(&config_with(name, value), message);
    }
    refuses_config("", "config: is empty; a JSON object is needed, such as {}");
    refuses_config("{}", "tenant_id: is required");
}

#[test]
fn refuses_the_china_cloud_with_the_reason() {
    for value in ["china", "China", "azure-china", "21Vianet"] {
        refuses_config(
            &config_with("cloud", &format!("\"{value}\"")),
            "cloud: Microsoft Graph has no security incidents and no hunting in the China cloud (21Vianet); \
             allowed: global, us-gov, us-gov-dod",
        );
    }
}

#[test]
fn the_configuration_says_where_and_how() {
    for (name, value, url) in [
        ("api_version", "\"beta\"", "https://graph.microsoft.com/beta/security/incidents/29"),
        ("api_version", "\"Beta\"", "https://graph.microsoft.com/beta/security/incidents/29"),
        ("cloud", "\"us-gov\"", "https://graph.microsoft.us/v1.0/security/incidents/29"),
        ("cloud", "\"US_GOV_DOD\"", "https://dod-graph.microsoft.us/v1.0/security/incidents/29"),
        ("cloud", "\"Global\"", "https://graph.microsoft.com/v1.0/security/incidents/29"),
        (
            "endpoints",
            "{\"login\":\"http://127.0.0.1:1\",\"graph\":\"http://127.0.0.1:2\"}",
            "http://127.0.0.1:2/v1.0/security/incidents/29",
        ),
        ("verify", "\"no\"", "https://graph.microsoft.com/v1.0/security/incidents/29"),
        ("timeout", "\"120\"", "https://graph.microsoft.com/v1.0/security/incidents/29"),
    ] {
        let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
        invoke(&host, "get_incident_details", &config_with(name, value), r#"{"incident_id":"29"}"#).expect(url);
        assert_eq!(host.calls(), [format!("GET {url}")], "{name}");
    }
}

#[test]
fn a_configuration_may_be_a_list_of_one() {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
    let config = format!("[{CONFIG}]");
    invoke(&host, "get_incident_details", &config, r#"{"incident_id":"29"}"#).expect("an answer");
    assert_eq!(host.left(), 0);
}

#[test]
fn every_call_has_its_own_configuration() {
    let beta = config_with("api_version", "\"beta\"");
    let incident = || answer(200, INCIDENT);
    let host = ScriptedHost::new([token(), incident(), incident(), incident(), incident()]);
    for config in [CONFIG, CONFIG, &beta, CONFIG] {
        invoke(&host, "get_incident_details", config, r#"{"incident_id":"29"}"#).expect("an incident");
        // A refused one leaves nothing behind.
        invoke(&host, "get_incident_details", "{}", r#"{"incident_id":"29"}"#).expect_err("no configuration");
    }
    let url = |version: &str| format!("GET https://graph.microsoft.com/{version}/security/incidents/29");
    assert_eq!(host.calls(), ["v1.0", "v1.0", "beta", "v1.0"].map(url));
}

#[test]
fn a_secret_in_the_wrong_field_is_not_repeated() {
    for name in ["timeout", "verify", "api_version", "cloud", "tenant_id", "client_id", "planted~Secret.1"] {
        let config = config_with(name, "\"planted~Secret.1\"");
        let host = ScriptedHost::new([]);
        for error in [
            invoke(&host, "get_incident_details", &config, r#"{"incident_id":"1"}"#).expect_err(name),
            host.finish(check(&host, &config)).expect_err(name),
        ] {
            assert_eq!(error.kind, ErrorKind::InvalidInput, "{name}");
            assert!(!format!("{error:?}").contains("planted~Secret.1"), "{error:?}");
        }
    }
    let inputs = [
        r#"{"incident_id":"planted~Secret.1"}"#,
        r#"{"incident_id":"1","status":"planted~Secret.1"}"#,
        r#"{"incident_id":"1","planted~Secret.1":1}"#,
        r#"{"incident_id":"1","unchanged_since":"planted~Secret.1","status":"active"}"#,
    ];
    for input in inputs {
        let error = invoke(&ScriptedHost::new([]), "update_incident", CONFIG, input).expect_err(input);
        assert!(!format!("{error:?}").contains("planted~Secret.1"), "{error:?}");
    }
    let error = invoke(&ScriptedHost::new([]), "planted~Secret.1", CONFIG, "{}").expect_err("unknown");
    assert!(error.message.starts_with("action: '***' is unknown"), "{}", error.message);
}

#[test]
fn targets_are_read_as_the_actions_read_them() {
    let both = |login: &str, graph: &str, verify: bool| Some((login.to_owned(), graph.to_owned(), verify));
    for (config, expected) in [
        ("{}", both("https://login.microsoftonline.com", "https://graph.microsoft.com", true)),
        ("\u{feff}{}", both("https://login.microsoftonline.com", "https://graph.microsoft.com", true)),
        (
            r#"{"endpoints":{},"verify":"no"}"#,
            both("https://login.microsoftonline.com", "https://graph.microsoft.com", false),
        ),
        (r#"{"cloud":"US_Gov"}"#, both("https://login.microsoftonline.us", "https://graph.microsoft.us", true)),
        (
            r#"{"endpoints":{"graph":"HTTPS://Gateway.example:443/"}}"#,
            both("https://login.microsoftonline.com", "https://gateway.example", true),
        ),
        (
            r#"[{"endpoints":{"login":"http://127.0.0.1:1","graph":null},"tenant_id":7,"timeout":"never"}]"#,
            both("http://127.0.0.1:1", "https://graph.microsoft.com", true),
        ),
        (r#"{"cloud":"mars"}"#, None),
        (r#"{"endpoints":{"graph":"http://a.example"}}"#, None),
        (r#"{"verify":"maybe"}"#, None),
        (r#"{"endpoint":{}}"#, None),
        ("garbage", None),
    ] {
        let json = crate::doors::invoke::targets(config);
        let expected = expected
            .map(|(login, graph, verify)| format!(r#"{{"login":"{login}","graph":"{graph}","verify":{verify}}}"#));
        assert_eq!(json.ok(), expected, "{config}");
    }
}
