//! `search "text"`: rows in which any string contains the term.
//! Over all tables it joins their columns, with `$table` in front.

use super::matching::has_term;
use crate::hunt::cell::{Cell, Column, Frame, Kind};
use crate::hunt::table::Tables;
use crate::hunt::timespan::Interval;

pub(crate) fn is_hit(row: &[Cell], text: &str) -> bool {
    row.iter().any(|cell| matches!(cell, Cell::String(value) if has_term(value, text)))
}

/// Searches every table.
pub(crate) fn everywhere(text: &str, tables: &Tables, interval: Interval) -> Frame {
    let columns = vec![Column { name: "$table".into(), kind: Kind::String }];
    let mut found = Frame { columns, ..Frame::default() };
    let frames: Vec<(&'static str, Frame)> = tables.frames(interval);
    found.absent = frames.iter().flat_map(|(_, frame)| frame.absent.iter().copied()).collect();
    for column in frames.iter().flat_map(|(_, frame)| &frame.columns) {
        if !found.columns.iter().any(|known| known.name == column.name) {
            found.columns.push(column.clone());
        }
    }
    for (table, frame) in frames {
        let places: Vec<usize> = frame
            .columns
            .iter()
            .map(|column| found.columns.iter().position(|known| known.name == column.name).unwrap_or_default())
            .collect();
        for row in frame.rows.into_iter().filter(|row| is_hit(row, text)) {
            let mut joined: Vec<Cell> = found.columns.iter().map(|column| empty(column.kind)).collect();
            joined[0] = table.into();
            for (place, cell) in places.iter().zip(row) {
                joined[*place] = cell;
            }
            found.rows.push(joined);
        }
    }
    found
}

/// The value of a column that a table lacks: strings are never null.
fn empty(kind: Kind) -> Cell {
    if kind == Kind::String { Cell::from("") } else { Cell::Null }
}
