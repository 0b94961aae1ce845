//! `make release`: all release artifacts, reproducible to the byte.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::compiler::Compiler;
use crate::component::{TOOLS, build, build_service, build_tools};
use crate::{metadata, sbom};

/// Writes the artifacts to `target/release-artifacts/` and returns that folder.
///
/// # Errors
/// If something does not build, or its inputs do not fit together.
pub fn release(workspace: &Path) -> Result<PathBuf> {
    let folder = workspace.join("target/release-artifacts");
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => fs::create_dir_all(&folder)?,
    }
    let compiler = Compiler::find()?;
    let wit = workspace.join("wit");
    let component = build(workspace)?;
    fs::copy(&component, folder.join("defender_xdr.wasm"))?;
    fs::copy(build_service(workspace)?, folder.join("defender-xdr-service.wasm"))?;
    let tools = build_tools(workspace)?;
    for name in TOOLS {
        fs::copy(tools.with_file_name(name), folder.join(name))?;
    }
    fs::write(folder.join("defender-xdr-wit.wasm"), package(&wit)?)?;
    let bill = sbom::bill(workspace, &compiler, &["defender-xdr", "defender-xdr-service", "defender-xdr-tools"])?;
    fs::write(folder.join("sbom.cdx.json"), serde_json::to_string_pretty(&bill)? + "\n")?;
    fs::copy(workspace.join("deploy/policy.yaml"), folder.join("policy.yaml"))?;
    fs::write(folder.join("SHA256SUMS"), checksums(&folder)?)?;
    Ok(folder)
}

/// The interface as a binary package, with its documentation.
fn package(wit: &Path) -> Result<Vec<u8>> {
    let (resolve, package) = metadata::resolve(wit)?;
    wit_component::encode(&resolve, package)
}

/// In the format of `sha256sum --check`.
fn checksums(folder: &Path) -> Result<String> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    names.sort();
    let mut lines = String::new();
    for path in names {
        for byte in Sha256::digest(fs::read(&path)?) {
            write!(lines, "{byte:02x}")?;
        }
        let name = path.file_name().context("a file has a name")?.to_string_lossy();
        writeln!(lines, "  {name}")?;
    }
    Ok(lines)
}
