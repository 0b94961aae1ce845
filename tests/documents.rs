//! The documents match the software.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::catalog;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// All Rust source below a folder, with the line breaks of long texts removed.
fn source(folder: &str) -> String {
    let mut text = String::new();
    let mut folders = vec![workspace().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(path).expect("text"));
            }
        }
    }
    let lines = text.split("\\\n").enumerate();
    lines.map(|(at, line)| if at == 0 { line } else { line.trim_start() }).collect()
}

/// The first cells of the tables in a document, where they are code.
fn quoted(document: &str) -> Vec<String> {
    let text = fs::read_to_string(workspace().join(document)).expect("the document is there");
    let cells = text.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once("` |")?.0.to_owned()));
    cells.collect()
}

#[test]
fn every_text_of_troubleshooting_is_in_the_source() {
    let source = source("src") + &source("host-test");
    let texts = quoted("TROUBLESHOOTING.md");
    assert!(texts.len() > 30, "{texts:?}");
    for text in texts {
        if let Some(number) = text.strip_prefix("AADSTS") {
            let in_groups = number.len() > 5;
            let grouped = if in_groups {
                format!("{}_{}", &number[..number.len() - 3], &number[number.len() - 3..])
            } else {
                number.to_owned()
            };
            let grouped = if number.len() > 6 { format!("{}_{}", &grouped[..1], &grouped[1..]) } else { grouped };
            assert!(source.contains(&grouped), "{text}: {grouped}");
            continue;
        }
        for part in text.split('…').map(str::trim).filter(|part| part.len() > 2) {
            assert!(source.contains(part), "{text}: {part}");
        }
    }
}

fn readme() -> String {
    fs::read_to_string(workspace().join("README.md")).expect("the document is there")
}

fn list<'v>(value: &'v serde_json::Value, name: &str) -> &'v [serde_json::Value] {
    value[name].as_array().unwrap_or_else(|| panic!("{name} is a list"))
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("a text")
}

/// The cells of the one row in the document that starts with this code.
#[track_caller]
fn row(document: &str, code: &str) -> Vec<String> {
    let start = format!("| `{code}` |");
    let mut rows = document.lines().map(str::trim).filter(|line| line.starts_with(&start));
    let row = rows.next().unwrap_or_else(|| panic!("no row for {code}"));
    assert_eq!(rows.next(), None, "{code} has one row");
    row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn the_readme_lists_actions_and_hosts_as_the_catalog_does() {
    let (readme, catalog) = (readme(), catalog());
    for action in list(&catalog, "actions") {
        let permissions: Vec<_> = list(action, "permissions").iter().map(|name| format!("`{}`", text(name))).collect();
        let told = row(&readme, text(&action["name"])).pop().expect("a cell");
        let expected = if permissions.is_empty() { "as the endpoint needs".to_owned() } else { permissions.join(", ") };
        assert_eq!(told, expected, "{}", action["name"]);
    }
    for cloud in list(&catalog, "hosts") {
        let hosts = [text(&cloud["login"]), text(&cloud["graph"])].map(|host| format!("`{host}`"));
        assert_eq!(row(&readme, text(&cloud["cloud"]))[1..], hosts);
    }
}

#[test]
fn the_readme_lists_every_key_of_the_configuration_and_its_variable() {
    let readme = readme();
    let keys: Vec<String> = quoted("README.md").iter().flat_map(|cell| cell.split("`, `")).map(str::to_owned).collect();
    let catalog = catalog();
    for parameter in list(&catalog, "configuration") {
        let name = text(&parameter["name"]);
        assert!(keys.iter().any(|key| key == name), "no row for {name}");
        let variables: &[&str] = match name {
            "endpoints" => &["DEFENDER_LOGIN_ENDPOINT", "DEFENDER_GRAPH_ENDPOINT"],
            _ => &[&format!("DEFENDER_{}", name.to_ascii_uppercase())],
        };
        for variable in variables {
            assert!(readme.contains(&format!("`{variable}`")), "{variable} is not listed");
        }
    }
}

#[test]
fn the_readme_has_a_row_for_every_kind_of_error() {
    let (readme, wit) = (readme(), fs::read_to_string(workspace().join("wit/types.wit")).expect("the interface"));
    let (_, kinds) = wit.split_once("enum error-kind {").expect("the kinds");
    let kinds = kinds.split('}').next().expect("an end").lines().map(str::trim);
    let kinds: Vec<_> =
        kinds.filter(|line| !line.starts_with("///")).filter_map(|line| line.strip_suffix(',')).collect();
    assert_eq!(kinds.len(), 12, "{kinds:?}");
    for kind in kinds {
        assert_eq!(row(&readme, kind).len(), 2, "{kind}");
    }
}

#[test]
fn the_commands_in_the_documents_exist() {
    let makefile = fs::read_to_string(workspace().join("Makefile")).expect("the Makefile");
    let help = Command::new(env!("CARGO_BIN_EXE_host-test")).arg("--help").output().expect("it runs");
    let help = String::from_utf8(help.stdout).expect("text");
    let mut found = [0, 0];
    for document in [
        "README.md",
        "SECURITY.md",
        "TROUBLESHOOTING.md",
        "VERSIONING.md",
        "docs/performance.md",
        "docs/releases.md",
        "docs/sign-in.md",
        "docs/verification.md",
        "examples/README.md",
        "service/README.md",
        "deploy/README.md",
    ] {
        let text = fs::read_to_string(workspace().join(document)).expect("the document is there");
        for code in text.split('`').skip(1).step_by(2) {
            let mut words = code.split_whitespace();
            match (words.next(), words.next()) {
                (Some("make"), Some(target)) => {
                    found[0] += 1;
                    assert!(makefile.contains(&format!("\n{target}:")), "{document}: {code}");
                }
                (Some("host-test"), Some(command)) if !command.starts_with('/') => {
                    found[1] += 1;
                    assert!(help.contains(&format!("\n  {command} ")), "{document}: {code}");
                }
                _ => {}
            }
        }
    }
    assert!(found[0] > 10 && found[1] > 10, "{found:?}");
}
