//! Retries and failures within one deadline, on a clock that only the script moves.

use super::*;
use crate::actions::{generic, get_incident, run_hunting_query, update_incident};
use crate::sample::{INCIDENT, connection, run, token};
use crate::text::fault::Fault;
use crate::wire::host::Method;
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, after, answer, answer_with};
use crate::wit::actions::{GenericRequest, IncidentChange};
use crate::wit::types::{Error, ErrorKind};

const BROKEN: &str = "the answer ended early";

fn broken() -> Step {
    Step::Fail(Failure::Broken(BROKEN.into()))
}

fn unsent() -> Step {
    Step::Fail(Failure::Unsent("connection refused".into()))
}

fn get(host: &ScriptedHost) -> Result<(), Fault> {
    run(host, async |session| get_incident::typed(session, "29", None).await.map(drop))
}

fn hunt(host: &ScriptedHost) -> Result<(), Fault> {
    run(host, async |session| run_hunting_query::typed(session, "T", None).await.map(drop))
}

fn update(host: &ScriptedHost) -> Result<(), Fault> {
    let change = IncidentChange { summary: Some("s".into()), ..crate::actions::update_incident::tests::no_change() };
    run(host, async |session| update_incident::typed(session, "29", &change).await.map(drop))
}

fn post(host: &ScriptedHost) -> Result<(), Fault> {
    let request = GenericRequest {
        method: Method::Post,
        endpoint: "security/incidents/29/comments".into(),
        payload: Some("{}".into()),
        query_params: Vec::new(),
        extra_fields: None,
    };
    run(host, async |session| generic::typed(session, &request).await.map(drop))
}

type Action = fn(&ScriptedHost) -> Result<(), Fault>;

/// Runs an action with a cached token; returns how it ended and how many requests to Graph it made.
fn outcome(action: Action, steps: &[Step]) -> (Result<(), ErrorKind>, usize) {
    let host = ScriptedHost::new(std::iter::once(token()).chain(steps.iter().cloned()));
    let result = action(&host).map_err(|error| error.kind);
    (result, host.calls().len())
}

#[test]
fn repeats_by_effect_through_the_whole_path() {
    let done = || answer(200, INCIDENT);
    let rows = || answer(200, r#"{"schema":[],"results":[]}"#);
    for (action, steps, expected) in [
        (get as Action, vec![answer(503, ""), answer(502, ""), answer(429, ""), done()], (Ok(()), 4)),
        (get, vec![unsent(), broken(), done()], (Ok(()), 3)),
        (get, vec![answer(500, "")], (Err(ErrorKind::Unavailable), 1)),
        (get, vec![broken(); 4], (Err(ErrorKind::Interrupted), 4)),
        (get, vec![unsent(); 4], (Err(ErrorKind::Unreachable), 4)),
        (get, vec![answer(504, ""), answer(504, ""), done()], (Ok(()), 3)),
        (hunt, vec![answer(429, "")], (Err(ErrorKind::Throttled), 1)),
        (hunt, vec![answer_with(429, &[("retry-after", "1")], ""), answer(503, ""), rows()], (Ok(()), 3)),
        (hunt, vec![answer(504, ""), rows()], (Ok(()), 2)),
        (hunt, vec![answer(504, ""), answer(504, "")], (Err(ErrorKind::Unavailable), 2)),
        (hunt, vec![answer(504, ""), answer(503, ""), answer(504, "")], (Err(ErrorKind::Unavailable), 3)),
        (hunt, vec![answer(500, "")], (Err(ErrorKind::Unavailable), 1)),
        (hunt, vec![broken(), rows()], (Ok(()), 2)),
        (hunt, vec![broken(), broken()], (Err(ErrorKind::Interrupted), 2)),
        (hunt, vec![broken(), answer(200, "{"), rows()], (Err(ErrorKind::MalformedResponse), 2)),
        (update, vec![answer(429, ""), answer(503, ""), unsent(), done()], (Ok(()), 4)),
        (update, vec![broken()], (Err(ErrorKind::Interrupted), 1)),
        (update, vec![Step::Silence], (Err(ErrorKind::Interrupted), 1)),
        (update, vec![answer(502, "")], (Err(ErrorKind::Unavailable), 1)),
        (update, vec![answer(504, "")], (Err(ErrorKind::Unavailable), 1)),
        (update, vec![answer(500, "")], (Err(ErrorKind::Unavailable), 1)),
        (post, vec![answer(429, "")], (Err(ErrorKind::Throttled), 1)),
        (post, vec![answer(503, "")], (Err(ErrorKind::Unavailable), 1)),
        (post, vec![broken()], (Err(ErrorKind::Interrupted), 1)),
        (post, vec![unsent()], (Err(ErrorKind::Unreachable), 1)),
    ] {
        assert_eq!(outcome(action, &steps), expected, "{steps:?}");
    }
}

#[test]
fn waits_as_the_service_asks() {
    let host = ScriptedHost::new([
        token(),
        answer_with(429, &[("retry-after", "3")], ""),
        answer_with(503, &[("retry-after", "0")], ""),
        answer_with(429, &[("retry-after", "Thu, 15 Feb 2024 08:00:08 GMT")], ""),
        answer(200, INCIDENT),
    ]);
    get(&host).expect("an answer");
    // The shortest wait is half a second; the date is five and a half seconds after the clock's whole second.
    assert_eq!(host.times(), [0, 0, 3000, 3500, 8500]);
}

#[test]
fn the_first_hint_that_can_be_read_counts() {
    for (headers, waited) in [
        (&[("retry-after", "2.542")][..], 3000),
        (&[("retry-after", "3,120")], 3000),
        (&[("retry-after", "4"), ("retry-after", "120")], 4000),
        (&[("retry-after", "soon"), ("retry-after", "5")], 5000),
    ] {
        let host = ScriptedHost::new([token(), answer_with(429, headers, ""), answer(200, INCIDENT)]);
        get(&host).expect("an answer");
        assert_eq!(host.times(), [0, 0, waited], "{headers:?}");
    }
    for action in [get as Action, hunt, update] {
        let host = ScriptedHost::new([token(), answer_with(429, &[("retry-after", "29.001,120")], "")]);
        let error = action(&host).expect_err("throttled");
        assert_eq!((error.kind, error.retry_after_seconds, host.left()), (ErrorKind::Throttled, Some(30), 0));
    }
}

#[test]
fn a_wait_that_leaves_no_time_for_an_attempt_is_not_begun() {
    // 14 of 15 seconds may be waited: the attempt needs one.
    for (seconds, ends_at) in [("14", 14_000), ("15", 0), ("3600", 0), ("99999999999999999999", 0)] {
        let host =
            ScriptedHost::new([token(), answer_with(429, &[("retry-after", seconds)], ""), answer(200, INCIDENT)]);
        let result = get(&host);
        assert_eq!(host.elapsed().as_millis(), ends_at, "{seconds}");
        if ends_at == 0 {
            let error = result.expect_err("throttled");
            assert_eq!(error.kind, ErrorKind::Throttled);
            assert_eq!(error.retry_after_seconds, Some(seconds.parse().unwrap_or(u32::MAX)));
        }
    }
}

#[test]
fn repeats_stop_when_the_time_is_used_up() {
    let busy = || after(6, answer(503, ""));
    let host = ScriptedHost::new([token(), busy(), busy(), busy()]);
    let error = get(&host).expect_err("late");
    assert_eq!(error.kind, ErrorKind::Interrupted);
    // 6 s, 0.5 s, 6 s, 0.5 s, and the third answer does not come in time.
    assert_eq!(host.times(), [0, 0, 6500, 13_000]);
    assert_eq!(host.elapsed(), Duration::from_secs(15));

    let host = ScriptedHost::new([token(), after(14, answer(503, ""))]);
    assert_eq!(get(&host).expect_err("no time").kind, ErrorKind::Unavailable);
    assert_eq!(host.elapsed(), Duration::from_secs(14));
}

#[test]
fn a_call_never_ends_later_than_its_timeout() {
    let limit = Duration::from_secs(15);
    let scripts: [Vec<Step>; 6] = [
        vec![Step::Silence],
        vec![after(14, token()), Step::Silence],
        vec![after(20, token())],
        vec![token(), after(7, answer(401, "")), after(7, token()), Step::Silence],
        vec![after(5, answer(503, "")), after(5, answer(503, "")), after(5, token())],
        vec![token(), after(14, unsent())],
    ];
    for script in scripts {
        for action in [get as Action, hunt, update, post] {
            let host = ScriptedHost::new(script.clone());
            let error = action(&host).expect_err("no time");
            assert!(host.elapsed() <= limit, "{script:?}: {:?}", host.elapsed());
            assert!(matches!(error.kind, ErrorKind::Interrupted | ErrorKind::Unreachable), "{error:?}");
        }
    }
}

#[test]
fn nothing_is_sent_when_the_time_is_over() {
    let host = ScriptedHost::new([]);
    let connection = connection();
    let exchange = Exchange::within(&host, Duration::ZERO);
    let request = Request {
        method: Method::Get,
        origin: &connection.app.graph,
        target: "/",
        headers: &[],
        body: b"",
        prefix: "",
    };
    let failure = host.finish(exchange.send(&request, Effect::Read, &mut |_| Ok(()))).expect_err("late");
    assert!(failure.by_time);
    assert!(matches!(failure.why, Unanswered::Failed(Failure::Unsent(why)) if why == "the deadline passed"));
}

/// An action that fails like this returns exactly this error.
#[track_caller]
fn fails(action: Action, failure: Failure, attempts: usize, kind: ErrorKind, message: &str, remedy: &str) {
    let steps = std::iter::repeat_n(Step::Fail(failure), attempts);
    let host = ScriptedHost::new(std::iter::once(token()).chain(steps));
    let actual = action(&host).expect_err(message);
    let expected = Error {
        client_request_id: Some(CLIENT_REQUEST_ID.into()),
        remedy: Some(remedy.into()),
        ..*crate::text::fault::error(kind, message)
    };
    assert_eq!(format!("{actual:#?}"), format!("{expected:#?}"));
}

const FREELY: &str = "nothing was changed: it is safe to retry";
const READ_BACK: &str = "the write may have happened: read the object back before retrying";

#[test]
fn says_what_happened_to_a_request_without_an_answer() {
    let refused = Failure::Denied("not on its list of allowed hosts".into());
    fails(
        get,
        refused,
        1,
        ErrorKind::Denied,
        "the host refused the request to graph.microsoft.com: not on its list of allowed hosts",
        "allow outbound requests to graph.microsoft.com in the host's policy",
    );
    for (action, attempts) in [(get as Action, 4), (update, 4), (post, 1)] {
        fails(
            action,
            Failure::Unsent("connection refused".into()),
            attempts,
            ErrorKind::Unreachable,
            "cannot reach graph.microsoft.com: connection refused; nothing was sent",
            "check that graph.microsoft.com can be reached from this machine (name, proxy, firewall, certificate), and retry",
        );
    }
    for (action, attempts, repeat) in
        [(get as Action, 4, FREELY), (hunt, 4, FREELY), (update, 1, READ_BACK), (post, 1, READ_BACK)]
    {
        fails(
            action,
            Failure::Broken(BROKEN.into()),
            attempts,
            ErrorKind::Interrupted,
            "the connection to graph.microsoft.com broke: the answer ended early",
            repeat,
        );
        fails(
            action,
            Failure::Late,
            1,
            ErrorKind::Interrupted,
            "no complete answer from graph.microsoft.com before the deadline",
            &format!("{repeat}; a longer timeout may help"),
        );
    }
    fails(
        hunt,
        Failure::TooLarge(67_108_864),
        1,
        ErrorKind::MalformedResponse,
        "the answer from graph.microsoft.com is larger than the 67108864 bytes that are accepted",
        "ask for less: fewer rows or columns, a smaller page",
    );
}

#[test]
fn says_when_the_token_service_cannot_be_reached() {
    for (failure, attempts, kind, message) in [
        (
            Failure::Denied("no".into()),
            1,
            ErrorKind::Denied,
            "the host refused the request to login.microsoftonline.com: no",
        ),
        (
            Failure::Unsent("the name does not resolve".into()),
            4,
            ErrorKind::Unreachable,
            "cannot reach login.microsoftonline.com: the name does not resolve; nothing was sent",
        ),
        (
            Failure::Broken("reset".into()),
            4,
            ErrorKind::Interrupted,
            "the connection to login.microsoftonline.com broke: reset",
        ),
        (
            Failure::Late,
            1,
            ErrorKind::Interrupted,
            "no complete answer from login.microsoftonline.com before the deadline",
        ),
    ] {
        // This holds for a write too: it was not begun.
        for action in [get as Action, post] {
            let host = ScriptedHost::new(std::iter::repeat_n(Step::Fail(failure.clone()), attempts));
            let error = action(&host).expect_err(message);
            assert_eq!((error.kind, error.message.as_str()), (kind, message));
            assert_eq!((error.client_request_id.as_deref(), host.left()), (Some(CLIENT_REQUEST_ID), 0));
            assert!(!error.remedy.expect("a remedy").contains("may have happened"), "{message}");
        }
    }
}
