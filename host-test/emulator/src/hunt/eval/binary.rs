//! Operators between two values: logic, comparison, arithmetic.
//! Types are checked before the first row, and a calculation that overflows is null.

use super::matching::same;
use super::scope::{Scalar, Scope};
use crate::hunt::cell::{Cell, Kind, add_ticks};
use crate::hunt::syntax::Binary;
use crate::hunt::trouble::Trouble;

/// Booleans compare with numbers: `IsLocalAdmin == 1` is a common way to write it.
pub(crate) fn comparable(left: Kind, right: Kind) -> bool {
    let is_countable = |kind: Kind| kind.is_number() || kind == Kind::Bool;
    left == right || is_countable(left) && is_countable(right) || left == Kind::Dynamic || right == Kind::Dynamic
}

/// Binds an operator between two bound operands.
pub(crate) fn bind_binary(operator: Binary, left: Scalar, right: Scalar, scope: &Scope<'_>) -> Result<Scalar, Trouble> {
    use Binary::{
        Add, And, Divide, Equal, EqualIgnoringCase, Greater, GreaterOrEqual, Less, LessOrEqual, Modulo, Multiply,
        NotEqual, NotEqualIgnoringCase, Or, Subtract,
    };
    if let Add | Subtract | Multiply | Divide | Modulo = operator {
        return bind_arithmetic(operator, left, right, scope);
    }
    let fits = match operator {
        And | Or => left.kind == Kind::Bool && right.kind == Kind::Bool,
        EqualIgnoringCase | NotEqualIgnoringCase => {
            [left.kind, right.kind].iter().all(|kind| matches!(kind, Kind::String | Kind::Dynamic))
        }
        _ => comparable(left.kind, right.kind),
    };
    if !fits {
        return Err(scope.mismatch(left.kind, right.kind));
    }
    let eval = move |row: &[Cell]| {
        let left = (left.eval)(row);
        // Either side alone can decide, so the other is not even looked at.
        match (operator, left.is_true()) {
            (And, false) => return Cell::Bool(false),
            (Or, true) => return Cell::Bool(true),
            _ => {}
        }
        let right = (right.eval)(row);
        let order = left.compare(&right);
        Cell::Bool(match operator {
            And | Or => right.is_true(),
            Equal => order.is_some_and(std::cmp::Ordering::is_eq),
            // With one null the two differ; two nulls compare to null, which lets nothing pass.
            NotEqual => order.map_or(left != right, std::cmp::Ordering::is_ne),
            EqualIgnoringCase => same(&left.text(), &right.text()),
            NotEqualIgnoringCase => !same(&left.text(), &right.text()),
            Less => order.is_some_and(std::cmp::Ordering::is_lt),
            LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
            Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
            Add | Subtract | Multiply | Divide | Modulo => false,
        })
    };
    Ok(Scalar { kind: Kind::Bool, eval: Box::new(eval) })
}

fn bind_arithmetic(operator: Binary, left: Scalar, right: Scalar, scope: &Scope<'_>) -> Result<Scalar, Trouble> {
    let moves_time = matches!(operator, Binary::Add | Binary::Subtract);
    let kind = match (left.kind, right.kind) {
        (Kind::DateTime, Kind::TimeSpan) if moves_time => Kind::DateTime,
        (Kind::DateTime, Kind::DateTime) if operator == Binary::Subtract => Kind::TimeSpan,
        (Kind::TimeSpan, Kind::TimeSpan) if moves_time => Kind::TimeSpan,
        (Kind::Int | Kind::Long, Kind::Int | Kind::Long) => Kind::Long,
        (left, right) if left.is_number() && right.is_number() => Kind::Real,
        (left, right) => {
            let kinds = format!("{} and {}", left.kusto_name(), right.kusto_name());
            return Err(
                scope.semantic(format!("Arithmetic expression cannot be carried out between {kinds} expressions"))
            );
        }
    };
    let eval = move |row: &[Cell]| arithmetic(operator, &(left.eval)(row), &(right.eval)(row)).unwrap_or(Cell::Null);
    Ok(Scalar { kind, eval: Box::new(eval) })
}

fn arithmetic(operator: Binary, left: &Cell, right: &Cell) -> Option<Cell> {
    let sign = if operator == Binary::Subtract { -1 } else { 1 };
    Some(match (left, right) {
        (Cell::DateTime(at), Cell::TimeSpan(ticks)) => Cell::DateTime(add_ticks(*at, ticks.checked_mul(sign)?)?),
        (Cell::DateTime(left), Cell::DateTime(right)) => {
            let nanoseconds = left.as_nanosecond() - right.as_nanosecond();
            Cell::TimeSpan(i64::try_from(nanoseconds / 100).ok()?)
        }
        (Cell::TimeSpan(left), Cell::TimeSpan(right)) => Cell::TimeSpan(left.checked_add(right.checked_mul(sign)?)?),
        (Cell::Long(left), Cell::Long(right)) => Cell::Long(match operator {
            Binary::Add => left.checked_add(*right)?,
            Binary::Subtract => left.checked_sub(*right)?,
            Binary::Multiply => left.checked_mul(*right)?,
            Binary::Modulo => left.checked_rem(*right)?,
            _ => left.checked_div(*right)?,
        }),
        _ => {
            let (left, right) = (left.number()?, right.number()?);
            Cell::Real(match operator {
                Binary::Add => left + right,
                Binary::Subtract => left - right,
                Binary::Multiply => left * right,
                Binary::Modulo => left % right,
                _ => left / right,
            })
        }
    })
}
