//! Every error kind of the contract, from Graph's answer to the complete error.

mod body;

use super::*;
use crate::actions::get_incident;
use crate::sample::{run, token};
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, answer, answer_with};

/// The error of a get when Graph answers with these steps.
fn failed(steps: impl IntoIterator<Item = Step>) -> Error {
    let host = ScriptedHost::new(std::iter::once(token()).chain(steps));
    let error = *run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("an error");
    assert_eq!(host.left(), 0, "every step is taken");
    error
}

/// An error from Graph with our id, for tests to modify.
fn expected(kind: ErrorKind, status: u16, code: Option<&str>, message: &str, remedy: Option<&str>) -> Error {
    Error {
        status: Some(status),
        code: code.map(str::to_owned),
        client_request_id: Some(CLIENT_REQUEST_ID.into()),
        remedy: remedy.map(str::to_owned),
        ..*error(kind, message)
    }
}

#[track_caller]
fn same(actual: &Error, expected: &Error) {
    assert_eq!(format!("{actual:#?}"), format!("{expected:#?}"));
}

/// An envelope as Graph sends it, without ids.
fn body(code: &str, message: &str) -> String {
    serde_json::json!({ "error": { "code": code, "message": message } }).to_string()
}

const REJECTED: &str = "correct the request: the message is the service's own";
const QUERY: &str = "correct the query: the message is the engine's own; the advanced hunting page of the Defender portal shows where \
     it goes wrong";
const FORBIDDEN: &str = "the app aaaabbbb-cccc-dddd-eeee-ffff00001111 lacks a permission, or the tenant a licence for this \
     data: check API permissions with admin consent";
const NOT_FOUND: &str = "check the id and the endpoint; the object may be gone or belong to another tenant";
const CONFLICT: &str = "read the object again and retry with its current state";
const UNAVAILABLE: &str = "the service failed: retry later; if it keeps failing, give Microsoft support the request id";
const UNAUTHENTICATED: &str = "Graph refuses a token that was just issued: check that cloud and endpoints match the tenant, \
     and that the app aaaabbbb-cccc-dddd-eeee-ffff00001111 is neither disabled nor blocked by a policy";

#[test]
fn each_status_has_its_kind_and_remedy() {
    let patience = "wait at least a minute before the next request; earlier requests prolong the block";
    for (status, kind, remedy, attempts) in [
        (400, ErrorKind::Rejected, Some(REJECTED), 1),
        (402, ErrorKind::Rejected, Some(REJECTED), 1),
        (403, ErrorKind::Forbidden, Some(FORBIDDEN), 1),
        (404, ErrorKind::NotFound, Some(NOT_FOUND), 1),
        (405, ErrorKind::Rejected, Some(REJECTED), 1),
        (409, ErrorKind::Conflict, Some(CONFLICT), 1),
        (410, ErrorKind::Rejected, Some(REJECTED), 1),
        (412, ErrorKind::Conflict, Some(CONFLICT), 1),
        (414, ErrorKind::Rejected, Some(REJECTED), 1),
        (422, ErrorKind::Rejected, Some(REJECTED), 1),
        (423, ErrorKind::Rejected, Some(REJECTED), 1),
        (429, ErrorKind::Throttled, Some(patience), 4),
        (500, ErrorKind::Unavailable, Some(UNAVAILABLE), 1),
        (
            501,
            ErrorKind::Unavailable,
            Some("the service does not implement this request: change it; retrying does not help"),
            1,
        ),
        (502, ErrorKind::Unavailable, Some(UNAVAILABLE), 4),
        (503, ErrorKind::Unavailable, Some(UNAVAILABLE), 4),
        (504, ErrorKind::Unavailable, Some(UNAVAILABLE), 4),
        (509, ErrorKind::Unavailable, Some(UNAVAILABLE), 1),
    ] {
        let body = body("SomeCode", "What the service says.");
        let actual = failed(vec![answer(status, &body); attempts]);
        let expected = Error {
            details_json: Some(body),
            ..expected(kind, status, Some("SomeCode"), "What the service says.", remedy)
        };
        same(&actual, &expected);
    }
}

#[test]
fn a_token_refused_twice_is_unauthenticated() {
    let body = body("InvalidAuthenticationToken", "Access token validation failure.");
    let actual = failed([answer(401, &body), token(), answer(401, &body)]);
    let expected = Error {
        details_json: Some(body),
        ..expected(
            ErrorKind::Unauthenticated,
            401,
            Some("InvalidAuthenticationToken"),
            "Access token validation failure.",
            Some(UNAUTHENTICATED),
        )
    };
    same(&actual, &expected);
}

#[test]
fn throttling_beyond_the_deadline_says_how_long() {
    let body = r#"{"error":{"code":"TooManyRequests","innerError":{"code":"429","date":"2020-08-18T12:51:51","message":"Please retry after","request-id":"94fb3b52","status":"429"},"message":"Please retry again later."}}"#;
    for (status, code) in [(429, "TooManyRequests"), (503, "TooManyRequests")] {
        let actual = failed([answer_with(status, &[("retry-after", "60")], body)]);
        let expected = Error {
            request_id: Some("94fb3b52".into()),
            retry_after_seconds: Some(60),
            details_json: Some(body.into()),
            ..expected(
                ErrorKind::Throttled,
                status,
                Some(code),
                "Please retry again later.",
                Some("wait 60 seconds before the next request; earlier requests prolong the block"),
            )
        };
        same(&actual, &expected);
    }
}

#[test]
fn retry_after_may_be_a_date_or_nonsense() {
    let seconds = |value: &str, attempts| {
        let step = answer_with(429, &[("retry-after", value)], "");
        failed(vec![step; attempts]).retry_after_seconds
    };
    assert_eq!(seconds("Thu, 15 Feb 2024 08:01:40 GMT", 1), Some(100));
    assert_eq!(seconds("Thu, 15 Feb 2024 07:00:00 GMT", 4), Some(0));
    assert_eq!(seconds("99999999999999999999", 1), Some(u32::MAX));
    assert_eq!(seconds("soon", 4), None);
}

#[test]
fn a_redirect_is_not_followed() {
    let expected = |to: &str| {
        let remedy = format!(
            "redirects are not followed{to}: check endpoints.graph, and what stands between this machine and it"
        );
        let message = "graph.microsoft.com answered with status 302";
        expected(ErrorKind::MalformedResponse, 302, None, message, Some(&remedy))
    };
    let actual = failed([answer_with(302, &[("location", "https://evil.example/\r\nx")], "")]);
    same(&actual, &expected(" (to evil.example)"));
    same(&failed([answer(302, "")]), &expected(""));
}

#[test]
fn names_the_application_permissions_that_are_missing() {
    for (message, roles) in [
        (
            "Missing application roles. API required roles: SecurityIncident.Read.All,SecurityIncident.ReadWrite.All, application roles: .",
            "SecurityIncident.Read.All or SecurityIncident.ReadWrite.All",
        ),
        (
            "Missing application roles. API required roles: ThreatHunting.Read.All, application roles: A,B.",
            "ThreatHunting.Read.All",
        ),
        ("API required roles: X.Read.All.", "X.Read.All"),
    ] {
        let actual = failed([answer(403, &body("Forbidden", message))]);
        let remedy = format!(
            "grant the app aaaabbbb-cccc-dddd-eeee-ffff00001111 the application permission {roles} under API permissions, \
             give admin consent, and wait a few minutes for new tokens to carry it"
        );
        assert_eq!((actual.kind, actual.message.as_str()), (ErrorKind::Forbidden, message));
        assert_eq!(actual.remedy, Some(remedy));
    }
    for message in ["Forbidden", "API required roles: ", "API required roles: , application roles: ."] {
        let actual = failed([answer(403, &body("Forbidden", message))]);
        assert_eq!(actual.remedy.as_deref(), Some(FORBIDDEN), "{message}");
    }
}

#[test]
fn the_engines_words_are_passed_on() {
    for (message, remedy) in [
        (
            "'summarize' operator: Failed to resolve scalar expression named 'X'. Fix semantic errors in your query.",
            QUERY,
        ),
        (
            "'where' operator: Failed to resolve table or column expression named 'EmailEvents'. Fix semantic errors in your query.",
            QUERY,
        ),
        (
            "The query specified in the URI is not valid. The limit of '50' for Top query has been exceeded. The value from the incoming request is '100'.",
            REJECTED,
        ),
    ] {
        let actual = failed([answer(400, &body("BadRequest", message))]);
        assert_eq!((actual.kind, actual.message.as_str()), (ErrorKind::Rejected, message));
        assert_eq!((actual.code.as_deref(), actual.remedy.as_deref()), (Some("BadRequest"), Some(remedy)));
    }
    let message = "Query execution has exceeded the allowed result size. Optimize your query.";
    let actual = failed([answer(400, &body("BadRequest", message))]);
    assert_eq!(
        actual.remedy.as_deref(),
        Some("ask for less: project fewer columns, add a limit, or shorten time_span")
    );
}
