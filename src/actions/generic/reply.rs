//! Turns the answer to a generic request into a file, the caller's own output, nothing, or the requested form.

use super::{download, headers};
use crate::answer::envelope::Meta;
use crate::graph::call::{Answer, Body, Call};
use crate::graph::refusal;
use crate::graph::session::Session;
use crate::text::fault::{Fault, error, malformed, remedied};
use crate::text::json;
use crate::wire::host::{Host, Response};
use crate::wire::proxy_page;
use crate::wire::retry::Effect;
use crate::wit::actions::{ExtraFields, ResponseType};
use crate::wit::types::{ErrorKind, NameValue};

/// The result for a body. Large ones stay in their receive buffer until they are written into the answer.
pub(super) enum Outcome {
    None,
    Json(Body),
    Custom(String),
    Text(Body),
    Bytes(Response),
    File(download::File),
}

/// A successful answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<NameValue>,
    pub(super) outcome: Outcome,
    pub(super) meta: Meta,
}

/// Makes a reply from an answer.
pub(super) fn reply<H: Host>(
    session: &Session<'_, H>,
    call: &Call<'_>,
    answer: Answer,
    extra: &ExtraFields,
    filename: Option<String>,
) -> Result<Reply, Fault> {
    let status = answer.response.status;
    let mut meta = Meta::of(&answer);
    if (300..400).contains(&status) && status != 304 {
        let target = proxy_page::redirect_host(&answer.response).map(|host| format!(" to {host}")).unwrap_or_default();
        if extra.download == Some(true) {
            let message = format!("there is no file: the service redirects{target}, and redirects are not followed");
            let remedy = "get the file from there outside of the connector: without download the answer has the link in its \
                          Location header";
            return Err(remedied(error(ErrorKind::Rejected, message), remedy));
        }
        meta.warnings.push(format!("the service redirects{target}; redirects are not followed"));
    }
    let headers = headers::answered(&answer.response.headers);
    let outcome = outcome(session, call, answer, extra, filename, &mut meta)?;
    Ok(Reply { status, headers, outcome, meta })
}

/// The result for the body: a file, the caller's own output, nothing, or the requested form, in this order.
fn outcome<H: Host>(
    session: &Session<'_, H>,
    call: &Call<'_>,
    answer: Answer,
    extra: &ExtraFields,
    filename: Option<String>,
    meta: &mut Meta,
) -> Result<Outcome, Fault> {
    if answer.response.cut.is_some() {
        meta.warnings.push("the service did what was asked, but its answer broke off, so it is left out".to_owned());
        return Ok(Outcome::None);
    }
    let response = &answer.response;
    if extra.download == Some(true) {
        if response.body().is_empty() && response.status != 200 {
            meta.warnings
                .push(format!("the file is empty: the service answered with status {} and no body", response.status));
        }
        return Ok(Outcome::File(download::file(answer.response, filename, &call.target, |name| {
            session.cleared(name)
        })));
    }
    let kind = extra.response_type.unwrap_or(ResponseType::Json);
    let has_read = matches!(call.effect, Effect::Read | Effect::Hunt) && response.status == 200;
    // A body that is labelled JSON but is not was cut off or changed in transit: for a read, a retry may help.
    let names_json = has_read && kind == ResponseType::Json && names_json(response);
    if let Some(json) = &extra.custom_output_json {
        return Ok(Outcome::Custom(session.cleared(json.clone())));
    }
    if names_json && response.body().is_empty() {
        return Err(malformed("the answer is empty"));
    }
    if response.body().is_empty() {
        return Ok(Outcome::None);
    }
    let is_text = std::str::from_utf8(response.body()).is_ok();
    if names_json && !is_text {
        return Err(malformed("the answer is labelled JSON but is not UTF-8"));
    }
    if kind == ResponseType::Content || !is_text {
        if kind != ResponseType::Content {
            meta.warnings.push("the answer is not text: its bytes are given in base64".to_owned());
        }
        return Ok(Outcome::Bytes(answer.response));
    }
    let body = answer.into_body()?;
    if kind == ResponseType::Json {
        if json::is_valid(body.json()) {
            return match refusal::spliced_object(body.json()).filter(|_| has_read) {
                Some(fault) => Err(fault),
                None => Ok(Outcome::Json(body)),
            };
        }
        if names_json {
            return Err(malformed("the answer is labelled JSON but is not JSON: it was cut off or changed in transit"));
        }
        meta.warnings.push("the answer is not JSON: it is given as text".to_owned());
    }
    Ok(Outcome::Text(body))
}

fn names_json(response: &Response) -> bool {
    let media_type = response.media_type();
    media_type == "application/json" || media_type.ends_with("+json")
}
