//! Accepts bodies that are JSON and small enough for an instance.

use serde::de::IgnoredAny;

use crate::http::{Body, Request, Unread};
use crate::problem::Problem;

/// The largest body accepted: enough for a generic action with files, of which an instance holds several copies.
pub const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Reads the body of an action.
pub fn input(request: &Request, body: &mut dyn Body) -> Result<String, Box<Problem>> {
    if !request.header("content-type").is_some_and(is_json) {
        let detail = "the body must be JSON: send Content-Type: application/json";
        return Err(Problem::new(415, "unsupported-media-type", detail).into());
    }
    let announced = request.header("content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_MAX_BYTES as u64) {
        return Err(too_large());
    }
    let bytes = body.read(BODY_MAX_BYTES).map_err(|why| match why {
        Unread::TooLarge => too_large(),
        Unread::Broken => not_json("the body ended early"),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| not_json("the body is not UTF-8"))?;
    if text.trim().is_empty() {
        return Err(not_json("the body is empty; a JSON object is needed, such as {}"));
    }
    // The parser's message could quote part of the body.
    serde_json::from_str::<IgnoredAny>(&text).map_err(|error| {
        not_json(&format!("the body is not valid JSON at line {}, column {}", error.line(), error.column()))
    })?;
    Ok(text)
}

fn too_large() -> Box<Problem> {
    Box::new(Problem::new(413, "content-too-large", format!("the body is larger than {BODY_MAX_BYTES} bytes")))
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
    use crate::scripted::Bytes;

    #[track_caller]
    fn refused(headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        let problem = input(&Request { headers, ..Request::default() }, &mut Bytes::of(body)).unwrap_err();
        (problem.status, problem.detail)
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
        assert_eq!(refused(&[JSON, ("content-length", "16777217")], b"{}").0, 413);
        assert_eq!(refused(&[JSON, ("content-length", "1")], &vec![b' '; BODY_MAX_BYTES + 1]).0, 413);
        assert_eq!(refused(&[JSON], &vec![b' '; BODY_MAX_BYTES]).0, 400);
    }
}
