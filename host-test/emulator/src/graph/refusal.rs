//! Graph's errors: status, code, message, and the envelope around them.
//! One constructor per mistake, with the texts that were captured or that the OData library is known to write.

use http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::header::{Ids, JSON};
use crate::message::{Answer, Request, clock};
use crate::odata::Trouble;

/// A refused call.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Query validation writes an empty `details` array (captured); other errors have none.
    details: bool,
    challenges: Vec<String>,
    allow: Option<String>,
}

fn refusal(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { status, code, message: message.into(), details: false, challenges: Vec::new(), allow: None }
}

impl Refusal {
    /// A query option that does not pass validation. The code is empty, as captured.
    pub(crate) fn query(message: impl std::fmt::Display) -> Self {
        let message = format!("The query specified in the URI is not valid. {message}");
        Self { details: true, ..refusal(StatusCode::BAD_REQUEST, "", message) }
    }

    /// A body that does not fit the resource, as captured for alerts.
    pub(crate) fn body() -> Self {
        refusal(StatusCode::BAD_REQUEST, "InvalidRequestBody", "Request body is incorrect")
    }

    pub(crate) fn empty_payload() -> Self {
        Self::bad_request("Empty Payload. JSON content expected.")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        refusal(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(crate) fn media_type(found: Option<&str>) -> Self {
        let message = match found {
            Some(found) => format!("The content type '{found}' is not supported, expected 'application/json'."),
            None => "A missing or empty content type header was found when trying to read a message. The content type \
                     header is required."
                .into(),
        };
        refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    }

    pub(crate) fn content_encoding(found: &str) -> Self {
        let message = format!("The content encoding '{found}' is not supported.");
        refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    }

    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        refusal(StatusCode::NOT_FOUND, "NotFound", format!("{kind} '{id}' was not found."))
    }

    pub(crate) fn method_not_allowed(method: &Method, allowed: &[&str]) -> Self {
        let message = format!("The requested resource does not support http method '{method}'.");
        Self { allow: Some(allowed.join(", ")), ..refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message) }
    }

    pub(crate) fn missing_roles(required: &[&str], granted: &[String]) -> Self {
        let message = format!(
            "Missing application roles. API required roles: {}, application roles: {}.",
            required.join(","),
            granted.join(",")
        );
        refusal(StatusCode::FORBIDDEN, "Forbidden", message)
    }

    /// A rejected token, with the headers that say where to get a valid one.
    pub(crate) fn token(message: impl Into<String>, challenges: Vec<String>) -> Self {
        Self { challenges, ..refusal(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message) }
    }

    /// Something that Graph may support and the emulator does not. Loud, so that it is not mistaken for Graph's answer.
    pub(crate) fn not_emulated(what: &str) -> Self {
        let message = format!("this is the Defender emulator, not Microsoft Graph: it does not emulate {what}");
        refusal(StatusCode::NOT_IMPLEMENTED, "EmulatorNotImplemented", message)
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The answer in Graph's envelope.
    pub(crate) fn answer(self, request: &Request, ids: &Ids) -> Answer {
        let mut error = json!({"code": self.code, "message": self.message});
        if self.details {
            error["details"] = json!([]);
        }
        error["innerError"] = json!({
            "date": clock::inner_error(request.now),
            "request-id": ids.request,
            "client-request-id": ids.client,
        });
        let mut answer = Answer::json(self.status, JSON, &json!({ "error": error }));
        for challenge in self.challenges {
            if let Ok(value) = HeaderValue::from_str(&challenge) {
                answer.headers.append(header::WWW_AUTHENTICATE, value);
            }
        }
        match self.allow {
            Some(allow) => answer.header("allow", &allow),
            None => answer,
        }
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Query(message) => Self::query(message),
            Trouble::NotEmulated(what) => Self::not_emulated(&what),
        }
    }
}
