//! Rows of a hunting query: a table of the columns that fit, or a single row in full.

use comfy_table::{Attribute, Cell, CellAlignment};
use serde_json::Value;

use super::table;
use crate::cli::figure::plural;
use crate::cli::terminal::Terminal;

/// Rows shown; `--json` or a narrower query gives the rest.
const MAX_ROWS: usize = 50;
/// A column is readable at this width, or at its full width if that is less.
const COMFORTABLE_WIDTH: usize = 16;
/// Longer values are cut in a table.
const MAX_CELL_WIDTH: usize = 90;
/// Hexadecimal values of at least this length are hashes and ids, which are of little use in a table.
const IDENTIFIER_LENGTH: usize = 32;

/// The rows of an answer with their columns.
pub(crate) struct Rows<'a> {
    columns: Vec<&'a str>,
    rows: &'a [Value],
}

impl<'a> Rows<'a> {
    /// The rows, if the data has any: a schema and results, in any case.
    pub(crate) fn of(data: &'a Value) -> Option<Self> {
        let member = |name: &str| {
            let mut members = data.as_object()?.iter();
            members.find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_array())
        };
        let (schema, rows) = (member("schema")?, member("results")?);
        let name = |column: &'a Value| column.get("name").or_else(|| column.get("Name")).and_then(Value::as_str);
        Some(Self { columns: schema.iter().filter_map(name).collect(), rows })
    }

    pub(crate) fn show(&self, terminal: &Terminal) -> String {
        let filled = self.filled();
        let (text, columns) = match self.rows {
            [] => return format!("no rows (columns: {})", self.columns.join(", ")),
            [row] => (record(row, &filled, terminal), filled.len()),
            _ => {
                let fitting = self.fitting(&filled, terminal.width);
                (self.table(&fitting, terminal), fitting.len())
            }
        };
        let mut left_out = Vec::new();
        if self.rows.len() > MAX_ROWS {
            left_out.push(plural((self.rows.len() - MAX_ROWS) as u64, "more row"));
        }
        if filled.len() > columns {
            left_out.push(plural((filled.len() - columns) as u64, "more column"));
        }
        if left_out.is_empty() {
            return text;
        }
        let note = format!(" {} with --json", left_out.join(" and "));
        format!("{text}\n{}", terminal.text(note).dim())
    }

    /// Columns that have a value in some row.
    fn filled(&self) -> Vec<&'a str> {
        let has_value = |column: &&str| self.rows.iter().any(|row| !cell(row, column).is_empty());
        self.columns.iter().copied().filter(has_value).collect()
    }

    /// The first columns that are readable side by side, those with hashes and ids last.
    fn fitting(&self, columns: &[&'a str], width: usize) -> Vec<&'a str> {
        let wanted = |column: &str| {
            let widths = self.shown().map(|row| console::measure_text_width(&cell(row, column)));
            widths.max().unwrap_or(0).max(console::measure_text_width(column)).min(COMFORTABLE_WIDTH) + 2
        };
        let mut readable = columns.to_vec();
        readable.sort_by_key(|column| self.shown().all(|row| is_identifier(&cell(row, column))));
        let mut taken = 0;
        readable.retain(|column| {
            taken += wanted(column);
            taken <= width
        });
        readable
    }

    fn table(&self, columns: &[&str], terminal: &Terminal) -> String {
        let mut table = table::new(columns, terminal);
        for row in self.shown() {
            table.add_row(columns.iter().map(|column| table::cut(&cell(row, column), MAX_CELL_WIDTH)));
        }
        for (index, name) in columns.iter().enumerate() {
            let numbers =
                self.shown().all(|row| row.get(name).is_none_or(|value| value.is_number() || value.is_null()));
            if let Some(column) = table.column_mut(index).filter(|_| numbers) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table::text(&table)
    }

    fn shown(&self) -> impl Iterator<Item = &'a Value> {
        self.rows.iter().take(MAX_ROWS)
    }
}

/// One row, a line for each column.
fn record(row: &Value, columns: &[&str], terminal: &Terminal) -> String {
    let mut table = table::bare(terminal);
    for column in columns {
        table.add_row([Cell::new(column).add_attribute(Attribute::Dim), Cell::new(cell(row, column))]);
    }
    table::text(&table)
}

fn is_identifier(text: &str) -> bool {
    text.len() >= IDENTIFIER_LENGTH && text.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-')
}

fn cell(row: &Value, column: &str) -> String {
    match row.get(column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if column.to_ascii_lowercase().contains("time") => table::second(text),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(data: &Value, width: usize) -> String {
        Rows::of(data).unwrap().show(&Terminal::plain(width))
    }

    #[test]
    fn columns_that_fit_make_a_table() {
        let rows =
            json!([{"Device": "pc-1", "Empty": null, "Id": "0".repeat(40)}, {"Device": "pc-2", "Id": "1".repeat(40)}]);
        let data = json!({"schema": [{"name": "Id"}, {"name": "Device", "type": "String"}, {"name": "Empty"}], "results": rows});
        assert_eq!(shown(&data, 20).lines().next(), Some(" Device"));
        assert!(shown(&data, 20).ends_with(" 1 more column with --json"));
        assert_eq!(shown(&data, 100).lines().next(), Some(" Device  Id"));
    }

    #[test]
    fn one_row_is_shown_in_full() {
        let names: Vec<String> = (0..20).map(|index| format!("Column{index}")).collect();
        let schema: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        let row: Value = names.iter().map(|name| (name.clone(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(shown(&json!({"schema": schema, "results": [row]}), 60).lines().count(), 20);
    }

    #[test]
    fn many_rows_are_cut() {
        let rows = vec![json!({"A": 1}); MAX_ROWS + 1];
        assert!(shown(&json!({"schema": [{"name": "A"}], "results": rows}), 60).ends_with(" 1 more row with --json"));
    }

    #[test]
    fn no_rows_still_show_the_columns() {
        let data = json!({"Schema": [{"Name": "A"}], "Results": []});
        assert_eq!(shown(&data, 80), "no rows (columns: A)");
    }
}
