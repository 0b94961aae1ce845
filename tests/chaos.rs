//! Every action under the most informative faults, through the program.

use std::process::Command;

#[test]
fn every_action_keeps_the_contract_under_faults() {
    let output = Command::new(env!("CARGO_BIN_EXE_host-test")).args(["chaos", "--quick"]).env_clear().output();
    let output = output.expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    let summary = text.lines().last().expect("a summary");
    let passed: u32 = summary.strip_suffix(" passed, 0 failed").and_then(|count| count.parse().ok()).expect(summary);
    assert!(passed > 200, "{summary}");
    // The columns take three lines.
    let row = |title: &str| {
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix(title));
        lines.take(3).flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    };
    let actions = "get list expand hunt update read write comment alerts alert close remark merge move poll";
    assert_eq!(row("at Graph"), actions);
    let once = "ok ok ok ok ok ok unavail unavail ok ok ok unavail unavail unavail ok";
    assert_eq!(row("503 once"), once);
    assert_eq!(row("reset after request"), ["interr"; 15].join(" "));
    assert!(text.contains("ok answered, possibly after a retry"), "{text}");
}
