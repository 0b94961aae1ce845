//! What is sent: method, endpoint, query and body.

use super::*;

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
    for absent in ["null", "\"\"", "\" \""] {
        sends(&format!(r#"{{"method":"POST","endpoint":"x","payload":{absent}}}"#), &format!("POST {BASE}/x"), None);
    }
    for bare in ["{}", "[]"] {
        for place in [format!(r#""payload":{bare}"#), format!(r#""extra_fields":{{"payload_json":{bare}}}"#)] {
            sends(
                &format!(r#"{{"method":"POST","endpoint":"x",{place}}}"#),
                &format!("POST {BASE}/x {bare}"),
                JSON_TYPE,
            );
            // Forms also send them for an empty field.
            sends(&format!(r#"{{"method":"GET","endpoint":"x",{place}}}"#), &format!("GET {BASE}/x"), None);
        }
        let both =
            format!(r#"{{"method":"POST","endpoint":"x","payload":{bare},"extra_fields":{{"payload_json":[7]}}}}"#);
        sends(&both, &format!("POST {BASE}/x [7]"), JSON_TYPE);
        let both =
            format!(r#"{{"method":"POST","endpoint":"x","payload":[7],"extra_fields":{{"payload_json":{bare}}}}}"#);
        sends(&both, &format!("POST {BASE}/x [7]"), JSON_TYPE);
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
    let broken = ExtraFields { payload_json: Some("{".into()), ..NO_EXTRA_FIELDS };
    refuses(&GenericRequest { extra_fields: Some(broken), ..post() }, "extra_fields.payload_json: is not JSON");
}

#[test]
fn there_is_one_body_and_none_in_a_get() {
    let json = || Some("[7]".to_owned());
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
        let extra_fields = Some(ExtraFields { payload_json, files, ..NO_EXTRA_FIELDS });
        refuses(&GenericRequest { method: Method::Post, payload, extra_fields, ..request() }, message);
    }
    refuses(&GenericRequest { payload: json(), ..request() }, "payload: a GET request has no body");
    refuses(
        &with(ExtraFields { payload_json: json(), ..NO_EXTRA_FIELDS }),
        "extra_fields.payload_json: a GET request has no body",
    );
    refuses(
        &with(ExtraFields { files: vec![file], ..NO_EXTRA_FIELDS }),
        "extra_fields.files: a GET request has no body",
    );
}

#[test]
fn files_are_sent_as_form_data() {
    let input = r#"{"method":"POST","endpoint":"x","extra_fields":{"files":[
        {"field":"a","filename":"n.csv","content_type":"text/csv","content_base64":"aGk="},
        {"field":"b","filename":"empty","content_base64":""}]}}"#;
    let (host, ..) = invoked(input, answer(200, "{}"));
    let sent = &host.sent()[1];
    let boundary = "01234567-89ab-4def-8123-456789abcdef";
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
        (r#"{"field":"f"}"#, "extra_fields.files: must be a list of objects, 10,000 at most"),
        (r#"["f"]"#, "extra_fields.files: must be a list of objects, 10,000 at most"),
        (r#"[{"field":"f","filename":"../a"}]"#, "extra_fields.files[0].filename: must be a name without a path"),
        (
            r#"[{"field":"f","filename":"a","content_type":"csv"}]"#,
            "extra_fields.files[0].content_type: is not a media type, such as text/csv",
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
            "endpoint: must be a path below the API version, such as security/alerts_v2, or a link that starts with \
             https://graph.microsoft.com/v1.0/",
        ),
        (
            "//evil.example/x",
            "endpoint: must be a path below the API version, such as security/alerts_v2; without scheme and host",
        ),
        ("x\r\nhost: evil.example", "endpoint: must not contain control characters"),
        ("x#y", "endpoint: must not contain '#'"),
        ("/", "endpoint: is required: a path below the API version, such as security/alerts_v2"),
        ("beta/users", "endpoint: must not start with the API version 'beta'; the configuration's api_version sets it"),
    ] {
        refuses(&GenericRequest { endpoint: endpoint.into(), ..request() }, message);
    }
}
