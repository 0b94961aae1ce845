//! Values and their types, and rows of them.
//! Strings are never null in Kusto, only empty; everything else may be null.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;

/// A type of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Long,
    Real,
    String,
    DateTime,
    TimeSpan,
    Dynamic,
}

impl Kind {
    /// The name in a hunting answer's schema: .NET's.
    pub(crate) fn schema_name(self) -> &'static str {
        match self {
            Self::Bool => "SByte",
            Self::Int => "Int32",
            Self::Long => "Int64",
            Self::Real => "Double",
            Self::String => "String",
            Self::DateTime => "DateTime",
            Self::TimeSpan => "TimeSpan",
            Self::Dynamic => "Object",
        }
    }

    /// The name in the engine's own messages.
    pub(crate) fn kusto_name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::String => "string",
            Self::DateTime => "datetime",
            Self::TimeSpan => "timespan",
            Self::Dynamic => "dynamic",
        }
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real)
    }
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    /// Of both integer types.
    Long(i64),
    Real(f64),
    String(Arc<str>),
    DateTime(Timestamp),
    /// In ticks of 100 ns.
    TimeSpan(i64),
    Dynamic(Arc<Value>),
}

impl Cell {
    pub(crate) fn count(count: usize) -> Self {
        i64::try_from(count).map_or(Self::Null, Self::Long)
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// The text of a string; of other values, what `tostring` makes of them.
    pub(crate) fn text(&self) -> Arc<str> {
        match self {
            Self::String(text) => text.clone(),
            Self::Null => "".into(),
            Self::Bool(value) => if *value { "True" } else { "False" }.into(),
            Self::Long(value) => value.to_string().into(),
            Self::Real(value) => value.to_string().into(),
            Self::DateTime(at) => date_time_text(*at).into(),
            Self::TimeSpan(ticks) => timespan_text(*ticks).into(),
            Self::Dynamic(value) => match value.as_ref() {
                Value::String(text) => text.as_str().into(),
                other => other.to_string().into(),
            },
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "mixing long and real loses the same digits in Kusto")]
            Self::Long(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            Self::Bool(value) => Some(f64::from(*value)),
            _ => None,
        }
    }

    /// The order of two values; `None` if one is null.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => None,
            (Self::Bool(left), Self::Bool(right)) => Some(left.cmp(right)),
            (Self::Long(left), Self::Long(right)) | (Self::TimeSpan(left), Self::TimeSpan(right)) => {
                Some(left.cmp(right))
            }
            (Self::DateTime(left), Self::DateTime(right)) => Some(left.cmp(right)),
            _ => match (self.number(), other.number()) {
                // Total, because a sort must have an order for not-a-number too.
                (Some(left), Some(right)) => Some(left.total_cmp(&right)),
                _ => Some(self.text().cmp(&other.text())),
            },
        }
    }
}

/// `2024-02-01T08:00:00.0000000Z`: always seven digits.
fn date_time_text(at: Timestamp) -> String {
    let local = Offset::UTC.to_datetime(at);
    format!("{}.{:07}Z", local.strftime("%Y-%m-%dT%H:%M:%S"), local.subsec_nanosecond() / 100)
}

/// `1.02:03:04.5670000`, as .NET writes a time span.
pub(crate) fn timespan_text(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let (seconds, fraction) = (ticks.unsigned_abs() / 10_000_000, ticks.unsigned_abs() % 10_000_000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = if fraction > 0 { format!(".{fraction:07}") } else { String::new() };
    format!("{sign}{days}{hours:02}:{minutes:02}:{:02}{fraction}", seconds % 60)
}

/// An instant some ticks away.
pub(crate) fn add_ticks(at: Timestamp, ticks: i64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at.as_nanosecond() + i128::from(ticks) * 100).ok()
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::String(text.as_str().into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Long(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Self {
        Self::DateTime(at)
    }
}

pub(crate) type Row = Vec<Cell>;

/// Name and type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// A table, or what a step of a query made of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    pub(crate) columns: Vec<Column>,
    /// Columns that the service has here and the emulator lacks.
    pub(crate) absent: Vec<&'static str>,
    pub(crate) rows: Vec<Row>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_time_spans_like_dotnet() {
        assert_eq!(timespan_text(36_000_000_000), "01:00:00");
        assert_eq!(timespan_text(-10_000_000 * 90_061), "-1.01:01:01");
        assert_eq!(timespan_text(15_000_000), "00:00:01.5000000");
    }

    #[test]
    fn writes_dates_with_seven_digits() {
        let at = Cell::DateTime("2024-02-01T08:00:00.5Z".parse().unwrap());
        assert_eq!(at.text().as_ref(), "2024-02-01T08:00:00.5000000Z");
    }

    #[test]
    fn compares_numbers_of_both_kinds_and_never_null() {
        assert_eq!(Cell::Long(2).compare(&Cell::Real(1.5)), Some(Ordering::Greater));
        assert_eq!(Cell::Null.compare(&Cell::Null), None);
        assert_eq!(Cell::Real(f64::NAN).compare(&Cell::Real(f64::NAN)), Some(Ordering::Equal));
    }
}
