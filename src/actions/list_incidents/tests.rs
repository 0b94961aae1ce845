//! Query options on the wire, pages and cursors, and the list without what the service could not expand.

use super::*;
use crate::host::Failure;
use crate::scripted::{INCIDENT, ScriptedHost, Step, after, answer, answer_with, connection, run, token};
use crate::wit::types::Config;

/// A query for everything, to be refined.
fn all() -> IncidentQuery {
    IncidentQuery {
        filter: None,
        max_results: None,
        skip: None,
        count: None,
        expand: None,
        order_by: None,
        cursor: None,
    }
}

fn expanded() -> IncidentQuery {
    IncidentQuery { expand: Some("alerts".into()), max_results: Some(5), ..all() }
}

const BASE: &str = "https://graph.microsoft.com/v1.0/security/incidents";
const EMPTY: &str = r#"{"value":[]}"#;

/// The one request of a query is this, below the list.
#[track_caller]
fn sends(query: &IncidentQuery, options: &str) {
    let host = ScriptedHost::new([token(), answer(200, EMPTY)]);
    run(&host, |session| typed(session, query)).expect(options);
    assert_eq!(host.calls(), [format!("GET {BASE}{options}")]);
}

#[track_caller]
fn refuses(query: &IncidentQuery, message: &str) {
    let error = run(&ScriptedHost::new([]), |session| typed(session, query)).expect_err(message);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
}

#[track_caller]
fn malformed_page(body: &str, message: &str) {
    for as_json in [false, true] {
        let host = ScriptedHost::new([token(), answer(200, body)]);
        let result =
            run(
                &host,
                |session| if as_json { json(session, &all()).map(drop) } else { typed(session, &all()).map(drop) },
            );
        let error = result.expect_err(message);
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::MalformedResponse, message), "{body}");
    }
}

/// The page of an answer.
fn page(step: Step) -> IncidentPage {
    let host = ScriptedHost::new([token(), step]);
    run(&host, |session| typed(session, &all())).expect("a page")
}

#[test]
fn each_option_is_sent() {
    let some = |text: &str| Some(text.to_owned());
    for (query, options) in [
        (all(), ""),
        (IncidentQuery { max_results: Some(1), ..all() }, "?$top=1"),
        (IncidentQuery { max_results: Some(50), ..all() }, "?$top=50"),
        (IncidentQuery { skip: Some(0), ..all() }, "?$skip=0"),
        (IncidentQuery { skip: Some(u32::MAX), ..all() }, "?$skip=4294967295"),
        (IncidentQuery { count: Some(true), ..all() }, "?$count=true"),
        (IncidentQuery { count: Some(false), ..all() }, ""),
        (IncidentQuery { expand: some(" Alerts "), ..all() }, "?$expand=alerts"),
        (
            IncidentQuery { filter: some(" assignedTo eq 'o''neill & co' "), ..all() },
            "?$filter=assignedTo%20eq%20%27o%27%27neill%20%26%20co%27",
        ),
        (
            IncidentQuery { filter: some("lastUpdateDateTime ge 2026-01-01T00:00:00+01:00"), ..all() },
            "?$filter=lastUpdateDateTime%20ge%202026-01-01T00%3A00%3A00%2B01%3A00",
        ),
        (IncidentQuery { order_by: some("lastUpdateDateTime"), ..all() }, "?$orderby=lastUpdateDateTime"),
        (
            IncidentQuery { order_by: some("severity desc,createdDateTime ASC"), ..all() },
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
        sends(&IncidentQuery { filter: blank(), expand: blank(), order_by: blank(), cursor: blank(), ..all() }, "");
    }
}

#[test]
fn refuses_what_the_service_would() {
    let some = |text: &str| Some(text.to_owned());
    for max_results in [0, 51, 100, u32::MAX] {
        refuses(
            &IncidentQuery { max_results: Some(max_results), ..all() },
            &format!("max_results: {max_results} is out of range; allowed: 1 to 50"),
        );
    }
    for (query, message) in [
        (IncidentQuery { expand: some("comments"), ..all() }, "expand: 'comments' is unknown; allowed: alerts"),
        (IncidentQuery { expand: some("alerts,x"), ..all() }, "expand: 'alerts,x' is unknown; allowed: alerts"),
        (
            IncidentQuery { filter: some("displayName eq 'x'"), ..all() },
            "filter: 'displayName' is no field that incidents can be filtered by (texts stand in single quotes); allowed: \
             assignedTo, classification, createdDateTime, determination, lastUpdateDateTime, severity, status",
        ),
        (IncidentQuery { filter: some("status eq 'active"), ..all() }, "filter: has a text without its closing quote"),
        (
            IncidentQuery { order_by: some("severity upwards"), ..all() },
            "order_by: 'severity upwards' is not a field and asc or desc, such as 'lastUpdateDateTime desc'",
        ),
        (
            IncidentQuery { order_by: some("severity desc, x&$top=5"), ..all() },
            "order_by: 'x&$top=5' is not a field and asc or desc, such as 'lastUpdateDateTime desc'",
        ),
        (
            IncidentQuery { order_by: some("a b c"), ..all() },
            "order_by: must be a field and asc or desc, such as 'lastUpdateDateTime desc'",
        ),
        (
            IncidentQuery { order_by: some("severity,"), ..all() },
            "order_by: must be a field and asc or desc, such as 'lastUpdateDateTime desc'",
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
fn pages_follow_the_links_of_the_service() {
    let second = format!("{BASE}?$filter=status+eq+'active'&$skiptoken=a%2Fb==");
    let third = "HTTPS://Graph.Microsoft.com:443/v1.0/security/incidents?$skip=100";
    let pages = [
        format!(r#"{{"value":[],"@odata.nextLink":"{second}"}}"#),
        format!(r#"{{"value":[{INCIDENT}],"@odata.nextLink":"{third}"}}"#),
        EMPTY.to_owned(),
    ];
    let host = ScriptedHost::new([token()]);
    let mut query = all();
    let mut cursors = Vec::new();
    for body in pages {
        host.expect(answer(200, &body));
        let page = run(&host, |session| typed(session, &query)).expect("a page");
        cursors.push(page.cursor.clone());
        query.cursor = page.cursor;
    }
    assert_eq!(cursors, [Some(second.clone()), Some(third.to_owned()), None]);
    // Sent as they are, with the headers of the first request.
    assert_eq!(host.calls(), [format!("GET {BASE}"), format!("GET {second}"), format!("GET {BASE}?$skip=100")]);
    for sent in &host.sent()[1..] {
        assert_eq!(sent.header("prefer"), Some("include-unknown-enum-members"));
        assert_eq!(sent.header("authorization"), Some("Bearer planted.Token.1"));
    }
}

/// Links that a token must not follow.
const EVIL: [&str; 19] = [
    "https://evil.example/v1.0/security/incidents?$skip=1",
    "http://graph.microsoft.com/v1.0/security/incidents?$skip=1",
    "https://graph.microsoft.com.evil.example/v1.0/security/incidents?$skip=1",
    "https://graph.microsoft.com@evil.example/v1.0/security/incidents?$skip=1",
    "https://graph.microsoft.com:444/v1.0/security/incidents?$skip=1",
    "https://evil.example/https://graph.microsoft.com/v1.0/security/incidents?$skip=1",
    "//graph.microsoft.com/v1.0/security/incidents?$skip=1",
    "/v1.0/security/incidents?$skip=1",
    "$skip=1",
    "https://graph.microsoft.com/v1.0/security/incidents",
    "https://graph.microsoft.com/v1.0/security/incidents/29?x",
    "https://graph.microsoft.com/v1.0/security/incidentsx?x",
    "https://graph.microsoft.com/v1.0/users?$skip=1",
    "https://graph.microsoft.com/beta/security/incidents?$skip=1",
    "https://graph.microsoft.com/v1.0/x/../security/incidents?$skip=1",
    "https://graph.microsoft.com/v1.0/security/incidents?$skip=1#x",
    "https://graph.microsoft.com/v1.0/security/incidents?$skip=1 HTTP/1.1",
    "https://graph.microsoft.com/v1.0/security/incidents?$skip=1\r\nx-evil: 1",
    "https://graph.microsoft.com\\.evil.example/v1.0/security/incidents?$skip=1",
];

#[test]
fn a_link_that_leads_away_is_not_answered() {
    for link in EVIL {
        let link = serde_json::Value::from(link);
        malformed_page(
            &format!(r#"{{"value":[],"@odata.nextLink":{link}}}"#),
            "the link to the next page leads away from the configured Graph endpoint, so it is not followed",
        );
    }
}

#[test]
fn a_cursor_that_leads_away_is_not_followed() {
    for link in EVIL {
        refuses(
            &IncidentQuery { cursor: Some(link.into()), ..all() },
            "cursor: is no cursor of an earlier page from https://graph.microsoft.com/v1.0/security/incidents",
        );
    }
}

#[test]
fn a_cursor_belongs_to_its_endpoint_and_version() {
    let endpoints =
        crate::wit::types::Endpoints { login: "http://127.0.0.1:1".into(), graph: "http://127.0.0.1:2".into() };
    let config =
        Config { endpoints: Some(endpoints), api_version: Some("beta".into()), ..crate::config::tests::config() };
    let connection = crate::config::Connection::new(&config).expect("valid");
    let link = "http://127.0.0.1:2/beta/security/incidents?$skip=1";
    let host = ScriptedHost::new([token(), answer(200, EMPTY)]);
    let query = IncidentQuery { cursor: Some(link.into()), ..all() };
    typed(&Session::new(&host, &connection, ""), &query).expect("a page");
    assert_eq!(host.calls(), [format!("GET {link}")]);
    refuses(&query, "cursor: is no cursor of an earlier page from https://graph.microsoft.com/v1.0/security/incidents");
}

#[test]
fn a_cursor_stands_alone() {
    let some = |text: &str| Some(text.to_owned());
    let cursor = || Some(format!("{BASE}?$skip=1"));
    for (query, name) in [
        (IncidentQuery { filter: some("status eq 'active'"), ..all() }, "filter"),
        (IncidentQuery { max_results: Some(5), ..all() }, "max_results"),
        (IncidentQuery { skip: Some(0), ..all() }, "skip"),
        (IncidentQuery { count: Some(false), ..all() }, "count"),
        (IncidentQuery { expand: some("alerts"), ..all() }, "expand"),
        (IncidentQuery { order_by: some("severity"), ..all() }, "order_by"),
    ] {
        refuses(
            &IncidentQuery { cursor: cursor(), ..query },
            &format!("cursor: stands for the whole earlier query; leave out {name}"),
        );
    }
    sends(&IncidentQuery { cursor: cursor(), filter: some(" "), ..all() }, "?$skip=1");
}

#[test]
fn a_page_that_does_not_decode_is_malformed() {
    for (body, message) in [
        ("", "the answer is no page of incidents: EOF while parsing a value at line 1 column 0"),
        ("<html>", "the answer is no page of incidents: expected value at line 1 column 1"),
        ("7", "the answer is no page of incidents: expected an object with value at line 1 column 1"),
        ("{}", "the answer is no page of incidents: missing field `value` at line 1 column 2"),
        (r#"{"value":{}}"#, "the answer is no page of incidents: expected a sequence at line 1 column 9"),
        (r#"{"value":null}"#, "the answer is no page of incidents: expected a sequence at line 1 column 13"),
        (r#"{"value":[],"@odata.count":"7"}"#, "the answer is no page of incidents: expected u64 at line 1 column 30"),
        (r#"{"value":["#, "the answer is no page of incidents: EOF while parsing a list at line 1 column 10"),
    ] {
        malformed_page(body, message);
    }
    let host = ScriptedHost::new([token(), answer(200, r#"{"value":[{"id":"29"}]}"#)]);
    let error = run(&host, |session| typed(session, &all())).expect_err("no incident");
    assert_eq!(error.message, "the answer is no incident: missing field `status` at line 1 column 11");
}

/// The list without alerts, after these answers to the list with them.
#[track_caller]
fn falls_back(steps: &[Step], why: &str, at_milliseconds: u128) {
    for as_json in [false, true] {
        let attempts = steps.len();
        let host = ScriptedHost::new([&[token()], steps, &[answer(200, EMPTY)]].concat());
        let warning = format!("the incidents come without alerts: {why}");
        if as_json {
            let text = run(&host, |session| json(session, &expanded())).expect(why);
            let value: serde_json::Value = serde_json::from_str(&format!(r#"{{"data":{text}"#)).expect("JSON");
            assert_eq!(value["meta"]["warnings"], serde_json::json!([warning]));
        } else {
            let page = run(&host, |session| typed(session, &expanded())).expect(why);
            assert_eq!(page.warnings, [warning]);
        }
        let calls = host.calls();
        assert_eq!(calls.len(), attempts + 1);
        assert!(calls[..attempts].iter().all(|call| call == &format!("GET {BASE}?$top=5&$expand=alerts")), "{calls:?}");
        assert_eq!(calls.last(), Some(&format!("GET {BASE}?$top=5")));
        assert_eq!(host.times().last(), Some(&at_milliseconds), "{why}");
    }
}

#[test]
fn a_service_that_cannot_expand_lists_without() {
    let status = |status| answer(status, r#"{"error":{"code":"UnknownError","message":"Busy."}}"#);
    falls_back(&[status(500)], "Busy.", 0);
    falls_back(&[status(501)], "Busy.", 0);
    // Repeats come first, half a second apart.
    falls_back(&vec![status(502); 4], "Busy.", 1500);
    falls_back(&vec![status(503); 4], "Busy.", 1500);
    falls_back(&vec![status(504); 4], "Busy.", 1500);
    // A wait beyond half of the time is not begun.
    let busy = answer_with(503, &[("retry-after", "7")], r#"{"error":{"code":"A","message":"Busy."}}"#);
    falls_back(&[busy], "Busy.", 0);
}

#[test]
fn a_service_that_stays_silent_lists_without_after_half_of_the_time() {
    let late = "no complete answer from graph.microsoft.com before the deadline";
    falls_back(&[Step::Silence], late, 7500);
    falls_back(&[after(3, answer(503, "")), after(9, answer(200, EMPTY))], late, 7500);
    let broken = Step::Fail(Failure::Broken("reset".into()));
    falls_back(&vec![broken; 4], "the connection to graph.microsoft.com broke: reset", 1500);
}

#[test]
fn the_second_half_is_a_deadline_too() {
    let host = ScriptedHost::new([token(), Step::Silence, Step::Silence]);
    let error = run(&host, |session| typed(session, &expanded())).expect_err("late");
    assert_eq!((error.kind, host.elapsed()), (ErrorKind::Interrupted, connection().timeout));
}

#[test]
fn a_refusal_is_not_mended_by_expanding_less() {
    for (status, kind) in [
        (400, ErrorKind::Rejected),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
    ] {
        let host = ScriptedHost::new([token(), answer(status, "")]);
        let error = run(&host, |session| typed(session, &expanded())).expect_err("refused");
        assert_eq!((error.kind, host.calls().len()), (kind, 1));
    }
    let throttled = answer_with(429, &[("retry-after", "60")], "");
    let host = ScriptedHost::new([token(), throttled]);
    let error = run(&host, |session| typed(session, &expanded())).expect_err("throttled");
    assert_eq!((error.kind, host.calls().len()), (ErrorKind::Throttled, 1));
    for failure in [Failure::Denied("no".into()), Failure::TooLarge(1)] {
        let host = ScriptedHost::new([token(), Step::Fail(failure)]);
        run(&host, |session| typed(session, &expanded())).expect_err("refused");
        assert_eq!(host.calls().len(), 1);
    }
}

#[test]
fn without_expand_there_is_nothing_to_fall_back_to() {
    let host = ScriptedHost::new([token(), answer(500, "")]);
    let error = run(&host, |session| typed(session, &all())).expect_err("failed");
    assert_eq!((error.kind, host.calls().len()), (ErrorKind::Unavailable, 1));
}
