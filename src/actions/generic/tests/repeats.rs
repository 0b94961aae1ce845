//! How often a request is tried, and when.

use super::*;

#[test]
fn retry_settings_have_their_ranges() {
    for wait in [0, 61, u32::MAX] {
        refuses(
            &with(ExtraFields { retry_wait: Some(wait), ..NO_EXTRA_FIELDS }),
            &format!("extra_fields.retry_wait: {wait} is out of range; allowed: 1 to 60 seconds"),
        );
    }
    refuses(
        &with(ExtraFields { retry_count: Some(11), ..NO_EXTRA_FIELDS }),
        "extra_fields.retry_count: 11 is out of range; allowed: 0 to 10",
    );
    for (input, message) in [
        (r#"{"retry_count":"many"}"#, "extra_fields.retry_count: 'many' is not a whole number, such as 10"),
        (r#"{"retry_wait":-1}"#, "extra_fields.retry_wait: '-1' is not a whole number, such as 10"),
        (r#"{"retry_wait":0}"#, "extra_fields.retry_wait: 0 is out of range; allowed: 1 to 60 seconds"),
    ] {
        invoke_refuses(&format!(r#"{{"method":"GET","endpoint":"x","extra_fields":{input}}}"#), message);
    }
}

/// Tries a POST with these settings; returns when its requests to Graph were sent, in seconds, and how it ended.
fn tries(retry_count: Option<u32>, retry_wait: Option<u32>, steps: Vec<Step>) -> (Vec<u128>, Result<u16, ErrorKind>) {
    let host = ScriptedHost::new([vec![token()], steps].concat());
    let extra_fields = ExtraFields { retry_count, retry_wait, ..NO_EXTRA_FIELDS };
    let request = GenericRequest { method: Method::Post, ..with(extra_fields) };
    let result = run(&host, async |session| typed(session, &request).await);
    assert_eq!(host.left(), 0);
    let times = host.times().iter().skip(1).map(|milliseconds| milliseconds / 1000).collect();
    (times, result.map(|response| response.status).map_err(|error| error.kind))
}

#[test]
fn a_caller_may_have_any_request_repeated() {
    let done = || answer(200, "{}");
    let asks = |seconds: &str| answer_with(429, &[("retry-after", seconds)], "");
    for (count, wait, steps, times, result) in [
        (None, None, vec![answer(503, "")], vec![0], Err(ErrorKind::Unavailable)),
        (Some(0), None, vec![answer(503, "")], vec![0], Err(ErrorKind::Unavailable)),
        (Some(1), None, vec![answer(503, ""), done()], vec![0, 15], Ok(200)),
        (Some(2), Some(60), vec![answer(429, ""), answer(500, ""), done()], vec![0, 60, 120], Ok(200)),
        (Some(2), Some(1), vec![answer(502, ""); 3], vec![0, 1, 2], Err(ErrorKind::Unavailable)),
        (Some(10), Some(5), vec![answer(504, ""); 11], (0..11).map(|at| at * 5).collect(), Err(ErrorKind::Unavailable)),
        // The larger of the two waits, beyond what the timeout would allow.
        (Some(1), Some(5), vec![asks("100"), done()], vec![0, 100], Ok(200)),
        (Some(1), Some(30), vec![asks("2"), done()], vec![0, 30], Ok(200)),
        (Some(1), Some(30), vec![asks("300"), done()], vec![0, 300], Ok(200)),
        // Longer than anyone would wait.
        (Some(3), Some(30), vec![asks("301")], vec![0], Err(ErrorKind::Throttled)),
        // Failures that a retry cannot fix, or where it could act twice.
        (Some(3), Some(1), vec![answer(400, "")], vec![0], Err(ErrorKind::Rejected)),
        (Some(3), Some(1), vec![answer(404, "")], vec![0], Err(ErrorKind::NotFound)),
        (
            Some(3),
            Some(1),
            vec![Step::Fail(crate::wire::failure::Failure::Broken("reset".into()))],
            vec![0],
            Err(ErrorKind::Interrupted),
        ),
        (Some(3), Some(1), vec![Step::Silence], vec![0], Err(ErrorKind::Interrupted)),
        // Each attempt has its own deadline.
        (
            Some(2),
            Some(10),
            vec![after(14, answer(503, "")), after(14, answer(503, "")), after(14, done())],
            vec![0, 24, 48],
            Ok(200),
        ),
        (
            Some(1),
            Some(10),
            vec![after(14, answer(503, "")), after(16, done())],
            vec![0, 24],
            Err(ErrorKind::Interrupted),
        ),
    ] {
        assert_eq!(tries(count, wait, steps.clone()), (times, result), "{count:?} {wait:?} {steps:?}");
    }
}

#[test]
fn repeats_are_those_of_the_method_when_the_caller_says_nothing() {
    let attempts = |method, endpoint: &str, status| {
        let host = ScriptedHost::new([vec![token()], vec![answer(status, ""); 4]].concat());
        let request = GenericRequest { method, endpoint: endpoint.into(), ..request() };
        run(&host, async |session| typed(session, &request).await).expect_err("busy");
        host.calls().len()
    };
    for (method, endpoint, at_429, at_504) in [
        (Method::Get, "security/alerts_v2", 4, 4),
        (Method::Patch, "security/alerts_v2/1", 4, 1),
        (Method::Post, "security/incidents/29/comments", 1, 1),
        (Method::Put, "x", 1, 1),
        (Method::Delete, "x", 1, 1),
        // A hunt refused without a hint is not retried.
        (Method::Post, "security/runHuntingQuery", 1, 2),
        (Method::Post, "/security/microsoft.graph.security.RunHuntingQuery?a=b", 1, 2),
        (Method::Post, "security/runHuntingQuery/x", 1, 1),
    ] {
        assert_eq!((attempts(method, endpoint, 429), attempts(method, endpoint, 504)), (at_429, at_504), "{endpoint}");
    }
}

#[test]
fn a_caller_who_counts_repeats_says_how_often_a_busy_service_is_asked() {
    for (method, uncounted) in [(Method::Get, 4), (Method::Patch, 4), (Method::Post, 1)] {
        // The caller's retries come in addition.
        for (count, attempts) in [(0, uncounted), (2, 2 + uncounted)] {
            let host = ScriptedHost::new([vec![token()], vec![answer(503, ""); attempts]].concat());
            let extra_fields = ExtraFields { retry_count: Some(count), retry_wait: Some(1), ..NO_EXTRA_FIELDS };
            let request = GenericRequest { method, ..with(extra_fields) };
            let error = run(&host, async |session| typed(session, &request).await).expect_err("busy");
            assert_eq!((error.kind, host.calls().len()), (ErrorKind::Unavailable, attempts), "{method:?}");
        }
    }
}

#[test]
fn counting_repeats_makes_a_read_no_less_robust() {
    let broken = || Step::Fail(crate::wire::failure::Failure::Broken("reset".into()));
    let cut = || answer_with(200, &[("content-type", "application/json")], r#"{"value": ["#);
    for steps in [
        vec![broken(), answer(200, "{}")],
        vec![cut(), broken(), answer(200, "{}")],
        // Each attempt has its own deadline.
        vec![Step::Silence, answer(200, "{}")],
    ] {
        let host = ScriptedHost::new([vec![token()], steps].concat());
        let extra_fields = ExtraFields { retry_count: Some(1), retry_wait: Some(1), ..NO_EXTRA_FIELDS };
        let answer = run(&host, async |session| typed(session, &with(extra_fields)).await).expect("an answer");
        assert_eq!((answer.status, host.left()), (200, 0));
    }
}
