//! Literals of `$filter` without quotes, and the names of types in errors.
//! Needed because a literal of the wrong type and a name have different errors.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use super::entity::Kind;

/// The type of a literal; `None` for a word that is a name.
pub(super) fn bare_type(word: &str) -> Option<&'static str> {
    if word == "true" || word == "false" {
        return Some("Edm.Boolean");
    }
    if word.parse::<i32>().is_ok() {
        return Some("Edm.Int32");
    }
    if word.parse::<i64>().is_ok() {
        return Some("Edm.Int64");
    }
    if is_date(word) {
        return Some("Edm.Date");
    }
    if time(word).is_some() {
        return Some("Edm.DateTimeOffset");
    }
    if word.len() == 36 && uuid::Uuid::parse_str(word).is_ok() {
        return Some("Edm.Guid");
    }
    let is_number = word.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit());
    (is_number && word.parse::<f64>().is_ok()).then_some("Edm.Double")
}

/// The type of a property.
pub(super) fn property_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "Edm.String",
        Kind::Time => "Edm.DateTimeOffset",
        Kind::Member(vocabulary) => vocabulary.name,
        Kind::Other => "Edm.Untyped",
    }
}

fn is_date(word: &str) -> bool {
    word.len() == 10 && word.parse::<Date>().is_ok()
}

/// A date-time with its zone, or a date, which means its midnight in UTC.
pub(super) fn time(word: &str) -> Option<Timestamp> {
    if is_date(word) {
        return Offset::UTC.to_timestamp(word.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    }
    // Seconds may be left out (OData ABNF, dateTimeOffsetValue).
    let minutes = word.split_at_checked("2026-01-01T00:00".len()).filter(|(_, zone)| !zone.starts_with([':', '.']));
    match minutes {
        Some((local, "Z")) => Offset::UTC.to_timestamp(local.parse::<DateTime>().ok()?).ok(),
        _ => word.parse().ok(),
    }
}
