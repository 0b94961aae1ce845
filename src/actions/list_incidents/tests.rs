//! Query options as sent, pages and cursors, and the fallback when the service cannot expand.

mod cursor;
mod fallback;

use super::*;
use crate::sample::{CONFIG, INCIDENT, all_incidents, connection, run, token};
use crate::wire::failure::Failure;
use crate::wire::scripted::{ScriptedHost, Step, after, answer, answer_with};
use crate::wit::types::{Config, ErrorKind};

const BASE: &str = "https://graph.microsoft.com/v1.0/security/incidents";
const EMPTY: &str = r#"{"value":[]}"#;

/// The query sends exactly one request, with these options.
#[track_caller]
fn sends(query: &IncidentQuery, options: &str) {
    let host = ScriptedHost::new([token(), answer(200, EMPTY)]);
    run(&host, async |session| typed(session, query).await).expect(options);
    assert_eq!(host.calls(), [format!("GET {BASE}{options}")]);
}

#[track_caller]
fn refuses(query: &IncidentQuery, message: &str) {
    let error = run(&ScriptedHost::new([]), async |session| typed(session, query).await).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

#[track_caller]
fn malformed_page(body: &str, message: &str) {
    for as_json in [false, true] {
        let host = ScriptedHost::new([vec![token()], vec![answer(200, body); 4]].concat());
        let result = run(&host, async |session| {
            if as_json {
                json(session, &all_incidents()).await.map(drop)
            } else {
                typed(session, &all_incidents()).await.map(drop)
            }
        });
        let error = result.expect_err(message);
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::MalformedResponse, message), "{body}");
        assert_eq!((error.status, host.left()), (Some(200), 0), "a read is repeated");
    }
}

/// The page of an answer.
fn page(step: Step) -> IncidentPage {
    let host = ScriptedHost::new([token(), step]);
    run(&host, async |session| typed(session, &all_incidents()).await).expect("a page")
}

#[test]
fn each_option_is_sent() {
    let some = |text: &str| Some(text.to_owned());
    for (query, options) in [
        (all_incidents(), ""),
        (IncidentQuery { max_results: Some(1), ..all_incidents() }, "?$top=1"),
        (IncidentQuery { max_results: Some(50), ..all_incidents() }, "?$top=50"),
        (IncidentQuery { skip: Some(0), ..all_incidents() }, "?$skip=0"),
        (IncidentQuery { skip: Some(u32::MAX), ..all_incidents() }, "?$skip=4294967295"),
        (IncidentQuery { count: Some(true), ..all_incidents() }, "?$count=true"),
        (IncidentQuery { count: Some(false), ..all_incidents() }, ""),
        (IncidentQuery { expand: some(" Alerts "), ..all_incidents() }, "?$expand=alerts"),
        (
            IncidentQuery { filter: some(" assignedTo eq 'o''neill & co' "), ..all_incidents() },
            "?$filter=assignedTo%20eq%20%27o%27%27neill%20%26%20co%27",
        ),
        (
            IncidentQuery { filter: some("lastUpdateDateTime ge 2026-01-01T00:00:00+01:00"), ..all_incidents() },
            "?$filter=lastUpdateDateTime%20ge%202026-01-01T00%3A00%3A00%2B01%3A00",
        ),
        (IncidentQuery { order_by: some("lastUpdateDateTime"), ..all_incidents() }, "?$orderby=lastUpdateDateTime"),
        (
            IncidentQuery { order_by: some("severity desc,createdDateTime ASC"), ..all_incidents() },
            "?$orderby=severity%20desc%2CcreatedDateTime%20ASC",
        ),
        (
            IncidentQuery {
                filter: some("severity eq 'high'"),
                max_results: Some(10),
                skip: Some(2),
                count: Some(true),
                expand: some("alerts"),
                order_by: some("createdDateTime desc"),
                cursor: None,
            },
            "?$top=10&$skip=2&$count=true&$expand=alerts&$filter=severity%20eq%20%27high%27\
             &$orderby=createdDateTime%20desc",
        ),
    ] {
        sends(&query, options);
    }
}

#[test]
fn a_blank_text_is_absent() {
    for blank in ["", " ", "\t\n"] {
        let blank = || Some(blank.to_owned());
        sends(
            &IncidentQuery { filter: blank(), expand: blank(), order_by: blank(), cursor: blank(), ..all_incidents() },
            "",
        );
    }
}

#[test]
fn refuses_what_the_service_would() {
    let some = |text: &str| Some(text.to_owned());
    for max_results in [0, 51, 100, u32::MAX] {
        refuses(
            &IncidentQuery { max_results: Some(max_results), ..all_incidents() },
            &format!("max_results: {max_results} is out of range; allowed: 1 to 50"),
        );
    }
    for (query, message) in [
        (
            IncidentQuery { expand: some("comments"), ..all_incidents() },
            "expand: 'comments' is unknown; allowed: alerts",
        ),
        (
            IncidentQuery { expand: some("alerts,x"), ..all_incidents() },
            "expand: 'alerts,x' is unknown; allowed: alerts",
        ),
        (
            IncidentQuery { filter: some("displayName eq 'x'"), ..all_incidents() },
            "filter: 'displayName' is not a field that incidents can be filtered by (text goes in single quotes); allowed: \
             assignedTo, classification, createdDateTime, determination, lastUpdateDateTime, severity, status",
        ),
        (
            IncidentQuery { filter: some("status eq 'active"), ..all_incidents() },
            "filter: has text without a closing quote",
        ),
        (
            IncidentQuery { order_by: some("severity upwards"), ..all_incidents() },
            "order_by: 'severity upwards' is not a field and asc or desc, such as 'lastUpdateDateTime desc'",
        ),
        (
            IncidentQuery { order_by: some("severity desc, x&$top=5"), ..all_incidents() },
            "order_by: 'x&$top=5' is not a field and asc or desc, such as 'lastUpdateDateTime desc'",
        ),
        (
            IncidentQuery { order_by: some("a b c"), ..all_incidents() },
            "order_by: 'a b c' is not a field and asc or desc, such as 'lastUpdateDateTime desc'",
        ),
        (
            IncidentQuery { order_by: some("severity,"), ..all_incidents() },
            "order_by: '' is not a field and asc or desc, such as 'lastUpdateDateTime desc'",
        ),
    ] {
        refuses(&query, message);
    }
}

#[test]
fn the_total_is_there_when_the_service_counts() {
    for (count, total) in [
        ("", None),
        (r#""@odata.count":0,"#, Some(0)),
        (r#""@odata.count":7,"#, Some(7)),
        (r#""@odata.count":18446744073709551615,"#, Some(u64::MAX)),
        (r#""@odata.count":null,"#, None),
    ] {
        let page = page(answer(200, &format!(r#"{{"@odata.context":"x",{count}"value":[]}}"#)));
        assert_eq!((page.total, page.cursor, page.incidents.len()), (total, None, 0), "{count}");
    }
}

#[test]
fn incidents_keep_their_order_and_text() {
    let other = INCIDENT.replace("\"29\"", " \"30\" ");
    let page = page(answer(200, &format!(r#"{{"value":[{other}, {INCIDENT}]}}"#)));
    let raw: Vec<&str> = page.incidents.iter().map(|incident| incident.raw_json.as_str()).collect();
    assert_eq!(raw, [other.as_str(), INCIDENT]);
    assert_eq!(page.incidents.iter().map(|incident| incident.id.as_str()).collect::<Vec<_>>(), ["30", "29"]);
}

#[test]
fn a_partial_answer_and_warnings_are_passed_on() {
    let partial = page(answer_with(206, &[("warning", "199 - \"one\""), ("warning", "299 - \"two\"")], EMPTY));
    assert_eq!(
        partial.warnings,
        [
            "the service warns: 199 - \"one\"",
            "the service warns: 299 - \"two\"",
            "the answer is partial (status 206): some sources of the service did not deliver",
        ]
    );
    assert_eq!(page(answer(200, EMPTY)).warnings, Vec::<String>::new());
}

#[test]
fn a_page_that_does_not_decode_is_malformed() {
    for (body, message) in [
        ("", "the answer is not a valid page of incidents: EOF while parsing a value at line 1 column 0"),
        ("no <html>", "the answer is not a valid page of incidents: expected ident at line 1 column 2"),
        ("7", "the answer is not a valid page of incidents: expected an object with value at line 1 column 1"),
        ("{}", "the answer is not a valid page of incidents: missing field `value` at line 1 column 2"),
        (r#"{"value":{}}"#, "the answer is not a valid page of incidents: expected a list at line 1 column 9"),
        (r#"{"value":null}"#, "the answer is not a valid page of incidents: expected a list at line 1 column 13"),
        (r#"{"value":["#, "the answer is not a valid page of incidents: EOF while parsing a list at line 1 column 10"),
        (
            r#"{"value":[{"id":"1"}],"error":{"code":"UnknownError","message":"backend gone"}}"#,
            "the service broke off its answer with an error: backend gone",
        ),
        (
            r#"{"value":[{"id":"1"},{"error":{"code":"UnknownError","message":""}}]}"#,
            "the service broke off its answer with an error: UnknownError",
        ),
    ] {
        malformed_page(body, message);
    }
}

#[test]
fn one_odd_item_does_not_lose_the_page() {
    let body = r#"{"@odata.count":"7","value":[{"id":"29"},null,{"id":"30","priorityScore":85.5,"comments":[null]},{"x":1},7]}"#;
    let page = page(answer(200, body));
    let ids: Vec<&str> = page.incidents.iter().map(|incident| incident.id.as_str()).collect();
    assert_eq!((ids, page.total), (vec!["29", "30"], None));
    assert_eq!(page.warnings, ["3 items of the page are not incidents and are left out"]);
}

#[test]
fn a_refused_word_gets_the_words_of_the_service() {
    let refusal = r#"{"error":{"code":"","message":"The string 'open' is not a valid enumeration type constant."}}"#;
    let host = ScriptedHost::new([token(), answer(400, refusal)]);
    let query = IncidentQuery { filter: Some("status eq 'open'".into()), ..all_incidents() };
    let error = run(&host, async |session| typed(session, &query).await).expect_err("refused");
    assert_eq!(
        error.remedy.as_deref(),
        Some("status is never 'open'; its values are active, inProgress, resolved, redirected, awaitingAction")
    );
}

#[test]
fn a_filter_has_a_length_that_addresses_can_have() {
    let long = |length: usize| Some(format!("status eq '{}'", "x".repeat(length - 12)));
    refuses(
        &IncidentQuery { filter: long(16 * 1024 + 1), ..all_incidents() },
        "filter: has 16385 bytes; allowed: 16384 at most",
    );
    refuses(
        &IncidentQuery { order_by: Some("x".repeat(16 * 1024 + 1)), ..all_incidents() },
        "order_by: has 16385 bytes; allowed: 16384 at most",
    );
    let host = ScriptedHost::new([token(), answer(200, EMPTY)]);
    run(&host, async |session| typed(session, &IncidentQuery { filter: long(16 * 1024), ..all_incidents() }).await)
        .expect("a page");
}

#[test]
fn typed_pages_have_an_end() {
    let many = vec![r#"{"id":"1","comments":[{},{},{},{},{},{},{},{},{},{}]}"#; 9_200].join(",");
    let host = ScriptedHost::new([token(), answer(200, &format!(r#"{{"value":[{many}]}}"#))]);
    let error = run(&host, async |session| typed(session, &all_incidents()).await).expect_err("too many");
    assert_eq!((error.kind, host.left()), (ErrorKind::MalformedResponse, 0));
    assert!(error.message.contains("100000 objects that are decoded"), "{}", error.message);
}
