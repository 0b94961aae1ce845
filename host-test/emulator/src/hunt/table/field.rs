//! A column of a hunting table: its name, its type, and where an event has its value.
//! A table is a list of these, so its columns read as the published schema does.

use crate::hunt::cell::{Cell, Column, Frame, Kind};

/// A column, and how to find its value in an event.
pub(super) struct Field<E> {
    name: &'static str,
    kind: Kind,
    cell: fn(&E) -> Cell,
}

pub(super) fn field<E>(name: &'static str, kind: Kind, cell: fn(&E) -> Cell) -> Field<E> {
    Field { name, kind, cell }
}

pub(super) fn text<E>(name: &'static str, cell: fn(&E) -> Cell) -> Field<E> {
    field(name, Kind::String, cell)
}

/// A text column that this tenant never fills.
pub(super) fn blank<E>(name: &'static str) -> Field<E> {
    field(name, Kind::String, |_| "".into())
}

pub(super) fn frame<E>(fields: &[Field<E>], events: &[E]) -> Frame {
    Frame {
        columns: fields.iter().map(|field| Column { name: field.name.into(), kind: field.kind }).collect(),
        absent: Vec::new(),
        rows: events.iter().map(|event| fields.iter().map(|field| (field.cell)(event)).collect()).collect(),
    }
}
