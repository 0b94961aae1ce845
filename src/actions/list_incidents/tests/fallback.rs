//! The list without alerts, when the service cannot expand them.

use super::*;

fn expanded() -> IncidentQuery {
    IncidentQuery { expand: Some("alerts".into()), max_results: Some(5), ..all_incidents() }
}

/// After these answers to the list with alerts, the action returns the list without them.
#[track_caller]
fn falls_back(steps: &[Step], why: &str, at_milliseconds: u128) {
    for as_json in [false, true] {
        let attempts = steps.len();
        let host = ScriptedHost::new([&[token()], steps, &[answer(200, EMPTY)]].concat());
        let warning = format!("the incidents come without alerts: {why}");
        if as_json {
            let text = run(&host, async |session| json(session, &expanded()).await).expect(why);
            let value: serde_json::Value = serde_json::from_str(&format!(r#"{{"data":{text}"#)).expect("JSON");
            assert_eq!(value["meta"]["warnings"], serde_json::json!([warning]));
        } else {
            let page = run(&host, async |session| typed(session, &expanded()).await).expect(why);
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
    // Retries come first, half a second apart.
    falls_back(&vec![status(502); 4], "Busy.", 1500);
    falls_back(&vec![status(503); 4], "Busy.", 1500);
    falls_back(&vec![status(504); 4], "Busy.", 1500);
    // A wait beyond the whole deadline is not begun.
    let busy = |hint| answer_with(503, &[("retry-after", hint)], r#"{"error":{"code":"A","message":"Busy."}}"#);
    falls_back(&[busy("15")], "Busy.", 0);
    // One within it is, even beyond half of the time.
    falls_back(&[busy("9"), status(500)], "Busy.", 9000);
}

#[test]
fn a_service_that_does_not_answer_lists_without_after_half_of_the_time() {
    let late = "no complete answer from graph.microsoft.com before the deadline";
    falls_back(&[Step::Silence], late, 7500);
    // A retry gets half of the time left.
    falls_back(&[after(3, answer(503, "")), after(9, answer(200, EMPTY))], late, 9250);
    let broken = Step::Fail(Failure::Broken("reset".into()));
    falls_back(&vec![broken; 4], "the connection to graph.microsoft.com broke: reset", 1500);
}

#[test]
fn the_second_half_is_a_deadline_too() {
    let host = ScriptedHost::new([token(), Step::Silence, Step::Silence]);
    let error = run(&host, async |session| typed(session, &expanded()).await).expect_err("late");
    assert_eq!((error.kind, host.elapsed()), (ErrorKind::Interrupted, connection().timeout));
}

#[test]
fn a_refusal_is_not_retried_without_expand() {
    for (status, kind) in [
        (400, ErrorKind::Rejected),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
    ] {
        let host = ScriptedHost::new([token(), answer(status, "")]);
        let error = run(&host, async |session| typed(session, &expanded()).await).expect_err("refused");
        assert_eq!((error.kind, host.calls().len()), (kind, 1));
    }
    let throttled = answer_with(429, &[("retry-after", "60")], "");
    let host = ScriptedHost::new([token(), throttled]);
    let error = run(&host, async |session| typed(session, &expanded()).await).expect_err("throttled");
    assert_eq!((error.kind, host.calls().len()), (ErrorKind::Throttled, 1));
    for failure in [Failure::Denied("no".into()), Failure::TooLarge(1)] {
        let host = ScriptedHost::new([token(), Step::Fail(failure)]);
        run(&host, async |session| typed(session, &expanded()).await).expect_err("refused");
        assert_eq!(host.calls().len(), 1);
    }
}

#[test]
fn without_expand_there_is_nothing_to_fall_back_to() {
    let host = ScriptedHost::new([token(), answer(500, "")]);
    let error = run(&host, async |session| typed(session, &all_incidents()).await).expect_err("failed");
    assert_eq!((error.kind, host.calls().len()), (ErrorKind::Unavailable, 1));
}

#[test]
fn without_a_token_there_is_no_fallback() {
    let host = ScriptedHost::new(vec![answer(502, ""); 4]);
    let error = run(&host, async |session| typed(session, &expanded()).await).expect_err("no token");
    assert_eq!((error.kind, host.calls().len()), (ErrorKind::Unavailable, 0));
    // It may also use up all the time.
    let host = ScriptedHost::new([Step::Silence]);
    let error = run(&host, async |session| typed(session, &expanded()).await).expect_err("late");
    assert_eq!((error.kind, host.elapsed()), (ErrorKind::Interrupted, connection().timeout));
    let host = ScriptedHost::new([after(8, token()), answer(200, EMPTY)]);
    assert_eq!(run(&host, async |session| typed(session, &expanded()).await).expect("a page").warnings, [""; 0]);
}

#[test]
fn an_expand_waits_as_asked_before_it_falls_back() {
    let busy = answer_with(503, &[("retry-after", "9")], "");
    let body = format!(r#"{{"value":[{}]}}"#, INCIDENT.replacen('}', r#","alerts":[]}"#, 1));
    let host = ScriptedHost::new([token(), busy, answer(200, &body)]);
    let page = run(&host, async |session| typed(session, &expanded()).await).expect("a page");
    assert_eq!((page.warnings.len(), page.incidents[0].alerts.as_ref().map(Vec::len)), (0, Some(0)));
    assert_eq!(host.times(), [0, 0, 9000]);
}

#[test]
fn the_next_page_asks_for_alerts_again() {
    let link = format!("{BASE}?$skip=5");
    let body = format!(r#"{{"value":[{INCIDENT}],"@odata.nextLink":"{link}"}}"#);
    let host = ScriptedHost::new([token(), answer(500, ""), answer(200, &body), answer(500, ""), answer(200, EMPTY)]);
    let page = run(&host, async |session| typed(session, &expanded()).await).expect("a page");
    let cursor = format!("{link}&$expand=alerts");
    assert_eq!((page.cursor.as_deref(), page.incidents[0].alerts.is_none()), (Some(cursor.as_str()), true));
    let next = run(&host, async |session| {
        typed(session, &IncidentQuery { cursor: Some(cursor.clone()), ..all_incidents() }).await
    });
    assert_eq!(next.expect("a page").warnings.len(), 1, "the later page falls back too");
    assert_eq!(host.calls()[2..], [format!("GET {cursor}"), format!("GET {link}")]);
    // A link that already asks for them stays unchanged, in either spelling.
    for link in [format!("{BASE}?%24expand=alerts&$skip=5"), format!("{BASE}?$skip=5&$Expand=Alerts")] {
        let body = format!(r#"{{"value":[],"@odata.nextLink":"{link}"}}"#);
        let host = ScriptedHost::new([token(), answer(200, &body)]);
        let page = run(&host, async |session| typed(session, &expanded()).await).expect("a page");
        assert_eq!(page.cursor, Some(link));
    }
}

#[test]
fn an_incident_without_the_requested_alerts_gets_a_warning() {
    let host = ScriptedHost::new([token(), answer(200, &format!(r#"{{"value":[{INCIDENT}]}}"#))]);
    let page = run(&host, async |session| typed(session, &expanded()).await).expect("a page");
    assert_eq!(page.warnings, ["incident 29 came without alerts"]);
}
