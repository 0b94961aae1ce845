//! `runHuntingQuery`: the body in any casing, the time span, and the engine behind it.
//! The service binds `Query` and `query` alike; members that it does not know are refused.

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use super::body;
use super::call::Call;
use super::header::JSON;
use super::refusal::Refusal;
use crate::hunt::timespan::{self, DEFAULT_TIMESPAN};
use crate::hunt::{self, Trouble};
use crate::message::Answer;

pub(super) fn run(call: &Call<'_>, _: &str) -> Result<Answer, Refusal> {
    let Parameters { query, timespan } = Parameters::read(call)?;
    let interval =
        timespan::read(timespan.as_deref().unwrap_or(DEFAULT_TIMESPAN), call.request.now).ok_or_else(|| {
            Refusal::bad_request(
                "Invalid value for the parameter 'Timespan': an ISO 8601 duration or time interval is expected.",
            )
        })?;
    let context = call.metadata("microsoft.graph.security.huntingQueryResults");
    let results = hunt::run(&query, call.tables, interval, call.request.now).map_err(|trouble| match trouble {
        Trouble::Query(message) => Refusal::bad_request(message),
        Trouble::NotEmulated(what) => Refusal::not_emulated(&what),
    })?;
    let head = format!(r#"{{"@odata.context":{},"#, Value::from(context));
    let mut answer = Answer::new(StatusCode::OK, JSON, head);
    answer.body.extend(results);
    answer.body.push(Bytes::from_static(b"}"));
    // Large answers of Graph come in chunks, and its hunting answers always do.
    answer.chunked = true;
    Ok(answer)
}

#[derive(Debug)]
struct Parameters {
    query: String,
    timespan: Option<String>,
}

impl Parameters {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let mut query = None;
        let mut timespan = None;
        for (name, value) in body::object(call.request)? {
            let seen = match (name.to_ascii_lowercase().as_str(), value) {
                ("query", Value::String(text)) => query.replace(text).is_some(),
                ("timespan", Value::String(text)) => timespan.replace(text).is_some(),
                ("timespan", Value::Null) => false,
                // An unknown workspace falls back to the primary one; something that is not an id at all is a mistake.
                ("workspaceid", Value::String(id)) if uuid::Uuid::parse_str(&id).is_ok() => false,
                _ => return Err(unexpected(&name)),
            };
            if seen {
                return Err(unexpected(&name));
            }
        }
        match query {
            Some(query) if !query.trim().is_empty() => Ok(Self { query, timespan }),
            _ => Err(Refusal::bad_request("The parameter 'Query' is required and must not be empty.")),
        }
    }
}

fn unexpected(name: &str) -> Refusal {
    Refusal::bad_request(format!(
        "The parameter '{name}' in the request payload is not a valid parameter for the operation 'runHuntingQuery'."
    ))
}
