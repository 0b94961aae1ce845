//! Tables that fit the terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, TableComponent, Width,
};
use jiff::{Timestamp, Unit};

use crate::cli::terminal::Terminal;
use crate::cli::visible;

/// A table with a header. Cells that are too long wrap.
pub(crate) fn new(header: &[&str], terminal: &Terminal) -> Table {
    let mut table = bare(terminal);
    table.set_style(TableComponent::HeaderLines, '─');
    table.set_header(header.iter().map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
    table
}

/// A table without lines, for labels and values.
pub(crate) fn bare(terminal: &Terminal) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(terminal.width).unwrap_or(u16::MAX));
    // Colours are decided in one place for all output.
    if terminal.colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// Width of the labels of facts.
pub(crate) const LABEL_WIDTH: u16 = 16;

/// A label and a value on each line; empty values are left out.
pub(crate) fn facts(facts: Vec<(&str, Cell)>, terminal: &Terminal) -> String {
    let mut table = bare(terminal);
    for (label, value) in facts.into_iter().filter(|(_, value)| !value.content().is_empty()) {
        table.add_row([Cell::new(label).add_attribute(Attribute::Dim), value]);
    }
    if let Some(labels) = table.column_mut(0) {
        labels.set_constraint(ColumnConstraint::Absolute(Width::Fixed(LABEL_WIDTH)));
    }
    text(&table)
}

/// A line below the facts with a link, if there is one: within the table, it would wrap.
pub(crate) fn link(label: &str, link: &str, terminal: &Terminal) -> Option<String> {
    let label = format!(" {label:<0$}", usize::from(LABEL_WIDTH));
    (!link.is_empty()).then(|| format!("{}{}", terminal.text(label).dim(), visible::line(link)))
}

/// Lets only this column wrap.
pub(crate) fn wrap_only(wrapping: usize, table: &mut Table) {
    for (_, column) in table.column_iter_mut().enumerate().filter(|(index, _)| *index != wrapping) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
}

/// The text of a table, without trailing blanks.
pub(crate) fn text(table: &Table) -> String {
    table.trim_fmt()
}

/// A number, right-aligned.
pub(crate) fn number(text: &str) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A severity in its colour.
pub(crate) fn severity(text: &str) -> Cell {
    match text {
        "high" => Cell::new(text).fg(Color::Red).add_attribute(Attribute::Bold),
        "medium" => Cell::new(text).fg(Color::Yellow),
        "low" => Cell::new(text).fg(Color::Cyan),
        _ => Cell::new(text).add_attribute(Attribute::Dim),
    }
}

/// A status in its colour.
pub(crate) fn status(text: &str) -> Cell {
    match text {
        "resolved" => Cell::new(text).fg(Color::Green),
        "redirected" => Cell::new(text).add_attribute(Attribute::Dim),
        _ => Cell::new(text),
    }
}

/// A text on one line, cut to a number of columns.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    console::truncate_str(&line, columns, "…").into_owned()
}

/// An RFC 3339 time to the minute.
pub(crate) fn minute(time: &str) -> String {
    shortened(time, 16)
}

/// An RFC 3339 time to the second.
pub(crate) fn second(time: &str) -> String {
    shortened(time, 19)
}

/// How long ago an RFC 3339 time was, in the unit that gives a small number.
pub(crate) fn age(time: &str, now: Timestamp) -> String {
    let Some(seconds) = time.parse().ok().and_then(|then: Timestamp| now.since(then).ok()?.total(Unit::Second).ok())
    else {
        return time.to_owned();
    };
    match seconds {
        ..3_600.0 => format!("{:.0} min", seconds / 60.0),
        3_600.0..172_800.0 => format!("{:.0} h", seconds / 3_600.0),
        _ => format!("{:.0} days", seconds / 86_400.0),
    }
}

fn shortened(time: &str, length: usize) -> String {
    match (time.get(..10), time.as_bytes().get(10), time.get(11..length)) {
        (Some(date), Some(b'T'), Some(clock)) => format!("{date} {clock}"),
        _ => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_to_the_minute() {
        assert_eq!(minute("2026-02-15T08:09:10.1234567Z"), "2026-02-15 08:09");
        assert_eq!(minute("yesterday"), "yesterday");
    }

    #[test]
    fn ages_are_small_numbers() {
        let now = "2026-02-15T12:00:00Z".parse().unwrap();
        assert_eq!(age("2026-02-15T11:59:50Z", now), "0 min");
        assert_eq!(age("2026-02-15T11:18:00Z", now), "42 min");
        assert_eq!(age("2026-02-14T12:00:00.1234567Z", now), "24 h");
        assert_eq!(age("2026-02-01T12:00:00Z", now), "14 days");
        assert_eq!(age("", now), "");
    }

    #[test]
    fn long_texts_are_cut_on_one_line() {
        assert_eq!(cut("one\ntwo  three", 9), "one two …");
    }
}
