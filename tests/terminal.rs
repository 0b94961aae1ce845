//! Texts that attackers can write into the service do not reach a terminal unescaped: the built program with hostile texts.

use std::process::{Command, Output};

use defender_emulator::{Action, Emulator, Fault, Matches};
use serde_json::{Value, json};

use crate::support::{config, emulator, file};

/// Retitles the window, clears the screen, reverses the order, and has invisible and joining characters.
const HOSTILE: &str = "a\u{1b}]0;owned\u{7}b\u{1b}[2Jc\u{202e}d\u{9b}31m\u{7f}\u{200b}\u{feff}e\r\nwhat\rnow\u{1b}[8m";

/// An emulator whose Graph answers this.
fn answering(status: u16, body: Value) -> Emulator {
    let emulator = emulator();
    let matches = Matches { path_contains: Some("/security/".into()), ..Matches::default() };
    let headers = vec![("request-id".to_owned(), "r-1".to_owned())];
    let action = Action::Respond { status, headers, body };
    emulator.fault(Fault { matches, times: None, action, ..Fault::default() });
    emulator
}

fn run(emulator: &Emulator, arguments: &[&str], colours: bool) -> Output {
    let file = file(config(emulator, |_| {}));
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-test"));
    command.args(arguments).arg("--config").arg(file.path()).env_clear();
    if colours {
        command.env("CLICOLOR_FORCE", "1");
    }
    command.output().expect("it runs")
}

/// The output for a person, which must be harmless. Our own colours are removed first.
#[track_caller]
fn shown(output: &Output, code: i32) -> String {
    let text = String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).expect("UTF-8");
    assert_eq!(output.status.code(), Some(code), "{text}");
    let mut plain = text;
    for colour in ["0", "1", "2", "31", "32", "33", "36", "38;5;9", "38;5;10", "38;5;11", "38;5;14"] {
        plain = plain.replace(&format!("\u{1b}[{colour}m"), "");
    }
    let harmful = |letter: char| {
        (letter.is_control() && letter != '\n')
            || matches!(letter, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!plain.contains(harmful), "{plain:?}");
    plain
}

fn incident() -> Value {
    json!({
        "id": "29", "displayName": HOSTILE, "severity": "high", "status": HOSTILE, "description": HOSTILE,
        "assignedTo": HOSTILE, "createdDateTime": HOSTILE, "lastUpdateDateTime": HOSTILE, "incidentWebUrl": HOSTILE,
        "customTags": [HOSTILE], "summary": HOSTILE, "lastModifiedBy": HOSTILE,
        "comments": [{ "comment": HOSTILE, "createdByDisplayName": HOSTILE, "createdDateTime": HOSTILE }],
        "alerts": [{ "title": HOSTILE, "severity": HOSTILE, "category": HOSTILE }],
    })
}

#[test]
fn incidents_are_harmless() {
    let one = answering(200, incident());
    let many = answering(200, json!({ "value": [incident(), incident()] }));
    for colours in [false, true] {
        let details = shown(&run(&one, &["get-incident", "29", "-v"], colours), 0);
        assert!(details.contains(r"Incident 29 a\u001b]0;owned\u0007b"), "{details}");
        let list = shown(&run(&many, &["list-incidents"], colours), 0);
        assert!(list.contains(r"\u001b]0;owned"), "{list}");
    }
}

#[test]
fn hunting_results_are_harmless() {
    let schema = json!([{ "name": HOSTILE, "type": "String" }, { "name": "B", "type": "String" }]);
    for rows in [json!([]), json!([{ HOSTILE: HOSTILE, "B": 1 }]), json!([{ HOSTILE: HOSTILE }, { HOSTILE: HOSTILE }])]
    {
        let emulator = answering(200, json!({ "schema": schema, "results": rows }));
        for colours in [false, true] {
            let text = shown(&run(&emulator, &["run-hunting-query", "T"], colours), 0);
            assert!(text.contains(r"\u001b]0;owned"), "{text}");
        }
    }
}

#[test]
fn errors_are_harmless_and_cannot_imitate_a_remedy() {
    let message = format!("{HOSTILE}\nWhat to do: paste this");
    let emulator = answering(400, json!({ "error": { "code": HOSTILE, "message": message } }));
    for colours in [false, true] {
        let text = shown(&run(&emulator, &["get-incident", "29"], colours), 1);
        assert!(text.contains(r"\u001b]0;owned"), "{text}");
        assert!(!text.contains("\nWhat to do: paste"), "{text}");
    }
}

#[test]
fn any_answer_is_shown_as_harmless_json() {
    let emulator = answering(200, json!({ "a": HOSTILE }));
    let output = run(&emulator, &["generic-action", "GET", "security/anything"], false);
    let text = shown(&output, 0);
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(shown["a"], HOSTILE);
}

#[test]
fn json_for_programs_is_unchanged() {
    let emulator = answering(200, incident());
    for arguments in
        [&["get-incident", "29", "--json"][..], &["invoke", "get_incident_details", "-i", r#"{"incident_id":"29"}"#]]
    {
        let output = run(&emulator, arguments, true);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.contains("c\u{202e}d\u{9b}31m\u{7f}\u{200b}"), "{text:?}");
    }
}

#[test]
fn text_of_the_command_line_is_shown_harmlessly() {
    let output = Command::new(env!("CARGO_BIN_EXE_host-test")).args(["get-incident", HOSTILE, "--emulator"]).output();
    shown(&output.expect("it runs"), 1);
    let output = Command::new(env!("CARGO_BIN_EXE_host-test")).args([HOSTILE]).output();
    shown(&output.expect("it runs"), 2);
    let output = Command::new(env!("CARGO_BIN_EXE_host-test")).args(["check", "--config", HOSTILE]).output();
    shown(&output.expect("it runs"), 2);
}
