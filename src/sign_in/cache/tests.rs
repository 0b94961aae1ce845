//! Concurrent calls on one instance.

use std::future::Future;
use std::pin::Pin;

use super::*;
use crate::actions::{generic, get_incident, list_incidents, run_hunting_query};
use crate::graph::session::Session;
use crate::request::config::{self, Connection};
use crate::sample::{INCIDENT, all_incidents, connection};
use crate::wire::failure::Failure;
use crate::wire::host::Host as _;
use crate::wire::scripted::{ScriptedHost, Step, after, answer, answer_with};
use crate::wit::actions::{ExtraFields, GenericRequest, HttpMethod};
use crate::wit::types::{Config, ErrorKind};

type Call<'a> = Pin<Box<dyn Future<Output = Result<(), Fault>> + 'a>>;

fn grant(token: &str) -> Step {
    answer(200, &format!(r#"{{"expires_in":3599,"access_token":"{token}"}}"#))
}

fn incident() -> Step {
    answer(200, INCIDENT)
}

fn get<'a>(host: &'a ScriptedHost, connection: &'a Connection) -> Call<'a> {
    Box::pin(async { get_incident::typed(&Session::new(host, connection, ""), "29", None).await.map(drop) })
}

fn patient(seconds: u32) -> Connection {
    Connection::new(&Config { timeout_seconds: Some(seconds), ..config::tests::config() }).expect("valid")
}

/// Tokens requested so far.
fn grants(host: &ScriptedHost) -> usize {
    host.sent().len() - host.calls().len()
}

#[test]
fn concurrent_calls_request_one_token_and_take_the_time_of_one_call() {
    let connection = connection();
    let steps = [vec![after(2, grant("first"))], vec![after(3, incident()); 32]].concat();
    let host = ScriptedHost::new(steps);
    let outcomes = host.finish_all((0..32).map(|_| get(&host, &connection)));
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((grants(&host), host.calls().len(), host.elapsed().as_secs()), (1, 32, 5));
}

#[test]
fn different_actions_run_concurrently() {
    let connection = connection();
    let rows = answer(200, r#"{"schema":[],"results":[]}"#);
    let page = answer(200, r#"{"value":[]}"#);
    let host =
        ScriptedHost::new([grant("first"), after(9, incident()), after(1, page), after(4, rows), answer(200, "{}")]);
    let query = all_incidents();
    let request = GenericRequest {
        method: HttpMethod::Get,
        endpoint: "security/alerts_v2".into(),
        payload: None,
        query_params: Vec::new(),
        extra_fields: None,
    };
    let session = Session::new(&host, &connection, "");
    let calls: [Call<'_>; 4] = [
        get(&host, &connection),
        Box::pin(async { list_incidents::typed(&session, &query).await.map(drop) }),
        Box::pin(async { run_hunting_query::typed(&session, "T", None).await.map(drop) }),
        Box::pin(async { generic::typed(&session, &request).await.map(drop) }),
    ];
    let outcomes = host.finish_all(calls);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((grants(&host), host.left(), host.elapsed().as_secs()), (1, 0, 9));
}

#[test]
fn a_refused_token_is_renewed_once_for_all() {
    let connection = connection();
    let refused = after(1, answer(401, ""));
    let steps = [vec![grant("old")], vec![refused; 8], vec![after(1, grant("new"))], vec![incident(); 8]].concat();
    let host = ScriptedHost::new(steps);
    let outcomes = host.finish_all((0..8).map(|_| get(&host, &connection)));
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((grants(&host), host.left()), (2, 0));
}

#[test]
fn calls_that_wait_keep_their_own_deadlines() {
    let (hurried, patient) = (patient(15), patient(120));
    let host = ScriptedHost::new([after(60, grant("late")), incident()]);
    let outcomes = host.finish_all([get(&host, &patient), get(&host, &hurried)]);
    assert!(outcomes[0].is_ok());
    let error = outcomes[1].as_ref().expect_err("late");
    assert_eq!((error.kind, host.left()), (ErrorKind::Interrupted, 0));
    assert_eq!(error.message, "no complete answer from login.microsoftonline.com before the deadline");
}

#[test]
fn a_refusal_applies_to_every_call_and_a_deadline_to_one() {
    let connection = connection();
    let refusal = r#"{"error":"invalid_client","error_description":"AADSTS7000222: Expired.","error_codes":[7000222]}"#;
    let host = ScriptedHost::new([after(1, answer(401, refusal))]);
    let outcomes = host.finish_all((0..4).map(|_| get(&host, &connection)));
    let is_expired = |outcome: &Result<(), Fault>| {
        outcome.as_ref().is_err_and(|error| error.code.as_deref() == Some("AADSTS7000222"))
    };
    assert!(outcomes.iter().all(is_expired), "{outcomes:?}");
    assert_eq!(host.sent().len(), 1);

    let (hurried, patient) = (patient(15), patient(120));
    let host = ScriptedHost::new([Step::Silence, grant("second"), incident()]);
    let outcomes = host.finish_all([get(&host, &hurried), get(&host, &patient)]);
    assert!(outcomes[0].is_err() && outcomes[1].is_ok(), "{outcomes:?}");
    assert_eq!(host.left(), 0);
}

#[test]
fn a_call_that_is_given_up_leaves_the_token_to_the_next() {
    let connection = connection();
    let host = ScriptedHost::new([Step::Silence, grant("second"), incident()]);
    let given_up = async {
        let mut call = get(&host, &connection);
        let mut turns = 0;
        poll_fn(|context| {
            turns += 1;
            // The other call starts to wait for this one's token.
            context.waker().wake_by_ref();
            assert!(call.as_mut().poll(context).is_pending());
            if turns < 3 { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
        .await
    };
    let calls: [Call<'_>; 2] = [Box::pin(given_up), get(&host, &connection)];
    let outcomes = host.finish_all(calls);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((grants(&host), host.elapsed().as_secs()), (2, 0));
}

#[test]
fn a_call_is_woken_by_one_that_started_after_it() {
    let connection = connection();
    let host = ScriptedHost::new([after(3, grant("first")), incident(), incident()]);
    let late = async {
        host.sleep(Duration::from_secs(1)).await;
        get(&host, &connection).await
    };
    let calls: [Call<'_>; 2] = [Box::pin(late), get(&host, &connection)];
    let outcomes = host.finish_all(calls);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((grants(&host), host.elapsed().as_secs()), (1, 3));
}

#[test]
fn a_call_that_is_no_longer_polled_holds_nobody_up_beyond_its_deadline() {
    let (hurried, patient) = (patient(15), patient(120));
    let host = ScriptedHost::new([Step::Silence, grant("second"), incident()]);
    let outcome = host.finish(async {
        let mut stalled = get(&host, &hurried);
        let is_pending = poll_fn(|context| Poll::Ready(stalled.as_mut().poll(context).is_pending())).await;
        assert!(is_pending);
        get(&host, &patient).await
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!((grants(&host), host.elapsed().as_secs()), (2, 15));
}

#[test]
fn an_endpoint_that_cannot_be_reached_is_tried_once_for_all() {
    let connection = connection();
    let refused = Step::Fail(Failure::Unsent("connection refused".into()));
    let host = ScriptedHost::new(vec![refused; 4]);
    let outcomes = host.finish_all((0..32).map(|_| get(&host, &connection)));
    let is_unreachable =
        |outcome: &Result<(), Fault>| outcome.as_ref().is_err_and(|error| error.kind == ErrorKind::Unreachable);
    assert!(outcomes.iter().all(is_unreachable), "{outcomes:?}");
    assert_eq!(host.left(), 0);
}

#[test]
fn a_call_with_more_time_waits_as_long_as_the_service_asks() {
    let (hurried, patient) = (patient(15), patient(120));
    let busy = || answer_with(429, &[("retry-after", "20")], "");
    let host = ScriptedHost::new([after(1, busy()), busy(), grant("second"), incident()]);
    let outcomes = host.finish_all([get(&host, &hurried), get(&host, &patient)]);
    assert_eq!(outcomes[0].as_ref().expect_err("busy").kind, ErrorKind::Throttled);
    assert!(outcomes[1].is_ok(), "{outcomes:?}");
    assert_eq!(host.left(), 0);
}

#[test]
fn the_retries_of_a_generic_action_do_not_change_those_of_the_token() {
    let connection = connection();
    let busy = answer_with(429, &[("retry-after", "1")], "");
    let host = ScriptedHost::new([after(1, busy), grant("second"), answer(200, "{}"), incident()]);
    let request = GenericRequest {
        method: HttpMethod::Get,
        endpoint: "security/alerts_v2".into(),
        payload: None,
        query_params: Vec::new(),
        extra_fields: Some(ExtraFields { retry_count: Some(1), ..generic::NO_EXTRA_FIELDS }),
    };
    let session = Session::new(&host, &connection, "");
    let calls: [Call<'_>; 2] =
        [Box::pin(async { generic::typed(&session, &request).await.map(drop) }), get(&host, &connection)];
    let outcomes = host.finish_all(calls);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((grants(&host), host.left()), (2, 0));
}

#[test]
fn a_token_with_the_claims_of_a_challenge_serves_calls_without() {
    let connection = connection();
    let challenge = answer_with(401, &[("www-authenticate", "Bearer claims=\"e30\"")], "");
    let steps = [
        after(1, grant("old")),
        after(1, challenge),
        after(5, answer(401, "")),
        grant("new"),
        incident(),
        incident(),
        incident(),
    ];
    let host = ScriptedHost::new(steps);
    let outcomes = host.finish_all([get(&host, &connection), get(&host, &connection)]);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert!(host.finish(get(&host, &connection)).is_ok());
    assert_eq!((grants(&host), host.left()), (2, 0));
}
