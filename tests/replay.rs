//! Exchanges as the service documents them, in `tests/fixtures/`, replayed to the built component; and the same ones with a
//! field changed, which must not pass.

use std::path::{Path, PathBuf};
use std::process::Command;

use host_test::built;
use host_test::trials::replay::{Recording, Replayer, files};
use serde_json::{Value, json};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("tests/fixtures")
}

fn replayer() -> Replayer {
    Replayer::load(&built()).expect("the component loads")
}

#[tokio::test]
async fn every_recording_passes() {
    let replayer = replayer();
    let mut actions = Vec::new();
    for path in files(&directory()).expect("recordings") {
        let recording = Recording::read(&path).expect("a recording");
        let report = replayer.replay(&recording).await.expect("a report");
        assert!(report.passed(), "{}: {:#?}", path.display(), report.mismatches);
        actions.push(report.action);
    }
    for action in [
        "get_incident_details",
        "list_incidents",
        "run_hunting_query",
        "update_incident",
        "generic_action",
        "add_incident_comment",
        "list_alerts",
        "get_alert",
        "update_alert",
        "add_alert_comment",
        "merge_incidents",
        "move_alerts",
    ] {
        assert!(actions.contains(&action), "{action}");
    }
}

/// A file with one field changed (or removed, with `None`), and the field that has to be named.
const CHANGES: [(&str, &str, Option<&str>, &str); 16] = [
    ("incident-get", "/request/path", Some("\"/v1.0/security/incidents/4712\""), "response.body.id"),
    ("incident-get", "/request/path", Some("\"/v3.0/security/incidents/4711\""), "request.path"),
    ("incident-get", "/request/method", Some("\"HEAD\""), "request.method"),
    ("incident-get", "/request/body", Some("{\"a\": 1}"), "request.body"),
    ("incident-get", "/response/status", Some("404"), "response.status"),
    ("incident-get", "/response/body/id", None, "response.status"),
    ("incident-update", "/request/body/severity", Some("\"low\""), "response.body.severity"),
    ("incident-update", "/response/body/customTags", Some("[]"), "response.body.customTags"),
    ("incident-comment", "/request/body/comment", Some("\"Another one.\""), "response.body.value"),
    ("incident-list-expand", "/response/body/value/0/alerts", None, "response.body.value[0].alerts"),
    ("incident-list-options", "/response/body/value", Some("7"), "response.status"),
    ("hunt", "/response/body/schema/2/name", Some("\"LocalPort\""), "response.body.results[0].RemotePort"),
    ("error-403-role", "/response/status", Some("200"), "response.status"),
    ("token-success", "/response/body/access_token", None, "response.body.access_token"),
    ("token-7000215-wrong-secret", "/response/body/error_codes/0", Some("7000222"), "response.body.error_codes"),
    ("token-90033-busy", "/response/status", Some("200"), "response.body.access_token"),
];

#[tokio::test]
async fn a_changed_field_fails_and_is_named() {
    let replayer = replayer();
    for (file, pointer, value, field) in CHANGES {
        let text = std::fs::read_to_string(directory().join(format!("{file}.json"))).expect("a file");
        let recording = Recording::parse(&changed(&text, pointer, value)).expect("still a recording");
        let report = replayer.replay(&recording).await.expect("a report");
        let fields: Vec<&str> = report.mismatches.iter().map(|mismatch| mismatch.field.as_str()).collect();
        assert!(fields.contains(&field), "{file} {pointer}: {:#?}", report.mismatches);
    }
}

fn changed(text: &str, pointer: &str, value: Option<&str>) -> String {
    let mut recording: Value = serde_json::from_str(text).expect("JSON");
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = recording.pointer_mut(parent).expect("a place");
    match value {
        Some(value) => *parent.pointer_mut(&format!("/{name}")).expect("a field") = value.parse().expect("JSON"),
        None => drop(parent.as_object_mut().expect("an object").remove(name).expect("a field")),
    }
    recording.to_string()
}

fn run(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_host-test"))
        .arg("replay")
        .arg(directory)
        .args(arguments)
        .env_clear()
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_program_prints_a_line_for_each_file_and_a_summary() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = |name: &str| std::fs::read_to_string(self::directory().join(name)).expect("a file");
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("written");
    write("a.json", &source("hunt.json"));
    write("ignored.txt", "");
    assert_eq!(
        run(directory.path(), &[]),
        (Some(0), "✓ a.json  run_hunting_query\n1 passed, 0 failed\n".into(), String::new())
    );

    write("b.json", &changed(&source("incident-get.json"), "/response/status", Some("404")));
    write("c.json", "{\n  \"source\": \"x\",\n}");
    let (code, out, err) = run(directory.path(), &[]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.contains("✗ b.json  get_incident_details\n    response.status: 404 comes with an answer\n"), "{out}");
    assert!(out.contains("c.json: trailing comma at line 3 column 1\n"), "{out}");
    assert!(out.ends_with("1 passed, 2 failed\n"), "{out}");

    let (code, out, _) = run(directory.path(), &["--json"]);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &report["passed"], &report["failed"]), (Some(1), &json!(1), &json!(2)));
    assert_eq!(report["files"][1]["mismatches"][0]["field"], "response.status");
}

#[test]
fn a_directory_without_recordings_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let (code, out, err) = run(directory.path(), &[]);
    let place = directory.path().display();
    assert_eq!((code, out, err), (Some(2), String::new(), format!("error: no recording (*.json) in {place}\n")));
    let (code, _, err) = run(&directory.path().join("nowhere"), &[]);
    assert_eq!(code, Some(2));
    assert!(err.starts_with(&format!("error: cannot read {place}/nowhere: ")), "{err}");
}
