//! Generic action: a request to any endpoint below the API version.

mod download;
mod headers;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::endpoint;
use crate::envelope::{self, Meta};
use crate::error::{Fault, invalid};
use crate::exchange::Exchange;
use crate::graph::{Answer, Body, Call, Session};
use crate::host::{Header, Method};
use crate::input::is_json;
use crate::json::{self, Writer};
use crate::multipart;
use crate::percent;
use crate::retry::Effect;
use crate::wit::actions::{Download, ExtraFields, GenericRequest, GenericResponse, ResponseBody, ResponseType};
use crate::wit::types::NameValue;

/// Repeats that a caller may ask for.
pub const RETRY_COUNT_MAX: u32 = 10;
/// Seconds between them, at most.
pub const RETRY_WAIT_MAX_SECONDS: u32 = 60;
/// Seconds between them by default.
pub const RETRY_WAIT_DEFAULT_SECONDS: u32 = 15;
/// A service that asks for more patience than this gets none: the caller hears of it instead.
const RETRY_AFTER_MAX_SECONDS: u32 = 300;

/// The answer, typed.
pub fn typed(session: &Session<'_>, request: &GenericRequest) -> Result<GenericResponse, Fault> {
    let (status, headers, outcome, meta) = run(session, request)?;
    let body = match outcome {
        Outcome::None => ResponseBody::None,
        Outcome::Json(body) => ResponseBody::Json(body.text),
        Outcome::Custom(json) => ResponseBody::Json(json),
        Outcome::Text(text) => ResponseBody::Text(text),
        Outcome::Base64(text) => ResponseBody::Base64(text),
        Outcome::File(file) => ResponseBody::File(file),
    };
    Ok(GenericResponse { status, headers, body, warnings: meta.warnings })
}

/// The answer as JSON.
pub fn json(session: &Session<'_>, request: &GenericRequest) -> Result<String, Fault> {
    let (status, _, outcome, meta) = run(session, request)?;
    let meta = Meta { status: Some(status), ..meta };
    let data = match outcome {
        Outcome::Json(body) => return Ok(envelope::close(body, &meta)),
        Outcome::None => "null".to_owned(),
        Outcome::Custom(json) => json,
        Outcome::Text(text) | Outcome::Base64(text) => json::quoted(&text),
        Outcome::File(file) => file_json(&file),
    };
    Ok(envelope::around(&data, &meta))
}

fn file_json(file: &Download) -> String {
    let mut object = Writer::new();
    object.text("filename", &file.filename);
    object.text("content_type", &file.content_type);
    object.json("size", &file.size.to_string());
    object.text("sha256", &file.sha256);
    object.text("content_base64", &file.content_base64);
    object.finish()
}

enum Outcome {
    None,
    /// In its receive buffer.
    Json(Body),
    Custom(String),
    Text(String),
    Base64(String),
    File(Download),
}

type Reply = (u16, Vec<NameValue>, Outcome, Meta);

fn run(session: &Session<'_>, request: &GenericRequest) -> Result<Reply, Fault> {
    let none = ExtraFields {
        headers: Vec::new(),
        payload_json: None,
        files: Vec::new(),
        download: None,
        filename: None,
        retry_count: None,
        retry_wait: None,
        custom_output_json: None,
        response_type: None,
    };
    let extra = request.extra_fields.as_ref().unwrap_or(&none);
    let target = target(session, request)?;
    let mut headers = headers::checked(&extra.headers)?;
    let body = body(session, request, extra, &mut headers)?;
    let filename = extra.filename.as_deref().map(download::checked_name).transpose()?;
    if extra.custom_output_json.as_deref().is_some_and(|json| !json::is_valid(json)) {
        return Err(invalid("extra_fields.custom_output: is not JSON"));
    }
    let effect = effect(request.method, &target);
    let call = Call { method: request.method, target, headers, body: &body, effect };
    let answer = send(session, call, extra)?;
    let status = answer.response.status;
    let mut meta = Meta::of(&answer);
    if (300..400).contains(&status) {
        meta.warnings.push("the service redirects; redirects are not followed".to_owned());
    }
    let headers = headers::answered(&answer.response.headers);
    let outcome = outcome(answer, extra, filename, &request.endpoint, &mut meta)?;
    Ok((status, headers, outcome, meta))
}

fn target(session: &Session<'_>, request: &GenericRequest) -> Result<String, Fault> {
    let path = endpoint::check(&request.endpoint).map_err(|why| invalid(format!("endpoint: {why}")))?;
    let mut target = session.path(&path);
    for NameValue { name, value } in &request.query_params {
        if name.trim().is_empty() {
            return Err(invalid("query_params: a name is blank"));
        }
        percent::append_query(&mut target, [(name.trim(), value.as_str())]);
    }
    Ok(target)
}

fn body(
    session: &Session<'_>,
    request: &GenericRequest,
    extra: &ExtraFields,
    headers: &mut Vec<Header>,
) -> Result<Vec<u8>, Fault> {
    let payload = request.payload.as_deref().filter(|text| !text.is_empty());
    let payload_json = extra.payload_json.as_deref().filter(|text| !text.is_empty());
    let given = [
        ("payload", payload.is_some()),
        ("extra_fields.payload_json", payload_json.is_some()),
        ("extra_fields.files", !extra.files.is_empty()),
    ];
    let given: Vec<&str> = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if let [one, other, ..] = given[..] {
        return Err(invalid(format!("{other}: cannot go with {one}; give one body")));
    }
    if !given.is_empty() && request.method == Method::Get {
        return Err(invalid(format!("{}: a GET request has no body", given.join(""))));
    }
    let (content_type, body) = if !extra.files.is_empty() {
        if headers.iter().any(|(name, _)| name == "content-type") {
            return Err(invalid("extra_fields.headers: Content-Type is set by files"));
        }
        multipart::encode(&extra.files, session.exchange.host)?
    } else if let Some(json) = payload_json {
        if !json::is_valid(json) {
            return Err(invalid("extra_fields.payload_json: is not JSON"));
        }
        (JSON.to_owned(), json.as_bytes().to_owned())
    } else if let Some(text) = payload {
        let content_type = if is_json(text) { JSON } else { "text/plain; charset=utf-8" };
        (content_type.to_owned(), text.as_bytes().to_owned())
    } else {
        return Ok(Vec::new());
    };
    if !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".into(), content_type));
    }
    Ok(body)
}

const JSON: &str = "application/json; charset=utf-8";

fn effect(method: Method, target: &str) -> Effect {
    let path = target.split('?').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let hunts = ["runHuntingQuery", "microsoft.graph.security.runHuntingQuery"];
    match method {
        Method::Get => Effect::Read,
        Method::Post if hunts.iter().any(|action| action.eq_ignore_ascii_case(last)) => Effect::Hunt,
        Method::Patch => Effect::Assign,
        Method::Post | Method::Put | Method::Delete => Effect::Write,
    }
}

/// Sends as everywhere, or as often as the caller says.
fn send(session: &Session<'_>, call: Call<'_>, extra: &ExtraFields) -> Result<Answer, Fault> {
    let wait = extra.retry_wait.unwrap_or(RETRY_WAIT_DEFAULT_SECONDS);
    if !(1..=RETRY_WAIT_MAX_SECONDS).contains(&wait) {
        return Err(invalid(format!(
            "extra_fields.retry_wait: {wait} is out of range; allowed: 1 to {RETRY_WAIT_MAX_SECONDS} seconds"
        )));
    }
    let Some(count) = extra.retry_count else { return session.send_for_redirect(&call) };
    if count > RETRY_COUNT_MAX {
        return Err(invalid(format!(
            "extra_fields.retry_count: {count} is out of range; allowed: 0 to {RETRY_COUNT_MAX}"
        )));
    }
    // The caller decides alone: an attempt does not repeat by itself.
    let call = Call { effect: Effect::Write, ..call };
    let host = session.exchange.host;
    for _ in 0..count {
        let attempt = session.until(Exchange::within(host, session.connection.timeout).deadline);
        match attempt.send_for_redirect(&call) {
            Err(error) if error.status.is_some_and(|status| status == 429 || status >= 500) => {
                let asked = error.retry_after_seconds.unwrap_or(0);
                if asked > RETRY_AFTER_MAX_SECONDS {
                    return Err(error);
                }
                host.sleep(Duration::from_secs(wait.max(asked).into()));
            }
            result => return result,
        }
    }
    session.until(Exchange::within(host, session.connection.timeout).deadline).send_for_redirect(&call)
}

/// What becomes of the body: a file, the caller's own output, nothing, or the form asked for, in this order.
fn outcome(
    answer: Answer,
    extra: &ExtraFields,
    filename: Option<String>,
    endpoint: &str,
    meta: &mut Meta,
) -> Result<Outcome, Fault> {
    let response = &answer.response;
    if extra.download == Some(true) {
        return Ok(Outcome::File(download::file(response, filename, endpoint)));
    }
    if let Some(json) = &extra.custom_output_json {
        return Ok(Outcome::Custom(json.clone()));
    }
    if response.body().is_empty() {
        return Ok(Outcome::None);
    }
    let kind = extra.response_type.unwrap_or(ResponseType::Json);
    let is_text = std::str::from_utf8(response.body()).is_ok();
    if kind == ResponseType::Content || !is_text {
        if kind != ResponseType::Content {
            meta.warnings.push("the answer is no text: its bytes are given in base64".to_owned());
        }
        return Ok(Outcome::Base64(STANDARD.encode(response.body())));
    }
    let body = answer.into_body()?;
    let is_valid = kind == ResponseType::Json && json::is_valid(body.json());
    if is_valid {
        return Ok(Outcome::Json(body));
    }
    if kind == ResponseType::Json {
        meta.warnings.push("the answer is no JSON: it is given as text".to_owned());
    }
    Ok(Outcome::Text(body.json().to_owned()))
}

#[cfg(test)]
mod tests;
