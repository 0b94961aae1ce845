//! Types and traits of the WIT package, generated from `wit/` so that the contract is written once.

#![expect(missing_docs, clippy::pedantic, reason = "generated code; the documentation is in wit/")]

wit_bindgen::generate!({ world: "connector", path: "wit", generate_unused_types: true, pub_export_macro: true });

pub use exports::defender::xdr::{actions, catalog, connection, json, triage, trigger, types};
