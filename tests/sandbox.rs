//! Everything that the component can access.

use defender_xdr_host::{Settings, Shape};
use host_test::built;

/// The whole sandbox: nothing else may be imported.
const DOORS: [&str; 4] = ["wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:http/"];

fn shape() -> Shape {
    Shape::of_file(built(), &Settings::default()).expect("the component reads")
}

#[test]
fn imports_nothing_but_http_clocks_and_random_numbers() {
    let imports: Vec<String> = shape().imports.iter().map(|import| import.name.clone()).collect();
    assert!(imports.iter().any(|name| name.starts_with("wasi:http/outgoing-handler@")), "{imports:?}");
    let foreign: Vec<&String> =
        imports.iter().filter(|name| !DOORS.iter().any(|door| name.starts_with(door))).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

#[test]
fn exports_the_package() {
    let mut exports: Vec<String> = shape().exports.iter().map(|export| export.name.clone()).collect();
    exports.sort();
    assert_eq!(
        exports,
        [
            "defender:xdr/actions@0.2.0",
            "defender:xdr/catalog@0.2.0",
            "defender:xdr/connection@0.2.0",
            "defender:xdr/json@0.2.0",
            "defender:xdr/triage@0.2.0",
            "defender:xdr/trigger@0.2.0",
            "defender:xdr/types@0.2.0"
        ]
    );
}
