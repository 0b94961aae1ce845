//! The interfaces that a component may import.
//!
//! The list is the sandbox: a component that asks for a file, a socket, an environment variable or the terminal is refused before
//! any of its code runs, because there is nothing to link it to.

use wasmtime::Engine;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::clocks::WasiClocks;
use wasmtime_wasi::p2::bindings::{clocks, io, random};
use wasmtime_wasi::random::WasiRandom;

use super::clock::Monotonic;
use super::guest::Guest;
use super::wasmtime_48;

/// Interfaces that a component may import: those of the world `wasi:http/proxy` without its standard streams.
pub const INTERFACES: [&str; 8] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:random/random",
    "wasi:http/types",
    "wasi:http/outgoing-handler",
];

/// Whether the sandbox offers an import, by its name with or without a version.
pub(crate) fn offers(import: &str) -> bool {
    let interface = import.split('@').next().unwrap_or_default();
    INTERFACES.contains(&interface)
}

/// A linker with exactly [`INTERFACES`], linked one by one.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    io::error::add_to_linker::<_, Table>(&mut linker, Guest::table)?;
    io::poll::add_to_linker::<_, Table>(&mut linker, Guest::table)?;
    io::streams::add_to_linker::<_, Table>(&mut linker, Guest::table)?;
    clocks::monotonic_clock::add_to_linker::<_, Monotonic>(&mut linker, Guest::monotonic)?;
    clocks::wall_clock::add_to_linker::<_, WasiClocks>(&mut linker, Guest::clocks)?;
    random::random::add_to_linker::<_, WasiRandom>(&mut linker, Guest::random)?;
    wasmtime_48::add_to_linker(&mut linker)?;
    Ok(linker)
}

/// Tells the linker that the resource table implements `wasi:io`.
struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}

#[cfg(test)]
mod tests {
    use wasmtime::component::Component;

    use super::*;
    use crate::component::sample;

    #[test]
    fn offers_the_proxy_world_and_nothing_else() {
        assert!(offers("wasi:http/types@0.2.2"));
        for foreign in
            ["wasi:filesystem/types@0.2.2", "wasi:cli/environment@0.2.2", "wasi:sockets/tcp@0.2.2", "env", ""]
        {
            assert!(!offers(foreign), "{foreign}");
        }
    }

    /// Leaves out the handler, whose only function takes resources of `wasi:http/types`; the built component imports it.
    #[test]
    fn the_linker_has_every_offered_interface_in_every_0_2() {
        let engine = Engine::default();
        let linker = linker(&engine).unwrap();
        let links = |wasm: Vec<u8>| linker.instantiate_pre(&Component::new(&engine, wasm).unwrap()).is_ok();
        for patch in ["0", "2", "99"] {
            for (interface, resource) in [
                ("wasi:io/error", "error"),
                ("wasi:io/poll", "pollable"),
                ("wasi:io/streams", "input-stream"),
                ("wasi:http/types", "fields"),
            ] {
                assert!(
                    links(sample::importing_resource(&format!("{interface}@0.2.{patch}"), resource)),
                    "{interface}"
                );
                assert!(!links(sample::importing_resource(&format!("{interface}@0.2.{patch}"), "other")));
            }
            for (interface, function) in
                [("wasi:clocks/monotonic-clock", "now"), ("wasi:random/random", "get-random-u64")]
            {
                assert!(links(sample::importing_number(&format!("{interface}@0.2.{patch}"), function)), "{interface}");
                assert!(!links(sample::importing_number(&format!("{interface}@0.2.{patch}"), "other")));
            }
        }
    }
}
