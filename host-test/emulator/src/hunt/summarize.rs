//! `summarize … by …`: groups in the order of their first row.
//! Without `by` there is one group, even over no rows.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Trouble;
use super::aggregate::{Aggregate, bind_aggregate};
use super::cell::{Column, Frame, Row};
use super::pipeline::{bind_all, unique};
use super::scalar::{Scope, eval_all};
use super::syntax::Named;

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
        let place = *places.entry(key.iter().map(super::cell::Cell::text).collect()).or_insert_with(|| {
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
