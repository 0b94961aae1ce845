//! The body of a generic request, which a caller can give in three ways.

use crate::graph::call::JSON;
use crate::graph::session::Session;
use crate::request::fields::is_json;
use crate::request::multipart;
use crate::text::fault::{Fault, invalid};
use crate::text::json;
use crate::wire::host::{Header, Host, Method};
use crate::wit::actions::{ExtraFields, GenericRequest};

/// The body; empty if there is none. Adds a content type to the headers unless the caller gave one.
pub(super) fn body<H: Host>(
    session: &Session<'_, H>,
    request: &GenericRequest,
    extra: &ExtraFields,
    headers: &mut Vec<Header>,
) -> Result<Vec<u8>, Fault> {
    let given = |text: &'_ Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
    // An empty object or list counts as a body only where a body is allowed: forms also send it for an empty field.
    let body_is_elsewhere = request.method == Method::Get || !extra.files.is_empty();
    let payload = request
        .payload
        .as_deref()
        .filter(|text| !text.is_empty() && !(json::is_bare(text) && (body_is_elsewhere || given(&extra.payload_json))));
    let payload_json = extra
        .payload_json
        .as_deref()
        .filter(|text| !text.is_empty() && !(json::is_bare(text) && (body_is_elsewhere || payload.is_some())));
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
        multipart::encode(&extra.files, &session.exchange.host.guid())?
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
