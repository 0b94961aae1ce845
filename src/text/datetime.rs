//! Reads HTTP and RFC 3339 dates without `std::time`, whose clock panics on this target.

/// A comparable point in time: seconds since 1970 and the fraction in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
    /// Fraction, below 1,000,000,000.
    pub nanoseconds: u32,
}

/// Reads an RFC 3339 date and time with `Z` or an offset, and any number of fractional digits (Graph writes 0 to 7).
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let shape = separators.iter().all(|(at, byte)| bytes.get(*at) == Some(byte))
        && matches!(bytes.get(10), Some(b'T' | b't' | b' '));
    if !shape {
        return None;
    }
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    let date = Date { year: number(0, 4)?, month: number(5, 7)?, day: number(8, 10)? };
    let seconds = seconds_of_day(number(11, 13)?, number(14, 16)?, number(17, 19)?)?;
    let (nanoseconds, zone) = fraction(text.get(19..)?)?;
    let offset = match zone.as_bytes() {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (digits(zone.get(1..3)?)?, digits(zone.get(4..6)?)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    Some(Timestamp { unix_seconds: date.days()? * 86_400 + seconds - offset, nanoseconds })
}

/// Graph's resolution: 100 nanoseconds.
const TICKS_PER_SECOND: i64 = 10_000_000;

impl Timestamp {
    /// 100 nanoseconds since 1970.
    pub fn ticks(self) -> i64 {
        self.unix_seconds.saturating_mul(TICKS_PER_SECOND).saturating_add(i64::from(self.nanoseconds / 100))
    }
}

/// Ticks of whole seconds.
pub fn ticks_of(seconds: i64) -> i64 {
    seconds.saturating_mul(TICKS_PER_SECOND)
}

/// Writes ticks as RFC 3339, as Graph does: up to seven digits, without trailing zeros.
pub fn rfc3339(ticks: i64) -> String {
    let (seconds, fraction) = (ticks.div_euclid(TICKS_PER_SECOND), ticks.rem_euclid(TICKS_PER_SECOND));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years start in March, so that the leap day is the last one; an era has 400 of them.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = format!(".{fraction:07}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Reads an HTTP date in its preferred form, `Sun, 06 Nov 1994 08:49:37 GMT`, as seconds since 1970.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>.
pub fn parse_http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let day = digits(parts.next()?)?;
    let name = parts.next()?;
    let month = MONTHS.iter().zip(1..).find(|(month, _)| month.eq_ignore_ascii_case(name))?.1;
    let year = digits(parts.next()?)?;
    let mut clock = parts.next()?.split(':');
    let seconds = seconds_of_day(digits(clock.next()?)?, digits(clock.next()?)?, digits(clock.next()?)?)?;
    if parts.next() != Some("GMT") || parts.next().is_some() || clock.next().is_some() {
        return None;
    }
    Some(Date { year, month, day }.days()? * 86_400 + seconds)
}

struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// Days since 1970-01-01 in the Gregorian calendar; `None` when the day does not exist.
    fn days(&self) -> Option<i64> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let length = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=length).contains(&self.day) || !(0..=9999).contains(&self.year) {
            return None;
        }
        // Years start in March, so that the leap day is the last one.
        let (year, month) = if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        let day_of_year = (153 * month + 2) / 5 + self.day - 1;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        Some(year * 365 + leap_days + day_of_year - 719_468)
    }
}

fn seconds_of_day(hours: i64, minutes: i64, seconds: i64) -> Option<i64> {
    // 60 is a leap second.
    (hours < 24 && minutes < 60 && seconds <= 60).then_some(hours * 3600 + minutes * 60 + seconds)
}

fn digits(text: &str) -> Option<i64> {
    let valid = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}

/// Nanoseconds of a leading `.123`, and the rest.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, zone) = rest.split_at_checked(length)?;
    if fraction.is_empty() {
        return None;
    }
    let mut nanoseconds = 0;
    for digit in fraction.bytes().chain(std::iter::repeat(b'0')).take(9) {
        nanoseconds = nanoseconds * 10 + u32::from(digit - b'0');
    }
    Some((nanoseconds, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rfc_3339() {
        for (text, unix_seconds, nanoseconds) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("2000-02-29T12:00:00Z", 951_825_600, 0),
            ("2026-02-25T16:29:33.1Z", 1_772_036_973, 100_000_000),
            ("2026-01-22T12:09:23.1433333Z", 1_769_083_763, 143_333_300),
            ("2026-01-22T14:09:23.1234567891+02:00", 1_769_083_763, 123_456_789),
            ("1969-12-31T23:59:59-00:30", 1799, 0),
        ] {
            assert_eq!(parse_rfc3339(text), Some(Timestamp { unix_seconds, nanoseconds }), "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T12:00:00.1Z",
            "2024-12-31T23:59:59.9999999Z",
            "2026-01-22T12:09:23.1433333Z",
            "2026-03-01T00:00:00.000001Z",
            "1969-12-31T23:59:59.5Z",
            "2100-02-28T00:00:00Z",
        ] {
            assert_eq!(rfc3339(parse_rfc3339(text).expect(text).ticks()), text);
        }
        for days in 0..150_000 {
            let text = rfc3339(ticks_of(days * 86_400 - 40_000_000_000));
            assert_eq!(parse_rfc3339(&text).expect("a date").unix_seconds, days * 86_400 - 40_000_000_000, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_date() {
        for text in [
            "",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01",
            "2026-01-01T00:00:00+2:00",
            "2026-01-01T00:00:00+24:00",
            "2026-1-01T00:00:00Z",
            "２026-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn reads_http_dates() {
        assert_eq!(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        for text in
            ["", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT"]
        {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }
}
