//! Turns an expression into a function of a row, checking names and types on the way.
//! Checked before the first row, so that a wrong query fails on an empty table too.

use jiff::Timestamp;

use super::Trouble;
use super::cell::{Cell, Column, Kind, Row};
use super::function;
use super::matching::{bind_match, same};
use super::syntax::{Binary, Expression};
use super::table::schema::is_table;
use super::vocabulary::inner_query;

/// From a row to a value.
type Eval = Box<dyn Fn(&[Cell]) -> Cell>;

/// A bound expression.
pub(crate) struct Scalar {
    pub(crate) kind: Kind,
    pub(crate) eval: Eval,
}

/// What names mean where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) columns: &'a [Column],
    /// Columns that the service has here and the emulator has not.
    pub(crate) absent: &'a [&'static str],
    /// For error messages.
    pub(crate) operator: &'static str,
    pub(crate) now: Timestamp,
}

impl Scope<'_> {
    pub(crate) fn column(&self, name: &str) -> Result<usize, Trouble> {
        self.columns.iter().position(|column| column.name == name).ok_or_else(|| {
            if self.absent.contains(&name) {
                return Trouble::NotEmulated(format!("the hunting column '{name}'"));
            }
            if is_table(name) {
                return inner_query();
            }
            Trouble::semantic(self.operator, format!("Failed to resolve scalar expression named '{name}'"))
        })
    }

    fn mismatch(&self, left: Kind, right: Kind) -> Trouble {
        Trouble::semantic(
            self.operator,
            format!(
                "Cannot compare values of types {} and {}. Try adding explicit casts",
                left.kusto_name(),
                right.kusto_name()
            ),
        )
    }
}

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
        Expression::Call(name, arguments) => function::bind_call(name, arguments, scope),
        Expression::Match(operator, left, right) => bind_match(operator, left, right, scope),
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

/// Booleans compare with numbers: `IsLocalAdmin == 1` is a common way to write it.
fn comparable(left: Kind, right: Kind) -> bool {
    let is_countable = |kind: Kind| kind.is_number() || kind == Kind::Bool;
    left == right || is_countable(left) && is_countable(right) || left == Kind::Dynamic || right == Kind::Dynamic
}

fn bind_binary(operator: Binary, left: Scalar, right: Scalar, scope: &Scope<'_>) -> Result<Scalar, Trouble> {
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
        (left, right) if left.is_number() && right.is_number() => {
            if left == Kind::Real || right == Kind::Real {
                Kind::Real
            } else {
                Kind::Long
            }
        }
        (left, right) => {
            return Err(Trouble::semantic(
                scope.operator,
                format!(
                    "Arithmetic expression cannot be carried out between {} and {} expressions",
                    left.kusto_name(),
                    right.kusto_name()
                ),
            ));
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

/// An instant so many ticks away.
pub(crate) fn add_ticks(at: Timestamp, ticks: i64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at.as_nanosecond() + i128::from(ticks) * 100).ok()
}

/// The name that Kusto gives an expression without one; `None` if it numbers it instead.
pub(crate) fn natural_name(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Column(name) => Some(name.clone()),
        // bin(Timestamp, 1d) is still called Timestamp.
        Expression::Call(function, arguments) if ["bin", "startofday", "floor"].contains(&function.as_str()) => {
            arguments.first().and_then(natural_name)
        }
        _ => None,
    }
}

/// Evaluates several expressions over a row.
pub(crate) fn eval_all(scalars: &[Scalar], row: &[Cell]) -> Row {
    scalars.iter().map(|scalar| (scalar.eval)(row)).collect()
}
