//! Runs cargo for the component's target.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, io};

use crate::TARGET;
use crate::compiler::{Compiler, NoCompiler};

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

/// Builds a package of the workspace for the target, and returns the linked file.
///
/// # Errors
/// If there is no compiler for the target, or the build fails; its output goes to stderr.
pub fn link(workspace: &Path, package: &str) -> Result<PathBuf, BuildError> {
    link_in(workspace, workspace, package, &[])
}

/// The same for a package in `directory`, which may be another workspace, with further options of cargo. The target directory is that
/// of `workspace`.
///
/// # Errors
/// As [`link`].
pub fn link_in(workspace: &Path, directory: &Path, package: &str, options: &[&str]) -> Result<PathBuf, BuildError> {
    let compiler = Compiler::find()?;
    // A directory per compiler: artifacts of one cannot be read by another.
    let target_dir = workspace.join("target/component").join(compiler.name());
    let mut cargo = cargo(directory, &compiler, &target_dir);
    cargo.args(["build", "--locked", "--release", "--package", package, "--lib", "--target", TARGET]);
    cargo.args(options);
    run(cargo)?;
    Ok(target_dir.join(TARGET).join("release").join(package.replace('-', "_")).with_extension("wasm"))
}

pub(crate) fn cargo(workspace: &Path, compiler: &Compiler, target_dir: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for variable in OUTER_CARGO_VARIABLES {
        command.env_remove(variable);
    }
    command.current_dir(workspace).env("CARGO_TARGET_DIR", target_dir).envs(compiler.environment());
    command
}

pub(crate) fn run(mut command: Command) -> Result<(), BuildError> {
    let status = command.status().map_err(|error| BuildError::Io("cargo".into(), error))?;
    if status.success() { Ok(()) } else { Err(BuildError::Failed) }
}

/// Why there is no component.
#[derive(Debug)]
pub enum BuildError {
    /// No compiler has the target.
    NoCompiler(NoCompiler),
    /// The guest's source does not compile.
    Failed,
    /// A component imports this, which its sandbox does not have.
    Import(String),
    /// A component exports this, which is not what it should.
    Exports(Vec<String>),
    /// The component or its interface cannot be read.
    Metadata(String),
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
            Self::Import(import) => write!(out, "the component would import {import}"),
            Self::Exports(exports) => write!(out, "the component would export {}", exports.join(", ")),
            Self::Metadata(why) => write!(out, "cannot add metadata to the component: {why}"),
            Self::Io(path, error) => write!(out, "cannot use {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for BuildError {}
