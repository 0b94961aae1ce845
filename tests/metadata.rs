//! What the built component says about itself without being run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use defender_xdr_host::{Settings, Shape};
use host_test::{Metadata, built};

/// The first line of documentation of each function in `wit/`, by the names of file and function.
fn first_lines() -> BTreeMap<(String, String), String> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut lines = BTreeMap::new();
    for file in fs::read_dir(wit).expect("the interface is there").filter_map(Result::ok) {
        let interface = file.path().file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(file.path()).expect("text");
        let mut first = None;
        for line in text.lines().map(str::trim) {
            match (line.strip_prefix("///"), line.split_once(": func(")) {
                (Some(docs), _) => first = first.or(Some(docs.trim().to_owned())),
                (None, Some((name, _))) => {
                    let docs = first.take().unwrap_or_else(|| panic!("{interface}.{name} is not documented"));
                    lines.insert((interface.clone(), name.to_owned()), docs);
                }
                (None, None) => first = None,
            }
        }
    }
    lines
}

#[test]
fn it_carries_the_documentation_of_every_function() {
    let metadata = Metadata::of_file(built()).expect("the component reads");
    let expected = first_lines();
    let mut checked = 0;
    for export in Shape::of_file(built(), &Settings::default()).expect("the component reads").exports {
        let interface = export.name.trim_start_matches("defender:xdr/").split('@').next().unwrap_or_default();
        for function in &export.functions {
            let text = metadata.documentation(&export.name, function).unwrap_or_else(|| panic!("no {function}"));
            let key = (interface.to_owned(), function.clone());
            assert_eq!(text.lines().next(), expected.get(&key).map(String::as_str), "{interface}.{function}");
            checked += 1;
        }
    }
    assert_eq!((checked, expected.len()), (20, 20));
}

#[test]
fn it_states_its_name_version_and_licence() {
    let metadata = Metadata::of_file(built()).expect("the component reads");
    assert_eq!(metadata.name.as_deref(), Some("defender-xdr"));
    assert_eq!(metadata.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(metadata.licenses.as_deref(), Some("Apache-2.0"));
    for fact in [&metadata.description, &metadata.source, &metadata.authors] {
        assert!(fact.as_ref().is_some_and(|text| !text.is_empty()), "{metadata:?}");
    }
    assert!(metadata.producers.iter().any(|tool| tool.starts_with("Rust ")), "{metadata:?}");
}

#[test]
fn it_contains_no_path_of_the_build_machine() {
    let component = fs::read(built()).expect("the component reads");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    for path in [workspace.display().to_string(), "/registry/src/".to_owned()] {
        let found = component.windows(path.len()).filter(|window| *window == path.as_bytes()).count();
        assert_eq!(found, 0, "{path}");
    }
}
