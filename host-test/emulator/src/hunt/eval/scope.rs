//! A bound expression, and what names mean in it.
//! Below everything that binds, so that the kinds of expressions need not know one another.

use jiff::Timestamp;

use crate::hunt::cell::{Cell, Column, Kind, Row};
use crate::hunt::table::schema::is_table;
use crate::hunt::trouble::Trouble;
use crate::hunt::vocabulary::inner_query;

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
    /// Columns that the service has here and the emulator lacks.
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
            self.semantic(format!("Failed to resolve scalar expression named '{name}'"))
        })
    }

    pub(crate) fn mismatch(&self, left: Kind, right: Kind) -> Trouble {
        let (left, right) = (left.kusto_name(), right.kusto_name());
        self.semantic(format!("Cannot compare values of types {left} and {right}. Try adding explicit casts"))
    }

    /// A name or type that does not fit here.
    pub(crate) fn semantic(&self, message: impl std::fmt::Display) -> Trouble {
        Trouble::semantic(self.operator, message)
    }
}

/// Evaluates several expressions over a row.
pub(crate) fn eval_all(scalars: &[Scalar], row: &[Cell]) -> Row {
    scalars.iter().map(|scalar| (scalar.eval)(row)).collect()
}
