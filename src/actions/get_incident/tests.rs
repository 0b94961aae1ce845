//! One incident, typed and as JSON.

use super::*;
use crate::sample::{CONFIG, INCIDENT, SECRET, TOKEN, run, token};
use crate::wire::failure::Failure;
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, answer, answer_with};
use crate::wit::types::ErrorKind;

const MERGED: &str = r#"{"id":"29","status":"redirected","redirectIncidentId":"30","severity":"high","createdDateTime":"2026-01-22T12:09:23Z","lastUpdateDateTime":"2026-02-25T16:29:33Z"}"#;

#[test]
fn warns_of_a_merged_incident_and_passes_the_warnings_of_the_service_on() {
    let merged = "incident 29 was merged into incident 30: get 30 for its present state";
    let step = answer_with(200, &[("request-id", "r"), ("warning", "w")], MERGED);
    let host = ScriptedHost::new([token(), step.clone(), step]);
    let incident = run(&host, async |session| typed(session, "29", None).await).expect("an incident");
    assert_eq!(incident.warnings, [merged, "the service warns: w"]);
    assert_eq!(incident.raw_json, MERGED);

    let text = crate::sample::invoke(&host, "get_incident_details", CONFIG, r#"{"incident_id":"29"}"#);
    let meta = format!(
        r#"{{"request_id":"r","client_request_id":"{CLIENT_REQUEST_ID}","warnings":["the service warns: w","{merged}"]}}"#
    );
    assert_eq!(text.expect("an incident"), format!(r#"{{"data":{MERGED},"meta":{meta}}}"#));
}

#[test]
fn an_id_cannot_leave_its_segment() {
    for id in ["29/alerts", "..", "29?$expand=alerts", "29#", "%32%39", "29 30", "+29", "2e1", "２９"] {
        let error = run(&ScriptedHost::new([]), async |session| typed(session, id, None).await).expect_err(id);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::InvalidInput, "incident_id: must be decimal digits, such as 2972395")
        );
    }
}

#[test]
fn json_that_is_not_an_incident_is_malformed() {
    for body in ["", "no <html>", "[]", "{}", r#"{"id":null,"status":"active"}"#, &INCIDENT[..40]] {
        let host = ScriptedHost::new([vec![token()], vec![answer(200, body); 4]].concat());
        let error = run(&host, async |session| json(session, "29", None).await.map(drop)).expect_err(body);
        assert_eq!(host.left(), 0, "a read is repeated");
        assert_eq!(error.kind, ErrorKind::MalformedResponse, "{body}");
        assert!(error.message.starts_with("the answer is not a valid incident: "), "{}", error.message);
    }
}

#[test]
fn an_answer_that_was_cut_is_asked_for_again() {
    let cut = Step::Cut(Box::new(answer(200, &INCIDENT[..40])), Failure::Broken("reset".into()));
    let spliced = answer(200, r#"{"id":"29","status":"active"{"error":{"code":"UnknownError","message":"gone"}}"#);
    for bad in [cut, answer(200, &INCIDENT[..40]), spliced, answer(200, ""), answer(202, ""), answer(204, "")] {
        let host = ScriptedHost::new([token(), bad.clone(), answer(200, INCIDENT)]);
        let incident = run(&host, async |session| typed(session, "29", None).await).expect("an incident");
        assert_eq!((incident.raw_json.as_str(), host.left()), (INCIDENT, 0), "{bad:?}");
    }
}

#[test]
fn an_error_after_an_answer_has_status_ids_and_a_remedy() {
    let ids = [("request-id", "33333333-aaaa-bbbb-cccc-444444444444")];
    let with_ids = |body: &str| answer_with(200, &ids, body);
    let cut = |why| Step::Cut(Box::new(with_ids("{")), why);
    for (step, kind, attempts) in [
        (with_ids("{"), ErrorKind::MalformedResponse, 4),
        (cut(Failure::Broken("reset".into())), ErrorKind::Interrupted, 4),
        (cut(Failure::Late), ErrorKind::Interrupted, 1),
        (cut(Failure::TooLarge(7)), ErrorKind::MalformedResponse, 1),
    ] {
        let host = ScriptedHost::new([vec![token()], vec![step.clone(); attempts]].concat());
        let error = run(&host, async |session| typed(session, "29", None).await).expect_err("cut");
        assert_eq!((error.kind, error.status, host.left()), (kind, Some(200), 0), "{step:?}");
        assert_eq!(error.request_id.as_deref(), Some(ids[0].1));
        assert_eq!(error.client_request_id.as_deref(), Some(CLIENT_REQUEST_ID));
        assert!(error.remedy.is_some(), "{step:?}");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = |text: &str| format!("\u{feff}{text}");
    let grant = marked(r#"{"expires_in":3599,"access_token":"planted.Token.1"}"#);
    let host = ScriptedHost::new([answer(200, &grant), answer(200, &marked(INCIDENT)), answer(200, &marked(INCIDENT))]);
    let incident = run(&host, async |session| typed(session, "29", None).await).expect("an incident");
    assert_eq!(incident.raw_json, INCIDENT);
    let text = crate::sample::invoke(&host, "get_incident_details", CONFIG, r#"{"incident_id":"29"}"#).expect("JSON");
    assert!(text.starts_with(&format!(r#"{{"data":{INCIDENT},"#)), "{text}");
    let refusal = marked(r#"{"error":{"code":"BadRequest","message":"Unable to resolve template token"}}"#);
    let host = ScriptedHost::new([token(), answer(400, &refusal)]);
    let error = run(&host, async |session| typed(session, "29", None).await).expect_err("refused");
    assert_eq!(
        (error.code.as_deref(), error.message.as_str()),
        (Some("BadRequest"), "Unable to resolve template token")
    );
}

#[test]
fn a_proxys_page_blames_no_permission() {
    let page = "<!DOCTYPE html><html><head><title>Blocked</title></head><body>x</body></html>";
    for status in [200, 302, 403, 407, 451, 511] {
        let html =
            answer_with(status, &[("content-type", "text/html"), ("location", "https://portal.example/?t=1")], page);
        let host = ScriptedHost::new([token(), html]);
        let error = run(&host, async |session| typed(session, "29", None).await).expect_err("a page");
        assert_eq!((error.kind, error.status, host.left()), (ErrorKind::Unreachable, Some(status), 0));
        assert_eq!(
            error.message,
            format!(
                "an HTML page came in place of an answer from graph.microsoft.com: status {status}, titled \"Blocked\", which \
                 redirects to portal.example"
            )
        );
        let remedy = error.remedy.expect("a remedy");
        assert!(!remedy.contains("permission") && !remedy.contains("client_secret"), "{remedy}");
    }
    // When the service itself answers with a page, the status says enough.
    for (status, kind, attempts) in [(404, ErrorKind::NotFound, 1), (502, ErrorKind::Unavailable, 4)] {
        let host = ScriptedHost::new([vec![token()], vec![answer(status, page); attempts]].concat());
        assert_eq!(run(&host, async |session| typed(session, "29", None).await).expect_err("an error").kind, kind);
    }
}

#[test]
fn no_good_answer_holds_a_secret() {
    let body = INCIDENT.replacen('}', &format!(r#","description":"{SECRET} {TOKEN}"}}"#), 1);
    let headers = [("warning", format!("199 - \"Bearer {TOKEN}\"")), ("request-id", format!("x{SECRET}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let host = ScriptedHost::new([token(), answer_with(200, &headers, &body), answer_with(200, &headers, &body)]);
    let incident = run(&host, async |session| typed(session, "29", None).await).expect("an incident");
    assert_eq!(incident.description.as_deref(), Some("*** ***"));
    assert_eq!(incident.warnings, ["the service warns: 199 - \"Bearer ***\""]);
    let text = crate::sample::invoke(&host, "get_incident_details", CONFIG, r#"{"incident_id":"29"}"#).expect("JSON");
    for shown in [format!("{incident:?}"), text] {
        assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
    }
}

#[test]
fn expands_alerts_or_says_why_not() {
    let with = INCIDENT.replacen('{', r#"{"alerts":[{"id":"a1"}],"#, 1);
    let get = |steps: &[Step]| {
        let host = ScriptedHost::new([&[token()], steps].concat());
        let incident = run(&host, async |session| typed(session, "29", Some("Alerts")).await).expect("an incident");
        (
            incident,
            host.calls().iter().map(|call| call.rsplit('/').next().unwrap_or_default().to_owned()).collect::<Vec<_>>(),
        )
    };
    let (incident, calls) = get(&[answer(200, &with)]);
    assert_eq!((incident.alerts.map(|alerts| alerts.len()), incident.warnings.len()), (Some(1), 0));
    assert_eq!(calls, ["29?$expand=alerts"]);
    let (incident, _) = get(&[answer(200, INCIDENT)]);
    assert_eq!(
        (incident.alerts.is_none(), incident.warnings),
        (true, vec!["incident 29 came without alerts".to_owned()])
    );
    let (incident, calls) = get(&[answer(500, ""), answer(200, INCIDENT)]);
    let why = "the incident comes without alerts: graph.microsoft.com answered with status 500";
    assert_eq!((incident.alerts.is_none(), incident.warnings), (true, vec![why.to_owned()]));
    assert_eq!(calls, ["29?$expand=alerts", "29"]);
    let error =
        run(&ScriptedHost::new([]), async |session| typed(session, "29", Some("x")).await).expect_err("unknown");
    assert_eq!(error.message, "expand: 'x' is unknown; allowed: alerts");
}
