//! The five ISO 8601 forms of a hunt's Timespan.
//! A malformed one is refused; how the service words that is not public.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The default: 30 days back.
pub(crate) const DEFAULT_TIMESPAN: &str = "P30D";

/// From when to when, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

/// Reads any of the forms; `None` for any other text.
pub(crate) fn read(text: &str, now: Timestamp) -> Option<Interval> {
    let (start, end) = match text.split_once('/') {
        None => match (instant(text), duration(text)) {
            (Some(start), _) => (start, now),
            (None, Some(span)) => (after(now, -span)?, now),
            (None, None) => return None,
        },
        Some((first, second)) => match (instant(first), duration(first), instant(second), duration(second)) {
            (Some(start), _, Some(end), _) => (start, end),
            (_, Some(span), Some(end), _) => (after(end, -span)?, end),
            (Some(start), _, _, Some(span)) => (start, after(start, span)?),
            _ => return None,
        },
    };
    (start <= end).then_some(Interval { start, end })
}

fn instant(text: &str) -> Option<Timestamp> {
    if text.starts_with(['P', 'p', '-', '+']) { None } else { text.parse().ok() }
}

fn duration(text: &str) -> Option<Span> {
    // The library also reads phrases such as "3 days"; the service does not.
    if !text.starts_with('P') {
        return None;
    }
    text.parse::<Span>().ok().filter(|span| !span.is_negative())
}

/// Months and years have no fixed length: they are counted on the calendar.
fn after(at: Timestamp, span: Span) -> Option<Timestamp> {
    at.to_zoned_datetime(TimeZone::UTC).checked_add(span).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2024-03-01T12:00:00Z";

    #[track_caller]
    fn reads(text: &str, start: &str, end: &str) {
        let expected = Interval { start: start.parse().unwrap(), end: end.parse().unwrap() };
        assert_eq!(read(text, NOW.parse().unwrap()), Some(expected), "{text}");
    }

    #[test]
    fn reads_the_five_forms() {
        reads("2024-02-01T08:00:00Z/2024-02-15T08:00:00Z", "2024-02-01T08:00:00Z", "2024-02-15T08:00:00Z");
        reads("P30D/2024-02-15T08:00:00Z", "2024-01-16T08:00:00Z", "2024-02-15T08:00:00Z");
        reads("2024-02-01T08:00:00Z/P7D", "2024-02-01T08:00:00Z", "2024-02-08T08:00:00Z");
        reads("P30D", "2024-01-31T12:00:00Z", NOW);
        reads("2024-02-01T08:00:00Z", "2024-02-01T08:00:00Z", NOW);
    }

    #[test]
    fn reads_every_unit() {
        reads("P1M", "2024-02-01T12:00:00Z", NOW);
        reads("P1Y", "2023-03-01T12:00:00Z", NOW);
        reads("P2W", "2024-02-16T12:00:00Z", NOW);
        reads("P1DT2H30M", "2024-02-29T09:30:00Z", NOW);
        reads("PT90S", "2024-03-01T11:58:30Z", NOW);
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "30",
            "30d",
            "3 days",
            "P",
            "P1",
            "-P1D",
            "P1D/P2D",
            "P1D/",
            "/P1D",
            "2024-02-01",
            "yesterday",
            "2024-02-15T08:00:00Z/2024-02-01T08:00:00Z",
            "P1D/2024-02-15T08:00:00Z/P1D",
        ] {
            assert_eq!(read(text, NOW.parse().unwrap()), None, "{text}");
        }
    }
}
