//! Run a hunting query: any number of rows passes through undecoded.

use std::ops::Range;

use crate::answer::envelope::{self, Meta};
use crate::graph::call::{Answer, Body, Call, Due, JSON};
use crate::graph::refusal;
use crate::graph::session::Session;
use crate::request::{given, time_span};
use crate::text::fault::{Fault, invalid, quoted};
use crate::text::json::Writer;
use crate::text::record::{Record, Shape, raw, records, rows, text};
use crate::wire::host::{Host, Method};
use crate::wire::retry::Effect;
use crate::wit::actions::{Column, HuntingResult};

/// The service returns at most this many rows.
/// Source: <https://learn.microsoft.com/graph/api/resources/security-api-overview#quotas-and-resource-allocation>.
pub const ROWS_MAX: u32 = 100_000;

/// The rows, typed.
pub async fn typed<H: Host>(
    session: &Session<'_, H>,
    query: &str,
    time_span: Option<&str>,
) -> Result<HuntingResult, Fault> {
    let (mut body, result, meta) = fetch(session, query, time_span).await?;
    match result.rows {
        // The rows stay in the receive buffer; everything around them is cut off.
        Some(rows) => {
            body.text.truncate(body.start + rows.end);
            body.text.drain(..body.start + rows.start);
        }
        None => "[]".clone_into(&mut body.text),
    }
    Ok(HuntingResult {
        columns: result.columns,
        row_count: result.row_count,
        rows_json: body.text,
        limit_reached: meta.limit_reached,
        warnings: meta.warnings,
    })
}

/// The service's answer as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, query: &str, time_span: Option<&str>) -> Result<String, Fault> {
    let (body, _, meta) = fetch(session, query, time_span).await?;
    Ok(envelope::close(body, &meta))
}

async fn fetch<H: Host>(
    session: &Session<'_, H>,
    query: &str,
    time_span: Option<&str>,
) -> Result<(Body, HuntResult, Meta), Fault> {
    if query.trim().is_empty() {
        return Err(invalid("query: is required"));
    }
    let span = given(time_span).unwrap_or(time_span::DEFAULT);
    let warning = time_span::check(span, session.exchange.host.unix_seconds())
        .map_err(|why| invalid(format!("time_span: {} {why}", quoted(span))))?;
    let mut request = Writer::new();
    request.text("Query", query);
    request.text("Timespan", span);
    let request = request.finish();
    let call = Call {
        method: Method::Post,
        target: session.path("security/runHuntingQuery"),
        headers: vec![("content-type".into(), JSON.into())],
        body: request.as_bytes(),
        effect: Effect::Hunt,
        due: Due::Json,
    };
    let take = |answer: Answer| {
        let mut meta = Meta::of(&answer);
        meta.warnings.extend(warning.map(str::to_owned));
        let body = answer.into_body()?;
        let result = HuntResult::parse(body.json())?;
        meta.row_count = Some(result.row_count);
        meta.limit_reached = (result.row_count >= ROWS_MAX).then_some(ROWS_MAX);
        Ok((body, result, meta))
    };
    session.send(&call, take).await
}

/// `{"schema": [...], "results": [...]}`; the rows are counted but not decoded.
struct HuntResult {
    columns: Vec<Column>,
    row_count: u32,
    /// Position of the rows in the text; `None` when there are none.
    rows: Option<Range<usize>>,
}

impl HuntResult {
    const SHAPE: Shape = Shape {
        what: "an object with schema and results",
        members: &[records("schema", &Self::COLUMN), rows("results"), raw("error")],
    };
    const COLUMN: Shape = Shape { what: "a column", members: &[text("name"), text("type")] };

    fn parse(json: &str) -> Result<Self, Fault> {
        Self::SHAPE.read(json, "hunting result", |mut result, json| {
            let rows = result.rows("results");
            let columns: Vec<Column> =
                result.records("schema").unwrap_or_default().list.into_iter().map(column).collect();
            let is_column = columns.iter().any(|column| column.name.eq_ignore_ascii_case("error"));
            let last = rows.last().filter(|_| !is_column);
            refusal::check_error(&mut result)?;
            if let Some(fault) = last.and_then(refusal::spliced_item) {
                return Err(fault);
            }
            Ok(Self { columns, row_count: rows.count, rows: rows.span(json) })
        })
    }
}

fn column(mut column: Record<'_>) -> Column {
    Column { name: column.text("name"), kind: column.text("type") }
}

#[cfg(test)]
mod tests;
