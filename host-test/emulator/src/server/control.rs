//! `/_emulator/…`: the handle's functions over HTTP, for scripts and programs in other languages.
//! Not part of the service: these requests are not in the journal, and faults do not apply to them.

use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::state::State;
use crate::entra::app::App;
use crate::entra::challenge::Challenge;
use crate::entra::projected_token::Assertion;
use crate::fault::script::{Action, Fault};
use crate::fault::spoil;
use crate::message::{Answer, Request};

const JSON: &str = "application/json";

/// Answers a request to the emulator itself; `None` for any other.
pub(crate) fn answer(server: &State, request: &Request) -> Option<Answer> {
    let function = request.path.strip_prefix("/_emulator/")?;
    Some(
        call(server, request, function)
            .unwrap_or_else(|Mistake { status, message }| Answer::json(status, JSON, &json!({"error": message}))),
    )
}

fn call(server: &State, request: &Request, function: &str) -> Result<Answer, Mistake> {
    let directory = &server.service.directory;
    let tokens = &directory.tokens;
    match (request.method.as_str(), function) {
        ("GET", "faults") => return Ok(show(&server.faults.list())),
        ("GET", "journal") => return Ok(show(&server.journal.list())),
        ("GET", "counts") => return Ok(show(&server.journal.counts())),
        ("POST", "faults") => read_faults(request)?.into_iter().for_each(|fault| server.faults.add(fault)),
        ("DELETE", "faults") => server.faults.clear(),
        ("DELETE", "journal") => server.journal.clear(),
        ("POST", "expire-tokens") => tokens.expire_all(),
        ("POST", "challenge") if request.body.is_empty() => tokens.challenge(Challenge::default(), request.now),
        ("POST", "challenge") => tokens.challenge(read(request)?, request.now),
        ("POST", "apps") => directory.register(read::<App>(request)?),
        ("POST", "certificate") => return Ok(show(&directory.certificate())),
        ("POST", "assertion") => {
            let wanted = if request.body.is_empty() { Assertion::default() } else { read(request)? };
            return Ok(show(&json!({"assertion": directory.assertion(&wanted, request.now)})));
        }
        (method, _) => {
            let message = format!("{method} /_emulator/{function} is not a function of the emulator");
            return Err(Mistake { status: StatusCode::NOT_FOUND, message });
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

#[derive(Debug)]
struct Mistake {
    status: StatusCode,
    message: String,
}

fn bad_request(message: String) -> Mistake {
    Mistake { status: StatusCode::BAD_REQUEST, message }
}

fn show(value: &impl Serialize) -> Answer {
    Answer::json(StatusCode::OK, JSON, value)
}

/// Reads the body, whatever its content type, and names the place of a mistake.
fn read<T: DeserializeOwned>(request: &Request) -> Result<T, Mistake> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(&request.body)).map_err(|error| {
        // Text that is not JSON at all has a line and a column, but no path.
        match error.path().to_string().as_str() {
            "?" | "." => bad_request(error.inner().to_string()),
            path => bad_request(format!("at {path}: {}", error.inner())),
        }
    })
}

/// One fault or a list of them.
fn read_faults(request: &Request) -> Result<Vec<Fault>, Mistake> {
    let is_list = request.body.trim_ascii_start().starts_with(b"[");
    let faults = if is_list { read(request)? } else { vec![read(request)?] };
    for (place, fault) in faults.iter().enumerate() {
        if let Err(message) = check(fault) {
            let path = if is_list { format!("[{place}].{message}") } else { message };
            return Err(bad_request(format!("at {path}")));
        }
    }
    Ok(faults)
}

/// Checks what the types alone cannot.
fn check(fault: &Fault) -> Result<(), String> {
    if fault.matches.nth == Some(0) {
        return Err("matches.nth: counts from 1".into());
    }
    let (status, headers) = match &fault.action {
        Action::Respond { status, headers, .. } | Action::Replace { status, headers, .. } => {
            (*status, headers.as_slice())
        }
        Action::SetHeaders { headers } => (200, headers.as_slice()),
        Action::EditBody { keep_bytes: None, prefix, suffix, chunked: None }
            if prefix.is_empty() && suffix.is_empty() =>
        {
            return Err("action: edit_body without anything to change; see genuine".into());
        }
        _ => return Ok(()),
    };
    if !(200..=999).contains(&status) {
        return Err(format!("action.status: {status} is not between 200 and 999"));
    }
    for (name, value) in headers {
        if HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value).is_err() {
            return Err(format!("action.headers.{name}: no header can be called that or hold that"));
        }
        if spoil::is_framing(name) {
            return Err(format!(
                "action.headers.{name}: the length is true here; the action content_length makes it wrong"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[track_caller]
    fn refused(script: &'static str, message: &str) {
        let mut request = Request::sample(Method::POST, "/_emulator/faults");
        request.body = script.into();
        assert_eq!(read_faults(&request).unwrap_err().message, message);
    }

    #[test]
    fn names_the_place_of_a_mistake() {
        refused("{\"times\": \"x\"}", "at times: invalid type: string \"x\", expected u32 at line 1 column 13");
        refused(
            "{\"tims\": 1}",
            concat!(
                "at tims: unknown field `tims`, expected one of `matches`, `times`, ",
                "`delay_milliseconds`, `action` at line 1 column 7"
            ),
        );
        refused(
            "[{}, {\"action\": {\"kind\": \"respond\", \"status\": 99}}]",
            "at [1].action.status: 99 is not between 200 and 999",
        );
        refused(
            "{\"action\": {\"kind\": \"replace\", \"status\": 100}}",
            "at action.status: 100 is not between 200 and 999",
        );
        refused(
            "{\"action\": {\"kind\": \"edit_body\"}}",
            "at action: edit_body without anything to change; see genuine",
        );
        refused("{", "EOF while parsing an object at line 1 column 1");
    }
}
