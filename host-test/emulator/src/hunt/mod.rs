//! Advanced hunting: a small engine for the part of KQL that hunts are written in.
//! It knows tables, columns and types, because the real engine's errors name them and a client has to pass those on.

mod cell;
mod date_time;
mod eval;
mod parse;
mod result;
mod syntax;
mod table;
pub(crate) mod timespan;
mod trouble;
mod vocabulary;

use bytes::Bytes;
use jiff::Timestamp;

use eval::{pipeline, search};
use syntax::{Operator, Source};
pub(crate) use table::Tables;
use table::{schema, synthetic};
use timespan::Interval;
pub(crate) use trouble::Trouble;

/// Runs a query. The pieces are the members `schema` and `results`, without the braces around them.
pub(crate) fn run(query: &str, tables: &Tables, interval: Interval, now: Timestamp) -> Result<Vec<Bytes>, Trouble> {
    let query = parse::parse(query)?;
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
            if schema::is_table(name) {
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
    frame.rows.truncate(result::MAX_ROWS);
    Ok(vec![result::write(&frame)])
}

#[cfg(test)]
mod tests;
