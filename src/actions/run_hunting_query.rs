//! Run a hunting query: the rows pass through, whatever their number.

use crate::envelope::{self, Meta};
use crate::error::{Fault, invalid};
use crate::graph::{Body, Call, Session};
use crate::host::Method;
use crate::json::Writer;
use crate::record::{Rows, Shape, required_records, rows, text};
use crate::retry::Effect;
use crate::time_span;
use crate::wit::actions::{Column, HuntingResult};

/// The service answers this many rows at most.
/// Source: <https://learn.microsoft.com/graph/api/resources/security-api-overview#quotas-and-resource-allocation>.
pub const ROWS_MAX: u32 = 100_000;

/// The rows, typed.
pub fn typed(session: &Session<'_>, query: &str, time_span: Option<&str>) -> Result<HuntingResult, Fault> {
    let (mut body, meta) = fetch(session, query, time_span)?;
    let result = HuntResult::parse(&body)?;
    let (columns, row_count, span) = (result.columns, result.rows.count, result.rows.span(&body.text));
    match span {
        // The rows stay in the receive buffer: the rest is cut off around them.
        Some(span) => {
            body.text.truncate(span.end);
            body.text.drain(..span.start);
        }
        None => "[]".clone_into(&mut body.text),
    }
    Ok(HuntingResult {
        columns,
        row_count,
        rows_json: body.text,
        limit_reached: limit(row_count),
        warnings: meta.warnings,
    })
}

/// The service's answer as JSON.
pub fn json(session: &Session<'_>, query: &str, time_span: Option<&str>) -> Result<String, Fault> {
    let (body, mut meta) = fetch(session, query, time_span)?;
    let row_count = HuntResult::parse(&body)?.rows.count;
    meta.row_count = Some(row_count);
    meta.limit_reached = limit(row_count);
    Ok(envelope::close(body, &meta))
}

fn limit(row_count: u32) -> Option<u32> {
    (row_count >= ROWS_MAX).then_some(ROWS_MAX)
}

fn fetch(session: &Session<'_>, query: &str, time_span: Option<&str>) -> Result<(Body, Meta), Fault> {
    if query.trim().is_empty() {
        return Err(invalid("query: is required"));
    }
    let span = time_span.map(str::trim).filter(|span| !span.is_empty()).unwrap_or(time_span::DEFAULT);
    let warning = time_span::check(span, session.exchange.host.unix_seconds())
        .map_err(|why| invalid(format!("time_span: {why}")))?;
    let mut request = Writer::new();
    request.text("Query", query);
    request.text("Timespan", span);
    let request = request.finish();
    let answer = session.send(&Call {
        method: Method::Post,
        target: session.path("security/runHuntingQuery"),
        headers: vec![("content-type".into(), "application/json; charset=utf-8".into())],
        body: request.as_bytes(),
        effect: Effect::Hunt,
    })?;
    let mut meta = Meta::of(&answer);
    meta.warnings.extend(warning.map(str::to_owned));
    Ok((answer.into_body()?, meta))
}

/// `{"schema": [...], "results": [...]}`, the rows counted and left where they are.
struct HuntResult<'a> {
    columns: Vec<Column>,
    rows: Rows<'a>,
}

impl<'a> HuntResult<'a> {
    const SHAPE: Shape = Shape {
        what: "an object with schema and results",
        members: &[required_records("schema", &Self::COLUMN), rows("results")],
    };
    const COLUMN: Shape = Shape { what: "a column", members: &[text("name"), text("type")] };

    fn parse(body: &'a Body) -> Result<Self, Fault> {
        let mut result = Self::SHAPE.parse(body.json(), "hunting result")?;
        let columns = result.records("schema").into_iter();
        Ok(Self {
            columns: columns
                .map(|mut column| Column { name: column.text("name"), kind: column.text("type") })
                .collect(),
            rows: result.rows("results"),
        })
    }
}

#[cfg(test)]
mod tests;
