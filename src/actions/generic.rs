//! The generic action: a request to any endpoint below the API version.

mod body;
mod download;
mod headers;
mod reply;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use body::body;
use reply::{Outcome, Reply, reply};

use crate::answer::envelope::{self, Meta};
use crate::graph::call::{Answer, Call, Due};
use crate::graph::session::Session;
use crate::request::endpoint;
use crate::text::fault::{Fault, invalid, malformed};
use crate::text::json;
use crate::text::percent;
use crate::wire::exchange::Patience;
use crate::wire::host::{Host, Method, Response};
use crate::wire::retry::Effect;
use crate::wit::actions::{Download, ExtraFields, GenericRequest, GenericResponse, ResponseBody, ResponseType};
use crate::wit::types::{Error, ErrorKind};

/// The most retries a caller may ask for.
pub const RETRY_COUNT_MAX: u32 = 10;
/// The longest wait between retries.
pub const RETRY_WAIT_MAX_SECONDS: u32 = 60;
/// The default wait between retries.
pub const RETRY_WAIT_DEFAULT_SECONDS: u32 = 15;
/// Largest text in the envelope: hosts limit the size of a result, wasmtime to 128 MiB by default.
const QUOTED_MAX_BYTES: usize = 120 * 1024 * 1024;
/// If the service asks for a longer wait than this, the caller is told instead.
const RETRY_AFTER_MAX_SECONDS: u32 = 300;

/// Settings that change nothing.
pub const NO_EXTRA_FIELDS: ExtraFields = ExtraFields {
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

/// The answer, typed.
pub async fn typed<H: Host>(session: &Session<'_, H>, request: &GenericRequest) -> Result<GenericResponse, Fault> {
    let Reply { status, headers, outcome, meta } = run(session, request).await?;
    let body = match outcome {
        Outcome::None => ResponseBody::None,
        Outcome::Json(body) => ResponseBody::Json(body.text),
        Outcome::Custom(json) => ResponseBody::Json(json),
        Outcome::Text(body) => ResponseBody::Text(body.text),
        Outcome::Bytes(bytes) => ResponseBody::Base64(STANDARD.encode(bytes.body())),
        Outcome::File(file) => {
            let download::File { filename, content_type, sha256, bytes } = file;
            let (size, content_base64) = (bytes.body().len() as u64, STANDARD.encode(bytes.body()));
            ResponseBody::File(Download { filename, content_type, size, sha256, content_base64 })
        }
    };
    Ok(GenericResponse { status, headers, body, warnings: meta.warnings })
}

/// The answer as JSON.
pub async fn json<H: Host>(session: &Session<'_, H>, request: &GenericRequest) -> Result<String, Fault> {
    let Reply { status, outcome, meta, .. } = run(session, request).await?;
    let meta = Meta { status: Some(status), ..meta };
    let text = match outcome {
        Outcome::Json(body) => return Ok(envelope::close(body, &meta)),
        Outcome::None => envelope::around("null", &meta),
        Outcome::Custom(json) => envelope::around(&json, &meta),
        Outcome::Text(body) => {
            let length = json::quoted_length(body.json());
            if length > QUOTED_MAX_BYTES {
                return Err(too_large_as_text(status, length));
            }
            envelope::written(length, &meta, |text| json::quote(body.json(), text))
        }
        Outcome::Bytes(bytes) => envelope::written(base64_length(&bytes) + 2, &meta, |text| quote_base64(&bytes, text)),
        Outcome::File(file) => {
            let mut head = json::Writer::new();
            head.text("filename", &file.filename);
            head.text("content_type", &file.content_type);
            head.json("size", &file.bytes.body().len().to_string());
            head.text("sha256", &file.sha256);
            let head = head.finish();
            let length = head.len() + base64_length(&file.bytes) + r#","content_base64":"""#.len();
            envelope::written(length, &meta, |text| {
                text.push_str(head.trim_end_matches('}'));
                text.push_str(",\"content_base64\":");
                quote_base64(&file.bytes, text);
                text.push('}');
            })
        }
    };
    Ok(text)
}

fn base64_length(bytes: &Response) -> usize {
    bytes.body().len().div_ceil(3) * 4
}

fn quote_base64(bytes: &Response, text: &mut String) {
    text.push('"');
    STANDARD.encode_string(bytes.body(), text);
    text.push('"');
}

/// Has a remedy, so it is not retried: the answer would be as large again.
fn too_large_as_text(status: u16, length: usize) -> Fault {
    Box::new(Error {
        status: Some(status),
        remedy: Some("request it with download, or with response_type content, which needs less space".to_owned()),
        ..*malformed(format!(
            "the answer would have {length} bytes as a JSON text; allowed: {QUOTED_MAX_BYTES} at most"
        ))
    })
}

async fn run<H: Host>(session: &Session<'_, H>, request: &GenericRequest) -> Result<Reply, Fault> {
    let none = NO_EXTRA_FIELDS;
    let extra = request.extra_fields.as_ref().unwrap_or(&none);
    let target = target(session, request)?;
    let mut headers = headers::checked(&extra.headers)?;
    let body = body(session, request, extra, &mut headers)?;
    let filename = extra.filename.as_deref().map(download::checked_name).transpose()?;
    if extra.custom_output_json.as_deref().is_some_and(|json| !json::is_valid(json)) {
        return Err(invalid("extra_fields.custom_output: is not JSON"));
    }
    let wants_json = extra.download != Some(true) && extra.response_type.is_none_or(|kind| kind == ResponseType::Json);
    let due = if wants_json { Due::JsonOrRedirect } else { Due::Anything };
    let effect = effect(request.method, &target);
    let call = Call { method: request.method, target, headers, body: &body, effect, due };
    send(session, &call, extra, &|answer| reply(session, &call, answer, extra, filename.clone())).await
}

fn target<H: Host>(session: &Session<'_, H>, request: &GenericRequest) -> Result<String, Fault> {
    let mut target = endpoint::target(&request.endpoint, &session.connection.app.graph, session.connection.api_version)
        .map_err(|why| invalid(format!("endpoint: {why}")))?;
    if request.query_params.iter().any(|pair| pair.name.trim().is_empty()) {
        return Err(invalid("query_params: a name is blank"));
    }
    let pairs = request.query_params.iter().map(|pair| (pair.name.trim(), pair.value.as_str()));
    percent::append_query(&mut target, pairs);
    Ok(target)
}

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

/// Sends with the usual retries, after as many attempts as the caller asks for. In those, only broken connections are retried.
async fn send<H: Host, T>(
    session: &Session<'_, H>,
    call: &Call<'_>,
    extra: &ExtraFields,
    take: &dyn Fn(Answer) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let wait = extra.retry_wait.unwrap_or(RETRY_WAIT_DEFAULT_SECONDS);
    if !(1..=RETRY_WAIT_MAX_SECONDS).contains(&wait) {
        return Err(invalid(format!(
            "extra_fields.retry_wait: {wait} is out of range; allowed: 1 to {RETRY_WAIT_MAX_SECONDS} seconds"
        )));
    }
    let count = extra.retry_count.unwrap_or(0);
    if count > RETRY_COUNT_MAX {
        return Err(invalid(format!(
            "extra_fields.retry_count: {count} is out of range; allowed: 0 to {RETRY_COUNT_MAX}"
        )));
    }
    if count == 0 {
        return session.send(call, take).await;
    }
    let counted = session.with(Patience::Connection);
    // A read without a complete answer is retried too, as it would be within the deadline.
    let is_repeated = |error: &Error| match error.status {
        Some(status @ 400..) => status == 429 || status >= 500,
        _ => call.effect == Effect::Read && error.kind == ErrorKind::Interrupted,
    };
    for _ in 0..count {
        match counted.anew().send(call, take).await {
            Err(error) if is_repeated(&error) => {
                let asked = error.retry_after_seconds.unwrap_or(0);
                if asked > RETRY_AFTER_MAX_SECONDS {
                    return Err(error);
                }
                session.exchange.host.sleep(Duration::from_secs(wait.max(asked).into())).await;
            }
            result => return result,
        }
    }
    // The last attempt has the usual retries.
    session.anew().send(call, take).await
}

#[cfg(test)]
mod tests;
