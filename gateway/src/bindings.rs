//! The host's variables, generated from `wit/`, and the connector's own types.

#![expect(missing_docs, clippy::pedantic, reason = "generated code; the documentation is in wit/")]

wit_bindgen::generate!({ world: "gateway", path: "wit", generate_all });

pub use defender_xdr::wit::{catalog, types};
