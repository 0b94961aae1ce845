//! Types and traits of the WIT package, generated from `wit/`.
wit_bindgen::generate!({ world: "connector", path: "wit", generate_unused_types: true, pub_export_macro: true });
