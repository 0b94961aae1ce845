//! Turns an expression into a function of a row, checking names and types on the way.
//! Checked before the first row, so that a wrong query fails on an empty table too.

use super::binary::{bind_binary, comparable};
use super::function::{bind_function, find_function};
use super::matching::bind_match;
use super::scope::{Scalar, Scope};
use crate::hunt::cell::{Cell, Kind};
use crate::hunt::syntax::Expression;
use crate::hunt::trouble::Trouble;

/// Binds an expression.
pub(crate) fn bind(expression: &Expression, scope: &Scope<'_>) -> Result<Scalar, Trouble> {
    match expression {
        Expression::Column(name) => {
            let place = scope.column(name)?;
            let kind = scope.columns.get(place).map_or(Kind::Dynamic, |column| column.kind);
            Ok(Scalar { kind, eval: Box::new(move |row| row.get(place).cloned().unwrap_or(Cell::Null)) })
        }
        Expression::Literal(kind, cell) => {
            let cell = cell.clone();
            Ok(Scalar { kind: *kind, eval: Box::new(move |_| cell.clone()) })
        }
        Expression::Star => Err(Trouble::NotEmulated("the star in place of a column".into())),
        Expression::Call(name, arguments) => {
            let function = find_function(name, arguments.len(), scope)?;
            bind_function(function, name, arguments.first(), bind_list(arguments, scope)?, scope)
        }
        Expression::Match(operator, left, right) => {
            bind_match(operator, bind(left, scope)?, bind_list(right, scope)?, scope)
        }
        Expression::Between(value, low, high) => {
            let [value, low, high] = [bind(value, scope)?, bind(low, scope)?, bind(high, scope)?];
            if value.kind == Kind::DateTime && high.kind == Kind::TimeSpan {
                return Err(Trouble::NotEmulated("between with a time span as its end".into()));
            }
            for bound in [&low, &high] {
                if !comparable(value.kind, bound.kind) {
                    return Err(scope.mismatch(value.kind, bound.kind));
                }
            }
            let eval = move |row: &[Cell]| {
                let value = (value.eval)(row);
                let above = value.compare(&(low.eval)(row)).is_some_and(std::cmp::Ordering::is_ge);
                let below = value.compare(&(high.eval)(row)).is_some_and(std::cmp::Ordering::is_le);
                Cell::Bool(above && below)
            };
            Ok(Scalar { kind: Kind::Bool, eval: Box::new(eval) })
        }
        Expression::Binary(operator, left, right) => {
            bind_binary(*operator, bind(left, scope)?, bind(right, scope)?, scope)
        }
    }
}

fn bind_list(expressions: &[Expression], scope: &Scope<'_>) -> Result<Vec<Scalar>, Trouble> {
    expressions.iter().map(|expression| bind(expression, scope)).collect()
}
