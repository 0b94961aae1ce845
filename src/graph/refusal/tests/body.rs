//! The forms of error bodies.

use super::*;

#[test]
fn ids_come_from_the_deepest_inner_error_or_the_headers() {
    let headers = [("request-id", "header-id"), ("client-request-id", "header-client-id")];
    let ids = |body: &str| {
        let error = failed([answer_with(404, &headers, body)]);
        (error.request_id.unwrap_or_default(), error.client_request_id.unwrap_or_default())
    };
    let of = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(ids(""), of("header-id", "header-client-id"));
    assert_eq!(ids(r#"{"error":{"innerError":{"request-id":"a","client-request-id":"b"}}}"#), of("a", "b"));
    assert_eq!(
        ids(r#"{"error":{"innererror":{"request-id":"a","innerError":{"request-id":"deep","client-request-id":""}}}}"#),
        of("deep", "header-client-id")
    );
    assert_eq!(ids(r#"{"error":{"innerError":{"request-id":7}}}"#), of("header-id", "header-client-id"));
}

#[test]
fn the_deepest_code_and_the_outermost_message_count() {
    for (body, code, message) in [
        (r#"{"error":{"code":"A","message":"m"}}"#, Some("A"), "m"),
        (r#"{"error":{"code":"A","message":"m","innerError":{"code":"B","message":"n"}}}"#, Some("B"), "m"),
        (r#"{"error":{"code":"A","message":"m","innererror":{"code":"B"}}}"#, Some("B"), "m"),
        (
            r#"{"error":{"code":"A","message":"m","innerError":{"code":"B","innererror":{"code":"C","message":"o"}}}}"#,
            Some("C"),
            "m",
        ),
        (r#"{"error":{"code":"A","message":"m","innerError":{"code":""}}}"#, Some("A"), "m"),
        (r#"{"error":{"code":"A","message":"m","innerError":{"code":"429","status":"429"}}}"#, Some("A"), "m"),
        (r#"{"error":{"code":"A","message":"m","innerError":{"code":5}}}"#, Some("A"), "m"),
        (r#"{"error":{"code":"A","message":"m","innerError":null,"details":[],"target":null}}"#, Some("A"), "m"),
        (r#"{"error":{"code":"","message":"m"}}"#, None, "m"),
        (r#"{"error":{"message":"m"}}"#, None, "m"),
        (r#"{"error":{"code":"A","message":"","innerError":{"message":"n"}}}"#, Some("A"), "n"),
        (r#"{"error":{"code":"A","message":" "}}"#, Some("A"), "graph.microsoft.com answered with status 400, code A"),
        (r#"{"error":{"code":"A"}}"#, Some("A"), "graph.microsoft.com answered with status 400, code A"),
        (r#"{"error":{"code":"","message":""}}"#, None, "graph.microsoft.com answered with status 400"),
        (r#"{"error":{}}"#, None, "graph.microsoft.com answered with status 400"),
        (
            r#"{"error":"invalid","message":"x"}"#,
            None,
            r#"graph.microsoft.com answered with status 400: "{"error":"invalid","message":"x"}""#,
        ),
    ] {
        let actual = failed([answer(400, body)]);
        let expected = Error {
            details_json: Some(body.into()),
            ..expected(ErrorKind::Rejected, 400, code, message, Some(REJECTED))
        };
        same(&actual, &expected);
    }
}

#[test]
fn inner_errors_are_followed_to_a_limit() {
    let nested = |depth: usize| {
        let opened = r#"{"code":"A","innerError":"#.repeat(depth);
        format!(r#"{{"error":{opened}{{"code":"Deepest"}}{}}}"#, "}".repeat(depth))
    };
    assert_eq!(failed([answer(400, &nested(15))]).code.as_deref(), Some("Deepest"));
    assert_eq!(failed([answer(400, &nested(16))]).code.as_deref(), Some("A"));
    assert_eq!(failed([answer(400, &nested(2000))]).code.as_deref(), Some("A"));
}

#[test]
fn a_body_that_is_not_an_object_is_quoted() {
    for (body, quoted) in [
        (
            "<html>\r\n<title>502</title>\t<p>Bad   gateway</p></html>",
            "<html> <title>502</title> <p>Bad gateway</p></html>",
        ),
        (r#"{"error":{"code":"A","mess"#, r#"{"error":{"code":"A","mess"#),
        ("[1]", "[1]"),
        ("null", "null"),
        ("\"text\"", "\"text\""),
        ("a\u{0}b\u{1b}[31mc", "a b [31mc"),
        ("größer", "größer"),
    ] {
        let actual = failed([answer(500, body)]);
        let expected = Error {
            details_json: Some(serde_json::json!({ "excerpt": quoted }).to_string()),
            ..expected(
                ErrorKind::Unavailable,
                500,
                None,
                &format!("graph.microsoft.com answered with status 500: \"{quoted}\""),
                Some(UNAVAILABLE),
            )
        };
        same(&actual, &expected);
    }
}

#[test]
fn a_missing_body_is_not_quoted() {
    for body in ["", " \r\n"] {
        let actual = failed([answer(500, body)]);
        assert_eq!(actual.message, "graph.microsoft.com answered with status 500");
    }
    assert_eq!(failed([answer(500, "")]).details_json, None);
}

#[test]
fn a_body_that_is_not_text_is_quoted_as_far_as_possible() {
    let step = Step::Answer { status: 500, headers: Vec::new(), body: b"\xff\xfebad\x80".to_vec() };
    let actual = failed([step]);
    assert_eq!(actual.message, "graph.microsoft.com answered with status 500: \"\u{fffd}\u{fffd}bad\u{fffd}\"");
}

#[test]
fn a_long_body_is_cut() {
    let long = "ü".repeat(201);
    let actual = failed([answer(500, &long)]);
    let quoted = format!("{}…", "ü".repeat(200));
    assert_eq!(actual.message, format!("graph.microsoft.com answered with status 500: \"{quoted}\""));
    let exact = "x".repeat(200);
    let actual = failed([answer(500, &exact)]);
    assert_eq!(actual.message, format!("graph.microsoft.com answered with status 500: \"{exact}\""));
}

#[test]
fn a_huge_body_is_not_passed_on() {
    let huge = body("A", &"x".repeat(2 * 1024 * 1024));
    let actual = failed([answer(400, &huge)]);
    let start: String = huge.chars().take(200).collect();
    let expected = Error {
        details_json: Some(serde_json::json!({ "excerpt": format!("{start}…") }).to_string()),
        ..expected(
            ErrorKind::Rejected,
            400,
            None,
            &format!("graph.microsoft.com answered with status 400: \"{start}…\""),
            Some(REJECTED),
        )
    };
    same(&actual, &expected);
}
