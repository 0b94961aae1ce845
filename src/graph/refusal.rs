//! Turns an error answer of Graph into an error that says what to do.
//!
//! The status decides first, then the code, never the message.
//! Source: <https://learn.microsoft.com/graph/errors>.

use crate::request::config::Connection;
use crate::text::excerpt::{details, excerpt, excerpt_of};
use crate::text::fault::{Fault, error, malformed};
use crate::text::json::Object;
use crate::text::record::{Record, Shape, raw};
use crate::wire::host::Response;
use crate::wire::proxy_page;
use crate::wire::retry::saturating_seconds;
use crate::wit::types::{Error, ErrorKind};

/// Error bodies up to this size are read as JSON.
const BODY_MAX_BYTES: usize = 1024 * 1024;
/// The most levels of inner errors that are read; real answers have far fewer.
const LEVELS_MAX: usize = 16;

/// The error for an answer from Graph.
pub fn from_answer(answer: &Response, connection: &Connection, unix_seconds: u64) -> Fault {
    let chain = envelope(answer.body()).map(|body| chain(&body)).unwrap_or_default();
    let retry_after = answer.retry_after(unix_seconds).map(saturating_seconds);
    let kind = kind(answer.status, retry_after.is_some());
    let message = message(&chain).unwrap_or_else(|| {
        let code = code(&chain).map(|code| format!(", code {code}")).unwrap_or_default();
        let quoted = if chain.is_empty() { excerpt(answer.body()) } else { String::new() };
        format!("{} answered with status {}{code}{quoted}", connection.app.graph.authority(), answer.status)
    });
    let id = |names: [&str; 2]| {
        let of = |object: &Object<'_>| names.into_iter().find_map(|name| object.text(name).filter(|id| !id.is_empty()));
        chain.iter().rev().find_map(of)
    };
    Box::new(Error {
        status: Some(answer.status),
        code: code(&chain),
        request_id: id(["request-id", "requestId"]).or_else(|| answer.request_id().map(str::to_owned)),
        client_request_id: id(["client-request-id", "clientRequestId"])
            .or_else(|| answer.header("client-request-id").map(str::to_owned)),
        retry_after_seconds: retry_after,
        remedy: remedy(kind, answer, &message, connection, retry_after),
        details_json: details(answer.body()),
        ..*error(kind, message)
    })
}

/// The error for an error object that the service wrote into a success it had already begun.
/// Source: <https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1701>.
fn spliced(json: &str) -> Option<Fault> {
    let error = Object::parse(json).filter(|_| json.len() <= BODY_MAX_BYTES)?;
    let (code, message) = (error.text("code")?, error.text("message")?);
    let message = if message.trim().is_empty() { &code } else { &message };
    let message = format!("the service broke off its answer with an error: {}", excerpt_of(message));
    Some(Box::new(Error { code: Some(code).filter(|code| !code.is_empty()), ..*malformed(message) }))
}

/// Refuses an object whose member `error` is such an error.
pub fn check_error(object: &mut Record<'_>) -> Result<(), Fault> {
    object.raw("error").and_then(spliced).map_or(Ok(()), Err)
}

/// The same for a member `error` of an object without an id: resources may have such a member of their own.
pub fn spliced_object(json: &str) -> Option<Fault> {
    const SHAPE: Shape = Shape { what: "an object", members: &[raw("error"), raw("id")] };
    let found = SHAPE.read(json, "object", |mut object, _| {
        Ok(object.raw("error").filter(|_| object.raw("id").is_none()).and_then(spliced))
    });
    found.ok().flatten()
}

/// The same for the last item of a list: `{"error": {…}}`.
pub fn spliced_item(json: &str) -> Option<Fault> {
    match &Object::parse(json).filter(|_| json.len() <= BODY_MAX_BYTES)?.0[..] {
        [(name, error)] if name == "error" => spliced(error.get()),
        _ => None,
    }
}

fn kind(status: u16, has_retry_after: bool) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 | 412 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        503 if has_retry_after => ErrorKind::Throttled,
        400..=499 => ErrorKind::Rejected,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::MalformedResponse,
    }
}

fn remedy(
    kind: ErrorKind,
    answer: &Response,
    message: &str,
    connection: &Connection,
    retry_after: Option<u32>,
) -> Option<String> {
    let client_id = &connection.app.client_id;
    let text = match kind {
        ErrorKind::Unauthenticated if connection.app.credential.is_access_token() => {
            "Graph refuses the access token: get a new one from where this one came from, for the Graph of the configured cloud".into()
        }
        ErrorKind::Unauthenticated => format!(
            "Graph refuses a token that was just issued: check that cloud and endpoints match the tenant, and that the app \
             {client_id} is neither disabled nor blocked by a policy"
        ),
        ErrorKind::Forbidden => match missing_roles(message) {
            Some(roles) => format!(
                "grant the app {client_id} the application permission {roles} under API permissions, give admin consent, \
                 and wait a few minutes for new tokens to carry it"
            ),
            None => format!(
                "the app {client_id} lacks a permission, or the tenant a licence for this data: check API permissions \
                 with admin consent"
            ),
        },
        ErrorKind::NotFound => {
            "check the id and the endpoint; the object may be gone or belong to another tenant".into()
        }
        ErrorKind::Conflict => "read the object again and retry with its current state".into(),
        ErrorKind::Throttled => match retry_after {
            Some(seconds) => format!("wait {seconds} seconds before the next request; earlier requests prolong the block"),
            None => "wait at least a minute before the next request; earlier requests prolong the block".into(),
        },
        ErrorKind::Unavailable if answer.status == 501 => {
            "the service does not implement this request: change it; retrying does not help".into()
        }
        ErrorKind::Unavailable => {
            "the service failed: retry later; if it keeps failing, give Microsoft support the request id".into()
        }
        ErrorKind::MalformedResponse => format!(
            "redirects are not followed{}: check endpoints.graph, and what stands between this machine and it",
            proxy_page::redirect_host(answer).map(|host| format!(" (to {host})")).unwrap_or_default()
        ),
        // Wording of the engine, which the Defender portal shows too.
        ErrorKind::Rejected if message.contains("exceeded the allowed result size") => {
            "ask for less: project fewer columns, add a limit, or shorten time_span".into()
        }
        ErrorKind::Rejected if is_query_error(message) => {
            "correct the query: the message is the engine's own; the advanced hunting page of the Defender portal shows where it \
             goes wrong"
                .into()
        }
        // The usual remedy applies.
        _ => return None,
    };
    Some(text)
}

/// Whether the hunting engine refused a query.
fn is_query_error(message: &str) -> bool {
    ["Fix semantic errors in your query", "syntax errors"].iter().any(|mark| message.contains(mark))
}

/// `A or B` from `Missing application roles. API required roles: A,B, application roles: C.`
fn missing_roles(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("API required roles:")?;
    let (roles, _) = rest.split_once(", application roles:").unwrap_or((rest, ""));
    let roles: Vec<&str> =
        roles.split(',').map(|role| role.trim().trim_end_matches('.')).filter(|role| !role.is_empty()).collect();
    (!roles.is_empty()).then(|| roles.join(" or "))
}

fn envelope(body: &[u8]) -> Option<Object<'_>> {
    Object::parse(std::str::from_utf8(body).ok().filter(|body| body.len() <= BODY_MAX_BYTES)?)
}

/// `error`, its inner error, and so on. The service uses both spellings.
fn chain<'a>(body: &Object<'a>) -> Vec<Object<'a>> {
    let inner = |object: &Object<'a>| object.object("innerError").or_else(|| object.object("innererror"));
    let mut chain: Vec<Object<'a>> = body.object("error").into_iter().collect();
    // Each level is parsed again, so their number is limited.
    while let Some(object) = chain.last().filter(|_| chain.len() < LEVELS_MAX).and_then(inner) {
        chain.push(object);
    }
    chain
}

/// The deepest code, which is the most specific one. Some inner errors repeat the status there; those are skipped.
fn code(chain: &[Object<'_>]) -> Option<String> {
    let is_word = |code: &String| !code.is_empty() && !code.bytes().all(|byte| byte.is_ascii_digit());
    chain.iter().rev().find_map(|object| object.text("code").filter(is_word))
}

/// The outermost message that is not blank.
fn message(chain: &[Object<'_>]) -> Option<String> {
    chain.iter().find_map(|object| object.text("message").filter(|text| !text.trim().is_empty()))
}

#[cfg(test)]
mod tests;
