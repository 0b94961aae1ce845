//! A component before it is compiled.
//!
//! Many files that a host is given are not components; each gets one clear message instead of a compiler error.

use std::fs;
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use super::cache;
use super::load_error::LoadError;
use crate::settings::{Cache, Settings};

/// The bytes of a component.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its name in errors.
    pub(crate) name: String,
    pub(crate) wasm: Vec<u8>,
    directory: Option<PathBuf>,
}

impl Source {
    pub(crate) fn file(path: &Path) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        let wasm = fs::read(path).map_err(|source| LoadError::Unreadable { name: name.clone(), source })?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self { name, wasm, directory: Some(parent.unwrap_or(Path::new(".")).to_owned()) }.recognised()
    }

    pub(crate) fn bytes(wasm: Vec<u8>) -> Result<Self, LoadError> {
        Self { name: "the component".to_owned(), wasm, directory: None }.recognised()
    }

    /// Checks the first eight bytes: the magic number, then the version and kind of binary.
    fn recognised(self) -> Result<Self, LoadError> {
        let found = match self.wasm.get(..8) {
            Some(b"\0asm\x0d\0\x01\0") => return Ok(self),
            Some(b"\0asm\x01\0\0\0") => "a core WebAssembly module, not a component; link it with wasm-component-ld",
            Some([0, b'a', b's', b'm', ..]) => "WebAssembly of an unknown version",
            None if self.wasm.is_empty() => "empty",
            _ => "not WebAssembly",
        };
        Err(LoadError::NotAComponent { name: self.name, found })
    }

    /// Compiles it, or loads it from the cache.
    pub(crate) fn compile(&self, engine: &Engine, settings: &Settings) -> Result<Component, LoadError> {
        let directory = match &settings.cache {
            Cache::Beside => self.directory.as_ref().map(|directory| directory.join("cwasm")),
            Cache::Directory(directory) => Some(directory.clone()),
            Cache::Off => None,
        };
        cache::load(engine, &self.wasm, directory.as_deref())
            .map_err(|error| LoadError::Invalid { name: self.name.clone(), reason: format!("{error:#}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(wasm: &[u8]) -> String {
        Source::bytes(wasm.to_vec()).unwrap_err().to_string()
    }

    #[test]
    fn says_what_a_file_is_instead() {
        assert_eq!(refused(b""), "the component is empty");
        assert_eq!(refused(b"<html></html>"), "the component is not WebAssembly");
        assert!(refused(b"\0asm\x01\0\0\0").contains("a core WebAssembly module"));
        assert!(refused(b"\0asm\x0d\0\x02\0").contains("unknown version"));
    }

    #[test]
    fn names_the_file_that_is_missing() {
        let error = Source::file(Path::new("no/such.wasm")).unwrap_err();
        assert!(error.to_string().starts_with("cannot read no/such.wasm: "), "{error}");
    }
}
