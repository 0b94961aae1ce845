//! Checks the time span of a hunt: the service accepts five ISO 8601 forms.
//!
//! Source: <https://learn.microsoft.com/graph/api/security-security-runhuntingquery>.

use crate::text::datetime::{Timestamp, parse_rfc3339};

/// The service's default, which is also how far its native tables reach back.
pub const DEFAULT: &str = "P30D";
const REACH_SECONDS: i64 = 30 * 86_400;
const WARNING: &str =
    "time_span reaches back more than 30 days, which is what Defender tables hold; only Sentinel tables go further";
const FORMS: &str =
    "allowed: a duration (P30D), a start (2024-02-01T08:00:00Z), start/end, start/duration or duration/end";

/// Checks a time span; it is sent as written. Returns a warning when it reaches back further than the tables do.
///
/// # Errors
/// What is wrong; the caller puts the field's name and value in front.
pub fn check(span: &str, unix_seconds: u64) -> Result<Option<&'static str>, String> {
    let now = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
    let wrong = || format!("is not a time span; {FORMS}");
    let start = match span.split_once('/') {
        None => match part(span).ok_or_else(wrong)? {
            Part::Duration(seconds) => now.saturating_sub(seconds),
            Part::Instant(start) => start.unix_seconds,
        },
        Some((first, second)) => match (part(first).ok_or_else(wrong)?, part(second).ok_or_else(wrong)?) {
            (Part::Instant(start), Part::Instant(end)) if end < start => {
                return Err("ends before it starts".to_owned());
            }
            (Part::Instant(start), _) => start.unix_seconds,
            (Part::Duration(seconds), Part::Instant(end)) => end.unix_seconds.saturating_sub(seconds),
            (Part::Duration(_), Part::Duration(_)) => return Err(wrong()),
        },
    };
    Ok((now.saturating_sub(start) > REACH_SECONDS).then_some(WARNING))
}

enum Part {
    Instant(Timestamp),
    /// In seconds, with years of 365 and months of 30 days.
    Duration(i64),
}

fn part(text: &str) -> Option<Part> {
    match text.strip_prefix('P') {
        Some(rest) => duration(rest).map(Part::Duration),
        None => parse_rfc3339(text).map(Part::Instant),
    }
}

/// `1Y2M3W4DT5H6M7.5S`: at least one part, in this order.
fn duration(text: &str) -> Option<i64> {
    const DATE: &[(char, i64)] = &[('Y', 365 * 86_400), ('M', 30 * 86_400), ('W', 7 * 86_400), ('D', 86_400)];
    const TIME: &[(char, i64)] = &[('H', 3600), ('M', 60), ('S', 1)];
    match text.split_once('T') {
        None => units(text, DATE),
        Some(("", time)) => units(time, TIME),
        Some((date, time)) => units(date, DATE)?.checked_add(units(time, TIME)?),
    }
}

fn units(text: &str, mut units: &[(char, i64)]) -> Option<i64> {
    let mut rest = text;
    let mut total = 0_i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|character: char| character.is_ascii_alphabetic())?;
        let (number, unit) = rest.split_at_checked(end)?;
        let letter = unit.chars().next()?;
        let at = units.iter().position(|(name, _)| *name == letter)?;
        let seconds = units.get(at)?.1;
        units = units.get(at + 1..)?;
        rest = unit.get(1..)?;
        let whole = match number.split_once('.') {
            Some((whole, fraction)) if letter == 'S' && is_digits(fraction) => whole,
            Some(_) => return None,
            None => number,
        };
        if !is_digits(whole) {
            return None;
        }
        total = total.checked_add(whole.parse::<i64>().ok()?.checked_mul(seconds)?)?;
    }
    Some(total)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-02-15T08:00:00Z
    const NOW: u64 = 1_707_984_000;

    #[test]
    fn accepts_the_five_forms() {
        for span in [
            "2024-02-01T08:00:00Z/2024-02-15T08:00:00Z",
            "P14D/2024-02-15T08:00:00Z",
            "2024-02-01T08:00:00Z/P30D",
            "P30D",
            "2024-02-01T08:00:00Z",
            "P1D",
            "PT12H",
            "P1DT2H30M",
            "PT90.5S",
            "P2W",
            "P0D",
            "2024-02-01T08:00:00+01:00",
        ] {
            assert_eq!(check(span, NOW), Ok(None), "{span}");
        }
    }

    #[test]
    fn warns_beyond_thirty_days() {
        for span in [
            "P31D",
            "P30DT1S",
            "P90D",
            "P1Y",
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00Z/P1D",
            "2023-01-01T00:00:00Z/2024-01-01T00:00:00Z",
            "P30D/2024-02-14T00:00:00Z",
        ] {
            assert_eq!(check(span, NOW), Ok(Some(WARNING)), "{span}");
        }
    }

    #[test]
    fn refuses_other_forms() {
        for span in [
            "30d",
            "P",
            "PT",
            "P1DT",
            "PD",
            "P1",
            "1D",
            "-P1D",
            "P-1D",
            "P1.5D",
            "P1D2W",
            "PT1M1H",
            "p1d",
            "P1D/P1D",
            "/P1D",
            "P1D/",
            "P1D/2024-02-15T08:00:00Z/P1D",
            "2024-02-01",
            "yesterday",
            "P99999999999999999999D",
            "P9223372036854775807W",
        ] {
            assert_eq!(check(span, NOW), Err(format!("is not a time span; {FORMS}")), "{span}");
        }
        let backwards = "2024-02-15T08:00:00Z/2024-02-01T08:00:00Z";
        assert_eq!(check(backwards, NOW), Err("ends before it starts".to_owned()));
    }
}
