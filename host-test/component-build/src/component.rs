//! Runs cargo for the component and adds metadata to the result.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, fs, io};

use crate::compiler::{self, Compiler, NoCompiler};
use crate::{TARGET, metadata};

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

/// Builds the release component, `target/defender_xdr.wasm` below `workspace`.
///
/// # Errors
/// If there is no compiler for the target, or the build fails; its output goes to stderr.
pub fn build(workspace: &Path) -> Result<PathBuf, BuildError> {
    let component = workspace.join("target/defender_xdr.wasm");
    finish(workspace, &link(workspace, "defender-xdr")?, &component)?;
    Ok(component)
}

/// The service's whole sandbox: the connector's imports, and the one through which the configuration comes.
const SERVICE_IMPORTS: [&str; 5] = ["wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:http/", "wasi:cli/environment@"];

/// Builds the service form, `target/defender-xdr-service.wasm`.
///
/// # Errors
/// As [`build`], or the service would import something that its sandbox does not have.
pub fn build_service(workspace: &Path) -> Result<PathBuf, BuildError> {
    let linked = link(workspace, "defender-xdr-gateway")?;
    let linked = fs::read(&linked).map_err(|error| BuildError::Io(linked, error))?;
    let imports = metadata::imports(&linked).map_err(BuildError::Metadata)?;
    let is_offered = |import: &String| SERVICE_IMPORTS.iter().any(|offered| import.starts_with(offered));
    if let Some(import) = imports.into_iter().find(|import| !is_offered(import)) {
        return Err(BuildError::Import(import));
    }
    let service = metadata::describe(&linked, &metadata::SERVICE).map_err(BuildError::Metadata)?;
    let path = workspace.join("target/defender-xdr-service.wasm");
    write_if_changed(&service, &path).map_err(|error| BuildError::Io(path.clone(), error))?;
    Ok(path)
}

/// Builds a package of the workspace for the target, and returns the linked file.
pub(crate) fn link(workspace: &Path, package: &str) -> Result<PathBuf, BuildError> {
    let compiler = Compiler::find()?;
    // A directory per compiler: artifacts of one cannot be read by another.
    let target_dir = workspace.join("target/component").join(compiler.name());
    let mut cargo = cargo(workspace, &compiler, &target_dir);
    cargo.args(["build", "--locked", "--release", "--package", package, "--lib", "--target", TARGET]);
    run(cargo)?;
    Ok(target_dir.join(TARGET).join("release").join(package.replace('-', "_")).with_extension("wasm"))
}

/// Gives a linked component its metadata and documentation.
fn finish(workspace: &Path, linked: &Path, component: &Path) -> Result<(), BuildError> {
    let cannot = |error| BuildError::Io(linked.to_owned(), error);
    let linked = fs::read(linked).map_err(cannot)?;
    let finished = metadata::add(&linked, &workspace.join("wit")).map_err(BuildError::Metadata)?;
    write_if_changed(&finished, component).map_err(|error| BuildError::Io(component.to_owned(), error))
}

/// Builds the same component with cargo-component, in a directory of its own.
///
/// # Errors
/// As [`build`].
pub fn build_with_cargo_component(workspace: &Path) -> Result<PathBuf, BuildError> {
    let compiler = Compiler::find()?;
    let target_dir = workspace.join("target/cargo-component");
    let bin = marked_sysroot(&target_dir).map_err(|error| BuildError::Io(target_dir.clone(), error))?;
    let mut cargo = cargo(workspace, &compiler, &target_dir);
    let path = compiler.search_path().unwrap_or_else(|| std::env::var_os("PATH").unwrap_or_default());
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)));
    cargo.env("PATH", path.unwrap_or_default()).args(["component", "build", "--release", "--target", TARGET]);
    run(cargo)?;
    let component = target_dir.join("defender_xdr.wasm");
    finish(workspace, &target_dir.join(TARGET).join("release/defender_xdr.wasm"), &component)?;
    Ok(component)
}

pub(crate) fn cargo(workspace: &Path, compiler: &Compiler, target_dir: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for variable in OUTER_CARGO_VARIABLES {
        command.env_remove(variable);
    }
    command.current_dir(workspace).env("CARGO_TARGET_DIR", target_dir).envs(compiler.environment());
    command
}

fn run(mut command: Command) -> Result<(), BuildError> {
    let status = command.status().map_err(|error| BuildError::Io("cargo".into(), error))?;
    if status.success() { Ok(()) } else { Err(BuildError::Failed) }
}

/// A directory with a `rustc` that reports a sysroot in which cargo-component finds the target it requires.
///
/// cargo-component installs `wasm32-wasip1` with rustup if the sysroot lacks it, whatever target is built. Cargo itself
/// takes the compiler from `RUSTC` and never sees this one.
fn marked_sysroot(target_dir: &Path) -> io::Result<PathBuf> {
    let sysroot = target_dir.join("sysroot");
    let bin = sysroot.join("bin");
    fs::create_dir_all(sysroot.join("lib/rustlib/wasm32-wasip1"))?;
    fs::create_dir_all(&bin)?;
    let real = compiler::real_rustc();
    let script = format!(
        "#!/bin/sh\nif [ \"$*\" = '--print sysroot' ]; then echo '{}'; else exec '{}' \"$@\"; fi\n",
        sysroot.display(),
        real.display()
    );
    let rustc = bin.join("rustc");
    fs::write(&rustc, script)?;
    make_executable(&rustc)?;
    Ok(bin)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

/// On other systems rustup provides the target, and cargo-component may use it.
#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Keeps the timestamp of an unchanged file, so that its dependents are not rebuilt.
pub(crate) fn write_if_changed(new: &[u8], to: &Path) -> io::Result<()> {
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    // Renamed into place: a reader sees the old file or the new one, never a partial one.
    let part = to.with_extension(format!("{}.part", std::process::id()));
    fs::write(&part, new)?;
    fs::rename(part, to)
}

/// Why there is no component.
#[derive(Debug)]
pub enum BuildError {
    /// No compiler has the target.
    NoCompiler(NoCompiler),
    /// The guest's source does not compile.
    Failed,
    /// The service imports this, which its sandbox does not have.
    Import(String),
    /// The component or its interface cannot be read.
    Metadata(anyhow::Error),
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
            Self::Import(import) => write!(out, "the service would import {import}"),
            Self::Metadata(error) => write!(out, "cannot add metadata to the component: {error:#}"),
            Self::Io(path, error) => write!(out, "cannot use {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for BuildError {}
