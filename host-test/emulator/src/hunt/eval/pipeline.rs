//! Applies one operator to the rows of the step before.
//! Each step names its own columns; the next step looks its names up in them.

use std::cmp::Ordering;
use std::collections::HashSet;

use jiff::Timestamp;

use super::bind::bind;
use super::projection::bind_all;
use super::scope::{Scalar, Scope, eval_all};
use super::search;
use super::summarize::summarize;
use crate::hunt::cell::{Cell, Column, Frame, Kind};
use crate::hunt::syntax::{Expression, Key, Named, Operator};
use crate::hunt::trouble::Trouble;

pub(crate) fn apply(operator: Operator, mut frame: Frame, now: Timestamp) -> Result<Frame, Trouble> {
    let (columns, absent) = (frame.columns.clone(), frame.absent.clone());
    let scope = Scope { columns: &columns, absent: &absent, operator: operator.name(), now };
    match operator {
        Operator::Where(condition) => {
            let condition = bind(&condition, &scope)?;
            if condition.kind != Kind::Bool {
                return Err(scope.semantic("The predicate must be of type bool"));
            }
            frame.rows.retain(|row| (condition.eval)(row).is_true());
        }
        Operator::Project(items) => {
            let (columns, scalars) = bind_all(&items, &scope)?;
            let rows = frame.rows.iter().map(|row| eval_all(&scalars, row)).collect();
            frame = Frame { columns, absent: Vec::new(), rows };
        }
        Operator::ProjectAway(names) => {
            let gone: HashSet<usize> = names.iter().map(|name| scope.column(name)).collect::<Result<_, _>>()?;
            let keep: Vec<Named> = (0..).zip(&columns).filter(|(place, _)| !gone.contains(place)).map(itself).collect();
            frame = apply(Operator::Project(keep), frame, now)?;
            frame.absent = absent;
        }
        Operator::Extend(items) => extend(&items, &mut frame, &scope)?,
        Operator::Summarize { aggregates, by } => frame = summarize(&aggregates, &by, &frame, now)?,
        Operator::Sort(keys) => sort(&keys, &mut frame, &scope)?,
        Operator::Top(count, key) => {
            sort(&[key], &mut frame, &scope)?;
            frame.rows.truncate(count);
        }
        Operator::Take(count) => frame.rows.truncate(count),
        Operator::Count => {
            let count = Cell::count(frame.rows.len());
            let columns = vec![Column { name: "Count".into(), kind: Kind::Long }];
            frame = Frame { columns, absent: Vec::new(), rows: vec![vec![count]] };
        }
        Operator::Distinct(items) => {
            if !items.is_empty() {
                frame = apply(Operator::Project(items), frame, now)?;
            }
            let mut seen = HashSet::new();
            frame.rows.retain(|row| seen.insert(row.iter().map(Cell::text).collect::<Vec<_>>()));
        }
        Operator::Search(text) => frame.rows.retain(|row| search::is_hit(row, &text)),
    }
    Ok(frame)
}

fn itself((_, column): (usize, &Column)) -> Named {
    Named { name: None, expression: Expression::Column(column.name.clone()) }
}

/// Adds columns, or replaces those of the same name.
fn extend(items: &[Named], frame: &mut Frame, scope: &Scope<'_>) -> Result<(), Trouble> {
    let (columns, scalars) = bind_all(items, scope)?;
    let mut places = Vec::new();
    for column in columns {
        let place = frame.columns.iter().position(|known| known.name == column.name);
        places.push(place.unwrap_or(frame.columns.len()));
        match place {
            Some(place) => frame.columns[place] = column,
            None => frame.columns.push(column),
        }
    }
    for row in &mut frame.rows {
        let values = eval_all(&scalars, row);
        row.resize(frame.columns.len(), Cell::Null);
        for (place, value) in places.iter().zip(values) {
            row[*place] = value;
        }
    }
    Ok(())
}

fn sort(keys: &[Key], frame: &mut Frame, scope: &Scope<'_>) -> Result<(), Trouble> {
    let scalars: Vec<Scalar> = keys.iter().map(|key| bind(&key.expression, scope)).collect::<Result<_, _>>()?;
    frame.rows.sort_by(|left, right| {
        let by = |(scalar, key): (&Scalar, &Key)| order(&(scalar.eval)(left), &(scalar.eval)(right), key);
        scalars.iter().zip(keys).map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    Ok(())
}

fn order(left: &Cell, right: &Cell, key: &Key) -> Ordering {
    match left.compare(right) {
        Some(order) if key.descending => order.reverse(),
        Some(order) => order,
        None => {
            let nulls_last = (*left == Cell::Null).cmp(&(*right == Cell::Null));
            if key.nulls_first { nulls_last.reverse() } else { nulls_last }
        }
    }
}
