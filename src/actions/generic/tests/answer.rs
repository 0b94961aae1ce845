//! What is returned from an answer, in the requested form.

use super::*;

#[test]
fn cookies_and_challenges_of_an_answer_are_left_out() {
    let headers = [
        ("content-type", "application/json"),
        ("set-cookie", "a=b"),
        ("set-cookie2", "c"),
        ("www-authenticate", "d"),
        ("etag", "e"),
    ];
    let host = ScriptedHost::new([token(), answer_with(201, &headers, "{}")]);
    let response = run(&host, async |session| typed(session, &request()).await).expect("an answer");
    let shown: Vec<_> = response.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
    assert_eq!(shown, [("content-type", "application/json"), ("etag", "e")]);
    assert_eq!(response.status, 201);
}

/// The body returned with some settings, and the warnings.
#[track_caller]
fn body_of(extra_fields: ExtraFields, status: u16, body: &[u8]) -> (ResponseBody, Vec<String>) {
    let step = Step::Answer { status, headers: Vec::new(), body: body.to_vec() };
    let host = ScriptedHost::new([token(), step]);
    let response = run(&host, async |session| typed(session, &with(extra_fields)).await).expect("an answer");
    (response.body, response.warnings)
}

#[track_caller]
fn becomes(extra_fields: ExtraFields, body: &[u8], expected: &ResponseBody, warnings: &[&str]) {
    let (actual, actual_warnings) = body_of(extra_fields, 200, body);
    assert_eq!(format!("{actual:?}"), format!("{expected:?}"));
    assert_eq!(actual_warnings, warnings);
}

const NO_JSON: &str = "the answer is not JSON: it is given as text";
const NO_TEXT: &str = "the answer is not text: its bytes are given in base64";

#[test]
fn a_body_takes_the_form_asked_for() {
    let of = |response_type| ExtraFields { response_type, ..NO_EXTRA_FIELDS };
    for json in [None, Some(ResponseType::Json)] {
        becomes(of(json), b" {\"a\": 1.0} ", &ResponseBody::Json(" {\"a\": 1.0} ".into()), &[]);
        becomes(of(json), b"7", &ResponseBody::Json("7".into()), &[]);
        becomes(of(json), b"<a/>", &ResponseBody::Text("<a/>".into()), &[NO_JSON]);
        becomes(of(json), b"\xff\xfe", &ResponseBody::Base64("//4=".into()), &[NO_TEXT]);
        becomes(of(json), b"", &ResponseBody::None, &[]);
    }
    let text = Some(ResponseType::Text);
    becomes(of(text), b"{\"a\":1}", &ResponseBody::Text("{\"a\":1}".into()), &[]);
    becomes(of(text), b"\xff", &ResponseBody::Base64("/w==".into()), &[NO_TEXT]);
    becomes(of(text), b"", &ResponseBody::None, &[]);
    let content = Some(ResponseType::Content);
    becomes(of(content), b"{\"a\":1}", &ResponseBody::Base64("eyJhIjoxfQ==".into()), &[]);
    becomes(of(content), b"", &ResponseBody::None, &[]);
}

#[test]
fn download_wins_over_custom_output_over_an_empty_body_over_response_type() {
    let custom = || Some(r#"{"own": [1]}"#.to_owned());
    let all = || ExtraFields {
        download: Some(true),
        filename: Some("a.bin".into()),
        custom_output_json: custom(),
        response_type: Some(ResponseType::Content),
        ..NO_EXTRA_FIELDS
    };
    let file = |size, sha256: &str, content: &str| {
        ResponseBody::File(Download {
            filename: "a.bin".into(),
            content_type: "application/octet-stream".into(),
            size,
            sha256: sha256.into(),
            content_base64: content.into(),
        })
    };
    becomes(all(), b"hi", &file(2, "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4", "aGk="), &[]);
    becomes(all(), b"", &file(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""), &[]);
    let custom_output = || ResponseBody::Json(r#"{"own": [1]}"#.into());
    becomes(ExtraFields { download: None, ..all() }, b"hi", &custom_output(), &[]);
    becomes(ExtraFields { download: Some(false), ..all() }, b"", &custom_output(), &[]);
    let no_custom = || ExtraFields { download: None, custom_output_json: None, ..all() };
    becomes(no_custom(), b"", &ResponseBody::None, &[]);
    becomes(no_custom(), b"hi", &ResponseBody::Base64("aGk=".into()), &[]);
}

#[test]
fn custom_output_replaces_successes_only() {
    let custom = || ExtraFields { custom_output_json: Some("{}".into()), ..NO_EXTRA_FIELDS };
    let host = ScriptedHost::new([token(), answer(404, "")]);
    let error = run(&host, async |session| typed(session, &with(custom())).await).expect_err("gone");
    assert_eq!(error.kind, ErrorKind::NotFound);
    refuses(
        &with(ExtraFields { custom_output_json: Some("{".into()), ..NO_EXTRA_FIELDS }),
        "extra_fields.custom_output: is not JSON",
    );
}

#[test]
fn a_file_is_named_by_the_caller_the_service_or_the_endpoint() {
    let named = |filename: Option<&str>, disposition: Option<&str>, endpoint: &str| {
        let headers: Vec<(&str, &str)> = disposition.iter().map(|value| ("content-disposition", *value)).collect();
        let host = ScriptedHost::new([token(), answer_with(200, &headers, "hi")]);
        let extra_fields =
            ExtraFields { download: Some(true), filename: filename.map(str::to_owned), ..NO_EXTRA_FIELDS };
        let request = GenericRequest { endpoint: endpoint.into(), ..with(extra_fields) };
        match run(&host, async |session| typed(session, &request).await).expect("a file").body {
            ResponseBody::File(file) => file.filename,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(named(Some(" a.csv "), Some("attachment; filename=b.csv"), "x"), "a.csv");
    assert_eq!(named(None, Some("attachment; filename=\"../b.csv\""), "x"), "b.csv");
    assert_eq!(named(None, None, "/security/report/?a=b/c"), "report");
    for name in ["../a", "a/b", "a\\b", ".a", "a\nb", &"x".repeat(256)] {
        refuses(
            &with(ExtraFields { download: Some(true), filename: Some(name.into()), ..NO_EXTRA_FIELDS }),
            "extra_fields.filename: must be a name without a path, control characters or leading dots, of 255 bytes at most",
        );
    }
}

#[test]
fn the_envelope_carries_each_form() {
    let input = |extra: &str| format!(r#"{{"method":"GET","endpoint":"x/report","extra_fields":{{{extra}}}}}"#);
    let meta = |status: u16, warnings: &[&str]| serde_json::json!({ "status": status, "client_request_id": CLIENT_REQUEST_ID, "warnings": warnings });
    for (extra, status, body, data, warnings) in [
        ("", 200, "{\"a\":1}", serde_json::json!({ "a": 1 }), &[][..]),
        ("", 204, "", serde_json::Value::Null, &[]),
        ("", 200, "<a/>", serde_json::json!("<a/>"), &[NO_JSON]),
        (r#""response_type":"TEXT""#, 200, "{\"a\":1}", serde_json::json!("{\"a\":1}"), &[]),
        (r#""response_type":"content""#, 200, "hi", serde_json::json!("aGk="), &[]),
        (r#""custom_output":{"b":[2]}"#, 200, "hi", serde_json::json!({ "b": [2] }), &[]),
        (r#""custom_output":"done""#, 200, "", serde_json::json!("done"), &[]),
        (
            r#""download":"yes""#,
            200,
            "hi",
            serde_json::json!({
                "filename": "report",
                "content_type": "application/octet-stream",
                "size": 2,
                "sha256": "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
                "content_base64": "aGk=",
            }),
            &[],
        ),
        ("", 302, "", serde_json::Value::Null, &["the service redirects; redirects are not followed"]),
    ] {
        let (_, actual, actual_meta) = invoked(&input(extra), answer(status, body));
        assert_eq!((actual, actual_meta), (data, meta(status, warnings)), "{extra} {status}");
    }
    invoke_refuses(
        &input(r#""response_type":"xml""#),
        "extra_fields.response_type: 'xml' is unknown; allowed: json, text, content",
    );
    invoke_refuses(&input(r#""download":"perhaps""#), "extra_fields.download: 'perhaps' is neither true nor false");
    invoke_refuses(r#"{"method":"GET","endpoint":"x","extra_fields":["download"]}"#, "extra_fields: must be an object");
}

#[test]
fn a_redirect_is_answered_as_it_is() {
    let host = ScriptedHost::new([token(), answer_with(302, &[("location", "https://elsewhere.example/")], "")]);
    let response = run(&host, async |session| typed(session, &request()).await).expect("an answer");
    assert_eq!((response.status, host.calls().len()), (302, 1));
    assert_eq!(response.headers[0].value, "https://elsewhere.example/");
    assert_eq!(response.warnings, ["the service redirects to elsewhere.example; redirects are not followed"]);
}
