//! Typed calls into the component, generated from `wit/`.
//!
//! A host needs nothing but the WIT files to get these; they are the contract, this file only asks for asynchronous calls.

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

pub use generated::exports::defender::xdr::{actions, catalog, connection, json, types};
pub use generated::{Connector as World, ConnectorPre as WorldPre};
