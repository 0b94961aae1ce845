//! The program as a person and a script see it: results on stdout, everything else on stderr, exit codes as documented.

use std::io::Write as _;
use std::process::{Command, Stdio};

use defender_emulator::App;
use serde_json::Value;

use crate::examples::EXAMPLES;
use crate::support::{config, emulator, file};

struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs the program without any configuration in its environment.
fn run_with(arguments: &[&str], input: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_host-test"))
        .args(arguments)
        .env_clear()
        // Variables that a developer's shell may have set must not change any message.
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its arguments never reads.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn run(arguments: &[&str]) -> Outcome {
    run_with(arguments, "")
}

#[track_caller]
fn refused(arguments: &[&str], code: i32, message: &str) {
    let outcome = run(arguments);
    assert_eq!(outcome.code, Some(code), "{}", outcome.err);
    assert!(outcome.err.contains(message), "{}", outcome.err);
    assert_eq!(outcome.out, "");
    for word in ["panicked", "backtrace", "wasm trap", "0: "] {
        assert!(!outcome.err.contains(word), "{}", outcome.err);
    }
}

#[track_caller]
fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.out).unwrap_or_else(|error| panic!("{error}: {}{}", outcome.out, outcome.err))
}

#[test]
fn every_example_of_the_app_runs_through_invoke() {
    for (action, input) in EXAMPLES {
        let outcome = run_with(&["invoke", action, "--input", "-", "--emulator"], input);
        assert_eq!(outcome.code, Some(0), "{action}: {}", outcome.err);
        let answer = json(&outcome);
        assert!(answer["data"].is_object(), "{action}: {answer}");
        assert!(answer["meta"]["request_id"].is_string(), "{action}: {answer}");
    }
}

#[test]
fn flags_come_from_the_catalog_and_json_is_alone_on_stdout() {
    let outcome =
        run(&["list-incidents", "--emulator", "--filter", "severity eq 'high'", "--max-results", "10", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let incidents = json(&outcome)["data"]["value"].as_array().expect("a list").clone();
    assert_eq!(incidents.len(), 10);
    assert!(incidents.iter().all(|incident| incident["severity"] == "high"));
}

#[test]
fn help_shows_the_text_of_the_app() {
    let outcome = run(&["list-incidents", "--help"]);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.out.contains("Enter the maximum number of incidents to retrieve."), "{}", outcome.out);
}

#[test]
fn an_error_of_the_action_is_exit_code_1() {
    refused(&["get-incident", "1", "--emulator"], 1, "not-found: ");
    refused(
        &["get-incident", "x", "--emulator"],
        1,
        "invalid-input: incident_id: must be decimal digits, such as 2972395",
    );
    refused(
        &["list-incidents", "--max-results", "51", "--emulator"],
        1,
        "invalid-input: max_results: 51 is out of range; allowed: 1 to 50",
    );
    refused(
        &["run-hunting-query", "Nowhere | take 1", "--emulator"],
        1,
        "rejected: 'take' operator: Failed to resolve table or column expression named 'Nowhere'",
    );
}

#[test]
fn an_error_is_json_for_programs() {
    let outcome = run(&["get-incident", "x", "--emulator", "--json"]);
    assert_eq!(outcome.code, Some(1));
    let error = &json(&outcome)["error"];
    assert_eq!(error["kind"], "invalid-input");
    assert_eq!(error["message"], "incident_id: must be decimal digits, such as 2972395");
}

#[test]
fn wrong_use_is_exit_code_2() {
    refused(&["nonsense"], 2, "unrecognized subcommand 'nonsense'");
    refused(
        &["get-incident", "1"],
        2,
        "DEFENDER_TENANT_ID, DEFENDER_CLIENT_ID, a credential (DEFENDER_CLIENT_SECRET, ",
    );
    refused(&["get-incident", "1", "--config", "/nowhere.json"], 2, "cannot read the configuration in /nowhere.json");
    refused(
        &["invoke", "list_incidents", "--emulator", "--input", "@/nowhere.json"],
        2,
        "cannot read the input @/nowhere.json",
    );
    refused(&["get-incident", "1", "--emulator", "--component", "/nowhere.wasm"], 2, "cannot read /nowhere.wasm");
    refused(
        &["get-incident", "1", "--emulator", "--component", "/etc/hostname"],
        2,
        "/etc/hostname is not WebAssembly",
    );
}

/// Every action of triage, as commands on one tenant: what one writes, the next one reads.
#[test]
fn alerts_are_triaged_and_incidents_merged() {
    const ALERT: &str = "fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1";
    let emulator = emulator();
    let file = file(config(&emulator, |_| {}));
    let path = file.path().to_str().expect("UTF-8").to_owned();
    let call = |arguments: &[&str]| {
        let outcome = run(&[arguments, &["--json", "--config", &path]].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        json(&outcome)
    };
    let comments = |answer: &Value| {
        let list =
            answer["data"].get("value").unwrap_or(&answer["data"]["comments"]).as_array().expect("a list").clone();
        list.iter().filter_map(|comment| comment["comment"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let dry = call(&["add-incident-comment", "2972395", "--comment", "first", "--dry-run"]);
    assert_eq!((&dry["data"]["comment"], &dry["meta"]["dry_run"]), (&"first".into(), &true.into()));
    assert_eq!(comments(&call(&["add-incident-comment", "2972395", "first"])), ["first"]);
    let incident = call(&["get-incident", "2972395", "--expand", "alerts"]);
    assert_eq!(comments(&incident), ["first"]);
    assert_eq!(incident["data"]["alerts"][0]["id"], ALERT);

    let page = call(&["list-alerts", "--filter", "status eq 'new'", "--max-results", "3", "--count"]);
    assert_eq!(page["data"]["value"].as_array().map(Vec::len), Some(3));
    assert!(page["meta"]["total"].as_u64() > Some(3), "{}", page["meta"]);
    let next = call(&["list-alerts", "--cursor", page["meta"]["cursor"].as_str().expect("a cursor")]);
    assert_ne!(next["data"]["value"][0]["id"], page["data"]["value"][0]["id"]);
    let closed = call(&[
        "update-alert",
        ALERT,
        "--status",
        "Resolved",
        "--classification",
        "falsePositive",
        "--determination",
        "Clean",
    ]);
    assert_eq!(
        (&closed["data"]["status"], &closed["data"]["determination"]),
        (&"resolved".into(), &"notMalicious".into())
    );
    assert_eq!(comments(&call(&["add-alert-comment", ALERT, "known"])), ["known"]);
    assert_eq!(comments(&call(&["get-alert", ALERT])), ["known"]);

    let merged = call(&["merge-incidents", "2972407,2972401", "--comment", "same", "--reasons", "sameActor,sameAsset"]);
    let target = merged["data"]["targetIncidentId"].as_str().expect("a target").to_owned();
    let other = if target == "2972407" { "2972401" } else { "2972407" };
    assert_eq!(call(&["get-incident", other])["data"]["redirectIncidentId"], target);
    let moved = call(&["move-alerts", ALERT]);
    assert_eq!(call(&["get-alert", ALERT])["data"]["incidentId"], moved["data"]["targetIncidentId"]);
    let refused = run(&["merge-incidents", "2972407,2972401", "--json", "--config", &path]);
    assert_eq!((refused.code, json(&refused)["error"]["kind"].as_str()), (Some(1), Some("rejected")));
}

#[test]
fn describe_is_the_whole_catalog() {
    let catalog = json(&run(&["describe", "--json"]));
    let actions = catalog["actions"].as_array().expect("a list");
    let names: Vec<&str> = actions.iter().filter_map(|action| action["name"].as_str()).collect();
    assert_eq!(
        names,
        [
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
            "poll_incidents"
        ]
    );
    let configuration = catalog["configuration"].as_array().expect("a list");
    let timeout = configuration.iter().find(|parameter| parameter["name"] == "timeout").expect("a timeout");
    assert_eq!(timeout["default_value"], "15");
    let group = configuration.iter().filter(|parameter| parameter["one_of"] == "credential");
    let group: Vec<&str> = group.filter_map(|parameter| parameter["name"].as_str()).collect();
    assert_eq!(group, ["client_secret", "certificate", "client_assertion", "access_token"]);
}

#[test]
fn check_prints_a_line_for_each_action() {
    let outcome = run(&["check", "--emulator"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert_eq!(
        outcome.out,
        " ✓  Get Incident Details  needs SecurityIncident.Read.All or SecurityIncident.ReadWrite.All\n \
         ✓  List Incidents        needs SecurityIncident.Read.All or SecurityIncident.ReadWrite.All\n \
         ✓  Run Hunting Query     needs ThreatHunting.Read.All\n \
         ✓  Update Incident       needs SecurityIncident.ReadWrite.All\n \
         ✓  Generic Action        what it needs depends on the endpoint\n \
         ✓  Add Incident Comment  needs SecurityIncident.ReadWrite.All\n \
         ✓  List Alerts           needs SecurityAlert.Read.All or SecurityAlert.ReadWrite.All\n \
         ✓  Get Alert             needs SecurityAlert.Read.All or SecurityAlert.ReadWrite.All\n \
         ✓  Update Alert          needs SecurityAlert.ReadWrite.All\n \
         ✓  Add Alert Comment     needs SecurityAlert.ReadWrite.All\n \
         ✓  Merge Incidents       needs SecurityData.Manage.All\n \
         ✓  Move Alerts           needs SecurityData.Manage.All\n \
         ✓  Poll Incidents        needs SecurityIncident.Read.All or SecurityIncident.ReadWrite.All\n"
    );
}

#[test]
fn check_fails_and_names_the_permission_that_is_missing() {
    const CLIENT: &str = "44444444-2222-3333-4444-555555555555";
    let emulator = emulator();
    let roles = vec!["SecurityIncident.ReadWrite.All".into()];
    emulator.register(App { roles, ..App::new(CLIENT, "a-secret") });
    let config = config(&emulator, |config| {
        config["client_id"] = CLIENT.into();
        config["client_secret"] = "a-secret".into();
    });
    let file = file(config);
    let path = file.path().to_str().expect("UTF-8");
    let outcome = run(&["check", "--config", path]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    assert_eq!(outcome.out.matches('✓').count(), 6, "{}", outcome.out);
    let line = outcome.out.lines().find(|line| line.contains('✗')).expect("a line");
    assert!(line.contains("Run Hunting Query"), "{line}");
    assert!(outcome.out.contains("ThreatHunting.Read.All"), "{}", outcome.out);
}
