//! The components with their metadata.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::compiler::{self, Compiler};
use crate::link::{BuildError, cargo, link, link_in, run};
use crate::{TARGET, metadata};

/// Builds the release component, `target/defender_xdr.wasm` below `workspace`.
///
/// # Errors
/// If there is no compiler for the target, or the build fails; its output goes to stderr.
pub fn build(workspace: &Path) -> Result<PathBuf, BuildError> {
    finish(&link(workspace, "defender-xdr")?, workspace.join("target/defender_xdr.wasm"), |linked| {
        metadata::add(linked, &workspace.join("wit"))
    })
}

/// The service's whole sandbox: the connector's imports, and the one through which the configuration comes.
const SERVICE_IMPORTS: [&str; 7] = [
    "wasi:cli/environment@0.3",
    "wasi:clocks/monotonic-clock@0.3",
    "wasi:clocks/system-clock@0.3",
    "wasi:clocks/types@0.3",
    "wasi:http/client@0.3",
    "wasi:http/types@0.3",
    "wasi:random/random@0.3",
];

/// Builds the service form, `target/defender-xdr-service.wasm`.
///
/// # Errors
/// As [`build`], or the service would import something that its sandbox does not have.
pub fn build_service(workspace: &Path) -> Result<PathBuf, BuildError> {
    let linked = link(workspace, "defender-xdr-service")?;
    check(&linked, &SERVICE_IMPORTS, &["wasi:http/handler@0.3"])?;
    finish(&linked, workspace.join("target/defender-xdr-service.wasm"), |linked| {
        metadata::describe(linked, &metadata::SERVICE)
    })
}

/// The tools' whole sandbox: the connector's, and the configuration.
const TOOLS_IMPORTS: [&str; 5] = ["wasi:cli/environment@0.2", "wasi:clocks/", "wasi:http/", "wasi:io/", "wasi:random/"];
/// The files with the tools, below `target/`.
pub(crate) const TOOLS: [&str; 2] = ["defender-xdr-tools.wasm", "defender-xdr-tools-read-only.wasm"];

/// Builds the tools forms, `target/defender-xdr-tools.wasm` and `target/defender-xdr-tools-read-only.wasm`. Returns the first.
///
/// # Errors
/// As [`build_service`], or the read-only one would export more than reading.
pub fn build_tools(workspace: &Path) -> Result<PathBuf, BuildError> {
    let [all, read_only] = TOOLS.map(|name| workspace.join("target").join(name));
    let exports = ["defender:tools/reading@", "defender:tools/writing@"];
    let build = |path: PathBuf, options: &[&str], exports: &[&str]| {
        let linked = link_in(workspace, workspace, "defender-xdr-tools", options)?;
        check(&linked, &TOOLS_IMPORTS, exports)?;
        finish(&linked, path, |linked| metadata::add_for_agents(linked, &workspace.join("tools/wit")))
    };
    let all = build(all, &[], &exports)?;
    build(read_only, &["--no-default-features"], &exports[..1])?;
    Ok(all)
}

/// Checks that a component imports no more than its sandbox has, and exports exactly what it should; each by the start of its name.
fn check(component: &Path, imports: &[&str], exports: &[&str]) -> Result<(), BuildError> {
    let (imported, exported) = metadata::interface(&read(component)?)?;
    let is_offered = |import: &String| imports.iter().any(|offered| import.starts_with(offered));
    if let Some(import) = imported.into_iter().find(|import| !is_offered(import)) {
        return Err(BuildError::Import(import));
    }
    let is_due = exported.len() == exports.len()
        && exports.iter().all(|due| exported.iter().any(|export| export.starts_with(due)));
    if is_due { Ok(()) } else { Err(BuildError::Exports(exported)) }
}

/// Gives a linked component its metadata, and returns the file that it is written to.
fn finish(
    linked: &Path,
    to: PathBuf,
    described: impl FnOnce(&[u8]) -> anyhow::Result<Vec<u8>>,
) -> Result<PathBuf, BuildError> {
    let finished = described(&read(linked)?)?;
    write_if_changed(&finished, &to).map_err(|error| BuildError::Io(to.clone(), error))?;
    Ok(to)
}

fn read(file: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(file).map_err(|error| BuildError::Io(file.to_owned(), error))
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
    let linked = target_dir.join(TARGET).join("release/defender_xdr.wasm");
    finish(&linked, target_dir.join("defender_xdr.wasm"), |linked| metadata::add(linked, &workspace.join("wit")))
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
fn write_if_changed(new: &[u8], to: &Path) -> io::Result<()> {
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    // Renamed into place: a reader sees the old file or the new one, never a partial one.
    let part = to.with_extension(format!("{}.part", std::process::id()));
    fs::write(&part, new)?;
    fs::rename(part, to)
}

impl From<anyhow::Error> for BuildError {
    fn from(error: anyhow::Error) -> Self {
        Self::Metadata(format!("{error:#}"))
    }
}
