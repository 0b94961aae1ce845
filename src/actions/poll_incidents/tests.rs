//! Polls against scripted answers, and, over many changes, against a simulated service.

mod simulation;

use super::*;
use crate::sample::{INCIDENT, run, token};
use crate::wire::scripted::{ScriptedHost, answer, answer_with};

fn query() -> PollQuery {
    PollQuery { since: None, filter: None, expand: None, max_results: None, look_back: None }
}

fn polled(host: &ScriptedHost, state: Option<&str>, query: &PollQuery) -> Result<PollResult, Fault> {
    run(host, async |session| typed(session, state, query).await)
}

fn ids(result: &PollResult) -> Vec<&str> {
    result.incidents.iter().map(|incident| &incident.id[..]).collect()
}

/// An incident that changed at a second of a minute.
fn incident(id: u32, second: u32) -> String {
    format!(r#"{{"id":"{id}","lastUpdateDateTime":"2024-02-15T07:59:{second:02}Z"}}"#)
}

fn list(incidents: &[String], has_next: bool) -> String {
    let next = if has_next { r#","@odata.nextLink":"https://graph.microsoft.com/v1.0/x""# } else { "" };
    format!(r#"{{"value":[{}]{next}}}"#, incidents.join(","))
}

fn call(host: &ScriptedHost, at: usize) -> String {
    percent_encoding::percent_decode_str(&host.calls()[at]).decode_utf8_lossy().into_owned()
}

#[test]
fn the_first_poll_starts_now_on_the_clock_of_the_service() {
    let date = [("date", "Thu, 15 Feb 2024 07:58:00 GMT")];
    let host = ScriptedHost::new([token(), answer_with(200, &date, &list(&[incident(1, 0)], true))]);
    let first = polled(&host, None, &query()).expect("a start");
    assert_eq!((first.incidents.len(), first.more), (0, false));
    host.expect(answer(200, &list(&[incident(2, 1)], false)));
    let second = polled(&host, Some(&first.state), &query()).expect("a page");
    assert_eq!(ids(&second), ["2"]);
    let url = "GET https://graph.microsoft.com/v1.0/security/incidents?$filter=lastUpdateDateTime ge";
    assert_eq!(call(&host, 1), format!("{url} 2024-02-15T07:58:00Z&$orderby=lastUpdateDateTime asc&$top=50"));
}

#[test]
fn each_change_is_returned_once() {
    let since = PollQuery { since: Some("2024-02-15T07:59:00Z".into()), max_results: Some(2), ..query() };
    let all: Vec<String> = (1..=3).map(|id| incident(id, id)).collect();
    let host = ScriptedHost::new([token(), answer(200, &list(&all[..2], true))]);
    let first = polled(&host, None, &since).expect("a page");
    assert_eq!((ids(&first), first.more), (vec!["1", "2"], true));
    // The second is at the boundary; the first has changed meanwhile.
    let changed = incident(1, 9);
    host.expect(answer(200, &list(&[all[1].clone(), all[2].clone(), changed], false)));
    let second = polled(&host, Some(&first.state), &since).expect("a page");
    assert_eq!((ids(&second), second.more), (vec!["3", "1"], false));
    host.expect(answer(200, &list(&[incident(1, 9)], false)));
    let third = polled(&host, Some(&second.state), &since).expect("a page");
    assert_eq!((third.incidents.len(), third.more), (0, false));
    assert_eq!(host.left(), 0);
    // The same state again gives the same incidents again.
    host.expect(answer(200, &list(&[all[1].clone(), all[2].clone()], false)));
    assert_eq!(ids(&polled(&host, Some(&first.state), &since).expect("a page")), ["3"]);
}

#[test]
fn known_pages_are_passed_over_with_an_overlap() {
    let since = PollQuery { since: Some("2024-02-15T07:59:00Z".into()), ..query() };
    let all: Vec<String> = (1..=60).map(|id| incident(id, 5)).collect();
    let host = ScriptedHost::new([token(), answer(200, &list(&all[..50], true))]);
    let first = polled(&host, None, &since).expect("a page");
    // Torn once: ten have moved to the end, and nothing of the first page is in the second.
    let steps = [&all[..50], &all[50..], &all[10..60], &all[50..60]].map(|page| answer(200, &list(page, true)));
    steps.into_iter().take(3).for_each(|step| host.expect(step));
    let second = polled(&host, Some(&first.state), &since).expect("a page");
    assert_eq!(second.incidents.len(), 10);
    assert!(call(&host, 2).ends_with("$top=50&$skip=40"), "{}", call(&host, 2));
    assert!(call(&host, 3).ends_with("$top=50"), "{}", call(&host, 3));
}

#[test]
fn the_json_form_has_the_state_beside_the_data() {
    let host = ScriptedHost::new([token(), answer(200, &format!(r#"{{"value":[{INCIDENT}]}}"#))]);
    let input = r#"{"since": "2026-02-25T16:29:33Z", "look_back": "60", "max_results": 5.0}"#;
    let fault = crate::sample::invoke(&host, "poll_incidents", crate::sample::CONFIG, input).expect_err("the future");
    assert!(fault.message.starts_with("since: is in the future"), "{}", fault.message);
    let input = r#"{"since": "2024-02-15T07:00:00Z", "filter": "severity eq 'high'"}"#;
    let json = crate::sample::invoke(&host, "poll_incidents", crate::sample::CONFIG, input).expect("a page");
    let answer: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(answer["data"][0]["id"], "29");
    assert_eq!(answer["meta"]["more"], false);
    let state = answer["meta"]["state"].as_str().expect("a state");
    // The incident's time has not come yet.
    assert!(state.contains(r#""at":"2024-02-15T"#) && !state.contains(r#""seen":"""#), "{state}");
    assert!(call(&host, 0).contains("ge 2024-02-15T07:00:00Z and (severity eq 'high')&"), "{}", call(&host, 0));
}

#[test]
fn a_time_ahead_hides_nothing_that_changes_meanwhile() {
    let since = PollQuery { since: Some("2024-02-15T07:59:00Z".into()), ..query() };
    let ahead = r#"{"id":"2","lastUpdateDateTime":"2034-01-01T00:00:00Z"}"#.to_owned();
    let date = [("date", "Thu, 15 Feb 2024 07:59:10 GMT")];
    let page = |list: &[String], at: &str| answer_with(200, &[("date", at)], &self::list(list, false));
    let host = ScriptedHost::new([token(), page(&[incident(1, 5), ahead.clone()], date[0].1)]);
    let first = polled(&host, None, &since).expect("a page");
    assert_eq!(ids(&first), ["1", "2"]);
    host.expect(page(&[incident(3, 20), ahead], "Thu, 15 Feb 2024 07:59:30 GMT"));
    let second = polled(&host, Some(&first.state), &since).expect("a page");
    assert_eq!(ids(&second), ["3"]);
    assert!(call(&host, 1).contains("ge 2024-02-15T07:59:10Z"), "{}", call(&host, 1));
}

#[test]
fn an_empty_page_is_followed_by_the_services_own_link() {
    let since = PollQuery { since: Some("2024-02-15T07:59:00Z".into()), ..query() };
    let own = "https://graph.microsoft.com/v1.0/security/incidents?$skiptoken=x";
    let empty = |link: &str| answer(200, &format!(r#"{{"value":[],"@odata.nextLink":"{link}"}}"#));
    let host = ScriptedHost::new([token(), empty(own), answer(200, &list(&[incident(1, 5)], false))]);
    assert_eq!(ids(&polled(&host, None, &since).expect("a page")), ["1"]);
    assert_eq!(host.calls()[1], format!("GET {own}"));
    for (steps, requests) in [(vec![empty("https://evil.example/x")], 1), (vec![empty(own); PAGES_MAX], PAGES_MAX)] {
        let host = ScriptedHost::new([vec![token()], steps].concat());
        let fault = polled(&host, None, &since).expect_err("no end");
        assert!(fault.remedy.is_some(), "{fault:?}");
        assert_eq!(host.calls().len(), requests);
    }
}

#[test]
fn incidents_in_another_order_are_not_taken_for_all() {
    let since = PollQuery { since: Some("2024-02-15T07:59:00Z".into()), ..query() };
    let host = ScriptedHost::new([token(), answer(200, &list(&[incident(2, 9), incident(1, 5)], true))]);
    let fault = polled(&host, None, &since).expect_err("newest first");
    assert!(fault.message.contains("do not come in the order"), "{}", fault.message);
}

#[test]
fn what_cannot_be_expanded_comes_without_alerts() {
    let since = PollQuery { since: Some("2024-02-15T07:59:00Z".into()), expand: Some("alerts".into()), ..query() };
    let host = ScriptedHost::new([token(), answer(500, ""), answer(200, &list(&[incident(1, 5)], false))]);
    let found = polled(&host, None, &since).expect("a page");
    assert_eq!((ids(&found), found.warnings.len()), (vec!["1"], 1));
}

#[test]
fn bad_input_is_named() {
    let refused = |query: PollQuery, message: &str| {
        let host = ScriptedHost::new([]);
        let fault = polled(&host, None, &query).expect_err(message);
        assert!(fault.message.starts_with(message), "{}", fault.message);
    };
    refused(PollQuery { since: Some("yesterday".into()), ..query() }, "since: 'yesterday' is not an RFC 3339 time");
    refused(PollQuery { max_results: Some(51), ..query() }, "max_results: 51 is out of range");
    refused(PollQuery { look_back: Some(3601), ..query() }, "look_back: 3601 is out of range; allowed: 0 to 3600");
    refused(PollQuery { expand: Some("comments".into()), ..query() }, "expand: 'comments' is unknown");
    refused(PollQuery { filter: Some("name eq 'x'".into()), ..query() }, "filter: 'name' is not a field");
    let host = ScriptedHost::new([]);
    let fault = polled(&host, Some("{}"), &query()).expect_err("no state");
    assert!(fault.message.starts_with("state: is not a state of poll_incidents"), "{}", fault.message);
}
