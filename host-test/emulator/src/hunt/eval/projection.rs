//! Binds a list of expressions and names the columns they make.
//! Used by every operator that makes columns; Kusto names them by the same rules everywhere.

use super::bind::bind;
use super::scope::{Scalar, Scope};
use crate::hunt::cell::Column;
use crate::hunt::syntax::{Expression, Named};
use crate::hunt::trouble::Trouble;

/// Binds a list of expressions and names their columns.
pub(crate) fn bind_all(items: &[Named], scope: &Scope<'_>) -> Result<(Vec<Column>, Vec<Scalar>), Trouble> {
    let mut columns: Vec<Column> = Vec::new();
    let mut scalars = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let scalar = bind(&item.expression, scope)?;
        let name = item.name.clone().or_else(|| natural_name(&item.expression));
        let name = name.unwrap_or_else(|| format!("Column{}", place + 1));
        columns.push(Column { name: unique(&name, &columns), kind: scalar.kind });
        scalars.push(scalar);
    }
    Ok((columns, scalars))
}

/// A second column of the same name gets a number appended.
pub(crate) fn unique(name: &str, columns: &[Column]) -> String {
    let taken = |name: &str| columns.iter().any(|column| column.name == name);
    if !taken(name) {
        return name.to_owned();
    }
    (1..=columns.len()).map(|number| format!("{name}{number}")).find(|name| !taken(name)).unwrap_or_default()
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
