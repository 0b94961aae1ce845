//! The measurement, through the program: the shape of its report, and the figures that do not depend on the machine.

use std::process::Command;

use serde_json::{Value, json};

#[test]
fn both_sides_are_measured_and_the_wire_is_as_promised() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_host-test")).args(["bench", "--quick", "--json"]).env_clear().output();
    let output = output.expect("the program runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(0), "{report}");
    let numbers = [
        "/component_bytes",
        "/component_gzip_bytes",
        "/aot_load_us",
        "/instantiate_us/p50",
        "/instantiate_us/p99",
        "/cold_start_ms",
        "/hunting/body_bytes",
        "/hunting/component_us",
        "/hunting/native_us",
        "/hunting/ratio",
        "/hunting/guest_peak_bytes",
        "/throughput/component_per_s",
        "/throughput/native_per_s",
        "/throughput/ratio",
        "/machine/cores",
    ];
    for place in numbers {
        let number = report.pointer(place).and_then(Value::as_f64);
        assert!(number.is_some_and(|number| number > 0.0), "{place} is {number:?}");
    }
    assert!(report.as_object().is_some_and(|report| report.contains_key("instances_per_gib")), "{report}");
    let actions = report["actions"].as_array().expect("actions");
    let names: Vec<&str> = actions.iter().filter_map(|action| action["name"].as_str()).collect();
    assert_eq!(
        names,
        ["get_incident_details", "list_incidents", "run_hunting_query", "update_incident", "generic_action"]
    );
    for member in ["component_us", "native_us", "limit_us", "ratio"] {
        assert!(actions.iter().all(|action| action[member].as_f64().is_some_and(|number| number > 0.0)), "{report}");
    }
    let lists = ["pages", "hunts", "callers", "tags", "tenants", "bars"];
    let lengths = lists.map(|list| report[list].as_array().map(Vec::len));
    assert_eq!(lengths, [Some(3), Some(5), Some(4), Some(3), Some(3), Some(15)]);
    assert_eq!(report["hunting"]["rows"], json!(100_000));
    assert_eq!((&report["requests_cold"], &report["requests_warm"]), (&json!(2), &json!(1)));
    let of = |place: &str| report.pointer(place).and_then(Value::as_f64).expect("a number");
    assert!(of("/connections_per_1000_calls") <= 2.0, "{report}");
    assert!(of("/hunting/peak_over_body") <= 1.3, "{report}");
}
