//! `summarize … by …`: groups in the order of their first row.
//! Without `by` there is one group, even over no rows. `arg_max` and `arg_min` make several columns, so every aggregate
//! makes a list.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::aggregate;
use super::bind::bind;
use super::projection::{bind_all, natural_name, unique};
use super::scope::{Scalar, Scope, eval_all};
use crate::hunt::cell::{Cell, Column, Frame, Row};
use crate::hunt::syntax::{Expression, Named};
use crate::hunt::trouble::Trouble;

pub(crate) fn summarize(aggregates: &[Named], by: &[Named], frame: &Frame, now: Timestamp) -> Result<Frame, Trouble> {
    let scope = Scope { columns: &frame.columns, absent: &frame.absent, operator: "summarize", now };
    let (mut columns, keys) = bind_all(by, &scope)?;
    let aggregates: Vec<Aggregate> =
        aggregates.iter().map(|named| bind_aggregate(named, &columns, &scope)).collect::<Result<_, _>>()?;
    for column in aggregates.iter().flat_map(|aggregate| &aggregate.columns) {
        let name = unique(&column.name, &columns);
        columns.push(Column { name, kind: column.kind });
    }

    let mut places: HashMap<Vec<Arc<str>>, usize> = HashMap::new();
    let mut groups: Vec<(Row, Vec<&Row>)> = Vec::new();
    for row in &frame.rows {
        let key = eval_all(&keys, row);
        let place = *places.entry(key.iter().map(Cell::text).collect()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
    }
    if by.is_empty() && groups.is_empty() {
        groups.push((Row::new(), Vec::new()));
    }
    let rows = groups
        .into_iter()
        .map(|(mut row, members)| {
            row.extend(aggregates.iter().flat_map(|aggregate| (aggregate.fold)(&members)));
            row
        })
        .collect();
    Ok(Frame { columns, absent: Vec::new(), rows })
}

/// From the rows of a group to the values of the aggregate's columns.
type Fold = Box<dyn Fn(&[&Row]) -> Row>;

/// A bound aggregate.
struct Aggregate {
    columns: Vec<Column>,
    fold: Fold,
}

/// Binds `name = function(arguments)`.
fn bind_aggregate(named: &Named, by: &[Column], scope: &Scope<'_>) -> Result<Aggregate, Trouble> {
    let (function, arguments) = match &named.expression {
        Expression::Call(function, arguments) if aggregate::is_known(function) => (function, arguments),
        other => {
            // An unknown name is the query's mistake; the rest may be aggregates inside something else.
            bind(other, scope)?;
            return Err(scope.semantic("An aggregation function is expected"));
        }
    };
    if let "arg_max" | "arg_min" = function.as_str() {
        return arg_extreme(function == "arg_max", named, arguments, (by, scope));
    }
    let wanted = usize::from(function != "count");
    if arguments.len() < wanted
        || arguments.len() > wanted + usize::from(function == "dcount" || function.starts_with("make"))
    {
        return Err(scope.semantic(format!("{function}(): function expects {wanted} argument(s).")));
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
    let kind = aggregate::kind(function, argument.as_ref().map(|argument| argument.kind));
    let function = function.clone();
    let fold = move |rows: &[&Row]| {
        let values: Vec<Cell> = match &argument {
            Some(argument) => rows.iter().map(|row| (argument.eval)(row)).collect(),
            None => Vec::new(),
        };
        vec![aggregate::fold(&function, rows.len(), values, limit)]
    };
    Ok(Aggregate { columns: vec![Column { name, kind }], fold: Box::new(fold) })
}

/// The row in which the first argument is largest or smallest, cut to the others.
fn arg_extreme(
    largest: bool,
    named: &Named,
    arguments: &[Expression],
    (keys, scope): (&[Column], &Scope<'_>),
) -> Result<Aggregate, Trouble> {
    let [first, rest @ ..] = arguments else {
        let name = if largest { "arg_max" } else { "arg_min" };
        return Err(scope.semantic(format!("{name}(): function expects [2..64] argument(s).")));
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
            // The keys of the groups are in the result already.
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
