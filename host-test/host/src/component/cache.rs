//! Compiled code on disk, so that only the first load of a component compiles it.
//!
//! Compiled code runs unchecked, so a file is used only if it is exactly what was written for this component, this wasmtime
//! and this configuration; otherwise the component is compiled again. Anyone who can write to the directory can run code as
//! this process: the directory's permissions must prevent that, as they do for the program itself.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use wasmtime::Engine;
use wasmtime::component::Component;

/// First bytes of a file; the number is the version of its layout.
const MAGIC: &[u8] = b"defender-xdr cwasm 1\n";
/// Files kept: a few builds of a component under a few configurations.
const MAX_FILES: usize = 16;
const EXTENSION: &str = "cwasm";

type Digest = [u8; SHA256_OUTPUT_LEN];

/// Compiles a component, or uses the code that an earlier run compiled.
pub(crate) fn load(engine: &Engine, wasm: &[u8], directory: Option<&Path>) -> wasmtime::Result<Component> {
    let Some(directory) = directory else {
        return Component::new(engine, wasm);
    };
    let key = key(engine, wasm);
    let path = directory.join(format!("{}.{EXTENSION}", hexadecimal(&key)));
    if let Some(component) = read(&path, &key).and_then(|code| deserialize(engine, &code).ok()) {
        return Ok(component);
    }
    let code = engine.precompile_component(wasm)?;
    // Everything works without a cache, only more slowly, so a read-only directory is not an error.
    let _ = write(&path, &key, &code);
    deserialize(engine, &code)
}

fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` comes from `precompile_component` of this same wasmtime: either just now, or from a file whose digest
    // over the key and the code was verified after it was read into memory, so it can no longer change.
    unsafe { Component::deserialize(engine, code) }
}

/// Identifies the component, the version of wasmtime and every setting that compiled code depends on.
fn key(engine: &Engine, wasm: &[u8]) -> Digest {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    digest(&[&hasher.finish().to_le_bytes(), wasm])
}

fn digest(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut digest = Digest::default();
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

fn read(path: &Path, key: &Digest) -> Option<Vec<u8>> {
    let mut file = fs::read(path).ok()?;
    let head = MAGIC.len() + SHA256_OUTPUT_LEN;
    let (stated, code) = (file.get(MAGIC.len()..head)?, file.get(head..)?);
    if !file.starts_with(MAGIC) || stated != digest(&[key, code]) {
        return None;
    }
    Some(file.split_off(head))
}

/// Writes a temporary file and renames it, so that no reader sees a partial file.
fn write(path: &Path, key: &Digest, code: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    for part in [MAGIC, &digest(&[key, code]), code] {
        file.write_all(part)?;
    }
    file.persist(path)?;
    remove_oldest(directory)
}

fn remove_oldest(directory: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(directory)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(MAX_FILES);
    files.iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
}

fn hexadecimal(digest: &Digest) -> String {
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::sample::EMPTY;

    fn only_file(directory: &Path) -> PathBuf {
        let mut files = fs::read_dir(directory).unwrap();
        let path = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none());
        path
    }

    #[test]
    fn a_damaged_file_is_compiled_again() {
        let directory = tempfile::tempdir().unwrap();
        let engine = Engine::default();

        load(&engine, EMPTY, Some(directory.path())).unwrap();
        let path = only_file(directory.path());
        let good = fs::read(&path).unwrap();
        for damaged in [&good[..good.len() - 1], &good[..10], b"", b"something else"] {
            fs::write(&path, damaged).unwrap();
            load(&engine, EMPTY, Some(directory.path())).unwrap();
            assert_eq!(fs::read(&path).unwrap(), good);
        }
        let mut flipped = good.clone();
        *flipped.last_mut().unwrap() ^= 1;
        fs::write(&path, flipped).unwrap();
        load(&engine, EMPTY, Some(directory.path())).unwrap();
        assert_eq!(fs::read(&path).unwrap(), good);
    }

    #[test]
    fn a_file_of_another_component_is_not_used() {
        let directory = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let code = engine.precompile_component(EMPTY).unwrap();
        let path = directory.path().join("x");
        write(&path, &digest(&[b"one"]), &code).unwrap();
        assert!(read(&path, &digest(&[b"one"])).is_some());
        assert!(read(&path, &digest(&[b"other"])).is_none());
    }

    #[test]
    fn another_configuration_has_its_own_file() {
        let mut config = wasmtime::Config::new();
        config.epoch_interruption(true);
        let other = Engine::new(&config).unwrap();
        assert_ne!(key(&Engine::default(), b"x"), key(&other, b"x"));
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_not_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();

        assert!(load(&Engine::default(), EMPTY, Some(file.path())).is_ok());
    }
}
