//! The functions of `summarize`: their names, their types, and what they make of the values of a group.
//! Plain functions over values. Binding them to columns is `summarize`'s part, so that calls can look the names up here.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value;

use crate::hunt::cell::{Cell, Kind};
use crate::hunt::result::json;

const NAMES: [&str; 12] =
    ["count", "countif", "dcount", "min", "max", "sum", "avg", "arg_max", "arg_min", "make_set", "make_list", "any"];

pub(crate) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// The type of the result for an argument of some type.
pub(crate) fn kind(function: &str, argument: Option<Kind>) -> Kind {
    match (function, argument) {
        ("sum", Some(Kind::Int)) => Kind::Long,
        ("min" | "max" | "sum" | "any", Some(argument)) => argument,
        ("avg", _) => Kind::Real,
        ("make_set" | "make_list", _) => Kind::Dynamic,
        _ => Kind::Long,
    }
}

/// The value for a group: how many rows it has, the argument's value in each, and the longest list wanted.
pub(crate) fn fold(function: &str, rows: usize, values: Vec<Cell>, limit: usize) -> Cell {
    match function {
        "count" => Cell::count(rows),
        "countif" => Cell::count(values.iter().filter(|value| value.is_true()).count()),
        "dcount" => Cell::count(distinct(values).len()),
        "min" => extreme(values, Ordering::Less),
        "max" => extreme(values, Ordering::Greater),
        "sum" => sum(&values),
        "avg" => {
            let numbers: Vec<f64> = values.iter().filter_map(Cell::number).collect();
            #[expect(clippy::cast_precision_loss, reason = "a group has far fewer rows than a double has digits")]
            let average = numbers.iter().sum::<f64>() / numbers.len() as f64;
            if numbers.is_empty() { Cell::Null } else { Cell::Real(average) }
        }
        "make_set" => array(&distinct(values), limit),
        "make_list" => array(&values, limit),
        _ => values.into_iter().next().unwrap_or(Cell::Null),
    }
}

/// Neither kind of list contains nulls.
fn array(values: &[Cell], limit: usize) -> Cell {
    let values = values.iter().filter(|value| **value != Cell::Null).take(limit);
    Cell::Dynamic(Arc::new(Value::Array(values.map(json).collect())))
}

fn distinct(values: Vec<Cell>) -> Vec<Cell> {
    let mut seen = std::collections::HashSet::new();
    values.into_iter().filter(|value| *value != Cell::Null && seen.insert(value.text())).collect()
}

fn extreme(values: Vec<Cell>, wanted: Ordering) -> Cell {
    values
        .into_iter()
        .reduce(|best, value| if best == Cell::Null || value.compare(&best) == Some(wanted) { value } else { best })
        .unwrap_or(Cell::Null)
}

fn sum(values: &[Cell]) -> Cell {
    let whole: Option<i64> = values.iter().try_fold(0_i64, |sum, value| match value {
        Cell::Long(value) => sum.checked_add(*value),
        Cell::Null => Some(sum),
        _ => None,
    });
    whole.map_or_else(|| Cell::Real(values.iter().filter_map(Cell::number).sum()), Cell::Long)
}
