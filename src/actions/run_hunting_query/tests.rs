//! The query as sent, and rows that come back byte for byte.

use super::*;
use crate::sample::{CONFIG, run, token};
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, answer, answer_with};
use crate::wit::types::ErrorKind;

/// The result of a query when the service answers with this body.
#[track_caller]
fn result(body: &str) -> HuntingResult {
    let host = ScriptedHost::new([token(), answer(200, body)]);
    run(&host, async |session| typed(session, "T", None).await).expect(body)
}

/// The body of the request for a query.
#[track_caller]
fn sends(query: &str, time_span: Option<&str>, body: &str) {
    let host = ScriptedHost::new([token(), answer(200, r#"{"schema":[],"results":[]}"#)]);
    run(&host, async |session| typed(session, query, time_span).await).expect(body);
    assert_eq!(host.calls(), [format!("POST https://graph.microsoft.com/v1.0/security/runHuntingQuery {body}")]);
}

/// Rows come back unchanged and counted.
#[track_caller]
fn passes(rows: &str, count: u32) {
    for body in [
        format!(r#"{{"schema":[{{"name":"a","type":"String"}}],"results":{rows}}}"#),
        format!("{{ \"results\" : {rows} ,\n\"schema\": [ {{\"type\":\"String\",\"name\":\"a\"}} ] }}\n"),
        format!(
            r#"{{"@odata.context":"[x]","schema":[{{"name":"a","type":"String"}}],"results":{rows},"stats":[[]]}}"#
        ),
        format!(r#"{{"stats":{{"results":[1]}},"results":{rows},"schema":[{{"Name":"a","Type":"String"}}]}}"#),
    ] {
        let result = result(&body);
        assert_eq!((result.rows_json.as_str(), result.row_count), (rows, count), "{body}");
        let columns: Vec<_> =
            result.columns.iter().map(|column| (column.name.as_str(), column.kind.as_str())).collect();
        assert_eq!(columns, [("a", "String")]);

        let host = ScriptedHost::new([token(), answer(200, &body)]);
        let text = crate::sample::invoke(&host, "run_hunting_query", CONFIG, r#"{"query":"T"}"#).expect("an answer");
        let meta = format!(r#""meta":{{"client_request_id":"{CLIENT_REQUEST_ID}","row_count":{count},"warnings":[]}}"#);
        assert_eq!(text, format!(r#"{{"data":{body},{meta}}}"#));
    }
}

#[test]
fn rows_pass_byte_for_byte() {
    passes(r#"[{"a":"x"}]"#, 1);
    passes(r#"[{"a":"x"},{"a":"y"},{"a":null}]"#, 3);
    passes("[ {\"a\" :\t1.50}\r\n,\n {\"a\": 1e3 } ]", 2);
    passes(r#"[{"a":"]"},{"a":"[["},{"a":"}]}"}]"#, 3);
    passes(r#"[{"a":"\"]\\"}]"#, 1);
    passes(r#"[{"a":"\u00fc\ud83d\ude00\/"}]"#, 1);
    passes(r#"[{"a":"ü😀\u0000"}]"#, 1);
    passes(r#"[{"a":[1,[2,{"b":[]}]]},{"a":{"results":[]}}]"#, 2);
    passes(r#"[{"a":12345678901234567890123456789.000000000000000000001}]"#, 1);
    passes(r#"[{"a":1,"a":2,"@odata.type":"x"}]"#, 1);
    passes("[{}]", 1);
    passes("[[],[[]],null,1,\"]\",true]", 6);
}

#[test]
fn no_rows_are_an_empty_list() {
    passes("[]", 0);
    assert_eq!(result("{\"schema\":[],\"results\":[ \n ]}").rows_json, "[]");
}

#[test]
fn columns_keep_their_order_and_types() {
    let result = result(
        r#"{"schema":[{"name":"Timestamp","type":"DateTime"},{"Name":"N","Type":"Int64"},{"name":"x","type":"NewType","@odata.type":"y"}],"results":[]}"#,
    );
    let columns: Vec<_> = result.columns.iter().map(|column| (column.name.as_str(), column.kind.as_str())).collect();
    assert_eq!(columns, [("Timestamp", "DateTime"), ("N", "Int64"), ("x", "NewType")]);
}

#[test]
fn the_row_limit_of_the_service_is_reported() {
    for (count, limit) in [(99_999_u32, None), (100_000, Some(100_000)), (100_001, Some(100_000))] {
        let rows = vec!["{}"; count as usize].join(",");
        let body = format!(r#"{{"schema":[],"results":[{rows}]}}"#);
        let typed = result(&body);
        assert_eq!((typed.row_count, typed.limit_reached), (count, limit));
        assert_eq!(typed.rows_json.len(), rows.len() + 2);
        let host = ScriptedHost::new([token(), answer(200, &body)]);
        let text = run(&host, async |session| json(session, "T", None).await).expect("an answer");
        let limit = limit.map(|limit| format!(r#","limit_reached":{limit}"#)).unwrap_or_default();
        assert!(text.ends_with(&format!(r#""row_count":{count}{limit},"warnings":[]}}}}"#)));
    }
}

#[test]
fn sends_query_and_time_span() {
    sends("T | take 1", None, r#"{"Query":"T | take 1","Timespan":"P30D"}"#);
    for blank in ["", " ", "\n"] {
        sends("T", Some(blank), r#"{"Query":"T","Timespan":"P30D"}"#);
    }
    sends("T", Some(" P1D "), r#"{"Query":"T","Timespan":"P1D"}"#);
    for span in [
        "2024-02-01T08:00:00Z/2024-02-15T08:00:00Z",
        "P14D/2024-02-15T08:00:00Z",
        "2024-02-01T08:00:00Z/P30D",
        "2024-02-01T08:00:00Z",
        "PT12H",
    ] {
        sends("T", Some(span), &format!(r#"{{"Query":"T","Timespan":"{span}"}}"#));
    }
    // The query is sent unchanged: quotes, line breaks, other scripts.
    sends(
        " let x = \"a\\\\b\";\r\nT | where Name == 'größe' // ✓\t",
        None,
        "{\"Query\":\" let x = \\\"a\\\\\\\\b\\\";\\r\\nT | where Name == 'größe' // ✓\\t\",\"Timespan\":\"P30D\"}",
    );
}

#[test]
fn refuses_a_blank_query_and_other_time_spans() {
    let refuses = |query: &str, span: Option<&str>, message: &str| {
        let error = run(&ScriptedHost::new([]), async |session| typed(session, query, span).await).expect_err(message);
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
    };
    refuses("", None, "query: is required");
    refuses(" \n", Some("P1D"), "query: is required");
    refuses(
        "T",
        Some("30 days"),
        "time_span: '30 days' is not a time span; allowed: a duration (P30D), a start (2024-02-01T08:00:00Z), start/end, \
         start/duration or duration/end",
    );
    refuses(
        "T",
        Some("2024-02-15T08:00:00Z/2024-02-01T08:00:00Z"),
        "time_span: '2024-02-15T08:00:00Z/2024-02-01T08:00:00Z' ends before it starts",
    );
}

#[test]
fn a_time_span_beyond_the_tables_is_a_warning() {
    let beyond =
        "time_span reaches back more than 30 days, which is what Defender tables hold; only Sentinel tables go further";
    for (span, warnings) in [("P30D", vec![]), ("P90D", vec!["the service warns: w", beyond])] {
        let headers: &[(&str, &str)] = if warnings.is_empty() { &[] } else { &[("warning", "w")] };
        let host = ScriptedHost::new([token(), answer_with(200, headers, r#"{"schema":[],"results":[]}"#)]);
        let result = run(&host, async |session| typed(session, "T", Some(span)).await).expect("a result");
        assert_eq!(result.warnings, warnings);
    }
}

#[test]
fn a_result_that_does_not_decode_is_malformed() {
    for (body, why) in [
        ("", "the answer is not a valid hunting result: EOF while parsing a value at line 1 column 0"),
        ("x", "the answer is not a valid hunting result: expected value at line 1 column 1"),
        (
            "[]",
            "the answer is not a valid hunting result: expected an object with schema and results at line 1 column 0",
        ),
        ("{}", "the answer is not a valid hunting result: missing field `results` at line 1 column 2"),
        (r#"{"schema":[]}"#, "the answer is not a valid hunting result: missing field `results` at line 1 column 13"),
        (
            r#"{"schema":[],"results":null}"#,
            "the answer is not a valid hunting result: expected a list of rows at line 1 column 27",
        ),
        (
            r#"{"schema":[],"results":"[]"}"#,
            "the answer is not a valid hunting result: expected a list of rows at line 1 column 27",
        ),
        (
            r#"{"schema":[],"results":[{"a":1},"#,
            "the answer is not a valid hunting result: EOF while parsing a value at line 1 column 32",
        ),
        (
            r#"{"schema":[],"results":[{"a":1}"#,
            "the answer is not a valid hunting result: EOF while parsing a list at line 1 column 31",
        ),
        (
            r#"{"schema":[],"results":[]} x"#,
            "the answer is not a valid hunting result: trailing characters at line 1 column 28",
        ),
        (
            r#"{"schema":[{"name":"A","type":"String"}],"results":[{"A":"x"},{"error":{"code":"UnknownError","message":"gone"}}]}"#,
            "the service broke off its answer with an error: gone",
        ),
        (
            r#"{"schema":[],"results":[],"error":{"code":"UnknownError","message":"gone"}}"#,
            "the service broke off its answer with an error: gone",
        ),
    ] {
        for as_json in [false, true] {
            let host = ScriptedHost::new([token(), answer(200, body), answer(200, body)]);
            let result = run(&host, async |session| {
                if as_json {
                    json(session, "T", None).await.map(drop)
                } else {
                    typed(session, "T", None).await.map(drop)
                }
            });
            let error = result.expect_err(why);
            assert_eq!((error.kind, error.message.as_str()), (ErrorKind::MalformedResponse, why), "{body}");
            assert_eq!((error.status, host.left()), (Some(200), 0), "a hunt is repeated once");
        }
    }
}

#[test]
fn a_row_may_have_a_column_named_error() {
    let body = r#"{"schema":[{"name":"error","type":"Object"}],"results":[{"error":{"code":"a","message":"b"}}]}"#;
    let host = ScriptedHost::new([token(), answer(200, body)]);
    assert_eq!(run(&host, async |session| typed(session, "T", None).await).expect("a row").row_count, 1);
}

#[test]
fn a_schema_may_be_odd() {
    for (schema, columns) in [("[7,null,{}]", 1), ("null", 0), (r#"[{"Name":"A","Type":7}]"#, 1)] {
        let host =
            ScriptedHost::new([token(), answer(200, &format!(r#"{{"schema":{schema},"results":[{{"A":1}}]}}"#))]);
        let result = run(&host, async |session| typed(session, "T", None).await).expect(schema);
        assert_eq!((result.columns.len(), result.rows_json.as_str()), (columns, r#"[{"A":1}]"#), "{schema}");
    }
}
