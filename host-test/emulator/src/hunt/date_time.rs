//! Dates as Kusto reads them, in `datetime(…)` and `todatetime()`
//! (<https://learn.microsoft.com/kusto/query/scalar-data-types/datetime#supported-formats>).
//! Every date is UTC unless it names another offset.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Year, month, day.
type Date = (i16, i8, i8);

/// Reads any of the documented forms.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    iso(text).or_else(|| rfc(text))
}

/// Whether a text that [`read`] refuses may still be a date to the real engine, which accepts more than is documented.
pub(crate) fn may_be_a_date(text: &str) -> bool {
    let text = text.trim();
    let is_iso = text.len() > 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit()) && text[4..].starts_with('-');
    text.bytes().any(|byte| byte.is_ascii_digit()) && !is_iso
}

/// `2014-11-08`, with `T` or a space before a time.
fn iso(text: &str) -> Option<Timestamp> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let date = (number(parts.next()?, 4..=4)?, number(parts.next()?, 1..=2)?, number(parts.next()?, 1..=2)?);
    if parts.next().is_some() {
        return None;
    }
    at(date, time.unwrap_or("00:00"))
}

/// `Sat, 8 Nov 14 15:05:02 GMT` of RFC 822 and `Saturday, 08-Nov-14 15:05:02 GMT` of RFC 850. The weekday may be left out.
fn rfc(text: &str) -> Option<Timestamp> {
    let text = match text.split_once(", ") {
        Some((day, rest)) if is_weekday(day) => rest.trim_start(),
        Some(_) => return None,
        None => text,
    };
    let separator = if text.split(' ').next()?.contains('-') { '-' } else { ' ' };
    let mut parts = text.splitn(3, separator);
    let (day, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, time) = rest.split_once(' ')?;
    let month = MONTHS.iter().zip(1..).find(|(name, _)| month.eq_ignore_ascii_case(name))?.1;
    at((whole_year(year)?, month, number(day, 1..=2)?), time)
}

fn is_weekday(day: &str) -> bool {
    let day = day.to_ascii_lowercase();
    WEEKDAYS.iter().any(|name| day == *name || day == name[..3])
}

/// Two digits mean a year close to the present. Those that .NET and RFC 2822 read differently are refused.
fn whole_year(text: &str) -> Option<i16> {
    match (text.len(), number(text, 2..=4)?) {
        (4, year) => Some(year),
        (2, year @ 0..=29) => Some(2000 + year),
        (2, year @ 50..=99) => Some(1900 + year),
        _ => None,
    }
}

/// A day and `15:05:02.5 GMT`: seconds and zone may be left out.
fn at((year, month, day): Date, time: &str) -> Option<Timestamp> {
    let end = time.find(|letter: char| !(letter.is_ascii_digit() || ":.".contains(letter))).unwrap_or(time.len());
    let (clock, zone) = time.split_at(end);
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (number(parts.next()?, 1..=2)?, number(parts.next()?, 1..=2)?);
    let (second, fraction) = match parts.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
        None => ("0", "0"),
    };
    let local = DateTime::new(year, month, day, hour, minute, number(second, 1..=2)?, nanoseconds(fraction)?).ok()?;
    offset(zone.trim())?.to_timestamp(local).ok()
}

/// The engine keeps seven digits.
fn nanoseconds(fraction: &str) -> Option<i32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<7.7}").parse::<i32>().ok().map(|ticks| ticks * 100)
}

fn offset(zone: &str) -> Option<Offset> {
    if ["", "Z", "GMT", "UTC"].contains(&zone) {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let (hours, minutes): (i32, i32) = (number(hours, 2..=2)?, number(minutes, 2..=2)?);
    if minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// Digits only, and as many as allowed.
fn number<T: std::str::FromStr>(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<T> {
    let fits = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, expected: &str) {
        assert_eq!(read(text).map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn reads_every_documented_form() {
        for text in [
            "2014-11-08T15:05:00Z",
            "2014-11-08T15:05:00",
            "2014-11-08T15:05",
            "2014-11-08 15:05:00Z",
            "2014-11-08 15:05:00",
            "2014-11-08 15:05",
            "2014-11-8 15:05:00 GMT",
            "2014-11-8T15:05 GMT",
            "2014-11-08T17:05:00+02:00",
            "Sat, 8 Nov 14 15:05:00 GMT",
            "Sat, 8 Nov 14 15:05:00",
            "Sat, 8 Nov 14 15:05",
            "Sat, 8 Nov 2014 15:05 GMT",
            "8 Nov 14 15:05:00 GMT",
            "8 Nov 14 15:05",
            "Saturday, 08-Nov-14 15:05:00 GMT",
            "Saturday, 08-Nov-14 15:05",
            "08-Nov-14 15:05:00 GMT",
            "08-Nov-14 15:05",
        ] {
            reads(text, "2014-11-08T15:05:00Z");
        }
        reads("2014-11-08", "2014-11-08T00:00:00Z");
        reads(" 2014-05-25T08:20:03.123456Z ", "2014-05-25T08:20:03.123456Z");
        reads("2015-12-31 23:59:59.9", "2015-12-31T23:59:59.9Z");
        reads("2015-12-31 23:59:59.123456789", "2015-12-31T23:59:59.1234567Z");
    }

    #[test]
    fn refuses_everything_else() {
        for text in
            ["", "yesterday", "2014-13-01", "2014-11-08T25:00", "2014-11-08 15:05 CET", "12-02-2022", "8 Nov 35 15:05"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn distinguishes_wrong_dates_from_undocumented_forms() {
        assert!(may_be_a_date("12-02-2022") && may_be_a_date("11/8/2014"));
        assert!(!may_be_a_date("yesterday") && !may_be_a_date("2014-13-01") && !may_be_a_date(""));
    }
}
