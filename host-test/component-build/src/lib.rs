//! Builds the connector component.
//!
//! `wasm32-unknown-unknown` needs a compiler that has the target's standard library, or its source. This crate is the only
//! place that knows where to find one, so the Makefile, `host-test/build.rs` and people all get the same component.

mod compiler;
#[cfg(feature = "build")]
mod component;
mod link;
#[cfg(feature = "build")]
mod metadata;
#[cfg(feature = "release")]
mod release;
#[cfg(feature = "release")]
mod sbom;

pub use compiler::{Compiler, NoCompiler};
#[cfg(feature = "build")]
pub use component::{build, build_service, build_tools, build_with_cargo_component};
pub use link::{BuildError, link, link_in};
#[cfg(feature = "release")]
pub use release::release;

use std::path::{Path, PathBuf};

/// The target. Its standard library imports nothing, so the component has only its own imports.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Root of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
