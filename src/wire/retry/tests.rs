use super::*;

const PLENTY: Duration = Duration::from_mins(1);
/// Jitter for almost the whole back-off.
const LONGEST: u64 = u64::MAX;

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Whether a first failure is retried when there is plenty of time.
fn repeats(effect: Effect, outcome: Outcome) -> bool {
    wait(effect, outcome, Progress::default(), PLENTY, 0).is_some()
}

#[test]
fn repeats_by_effect() {
    use Effect::{Assign, Hunt, Read, Token, Write};
    let cases = [
        (Outcome::Status(400, None), &[][..]),
        (Outcome::Status(401, None), &[]),
        (Outcome::Status(403, None), &[]),
        (Outcome::Status(404, None), &[]),
        (Outcome::Status(409, None), &[]),
        (Outcome::Status(412, None), &[]),
        (Outcome::Status(423, None), &[]),
        (Outcome::Status(429, None), &[Read, Token, Assign]),
        (Outcome::Status(429, Some(seconds(1))), &[Read, Hunt, Token, Assign]),
        (Outcome::Status(500, None), &[Token]),
        (Outcome::Status(501, None), &[]),
        (Outcome::Status(502, None), &[Read, Hunt, Token]),
        (Outcome::Status(503, None), &[Read, Hunt, Token, Assign]),
        (Outcome::Status(504, None), &[Read, Hunt, Token]),
        (Outcome::Status(509, None), &[]),
        (Outcome::Unsent, &[Read, Hunt, Token, Assign]),
        (Outcome::Broken, &[Read, Hunt, Token]),
        (Outcome::Final, &[]),
    ];
    for (outcome, repeated) in cases {
        for effect in [Read, Hunt, Token, Assign, Write] {
            assert_eq!(repeats(effect, outcome), repeated.contains(&effect), "{effect:?} {outcome:?}");
        }
    }
}

#[test]
fn repeats_three_times_at_most() {
    for (repeats, expected) in [(0, true), (1, true), (2, true), (3, false), (4, false)] {
        let progress = Progress { repeats, ..Progress::default() };
        let wait = wait(Effect::Read, Outcome::Status(503, None), progress, PLENTY, 0);
        assert_eq!(wait.is_some(), expected, "{repeats}");
    }
}

#[test]
fn repeats_the_504_of_a_hunt_once() {
    let second = Progress { repeats: 1, gateway_timeouts: 1, ..Progress::default() };
    assert_eq!(wait(Effect::Hunt, Outcome::Status(504, None), second, PLENTY, 0), None);
    assert!(wait(Effect::Read, Outcome::Status(504, None), second, PLENTY, 0).is_some());
    // A 503 in between does not use it up.
    let after_503 = Progress { repeats: 1, ..Progress::default() };
    assert!(wait(Effect::Hunt, Outcome::Status(504, None), after_503, PLENTY, 0).is_some());
}

#[test]
fn repeats_a_broken_hunt_once() {
    let mut progress = Progress::default();
    progress.count(Outcome::Broken);
    assert_eq!(progress, Progress { repeats: 1, broken: 1, gateway_timeouts: 0 });
    assert_eq!(wait(Effect::Hunt, Outcome::Broken, progress, PLENTY, 0), None);
    assert!(wait(Effect::Read, Outcome::Broken, progress, PLENTY, 0).is_some());
    // It does not use up the others.
    assert!(wait(Effect::Hunt, Outcome::Status(504, None), progress, PLENTY, 0).is_some());
}

#[test]
fn retry_after_is_obeyed_and_floored() {
    for (said, waited) in [(0, WAIT_MIN), (1, seconds(1)), (10, seconds(10)), (59, seconds(59))] {
        let outcome = Outcome::Status(429, Some(seconds(said)));
        assert_eq!(wait(Effect::Read, outcome, Progress::default(), PLENTY, LONGEST), Some(waited), "{said}");
    }
}

#[test]
fn a_wait_without_time_for_an_attempt_is_not_begun() {
    for said in [60, 3600, u64::MAX] {
        let outcome = Outcome::Status(429, Some(seconds(said)));
        assert_eq!(wait(Effect::Read, outcome, Progress::default(), PLENTY, 0), None, "{said}");
    }
    let outcome = Outcome::Status(503, None);
    assert_eq!(wait(Effect::Read, outcome, Progress::default(), Duration::from_millis(1499), 0), None);
    assert_eq!(wait(Effect::Read, outcome, Progress::default(), Duration::from_millis(1500), 0), Some(WAIT_MIN));
}

#[test]
fn back_off_doubles_with_full_jitter() {
    let waited = |repeats, jitter| {
        wait(Effect::Read, Outcome::Unsent, Progress { repeats, ..Progress::default() }, PLENTY, jitter)
            .map(|span| span.as_millis())
    };
    assert_eq!([waited(0, LONGEST), waited(1, LONGEST), waited(2, LONGEST)], [Some(999), Some(1999), Some(3999)]);
    assert_eq!(waited(2, u64::MAX / 2), Some(1999));
    // The shortest wait applies here too.
    assert_eq!([waited(0, 0), waited(2, 0)], [Some(500), Some(500)]);
}

#[test]
fn reads_retry_after() {
    let now = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT
    for (value, expected) in [
        ("10", Some(seconds(10))),
        (" 7 ", Some(seconds(7))),
        ("0", Some(seconds(0))),
        ("99999999999999999999999", Some(seconds(u64::MAX))),
        ("Sun, 06 Nov 1994 08:50:07 GMT", Some(seconds(30))),
        ("Sun, 06 Nov 1994 08:49:00 GMT", Some(seconds(0))),
        // Values that Graph has sent.
        ("30,120", Some(seconds(30))),
        ("3, 120", Some(seconds(3))),
        ("2.542", Some(seconds(3))),
        ("0.249", Some(seconds(1))),
        ("2.000", Some(seconds(2))),
        ("2.542,30", Some(seconds(3))),
        ("18446744073709551615.9", Some(seconds(u64::MAX))),
        ("Sun, 06 Nov 1994 08:50:07 GMT, 120", Some(seconds(30))),
        ("", None),
        (",5", None),
        ("-5", None),
        (".5", Some(seconds(1))),
        (".", None),
        ("1.5.2", None),
        ("1e3", None),
        ("5s", None),
        ("soon", None),
        ("soon, 30", None),
    ] {
        assert_eq!(parse_retry_after(value, now), expected, "{value}");
    }
}
