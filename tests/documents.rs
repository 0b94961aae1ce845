//! The documents say what the software says.

use std::fs;
use std::path::Path;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// All Rust source below a folder, with the breaks of long texts taken out.
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
