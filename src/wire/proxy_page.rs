//! Tells a page of a proxy, firewall or captive portal from an answer of the service, which is never HTML where JSON is expected.

use crate::text::excerpt::{details, line_of};
use crate::text::fault::error;
use crate::text::origin::Origin;
use crate::wire::host::Response;
use crate::wire::retry::Effect;
use crate::wit::types::{Error, ErrorKind};

/// A title is near the start of a page.
const HEAD_BYTES: usize = 16 * 1024;
/// Characters of a title that a message shows.
const TITLE_MAX_CHARACTERS: usize = 100;

/// Whether an answer is a page instead of the expected JSON, judged by status, media type and the first bytes.
///
/// The service itself sends a page with some statuses (404, 429, 500, 502, …); there the status says enough.
pub fn is_page(answer: &Response) -> bool {
    match answer.status {
        // Only proxies and portals send these.
        407 | 511 => true,
        200..=399 | 403 | 451 => is_html(answer) || start(answer).starts_with(b"<"),
        _ => false,
    }
}

/// The body without a leading byte order mark and white space.
fn start(answer: &Response) -> &[u8] {
    let start = answer.body().trim_ascii_start();
    start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start).trim_ascii_start()
}

/// Whether a body is HTML. Proxies often send no media type, or a wrong one.
pub fn is_html(answer: &Response) -> bool {
    let start = start(answer);
    let begins = |tag: &str| start.get(..tag.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(tag.as_bytes()));
    let media_type = answer.media_type();
    let is_named = ["text/html", "application/xhtml+xml"].contains(&media_type.as_str());
    let is_json = matches!(start.first(), Some(b'{' | b'['));
    (is_named && !is_json && (!start.is_empty() || answer.status >= 300))
        || ["<!doctype html", "<html", "<head", "<body"].into_iter().any(begins)
}

/// The error for such a page. It blames neither a credential nor a permission.
///
/// A write answered with a success or a redirect may have reached the service.
pub fn fault(answer: &Response, origin: &Origin, effect: Effect) -> Box<Error> {
    let authority = origin.authority();
    let is_write = matches!(effect, Effect::Assign | Effect::Write);
    let may_have_happened = is_write && answer.status < 400;
    let title = title(answer.body()).map(|title| format!(", titled \"{title}\"")).unwrap_or_default();
    let target = redirect_host(answer).map(|host| format!(", which redirects to {host}")).unwrap_or_default();
    let what = if is_html(answer) || start(answer).starts_with(b"<") { "an HTML page" } else { "a proxy's refusal" };
    let message =
        format!("{what} came in place of an answer from {authority}: status {}{title}{target}", answer.status);
    let way = format!(
        "a proxy, firewall or sign-in portal between this machine and {authority} answers in its place: allow {authority} \
         there, sign in to it, or use another route"
    );
    let (kind, remedy) = if may_have_happened {
        (ErrorKind::Interrupted, format!("{way}; the write may have happened: read the object back before retrying"))
    } else {
        (ErrorKind::Unreachable, way)
    };
    Box::new(Error {
        status: Some(answer.status),
        request_id: answer.request_id().map(str::to_owned),
        remedy: Some(remedy),
        details_json: details(answer.body()),
        ..*error(kind, message)
    })
}

/// Host of a redirect. The rest of the address is not shown: it may contain a ticket.
pub fn redirect_host(answer: &Response) -> Option<String> {
    let (_, rest) = answer.header("location")?.split_once("//")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(line_of(host, TITLE_MAX_CHARACTERS)).filter(|host| !host.is_empty())
}

/// Text of the first `title` element.
fn title(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(body.get(..HEAD_BYTES).unwrap_or(body));
    let lower = head.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower.get(start..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    let mut text = head.get(start..end)?.to_owned();
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        text = text.replace(entity, character);
    }
    Some(line_of(&text, TITLE_MAX_CHARACTERS)).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><head><title> Access\n denied &amp; logged </title></head></html>";

    fn answer(status: u16, content_type: &str, body: &str) -> Response {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Response::new(status, headers, body.as_bytes().to_owned(), 0)
    }

    #[test]
    fn tells_pages_from_answers() {
        for (status, content_type, body, expected) in [
            (200, "text/html; charset=utf-8", PAGE, true),
            (200, "application/json", PAGE, true),
            (200, "", "\u{feff}\r\n <HTML>", true),
            (200, "application/json", "<!-- gateway --><html></html>", true),
            (403, "", "<?xml version=\"1.0\"?><!DOCTYPE html>", true),
            (403, "text/plain", "<h1>Blocked</h1>", true),
            (302, "text/html", "", true),
            (403, "Text/HTML", "Blocked", true),
            (451, "application/xhtml+xml", "<x/>", true),
            (407, "", "", true),
            (511, "text/plain", "sign in", true),
            // The service's own answers, whatever their media type.
            (200, "text/html", r#" {"value": []}"#, false),
            (200, "application/json", r#"{"x": "<html>"}"#, false),
            (204, "text/html", "", false),
            (302, "", "", false),
            (403, "application/json", r#"{"error": {}}"#, false),
            (403, "text/plain", "Forbidden", false),
            // Statuses with which the service sends pages too.
            (401, "text/html", PAGE, false),
            (404, "text/html", PAGE, false),
            (429, "text/html", PAGE, false),
            (502, "text/html", PAGE, false),
        ] {
            assert_eq!(is_page(&answer(status, content_type, body)), expected, "{status} {content_type} {body}");
        }
    }

    #[test]
    fn says_what_came_and_what_to_do() {
        let origin = Origin::known("graph.microsoft.com");
        let fault = fault(&answer(403, "text/html", PAGE), &origin, Effect::Assign);
        assert_eq!((fault.kind, fault.status), (ErrorKind::Unreachable, Some(403)));
        assert_eq!(
            fault.message,
            "an HTML page came in place of an answer from graph.microsoft.com: status 403, titled \"Access denied & logged\""
        );
        assert_eq!(
            fault.remedy.as_deref(),
            Some(
                "a proxy, firewall or sign-in portal between this machine and graph.microsoft.com answers in its place: allow \
                 graph.microsoft.com there, sign in to it, or use another route"
            )
        );
    }

    #[test]
    fn a_write_that_seems_to_have_succeeded_may_have_happened() {
        let origin = Origin::known("graph.microsoft.com");
        for (status, effect, kind) in [
            (200, Effect::Read, ErrorKind::Unreachable),
            (302, Effect::Hunt, ErrorKind::Unreachable),
            (200, Effect::Assign, ErrorKind::Interrupted),
            (302, Effect::Write, ErrorKind::Interrupted),
            (407, Effect::Write, ErrorKind::Unreachable),
        ] {
            assert_eq!(fault(&answer(status, "text/html", PAGE), &origin, effect).kind, kind, "{status} {effect:?}");
        }
    }

    #[test]
    fn a_redirect_shows_only_its_host() {
        for (location, host) in [
            ("https://portal.example:8080/login?ticket=1", Some("portal.example:8080")),
            ("//portal.example", Some("portal.example")),
            ("https://user:pass@portal.example\\x", Some("portal.example")),
            ("/login", None),
            ("", None),
        ] {
            let answer = Response::new(302, vec![("location".into(), location.into())], Vec::new(), 0);
            assert_eq!(redirect_host(&answer).as_deref(), host, "{location}");
        }
    }
}
