//! Advanced hunting: a small engine for the part of KQL that hunts are written in.
//! It knows tables, columns and types, because the errors of the real engine are what a client has to pass on.

mod aggregate;
mod cell;
mod date_time;
mod expression;
mod function;
mod lexer;
mod literal;
mod matching;
mod operator;
mod parser;
mod pipeline;
mod result;
mod scalar;
mod search;
mod summarize;
mod syntax;
mod synthetic;
mod table;
mod vocabulary;

use bytes::Bytes;
use jiff::Timestamp;

use crate::graph::Interval;
use syntax::{Operator, Source};
pub(crate) use table::Tables;

/// The service cuts results here.
const MAX_ROWS: usize = 100_000;

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The query is wrong, in the engine's words.
    Query(String),
    /// The query may be right, but is beyond this engine.
    NotEmulated(String),
}

impl Trouble {
    /// A name or type that does not fit.
    fn semantic(operator: &str, message: impl std::fmt::Display) -> Self {
        if operator.is_empty() {
            return Self::Query(format!("{message}. Fix semantic errors in your query."));
        }
        Self::Query(format!("'{operator}' operator: {message}. Fix semantic errors in your query."))
    }

    /// Text that is not a query.
    fn syntax(found: &str, line: usize, column: usize) -> Self {
        Self::Query(format!(
            "The query contains syntax errors: Query could not be parsed at '{found}' on line [{line},{column}]. Fix syntax \
             errors in your query."
        ))
    }
}

/// Runs a query. The pieces are the members `schema` and `results`, without the braces around them.
pub(crate) fn run(query: &str, tables: &Tables, interval: Interval, now: Timestamp) -> Result<Vec<Bytes>, Trouble> {
    let query = parser::parse(query)?;
    if let Source::Table(name) = &query.source
        && name == synthetic::TABLE
    {
        return match query.operators.as_slice() {
            [] => Ok(tables.synthetic.results(usize::MAX)),
            [Operator::Take(count)] => Ok(tables.synthetic.results(*count)),
            _ => Err(Trouble::NotEmulated(format!("operators on {} other than one take", synthetic::TABLE))),
        };
    }
    let mut frame = match &query.source {
        Source::Table(name) => tables.frame(name, interval).ok_or_else(|| {
            if table::schema::is_table(name) {
                return Trouble::NotEmulated(format!("the hunting table '{name}'"));
            }
            let operator = query.operators.first().map_or("", Operator::name);
            Trouble::semantic(operator, format!("Failed to resolve table or column expression named '{name}'"))
        })?,
        Source::Search(text) => search::everywhere(text, tables, interval),
    };
    for operator in query.operators {
        frame = pipeline::apply(operator, frame, now)?;
    }
    frame.rows.truncate(MAX_ROWS);
    Ok(vec![result::write(&frame)])
}

#[cfg(test)]
mod tests;
