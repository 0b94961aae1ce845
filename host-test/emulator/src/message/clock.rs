//! Time in the formats of Graph and Entra ID.
//! Graph keeps ticks of 100 ns, so an instant is cut to seven fractional digits before anyone sees it.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

const NANOSECONDS_PER_TICK: i128 = 100;

/// The current time, in whole ticks.
pub(crate) fn now() -> Timestamp {
    whole_ticks(Timestamp::now())
}

/// Cuts an instant to seven fractional digits.
pub(crate) fn whole_ticks(at: Timestamp) -> Timestamp {
    let ticks = at.as_nanosecond().div_euclid(NANOSECONDS_PER_TICK);
    Timestamp::from_nanosecond(ticks * NANOSECONDS_PER_TICK).unwrap_or(at)
}

/// The instant 100 ns later.
pub(crate) fn next_tick(at: Timestamp) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_nanos(100)).unwrap_or(at)
}

/// An instant some seconds away, or the end of the calendar.
pub(crate) fn shift(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// `2026-02-25T16:29:33.1Z`: up to seven digits, trailing zeros dropped.
pub(crate) fn graph(at: Timestamp) -> String {
    at.to_string()
}

/// `2024-02-02T19:22:43`: the zoneless UTC of `innerError.date`.
pub(crate) fn inner_error(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2022-03-02 18:25:26Z`, the form of Entra ID's errors.
pub(crate) fn entra(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `2024-10-02T22:05:03.6755165Z`, always with seven digits: how Entra ID tells an assertion's times.
pub(crate) fn assertion(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string()
}

/// `06/29/2023 21:13:15`: how Entra ID tells a certificate's times.
pub(crate) fn certificate(at: Timestamp) -> String {
    at.strftime("%m/%d/%Y %H:%M:%S").to_string()
}

/// `Mon, 22 Jan 2026 12:09:23 GMT`, for the Date header.
pub(crate) fn http(at: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_each_format_as_the_service_does() {
        let at: Timestamp = "2026-01-22T12:09:23.143333300Z".parse().unwrap();
        assert_eq!(graph(at), "2026-01-22T12:09:23.1433333Z");
        assert_eq!(inner_error(at), "2026-01-22T12:09:23");
        assert_eq!(entra(at), "2026-01-22 12:09:23Z");
        assert_eq!(assertion(at), "2026-01-22T12:09:23.1433333Z");
        assert_eq!(assertion(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(certificate(at), "01/22/2026 12:09:23");
        assert_eq!(http(at), "Thu, 22 Jan 2026 12:09:23 GMT");
    }

    #[test]
    fn drops_trailing_zeros_and_an_empty_fraction() {
        assert_eq!(graph("2026-02-25T16:29:33.1000000Z".parse().unwrap()), "2026-02-25T16:29:33.1Z");
        assert_eq!(graph("2026-02-25T16:29:33.0Z".parse().unwrap()), "2026-02-25T16:29:33Z");
    }

    #[test]
    fn cuts_an_instant_to_ticks() {
        assert_eq!(
            graph(whole_ticks("2026-02-25T16:29:33.123456789Z".parse().unwrap())),
            "2026-02-25T16:29:33.1234567Z"
        );
    }
}
