//! The functions of `summarize`: from the rows of a group to values.
//! `arg_max` and `arg_min` make several columns, so every aggregate makes a list.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value;

use super::Trouble;
use super::cell::{Cell, Column, Kind, Row};
use super::result::json;
use super::scalar::{Scalar, Scope, bind, natural_name};
use super::syntax::{Expression, Named};

const NAMES: [&str; 12] =
    ["count", "countif", "dcount", "min", "max", "sum", "avg", "arg_max", "arg_min", "make_set", "make_list", "any"];

pub(crate) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// From the rows of a group to the values of the aggregate's columns.
type Fold = Box<dyn Fn(&[&Row]) -> Row>;

/// A bound aggregate.
pub(crate) struct Aggregate {
    pub(crate) columns: Vec<Column>,
    pub(crate) fold: Fold,
}

/// Binds `name = function(arguments)`.
pub(crate) fn bind_aggregate(named: &Named, by: &[Column], scope: &Scope<'_>) -> Result<Aggregate, Trouble> {
    let (function, arguments) = match &named.expression {
        Expression::Call(function, arguments) if is_known(function) => (function, arguments),
        other => {
            // Names that nothing has are the query's mistake; the rest may be aggregates inside something else.
            bind(other, scope)?;
            return Err(Trouble::semantic(scope.operator, "An aggregation function is expected"));
        }
    };
    if let "arg_max" | "arg_min" = function.as_str() {
        return arg_extreme(function == "arg_max", named, arguments, (by, scope));
    }
    let wanted = usize::from(function != "count");
    if arguments.len() < wanted
        || arguments.len() > wanted + usize::from(function == "dcount" || function.starts_with("make"))
    {
        return Err(Trouble::semantic(scope.operator, format!("{function}(): function expects {wanted} argument(s).")));
    }
    let limit = match arguments.get(1) {
        Some(Expression::Literal(_, Cell::Long(limit))) => usize::try_from(*limit).unwrap_or(0),
        // The accuracy of dcount: here it always counts exactly.
        Some(_) if function != "dcount" => {
            return Err(Trouble::NotEmulated(format!("a limit of {function}() that is not a number")));
        }
        _ => usize::MAX,
    };
    let argument = arguments.first().map(|argument| bind(argument, scope)).transpose()?;
    let name = named.name.clone().unwrap_or_else(|| {
        let of = arguments.first().and_then(natural_name).unwrap_or_default();
        format!("{}_{of}", function.strip_prefix("make_").unwrap_or(function))
    });
    let kind = match (function.as_str(), &argument) {
        ("sum", Some(argument)) if argument.kind == Kind::Int => Kind::Long,
        ("min" | "max" | "sum" | "any", Some(argument)) => argument.kind,
        ("avg", _) => Kind::Real,
        ("make_set" | "make_list", _) => Kind::Dynamic,
        _ => Kind::Long,
    };
    let function = function.clone();
    let fold = move |rows: &[&Row]| {
        let values: Vec<Cell> = match &argument {
            Some(argument) => rows.iter().map(|row| (argument.eval)(row)).collect(),
            None => Vec::new(),
        };
        vec![fold(&function, rows.len(), values, limit)]
    };
    Ok(Aggregate { columns: vec![Column { name, kind }], fold: Box::new(fold) })
}

fn fold(function: &str, rows: usize, values: Vec<Cell>, limit: usize) -> Cell {
    let count = |count: usize| i64::try_from(count).map_or(Cell::Null, Cell::Long);
    match function {
        "count" => count(rows),
        "countif" => count(values.iter().filter(|value| value.is_true()).count()),
        "dcount" => count(distinct(values).len()),
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

/// Neither kind of list has nulls in it.
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

/// The row in which the first argument is largest or smallest, cut to the others.
fn arg_extreme(
    largest: bool,
    named: &Named,
    arguments: &[Expression],
    (keys, scope): (&[Column], &Scope<'_>),
) -> Result<Aggregate, Trouble> {
    let (Some(first), rest) = (arguments.first(), arguments.get(1..).unwrap_or_default()) else {
        let name = if largest { "arg_max" } else { "arg_min" };
        return Err(Trouble::semantic(scope.operator, format!("{name}(): function expects [2..64] argument(s).")));
    };
    let by = bind(first, scope)?;
    let by_name = natural_name(first);
    let mut columns = vec![Column {
        name: named.name.clone().or_else(|| by_name.clone()).unwrap_or_else(|| "max_".into()),
        kind: by.kind,
    }];
    let mut shown: Vec<Scalar> = Vec::new();
    for argument in rest {
        if matches!(argument, Expression::Star) {
            // What the groups are made by stands in the result already.
            let is_there = |column: &Column| Some(&column.name) == by_name.as_ref() || keys.contains(column);
            for column in scope.columns.iter().filter(|column| !is_there(column)) {
                shown.push(bind(&Expression::Column(column.name.clone()), scope)?);
                columns.push(column.clone());
            }
        } else {
            let scalar = bind(argument, scope)?;
            let name = natural_name(argument).unwrap_or_else(|| format!("Column{}", columns.len() + 1));
            columns.push(Column { name, kind: scalar.kind });
            shown.push(scalar);
        }
    }
    let wanted = if largest { Ordering::Greater } else { Ordering::Less };
    let fold = move |rows: &[&Row]| {
        let best = rows
            .iter()
            .copied()
            .reduce(|best, row| if (by.eval)(row).compare(&(by.eval)(best)) == Some(wanted) { row } else { best });
        match best {
            Some(row) => std::iter::once(&by).chain(&shown).map(|scalar| (scalar.eval)(row)).collect(),
            None => vec![Cell::Null; shown.len() + 1],
        }
    };
    Ok(Aggregate { columns, fold: Box::new(fold) })
}
