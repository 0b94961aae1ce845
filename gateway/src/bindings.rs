//! The connector's functions and types, generated from the same `wit/` as the connector itself.

#![expect(missing_docs, clippy::pedantic, reason = "generated code; the documentation is in wit/")]

#[cfg(not(feature = "spin"))]
wit_bindgen::generate!({ world: "defender:gateway/gateway", path: ["../wit", "wit"], generate_all });
#[cfg(feature = "spin")]
wit_bindgen::generate!({ world: "defender:gateway/spin", path: ["../wit", "wit"], generate_all });

pub use defender::xdr::{catalog, json, types};
