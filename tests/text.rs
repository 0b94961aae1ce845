//! Files as the tools of other systems write them: byte order marks, UTF-16, and files that are not text.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::support::{config, emulator, file};

const INPUT: &str = r#"{"incident_id": "2972395"}"#;

/// A text in the encodings that Windows PowerShell 5.1 and its neighbours write.
fn encodings(text: &str) -> Vec<Vec<u8>> {
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = format!("\u{feff}{text}");
    vec![
        text.into(),
        marked.clone().into(),
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
        utf16(text, u16::to_le_bytes),
    ]
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_host-test"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its arguments never reads its input.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("the program ends")
}

#[track_caller]
fn succeeds(arguments: &[&str], input: &[u8]) {
    let output = run(arguments, input);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn refused(arguments: &[&str], input: &[u8], message: &str) {
    let output = run(arguments, input);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains(message), "{text}");
}

#[test]
fn configurations_and_inputs_are_read_in_every_encoding() {
    let emulator = emulator();
    for (config, input) in encodings(&config(&emulator, |_| {})).iter().zip(encodings(INPUT)) {
        let (config, in_file) = (file(config), file(&input));
        let config = config.path().to_str().expect("UTF-8");
        let at = format!("@{}", in_file.path().display());
        succeeds(&["invoke", "get_incident_details", "--input", &at, "--config", config], b"");
        succeeds(&["invoke", "get_incident_details", "--input", "-", "--config", config], &input);
    }
}

#[test]
fn a_mark_that_a_shell_passed_on_is_skipped() {
    let marked = format!("\u{feff}{INPUT}");
    succeeds(&["invoke", "get_incident_details", "--input", &marked, "--emulator"], b"");
    succeeds(&["get-incident", "\u{feff}2972395", "--emulator"], b"");
    let output = Command::new(env!("CARGO_BIN_EXE_host-test"))
        .args(["get-incident", "1"])
        .env_clear()
        .env("DEFENDER_TENANT_ID", "\u{feff}")
        .output()
        .expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("DEFENDER_TENANT_ID"));
}

#[test]
fn what_is_not_text_is_refused_with_a_remedy() {
    let latin = file(b"{\"tenant_id\": \"Zo\xeb\"}");
    let path = latin.path().to_str().expect("UTF-8");
    let message = format!("the configuration in {path}: it is not UTF-8 text from byte 17 on; save it as UTF-8");
    refused(&["check", "--config", path], b"", &message);
    let input = ["invoke", "get_incident_details", "--emulator", "--input"];
    refused(&[&input[..], &["-"]].concat(), b"\xe9", "cannot read the input -: it is not UTF-8 text from byte 0 on");
    refused(&[&input[..], &["@/"]].concat(), b"", "cannot read the input @/: it is a directory");
    refused(&["check", "--config", "/"], b"", "cannot read the configuration in /: it is a directory");
    refused(&["check", "--emulator", "--ca-file", "/"], b"", "cannot read /: it is a directory");
}

#[test]
fn a_huge_file_is_refused_unread() {
    let huge = file(b"{");
    huge.as_file().set_len(300 << 20).expect("a sparse file");
    refused(&["check", "--config", huge.path().to_str().expect("UTF-8")], b"", "it is larger than 256 MiB");
}

#[test]
fn a_title_cut_within_a_character_is_shown() {
    let emulator = emulator();
    let url = answering();
    let config = config(&emulator, |config| config["endpoints"] = json!({ "login": url, "graph": url }));
    let config = file(config.as_bytes());
    let output = run(&["get-incident", "29", "--config", config.path().to_str().expect("UTF-8")], b"");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("Incident 29 Phish \u{fffd}\n"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

/// A service that answers everything with a token and an incident whose name ends in half an emoji.
fn answering() -> String {
    const BODY: &str = r#"{"access_token": "t", "token_type": "Bearer", "expires_in": 3599, "id": "29", "displayName": "Phish \ud83d", "severity": "low", "status": "active"}"#;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().filter_map(Result::ok) {
            let mut request = [0; 8192];
            let _ = std::io::Read::read(&mut stream, &mut request);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{BODY}", BODY.len());
        }
    });
    url
}
