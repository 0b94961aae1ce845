//! One incident, typed and as JSON.

use super::*;
use crate::scripted::{CLIENT_REQUEST_ID, CONFIG, INCIDENT, ScriptedHost, answer_with, run, token};
use crate::wit::types::ErrorKind;

const MERGED: &str = r#"{"id":"29","status":"redirected","redirectIncidentId":"30","severity":"high","createdDateTime":"2026-01-22T12:09:23Z","lastUpdateDateTime":"2026-02-25T16:29:33Z"}"#;

#[test]
fn warns_of_a_merged_incident_and_passes_the_warnings_of_the_service_on() {
    let merged = "incident 29 was merged into incident 30: get 30 for its present state";
    let step = answer_with(200, &[("request-id", "r"), ("warning", "w")], MERGED);
    let host = ScriptedHost::new([token(), step.clone(), step]);
    let incident = run(&host, |session| typed(session, "29")).expect("an incident");
    assert_eq!(incident.warnings, [merged, "the service warns: w"]);
    assert_eq!(incident.raw_json, MERGED);

    let text = crate::invoke::invoke(&host, "get_incident_details", CONFIG, r#"{"incident_id":"29"}"#);
    let meta = format!(
        r#"{{"request_id":"r","client_request_id":"{CLIENT_REQUEST_ID}","warnings":["the service warns: w","{merged}"]}}"#
    );
    assert_eq!(text.expect("an incident"), format!(r#"{{"data":{MERGED},"meta":{meta}}}"#));
}

#[test]
fn an_id_cannot_leave_its_segment() {
    for id in ["29/alerts", "..", "29?$expand=alerts", "29#", "%32%39", "29 30", "+29", "2e1", "２９"] {
        let error = run(&ScriptedHost::new([]), |session| typed(session, id)).expect_err(id);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::InvalidInput, "incident_id: must be decimal digits, such as 2972395")
        );
    }
}

#[test]
fn json_that_is_no_incident_is_malformed() {
    for body in ["", "<html>", "[]", "{}", r#"{"id":29,"status":"active"}"#, &INCIDENT[..40]] {
        let host = ScriptedHost::new([token(), answer_with(200, &[], body)]);
        let error = run(&host, |session| json(session, "29").map(drop)).expect_err(body);
        assert_eq!(error.kind, ErrorKind::MalformedResponse, "{body}");
        assert!(error.message.starts_with("the answer is no incident: "), "{}", error.message);
    }
}
