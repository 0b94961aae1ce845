//! Accepts bodies that are JSON and small enough for an instance.

use defender_xdr::catalog::GENERIC_ACTION;
use defender_xdr::text::json::unmarked;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::budget::Budget;
use crate::call::http::{Body, Request, Unread};
use crate::problem::Problem;

/// The largest body of an action.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;
/// The largest body of a generic action with files.
pub const UPLOAD_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Reads the body of an action.
pub async fn input(
    action: &str,
    request: &Request,
    body: &mut impl Body,
    uploads: &Budget,
) -> Result<String, Box<Problem>> {
    if !request.header("content-type").is_some_and(is_json) {
        let detail = "the body must be JSON: send Content-Type: application/json";
        return Err(Problem::new(415, "unsupported-media-type", detail).into());
    }
    let limit = if action == GENERIC_ACTION { UPLOAD_MAX_BYTES } else { BODY_MAX_BYTES };
    let announced = request.header("content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let bytes = body.read(limit, uploads).await.map_err(|why| match why {
        Unread::TooLarge => too_large(),
        Unread::Broken => not_json("the body ended early"),
        Unread::Slow => Problem::new(408, "slow-body", "the body did not arrive in time").into(),
        Unread::Crowded => Problem::new(503, "busy", "large bodies of other callers left no room for this one")
            .member("remedy", Some("try again"))
            .header("retry-after", "5")
            .into(),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| not_json("the body is not UTF-8"))?;
    if text.trim().is_empty() {
        return Err(not_json("the body is empty; a JSON object is needed, such as {}"));
    }
    // The parser's message could quote part of the body.
    serde_json::from_str::<IgnoredAny>(unmarked(&text)).map_err(|error| {
        not_json(&format!("the body is not valid JSON at line {}, column {}", error.line(), error.column()))
    })?;
    if text.len() > BODY_MAX_BYTES && !has_files(&text) {
        return Err(too_large());
    }
    Ok(text)
}

/// Whether the input of a generic action has files, which alone may be large.
fn has_files(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Input {
        extra_fields: Option<Extra>,
    }
    #[derive(Deserialize)]
    struct Extra {
        files: Option<IgnoredAny>,
    }
    let text = unmarked(text).trim_start();
    let input = if text.starts_with('[') {
        serde_json::from_str::<[Input; 1]>(text).map(|[input]| input)
    } else {
        serde_json::from_str(text)
    };
    input.is_ok_and(|input| input.extra_fields.is_some_and(|extra| extra.files.is_some()))
}

fn too_large() -> Box<Problem> {
    let detail = format!(
        "the body is larger than {BODY_MAX_BYTES} bytes, or {UPLOAD_MAX_BYTES} of {GENERIC_ACTION} with extra_fields.files"
    );
    Box::new(Problem::new(413, "content-too-large", detail))
}

fn not_json(why: &str) -> Box<Problem> {
    Box::new(Problem::new(400, "invalid-body", why))
}

/// `application/json` or a type with the suffix `+json`, with any parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Bytes, now};

    #[track_caller]
    fn refused_for(action: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        let request = Request { headers, ..Request::default() };
        let problem = now(input(action, &request, &mut Bytes::of(body), &Budget::new(1))).unwrap_err();
        (problem.status, problem.detail)
    }

    #[track_caller]
    fn refused(headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        refused_for("list_incidents", headers, body)
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn accepts_every_json_media_type() {
        for (name, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/scim+json", true),
            ("text/json", false),
            ("application/jsonx", false),
            ("text/plain", false),
            ("", false),
            (";", false),
        ] {
            assert_eq!(is_json(name), json, "{name}");
        }
    }

    #[test]
    fn refuses_what_is_not_json() {
        assert_eq!(refused(&[JSON], b" \n").1, "the body is empty; a JSON object is needed, such as {}");
        assert_eq!(refused(&[JSON], b"{\"a\": s3cret}").1, "the body is not valid JSON at line 1, column 7");
        assert_eq!(refused(&[JSON], b"\xff").1, "the body is not UTF-8");
        assert_eq!(refused(&[JSON], &[b'['; 10_000]).0, 400);
        assert_eq!(refused(&[], b"{}").0, 415);
    }

    #[test]
    fn refuses_a_large_body_announced_or_not() {
        assert_eq!(refused(&[JSON, ("content-length", "1048577")], b"{}").0, 413);
        assert_eq!(refused(&[JSON, ("content-length", "1")], &vec![b' '; BODY_MAX_BYTES + 1]).0, 413);
        assert_eq!(refused(&[JSON], &vec![b' '; BODY_MAX_BYTES]).0, 400);
    }

    #[test]
    fn only_a_generic_action_with_files_may_be_large() {
        let filler = " ".repeat(BODY_MAX_BYTES);
        let with = |start: &str| format!("{start}{filler}");
        let large = |text: &str| refused_for(GENERIC_ACTION, &[JSON], with(text).as_bytes());
        for other in ["{}", r#"{"extra_fields":{}}"#, r#"{"extra_fields":{"files":null}}"#, "[]", "7"] {
            assert_eq!(large(other).0, 413, "{other}");
        }
        for files in [r#"{"extra_fields":{"download":true,"files":[]}}"#, r#" [{"extra_fields":{"files":[{}]}}]"#] {
            assert!(has_files(&with(files)), "{files}");
        }
        assert_eq!(refused_for(GENERIC_ACTION, &[JSON], &vec![b' '; UPLOAD_MAX_BYTES + 1]).0, 413);
    }
}
