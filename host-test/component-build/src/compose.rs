//! The service form: the gateway with the connector in it, as one component.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};

use crate::component::{link, write_if_changed};
use crate::{build, metadata};

/// The whole of the sandbox: the connector's doors, and the one that the configuration comes through.
const DOORS: [&str; 6] =
    ["wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:http/", "wasi:cli/environment@", "wasi:config/store@"];

/// Which engine the service is for: they differ in where a component's configuration comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Any with `wasi:cli/environment`.
    Any,
    /// Spin, with `wasi:config/store`.
    Spin,
}

/// Builds connector and gateway and composes them to `target/defender-xdr-service.wasm`, or `…-spin.wasm`.
///
/// # Errors
/// As [`build`], or the two do not fit.
pub fn build_service(workspace: &Path, engine: Engine) -> Result<PathBuf> {
    let connector = build(workspace)?;
    let (features, name) = match engine {
        Engine::Any => (&[][..], "defender-xdr-service.wasm"),
        Engine::Spin => (&["--features", "spin"][..], "defender-xdr-service-spin.wasm"),
    };
    let gateway = link(workspace, "defender-xdr-gateway", features)?;
    let service = compose(fs::read(gateway)?, fs::read(connector)?).context("cannot compose the service")?;
    let path = workspace.join("target").join(name);
    write_if_changed(&metadata::describe(&service, &metadata::SERVICE)?, &path)?;
    Ok(path)
}

fn compose(gateway: Vec<u8>, connector: Vec<u8>) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let connector = Package::from_bytes("defender:connector", None, connector, graph.types_mut())?;
    let gateway = Package::from_bytes("defender:gateway", None, gateway, graph.types_mut())?;
    let connector = graph.register_package(connector)?;
    let gateway = graph.register_package(gateway)?;
    plug(&mut graph, vec![connector], gateway)?;
    let service = graph.encode(EncodeOptions::default())?;
    // What does not fit is left open without a word, and then a host would have to bring it.
    let mut types = CompositionGraph::new();
    let composed = Package::from_bytes("defender:service", None, service.as_slice(), types.types_mut())?;
    let world = &types.types()[composed.ty()];
    if let Some(name) = world.imports.keys().find(|name| !DOORS.iter().any(|door| name.starts_with(door))) {
        bail!("the service would import {name}");
    }
    Ok(service)
}
