//! Typed calls into the component, generated from `wit/`.
//!
//! The WIT files are the contract, and all that a host needs to generate these. This file only selects asynchronous calls.

#[expect(
    missing_docs,
    reason = "wasmtime repeats the WIT documentation on items, not on the functions that it adds itself"
)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "defender:xdr/connector",
        exports: { default: async },
        additional_derives: [PartialEq],
    });
}

pub use generated::exports::defender::xdr::{actions, catalog, connection, json, triage, trigger, types};
pub use generated::{Connector as World, ConnectorPre as WorldPre};
