//! Builds the connector component.
//!
//! `wasm32-unknown-unknown` needs a compiler that has the target's standard library, or its source. This crate is the one
//! place that knows where to find one, so that the Makefile, `host-test/build.rs` and people get the same component.

mod compiler;

pub use compiler::{Compiler, NoCompiler};

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, fs, io};

/// The target: its standard library imports nothing, so that the component's imports are those it asks for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Variables of an outer cargo that would change what the inner one builds.
const OUTER_CARGO_VARIABLES: [&str; 8] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
];

/// Root of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Builds the release component and copies it to `target/defender_xdr.wasm` below `workspace`.
///
/// # Errors
/// There is no compiler for the target, or the build failed; its output went to stderr.
pub fn build(workspace: &Path) -> Result<PathBuf, BuildError> {
    let compiler = Compiler::find()?;
    // A directory per compiler: artifacts of one cannot be read by another.
    let target_dir = workspace.join("target/component").join(compiler.name());
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for variable in OUTER_CARGO_VARIABLES {
        command.env_remove(variable);
    }
    command
        .args(["build", "--locked", "--release", "--package", "defender-xdr", "--lib", "--target", TARGET])
        .arg("--manifest-path")
        .arg(workspace.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        .envs(compiler.environment());
    let status = command.status().map_err(|error| BuildError::Io("cargo".into(), error))?;
    if !status.success() {
        return Err(BuildError::Failed);
    }
    let built = target_dir.join(TARGET).join("release/defender_xdr.wasm");
    let component = workspace.join("target/defender_xdr.wasm");
    copy_if_changed(&built, &component).map_err(|error| BuildError::Io(built, error))?;
    Ok(component)
}

/// Keeps the time of an unchanged file, so that what depends on it is not built again.
fn copy_if_changed(from: &Path, to: &Path) -> io::Result<()> {
    let new = fs::read(from)?;
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    // Renamed into place: a reader sees the old file or the new one, never a part.
    let part = to.with_extension(format!("{}.part", std::process::id()));
    fs::write(&part, new)?;
    fs::rename(part, to)
}

/// Why there is no component.
#[derive(Debug)]
pub enum BuildError {
    /// No compiler has the target.
    NoCompiler(NoCompiler),
    /// The compiler refused the guest's source.
    Failed,
    /// A program or file could not be used.
    Io(PathBuf, io::Error),
}

impl From<NoCompiler> for BuildError {
    fn from(error: NoCompiler) -> Self {
        Self::NoCompiler(error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCompiler(error) => error.fmt(out),
            Self::Failed => out.write_str("the component does not compile, see the messages above"),
            Self::Io(path, error) => write!(out, "cannot use {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for BuildError {}
