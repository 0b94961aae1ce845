//! Many calls on few instances, some of them with a fault, through the program.

use std::process::Command;

use serde_json::{Value, json};

#[test]
fn five_hundred_calls_lose_nothing_and_write_nothing_twice() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_host-test")).args(["soak", "--calls", "500", "--json"]).env_clear().output();
    let output = output.expect("the program runs");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let report = &answer["report"];
    // Memory is not checked: after so few calls it says little, and other tests run at the same time.
    assert_eq!((&report["calls"], &report["lost"], &report["repeated"]), (&json!(500), &json!([]), &json!([])));
    assert!(report["troubled"].as_u64().is_some_and(|troubled| troubled > 10), "{report}");
    assert!(report["writes"].as_u64().is_some_and(|writes| writes > 10), "{report}");
}
