//! Writes `schema` and `results` of a hunting answer.
//! Rows are open types, so a 64-bit number carries its type beside it, as OData asks for undeclared properties
//! (OData JSON format 4.01, section 4.5.3).

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::cell::{Cell, Frame, Kind, timespan_text};

/// The service cuts results here.
pub(crate) const MAX_ROWS: usize = 100_000;

/// The two members, without braces around them.
pub(crate) fn write(frame: &Frame) -> Bytes {
    let schema: Vec<Value> =
        frame.columns.iter().map(|column| json!({"name": column.name, "type": column.kind.schema_name()})).collect();
    let rows: Vec<Value> = frame.rows.iter().map(|row| record(frame, row)).collect();
    format!(r#""schema":{},"results":{}"#, Value::Array(schema), Value::Array(rows)).into()
}

fn record(frame: &Frame, row: &[Cell]) -> Value {
    let mut members = Map::new();
    for (column, cell) in frame.columns.iter().zip(row) {
        if column.kind == Kind::Long && *cell != Cell::Null {
            members.insert(format!("{}@odata.type", column.name), "#Int64".into());
        }
        members.insert(column.name.clone(), json(cell));
    }
    Value::Object(members)
}

/// A value as JSON.
pub(crate) fn json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => (*value).into(),
        Cell::Long(value) => (*value).into(),
        Cell::Real(value) => (*value).into(),
        Cell::String(text) => text.as_ref().into(),
        Cell::DateTime(at) => crate::message::clock::graph(*at).into(),
        Cell::TimeSpan(ticks) => timespan_text(*ticks).into(),
        Cell::Dynamic(value) => value.as_ref().clone(),
    }
}
