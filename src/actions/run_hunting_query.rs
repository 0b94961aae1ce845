//! Run a hunting query: the rows pass through, whatever their number.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::envelope::{self, Meta};
use crate::error::{Fault, invalid, undecodable};
use crate::graph::{Body, Call, Session};
use crate::host::Method;
use crate::json::Writer;
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
    let (columns, row_count, span) = (result.schema, result.rows.count, result.rows.span(&body));
    match span {
        // The rows stay in the receive buffer: the rest is cut off around them.
        Some(span) => {
            body.text.truncate(span.end);
            body.text.drain(..span.start);
        }
        None => "[]".clone_into(&mut body.text),
    }
    Ok(HuntingResult {
        columns: columns.into_iter().map(|column| Column { name: column.name, kind: column.kind }).collect(),
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
    schema: Vec<WireColumn>,
    rows: Rows<'a>,
}

/// Documentation samples spell the members with capitals too.
#[derive(Deserialize)]
#[serde(expecting = "a column")]
struct WireColumn {
    #[serde(alias = "Name")]
    name: String,
    #[serde(rename = "type", alias = "Type")]
    kind: String,
}

impl<'a> HuntResult<'a> {
    fn parse(body: &'a Body) -> Result<Self, Fault> {
        serde_json::from_str(body.json()).map_err(|error| undecodable("hunting result", &error))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for HuntResult<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = HuntResult<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object with schema and results")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut schema, mut rows) = (None, None);
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "schema" => schema = Some(map.next_value()?),
                        "results" => rows = Some(map.next_value()?),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                let missing = serde::de::Error::missing_field;
                Ok(HuntResult {
                    schema: schema.ok_or_else(|| missing("schema"))?,
                    rows: rows.ok_or_else(|| missing("results"))?,
                })
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A list of rows: their number, the first and the last one.
#[derive(Default)]
struct Rows<'a> {
    count: u32,
    first: Option<&'a RawValue>,
    last: Option<&'a RawValue>,
}

impl Rows<'_> {
    /// Where the list stands in the buffer, brackets included; `None` when it is empty.
    fn span(&self, body: &Body) -> Option<std::ops::Range<usize>> {
        let offset = |part: &RawValue| part.get().as_ptr().addr() - body.text.as_ptr().addr();
        let (first, last) = (self.first?, self.last?);
        let start = body.text.get(..offset(first))?.rfind('[')?;
        let end = offset(last) + last.get().len();
        let closing = body.text.get(end..)?.find(']')?;
        Some(start..end + closing + 1)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Rows<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = Rows<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
                let mut found = Rows::default();
                while let Some(row) = rows.next_element::<&RawValue>()? {
                    found.first = found.first.or(Some(row));
                    found.last = Some(row);
                    found.count += 1;
                }
                Ok(found)
            }
        }
        deserializer.deserialize_seq(Count)
    }
}

#[cfg(test)]
mod tests;
