//! Any request: what goes out, what of the answer comes back, and how often it is tried.

use super::*;
use crate::scripted::{CLIENT_REQUEST_ID, CONFIG, ScriptedHost, Step, after, answer, answer_with, run, token};
use crate::wit::types::ErrorKind;

/// A GET, to be refined.
fn request() -> GenericRequest {
    GenericRequest {
        method: Method::Get,
        endpoint: "security/alerts_v2".into(),
        payload: None,
        query_params: Vec::new(),
        extra_fields: None,
    }
}

/// Settings that change nothing, to be refined.
fn extra() -> ExtraFields {
    ExtraFields {
        headers: Vec::new(),
        payload_json: None,
        files: Vec::new(),
        download: None,
        filename: None,
        retry_count: None,
        retry_wait: None,
        custom_output_json: None,
        response_type: None,
    }
}

fn with(extra_fields: ExtraFields) -> GenericRequest {
    GenericRequest { extra_fields: Some(extra_fields), ..request() }
}

fn pair(name: &str, value: &str) -> NameValue {
    NameValue { name: name.into(), value: value.into() }
}

#[track_caller]
fn refuses(request: &GenericRequest, message: &str) {
    let error = run(&ScriptedHost::new([]), |session| typed(session, request)).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

#[track_caller]
fn invoke_refuses(input: &str, message: &str) {
    let error = crate::invoke::invoke(&ScriptedHost::new([]), "generic_action", CONFIG, input).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

/// Runs JSON input against an answer; the host, and `data` and `meta` of the envelope.
#[track_caller]
fn invoked(input: &str, step: Step) -> (ScriptedHost, serde_json::Value, serde_json::Value) {
    let host = ScriptedHost::new([token(), step]);
    let text = crate::invoke::invoke(&host, "generic_action", CONFIG, input).expect(input);
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let (data, meta) = (value["data"].take(), value["meta"].take());
    (host, data, meta)
}

/// Method, URL, body and content type that JSON input puts on the wire.
#[track_caller]
fn sends(input: &str, call: &str, content_type: Option<&str>) {
    let (host, ..) = invoked(input, answer(200, "{}"));
    assert_eq!(host.calls(), [call], "{input}");
    assert_eq!(host.sent()[1].header("content-type"), content_type, "{input}");
}

const BASE: &str = "https://graph.microsoft.com/v1.0";
const JSON_TYPE: Option<&str> = Some("application/json; charset=utf-8");
const TEXT_TYPE: Option<&str> = Some("text/plain; charset=utf-8");

#[test]
fn takes_each_method_in_any_case() {
    for (method, sent) in [("GET", "GET"), ("put", "PUT"), ("Post", "POST"), (" delete ", "DELETE"), ("PATCH", "PATCH")]
    {
        sends(&format!(r#"{{"method":"{method}","endpoint":"x"}}"#), &format!("{sent} {BASE}/x"), None);
    }
    for method in ["HEAD", "OPTIONS", "GET /"] {
        invoke_refuses(
            &format!(r#"{{"method":"{method}","endpoint":"x"}}"#),
            &format!("method: '{method}' is unknown; allowed: GET, PUT, POST, DELETE, PATCH"),
        );
    }
    invoke_refuses(r#"{"endpoint":"x"}"#, "method: is required");
    invoke_refuses(r#"{"method":"GET"}"#, "endpoint: is required");
}

#[test]
fn a_payload_is_sent_as_it_is() {
    for (payload, body, content_type) in [
        (r#"{"a": [1, "b"]}"#, r#"{"a": [1, "b"]}"#, JSON_TYPE),
        ("[1]", "[1]", JSON_TYPE),
        (r#""{\"a\": 1}""#, r#"{"a": 1}"#, JSON_TYPE),
        (r#""$JSON[{ \"key_1\": \"value_1\" }]""#, r#"{ "key_1": "value_1" }"#, JSON_TYPE),
        (r#"" $JSON[[1,2]] ""#, "[1,2]", JSON_TYPE),
        (r#""$JSON[not json]""#, "$JSON[not json]", TEXT_TYPE),
        (r#""plain ü text""#, "plain ü text", TEXT_TYPE),
        (r#""{broken""#, "{broken", TEXT_TYPE),
        ("7", "7", TEXT_TYPE),
        ("true", "true", TEXT_TYPE),
    ] {
        sends(
            &format!(r#"{{"method":"POST","endpoint":"x","payload":{payload}}}"#),
            &format!("POST {BASE}/x {body}"),
            content_type,
        );
    }
    for absent in ["null", "\"\"", "{}", "[]"] {
        sends(&format!(r#"{{"method":"POST","endpoint":"x","payload":{absent}}}"#), &format!("POST {BASE}/x"), None);
    }
}

#[test]
fn payload_json_is_a_body_too() {
    for payload in [r#"{"a": 1}"#, r#""{\"a\": 1}""#, r#""$JSON[{\"a\": 1}]""#] {
        sends(
            &format!(r#"{{"method":"PUT","endpoint":"x","extra_fields":{{"payload_json":{payload}}}}}"#),
            &format!(r#"PUT {BASE}/x {{"a": 1}}"#),
            JSON_TYPE,
        );
    }
    sends(
        r#"{"method":"PUT","endpoint":"x","extra_fields":{"payload_json":"plain"}}"#,
        &format!(r#"PUT {BASE}/x "plain""#),
        JSON_TYPE,
    );
    let post = || GenericRequest { method: Method::Post, ..request() };
    let broken = ExtraFields { payload_json: Some("{".into()), ..extra() };
    refuses(&GenericRequest { extra_fields: Some(broken), ..post() }, "extra_fields.payload_json: is not JSON");
}

#[test]
fn there_is_one_body_and_none_in_a_get() {
    let json = || Some("{}".to_owned());
    let file = crate::wit::actions::Upload {
        field: "f".into(),
        filename: "a".into(),
        content_type: None,
        content_base64: String::new(),
    };
    for (payload, payload_json, files, message) in [
        (json(), json(), vec![], "extra_fields.payload_json: cannot go with payload; give one body"),
        (json(), None, vec![file.clone()], "extra_fields.files: cannot go with payload; give one body"),
        (
            None,
            json(),
            vec![file.clone()],
            "extra_fields.files: cannot go with extra_fields.payload_json; give one body",
        ),
    ] {
        let extra_fields = Some(ExtraFields { payload_json, files, ..extra() });
        refuses(&GenericRequest { method: Method::Post, payload, extra_fields, ..request() }, message);
    }
    refuses(&GenericRequest { payload: json(), ..request() }, "payload: a GET request has no body");
    refuses(
        &with(ExtraFields { payload_json: json(), ..extra() }),
        "extra_fields.payload_json: a GET request has no body",
    );
    refuses(&with(ExtraFields { files: vec![file], ..extra() }), "extra_fields.files: a GET request has no body");
}

#[test]
fn files_are_sent_as_form_data() {
    let input = r#"{"method":"POST","endpoint":"x","extra_fields":{"files":[
        {"field":"a","filename":"n.csv","content_type":"text/csv","content_base64":"aGk="},
        {"field":"b","filename":"empty","content_base64":""}]}}"#;
    let (host, ..) = invoked(input, answer(200, "{}"));
    let sent = &host.sent()[1];
    let boundary = "0123456789abcdef0123456789abcdef";
    assert_eq!(sent.header("content-type"), Some(format!("multipart/form-data; boundary={boundary}").as_str()));
    assert_eq!(
        sent.body,
        format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"a\"; filename=\"n.csv\"\r\ncontent-type: text/csv\r\n\r\nhi\r\n\
             --{boundary}\r\ncontent-disposition: form-data; name=\"b\"; filename=\"empty\"\r\n\
             content-type: application/octet-stream\r\n\r\n\r\n--{boundary}--\r\n"
        )
    );
    for (files, message) in [
        (r#"[{"filename":"a"}]"#, "extra_fields.files[0].field: is required"),
        (r#"[{"field":"f"}]"#, "extra_fields.files[0].filename: is required"),
        (
            r#"[{"field":"f","filename":"a","content_base64":"aGk="},{"field":"f","filename":"a","content_base64":"?"}]"#,
            "extra_fields.files[1].content_base64: is not base64",
        ),
        (r#"{"field":"f"}"#, "extra_fields.files: must be a list of objects"),
        (r#"["f"]"#, "extra_fields.files: must be a list of objects"),
        (r#"[{"field":"f","filename":"../a"}]"#, "extra_fields.files[0].filename: must be a name without a path"),
        (
            r#"[{"field":"f","filename":"a","content_type":"csv"}]"#,
            "extra_fields.files[0].content_type: is no media type, such as text/csv",
        ),
    ] {
        invoke_refuses(&format!(r#"{{"method":"POST","endpoint":"x","extra_fields":{{"files":{files}}}}}"#), message);
    }
    invoke_refuses(
        r#"{"method":"POST","endpoint":"x","extra_fields":{"headers":{"Content-Type":"text/plain"},"files":[{"field":"f","filename":"a"}]}}"#,
        "extra_fields.headers: Content-Type is set by files",
    );
}

#[test]
fn query_params_are_encoded() {
    for (params, query) in [
        (r#"{"$top":5,"$count":true}"#, "?$top=5&$count=true"),
        (
            r#"{"$filter":"status eq 'new' & x=y#z","a b":"ü+/?"}"#,
            "?$filter=status%20eq%20%27new%27%20%26%20x%3Dy%23z&a%20b=%C3%BC%2B%2F%3F",
        ),
        (r#"{"a":null,"b":"","c":"\r\n"}"#, "?b=&c=%0D%0A"),
        (r#""{\"a\": \"1\"}""#, "?a=1"),
        (r#""$JSON[{\"a\": \"1\"}]""#, "?a=1"),
    ] {
        let input = format!(r#"{{"method":"GET","endpoint":"x","query_params":{params}}}"#);
        sends(&input, &format!("GET {BASE}/x{query}"), None);
    }
    sends(
        r#"{"method":"GET","endpoint":"x?$top=1","query_params":{"$skip":2}}"#,
        &format!("GET {BASE}/x?$top=1&$skip=2"),
        None,
    );
    for (params, message) in [
        (r#"{" ":"1"}"#, "query_params: a name is blank"),
        (r#"{"a":["1"]}"#, "query_params: the value of 'a' must be text, a number or a boolean"),
        (r#"["a"]"#, "query_params: must be an object of names and values"),
        (r#""a=1""#, "query_params: must be an object of names and values"),
    ] {
        invoke_refuses(&format!(r#"{{"method":"GET","endpoint":"x","query_params":{params}}}"#), message);
    }
}

#[test]
fn an_endpoint_stays_below_the_api_version() {
    for (endpoint, message) in [
        ("security/../../beta/users", "endpoint: must not contain the segments '.' and '..'"),
        ("%2e%2e/users", "endpoint: must not contain the segments '.' and '..'"),
        (
            "https://evil.example/x",
            "endpoint: must be a path below the API version, such as security/alerts_v2; without scheme and host",
        ),
        (
            "//evil.example/x",
            "endpoint: must be a path below the API version, such as security/alerts_v2; without scheme and host",
        ),
        ("x\r\nhost: evil.example", "endpoint: must not contain control characters"),
        ("x#y", "endpoint: must not contain '#'"),
        ("/", "endpoint: is required: a path below the API version, such as security/alerts_v2"),
        ("beta/users", "endpoint: must not start with the API version 'beta'; the configuration's api_version says it"),
    ] {
        refuses(&GenericRequest { endpoint: endpoint.into(), ..request() }, message);
    }
}

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
        ..extra()
    };
    let host = ScriptedHost::new([token(), answer(200, "{}")]);
    let post = GenericRequest { method: Method::Post, extra_fields: Some(extra_fields), ..request() };
    run(&host, |session| typed(session, &post)).expect("an answer");
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
    let own_type = ExtraFields { headers: vec![pair("Content-Type", "application/xml")], ..extra() };
    let host = ScriptedHost::new([token(), answer(200, "{}")]);
    let post = GenericRequest {
        method: Method::Post,
        payload: Some("<a/>".into()),
        extra_fields: Some(own_type),
        ..request()
    };
    run(&host, |session| typed(session, &post)).expect("an answer");
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
            &with(ExtraFields { headers: vec![pair("x-fine", "1"), pair(name, "x")], ..extra() }),
            &format!("extra_fields.headers: '{lower}' cannot be set: it carries credentials or frames the message"),
        );
    }
    for (name, value, why) in [
        ("", "x", "'' is no header name"),
        ("a b", "x", "'a b' is no header name"),
        ("x\r\nhost", "x", "'x\r\nhost' is no header name"),
        ("x:", "x", "'x:' is no header name"),
        ("größe", "x", "'größe' is no header name"),
        ("x", "a\r\nhost: evil", "'x' has a value with characters other than printable ASCII"),
        ("x", "ü", "'x' has a value with characters other than printable ASCII"),
        ("x", "\u{0}", "'x' has a value with characters other than printable ASCII"),
    ] {
        refuses(
            &with(ExtraFields { headers: vec![pair(name, value)], ..extra() }),
            &format!("extra_fields.headers: {why}"),
        );
    }
    invoke_refuses(
        r#"{"method":"GET","endpoint":"x","extra_fields":{"headers":{"x":{"y":1}}}}"#,
        "extra_fields.headers: the value of 'x' must be text, a number or a boolean",
    );
}

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
    let response = run(&host, |session| typed(session, &request())).expect("an answer");
    let shown: Vec<_> = response.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
    assert_eq!(shown, [("content-type", "application/json"), ("etag", "e")]);
    assert_eq!(response.status, 201);
}

/// The body of an answer under some settings, and the warnings.
#[track_caller]
fn body_of(extra_fields: ExtraFields, status: u16, body: &[u8]) -> (ResponseBody, Vec<String>) {
    let step = Step::Answer { status, headers: Vec::new(), body: body.to_vec() };
    let host = ScriptedHost::new([token(), step]);
    let response = run(&host, |session| typed(session, &with(extra_fields))).expect("an answer");
    (response.body, response.warnings)
}

#[track_caller]
fn becomes(extra_fields: ExtraFields, body: &[u8], expected: &ResponseBody, warnings: &[&str]) {
    let (actual, actual_warnings) = body_of(extra_fields, 200, body);
    assert_eq!(format!("{actual:?}"), format!("{expected:?}"));
    assert_eq!(actual_warnings, warnings);
}

const NO_JSON: &str = "the answer is no JSON: it is given as text";
const NO_TEXT: &str = "the answer is no text: its bytes are given in base64";

#[test]
fn a_body_takes_the_form_asked_for() {
    let of = |response_type| ExtraFields { response_type, ..extra() };
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
        ..extra()
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
    let custom = || ExtraFields { custom_output_json: Some("{}".into()), ..extra() };
    let host = ScriptedHost::new([token(), answer(404, "")]);
    let error = run(&host, |session| typed(session, &with(custom()))).expect_err("gone");
    assert_eq!(error.kind, ErrorKind::NotFound);
    refuses(
        &with(ExtraFields { custom_output_json: Some("{".into()), ..extra() }),
        "extra_fields.custom_output: is not JSON",
    );
}

#[test]
fn a_file_is_named_by_the_caller_the_service_or_the_endpoint() {
    let named = |filename: Option<&str>, disposition: Option<&str>, endpoint: &str| {
        let headers: Vec<(&str, &str)> = disposition.iter().map(|value| ("content-disposition", *value)).collect();
        let host = ScriptedHost::new([token(), answer_with(200, &headers, "hi")]);
        let extra_fields = ExtraFields { download: Some(true), filename: filename.map(str::to_owned), ..extra() };
        let request = GenericRequest { endpoint: endpoint.into(), ..with(extra_fields) };
        match run(&host, |session| typed(session, &request)).expect("a file").body {
            ResponseBody::File(file) => file.filename,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(named(Some(" a.csv "), Some("attachment; filename=b.csv"), "x"), "a.csv");
    assert_eq!(named(None, Some("attachment; filename=\"../b.csv\""), "x"), "b.csv");
    assert_eq!(named(None, None, "/security/report/?a=b/c"), "report");
    for name in ["../a", "a/b", "a\\b", ".a", "a\nb", &"x".repeat(256)] {
        refuses(
            &with(ExtraFields { download: Some(true), filename: Some(name.into()), ..extra() }),
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
fn retry_settings_have_their_ranges() {
    for wait in [0, 61, u32::MAX] {
        refuses(
            &with(ExtraFields { retry_wait: Some(wait), ..extra() }),
            &format!("extra_fields.retry_wait: {wait} is out of range; allowed: 1 to 60 seconds"),
        );
    }
    refuses(
        &with(ExtraFields { retry_count: Some(11), ..extra() }),
        "extra_fields.retry_count: 11 is out of range; allowed: 0 to 10",
    );
    for (input, message) in [
        (r#"{"retry_count":"many"}"#, "extra_fields.retry_count: 'many' is no whole number, such as 10"),
        (r#"{"retry_wait":-1}"#, "extra_fields.retry_wait: '-1' is no whole number, such as 10"),
        (r#"{"retry_wait":0}"#, "extra_fields.retry_wait: 0 is out of range; allowed: 1 to 60 seconds"),
    ] {
        invoke_refuses(&format!(r#"{{"method":"GET","endpoint":"x","extra_fields":{input}}}"#), message);
    }
}

/// Tries a POST as the settings say; when its requests to Graph were sent, in seconds, and how it ended.
fn tries(retry_count: Option<u32>, retry_wait: Option<u32>, steps: Vec<Step>) -> (Vec<u128>, Result<u16, ErrorKind>) {
    let host = ScriptedHost::new([vec![token()], steps].concat());
    let extra_fields = ExtraFields { retry_count, retry_wait, ..extra() };
    let request = GenericRequest { method: Method::Post, ..with(extra_fields) };
    let result = run(&host, |session| typed(session, &request));
    assert_eq!(host.left(), 0);
    let times = host.times().iter().skip(1).map(|milliseconds| milliseconds / 1000).collect();
    (times, result.map(|response| response.status).map_err(|error| error.kind))
}

#[test]
fn a_caller_may_have_any_request_repeated() {
    let done = || answer(200, "{}");
    let asks = |seconds: &str| answer_with(429, &[("retry-after", seconds)], "");
    for (count, wait, steps, times, result) in [
        (None, None, vec![answer(503, "")], vec![0], Err(ErrorKind::Unavailable)),
        (Some(0), None, vec![answer(503, "")], vec![0], Err(ErrorKind::Unavailable)),
        (Some(1), None, vec![answer(503, ""), done()], vec![0, 15], Ok(200)),
        (Some(2), Some(60), vec![answer(429, ""), answer(500, ""), done()], vec![0, 60, 120], Ok(200)),
        (Some(2), Some(1), vec![answer(502, ""); 3], vec![0, 1, 2], Err(ErrorKind::Unavailable)),
        (Some(10), Some(5), vec![answer(504, ""); 11], (0..11).map(|at| at * 5).collect(), Err(ErrorKind::Unavailable)),
        // The larger of the two waits, beyond what the timeout would allow.
        (Some(1), Some(5), vec![asks("100"), done()], vec![0, 100], Ok(200)),
        (Some(1), Some(30), vec![asks("2"), done()], vec![0, 30], Ok(200)),
        (Some(1), Some(30), vec![asks("300"), done()], vec![0, 300], Ok(200)),
        // More patience than anyone has.
        (Some(3), Some(30), vec![asks("301")], vec![0], Err(ErrorKind::Throttled)),
        // What a repeat does not mend, or could do twice.
        (Some(3), Some(1), vec![answer(400, "")], vec![0], Err(ErrorKind::Rejected)),
        (Some(3), Some(1), vec![answer(404, "")], vec![0], Err(ErrorKind::NotFound)),
        (
            Some(3),
            Some(1),
            vec![Step::Fail(crate::host::Failure::Broken("reset".into()))],
            vec![0],
            Err(ErrorKind::Interrupted),
        ),
        (Some(3), Some(1), vec![Step::Silence], vec![0], Err(ErrorKind::Interrupted)),
        // The deadline counts per attempt.
        (
            Some(2),
            Some(10),
            vec![after(14, answer(503, "")), after(14, answer(503, "")), after(14, done())],
            vec![0, 24, 48],
            Ok(200),
        ),
        (
            Some(1),
            Some(10),
            vec![after(14, answer(503, "")), after(16, done())],
            vec![0, 24],
            Err(ErrorKind::Interrupted),
        ),
    ] {
        assert_eq!(tries(count, wait, steps.clone()), (times, result), "{count:?} {wait:?} {steps:?}");
    }
}

#[test]
fn repeats_are_those_of_the_method_when_the_caller_says_nothing() {
    let attempts = |method, endpoint: &str, status| {
        let host = ScriptedHost::new([vec![token()], vec![answer(status, ""); 4]].concat());
        let request = GenericRequest { method, endpoint: endpoint.into(), ..request() };
        run(&host, |session| typed(session, &request)).expect_err("busy");
        host.calls().len()
    };
    for (method, endpoint, at_429, at_504) in [
        (Method::Get, "security/alerts_v2", 4, 4),
        (Method::Patch, "security/alerts_v2/1", 4, 1),
        (Method::Post, "security/incidents/29/comments", 1, 1),
        (Method::Put, "x", 1, 1),
        (Method::Delete, "x", 1, 1),
        (Method::Post, "security/runHuntingQuery", 4, 2),
        (Method::Post, "/security/microsoft.graph.security.RunHuntingQuery?a=b", 4, 2),
        (Method::Post, "security/runHuntingQuery/x", 1, 1),
    ] {
        assert_eq!((attempts(method, endpoint, 429), attempts(method, endpoint, 504)), (at_429, at_504), "{endpoint}");
    }
}

#[test]
fn a_redirect_is_answered_as_it_is() {
    let host = ScriptedHost::new([token(), answer_with(302, &[("location", "https://elsewhere.example/")], "")]);
    let response = run(&host, |session| typed(session, &request())).expect("an answer");
    assert_eq!((response.status, host.calls().len()), (302, 1));
    assert_eq!(response.headers[0].value, "https://elsewhere.example/");
    assert_eq!(response.warnings, ["the service redirects; redirects are not followed"]);
}
