//! Headers that a caller sets.

use super::*;

#[test]
fn headers_go_over_the_defaults() {
    let extra_fields = ExtraFields {
        headers: vec![
            pair("Accept", "text/csv"),
            pair(" ConsistencyLevel ", " eventual "),
            pair("USER-AGENT", "mine"),
            pair("Prefer", "odata.maxpagesize=5"),
            pair("client-request-id", "my-id"),
        ],
        payload_json: Some("{}".into()),
        ..NO_EXTRA_FIELDS
    };
    let host = ScriptedHost::new([token(), answer(200, "{}")]);
    let post = GenericRequest { method: Method::Post, extra_fields: Some(extra_fields), ..request() };
    run(&host, async |session| typed(session, &post).await).expect("an answer");
    let mut headers: Vec<String> =
        host.sent()[1].headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    headers.sort();
    assert_eq!(
        headers,
        [
            "accept: text/csv",
            "authorization: Bearer planted.Token.1",
            "client-request-id: my-id",
            "consistencylevel: eventual",
            "content-type: application/json; charset=utf-8",
            "prefer: odata.maxpagesize=5",
            "user-agent: mine",
        ]
    );
    let own_type = ExtraFields { headers: vec![pair("Content-Type", "application/xml")], ..NO_EXTRA_FIELDS };
    let host = ScriptedHost::new([token(), answer(200, "{}")]);
    let post = GenericRequest {
        method: Method::Post,
        payload: Some("<a/>".into()),
        extra_fields: Some(own_type),
        ..request()
    };
    run(&host, async |session| typed(session, &post).await).expect("an answer");
    assert_eq!(host.sent()[1].header("content-type"), Some("application/xml"));
}

#[test]
fn an_id_of_the_caller_is_the_id_of_the_request() {
    let input = r#"{"method":"GET","endpoint":"x","extra_fields":{"headers":{"Client-Request-Id":"my-id"}}}"#;
    let (host, _, meta) = invoked(input, answer(200, "{}"));
    assert_eq!(host.sent()[1].header("client-request-id"), Some("my-id"));
    assert_eq!(meta["client_request_id"], "my-id");
}

#[test]
fn some_headers_cannot_be_set() {
    for name in [
        "Authorization",
        "authorization ",
        "Host",
        "Cookie",
        "Content-Length",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Proxy-Authorization",
        "Proxy-Connection",
        "proxy-anything",
        "Expect",
    ] {
        let lower = name.trim().to_ascii_lowercase();
        refuses(
            &with(ExtraFields { headers: vec![pair("x-fine", "1"), pair(name, "x")], ..NO_EXTRA_FIELDS }),
            &format!("extra_fields.headers: '{lower}' cannot be set: it carries credentials or frames the message"),
        );
    }
    for (name, value, why) in [
        ("", "x", "'' is not a header name"),
        ("a b", "x", "'a b' is not a header name"),
        ("x\r\nhost", "x", "'x\r\nhost' is not a header name"),
        ("x:", "x", "'x:' is not a header name"),
        ("größe", "x", "'größe' is not a header name"),
        ("x", "a\r\nhost: evil", "'x' has a value with characters other than printable ASCII"),
        ("x", "ü", "'x' has a value with characters other than printable ASCII"),
        ("x", "\u{0}", "'x' has a value with characters other than printable ASCII"),
    ] {
        refuses(
            &with(ExtraFields { headers: vec![pair(name, value)], ..NO_EXTRA_FIELDS }),
            &format!("extra_fields.headers: {why}"),
        );
    }
    invoke_refuses(
        r#"{"method":"GET","endpoint":"x","extra_fields":{"headers":{"x":{"y":1}}}}"#,
        "extra_fields.headers: the value of 'x' must be text, a number or a boolean",
    );
}
