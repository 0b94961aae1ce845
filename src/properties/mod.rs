//! For any text from outside, nothing panics, and whatever is accepted keeps its guarantees.

mod answer;
mod credential;
mod input;
mod way;

use proptest::prelude::*;

use crate::actions::{check, get_incident, list_incidents, run_hunting_query};
use crate::catalog;
use crate::request::config::Connection;
use crate::request::fields::Fields;
use crate::request::vocabulary::Vocabulary as _;
use crate::request::{endpoint, time_span};
use crate::sample::{CONFIG, INCIDENT, SECRET, TOKEN, all_incidents, connection, invoke, run, run_as, token};
use crate::sign_in::challenge;
use crate::text::{datetime, percent};
use crate::wire::host::Header;
use crate::wire::retry;
use crate::wire::scripted::{ScriptedHost, Step, answer};
use crate::wit::actions::{Determination, GenericRequest, IncidentChange, IncidentQuery, IncidentStatus, TagMode};
use crate::wit::types::{Credential, Error, ErrorKind};

/// The same number of cases for each property, and no files left behind.
fn budget() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Any text, and text made of characters with a special meaning somewhere.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,60}",
        "[a-z0-9/.%?#&='\"\\\\:,;()\\[\\]{}$ \r\n\t\u{0}\u{e9}\u{1f600}+-]{0,80}",
    ]
}

/// A text with some of its characters replaced, removed or doubled.
fn mutated(original: &'static str) -> impl Strategy<Value = String> {
    proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<char>()), 0..6).prop_map(move |edits| {
        let mut characters: Vec<char> = original.chars().collect();
        for (index, edit, character) in edits {
            if characters.is_empty() {
                break;
            }
            let at = index.index(characters.len());
            match edit {
                0 => characters[at] = character,
                1 => drop(characters.remove(at)),
                2 => characters.insert(at, characters[at]),
                _ => characters.truncate(at),
            }
        }
        characters.into_iter().collect()
    })
}

/// Bytes of an answer: anything, or a damaged valid one.
fn body(original: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        text().prop_map(String::into_bytes),
        mutated(original).prop_map(String::into_bytes),
    ]
}

fn bytes(status: u16, body: &[u8]) -> Step {
    Step::Answer { status, headers: vec![("request-id".into(), "r".into())], body: body.to_vec() }
}

/// Guarantees of every error, wherever it comes from.
fn is_sound(error: &Error) {
    assert!(!error.message.trim().is_empty(), "{error:?}");
    if let Some(details) = &error.details_json {
        serde_json::from_str::<serde_json::Value>(details).expect("details that are JSON");
    }
    let shown = format!("{error:?}");
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

/// A request goes only where it may, whatever it was made from.
fn stays_inside(url: &str) {
    let target = url.strip_prefix("https://graph.microsoft.com/v1.0/").expect("below the API version");
    assert!(target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{target}");
    let path = target.split('?').next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8().expect("UTF-8");
    assert!(!decoded.split(['/', '\\']).any(|segment| segment == ".." || segment == "."), "{target}");
    assert!(!decoded.chars().any(char::is_control), "{target}");
}
