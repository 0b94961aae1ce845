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
    let row = |title: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(title)).unwrap_or_else(|| panic!("{text}"));
        line.trim_start().trim_start_matches(title).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("at Graph"), "get list expand hunt update read comment");
    assert_eq!(row("503 once"), "ok ok ok ok ok ok unavail");
    assert_eq!(row("reset after request"), ["interr"; 7].join(" "));
    assert!(text.contains("ok answered, possibly after a retry"), "{text}");
}
