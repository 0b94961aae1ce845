//! Finds and reads a component, and tells what it imports and exports.
//!
//! A host is given many files that are not our component; each gets one clear sentence instead of a linker error.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::cache;
use crate::load_error::LoadError;
use crate::sandbox;
use crate::settings::{Cache, Settings};

/// Interfaces that make a component this connector.
const EXPORTS: [&str; 5] = [
    "defender:xdr/types",
    "defender:xdr/actions",
    "defender:xdr/connection",
    "defender:xdr/catalog",
    "defender:xdr/json",
];

/// Where the build leaves the component.
#[must_use]
pub fn built() -> PathBuf {
    PathBuf::from(env!("DEFENDER_XDR_COMPONENT"))
}

/// Size of a component when it is compressed, as registries keep it.
///
/// # Errors
/// When there is no memory for it.
pub fn gzip_bytes(wasm: &[u8]) -> io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(wasm)?;
    Ok(encoder.finish()?.len())
}

/// A component before it is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// What to call it in errors.
    pub(crate) name: String,
    pub(crate) wasm: Vec<u8>,
    directory: Option<PathBuf>,
}

impl Source {
    pub(crate) fn file(path: &Path) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        let wasm = match fs::read(path) {
            Ok(wasm) => wasm,
            Err(source) => return Err(LoadError::Unreadable { name, source }),
        };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self { name, wasm, directory: Some(parent.unwrap_or(Path::new(".")).to_owned()) }.recognised()
    }

    pub(crate) fn bytes(wasm: Vec<u8>) -> Result<Self, LoadError> {
        Self { name: "the component".to_owned(), wasm, directory: None }.recognised()
    }

    /// Looks at the first eight bytes: the magic number and what it is the magic number of.
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

    /// Compiles it, or takes what was compiled before.
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

/// An interface that a component imports or exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Full name, such as `wasi:http/types@0.2.2`.
    pub name: String,
    /// Its functions, in the order of the component.
    pub functions: Vec<String>,
}

/// What a component looks like from outside.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Size of the file in bytes.
    pub size: usize,
    /// What it needs.
    pub imports: Vec<Interface>,
    /// What it offers.
    pub exports: Vec<Interface>,
}

impl Shape {
    /// Of a component's file, whether the sandbox would take it or not.
    ///
    /// # Errors
    /// When the file cannot be read or is no component.
    pub fn of_file(path: impl AsRef<Path>, settings: &Settings) -> Result<Self, LoadError> {
        let source = Source::file(path.as_ref())?;
        let engine = crate::engine::engine(settings).map_err(LoadError::engine)?;
        let component = source.compile(&engine, settings)?;
        Ok(Self::of(&engine, &component, source.wasm.len()))
    }

    pub(crate) fn of(engine: &Engine, component: &Component, size: usize) -> Self {
        let outside = component.component_type();
        let interface = |name: &str, item: &ComponentItem| {
            let functions = match item {
                ComponentItem::ComponentInstance(instance) => instance
                    .exports(engine)
                    .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
                    .map(|(name, _)| name.to_owned())
                    .collect(),
                _ => Vec::new(),
            };
            Interface { name: name.to_owned(), functions }
        };
        Self {
            size,
            imports: outside.imports(engine).map(|(name, item)| interface(name, &item.ty)).collect(),
            exports: outside.exports(engine).map(|(name, item)| interface(name, &item.ty)).collect(),
        }
    }

    /// Imports that the sandbox does not offer.
    #[must_use]
    pub fn foreign(&self) -> Vec<String> {
        self.imports.iter().filter(|import| !sandbox::offers(&import.name)).map(|import| import.name.clone()).collect()
    }

    /// Interfaces of the connector that it lacks.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let exported = |wanted: &str| self.exports.iter().any(|export| export.name.split('@').next() == Some(wanted));
        EXPORTS.into_iter().filter(|wanted| !exported(wanted)).collect()
    }

    /// Checks that it is this connector and fits the sandbox.
    pub(crate) fn check(&self, name: &str) -> Result<(), LoadError> {
        let missing = self.missing();
        if !missing.is_empty() {
            return Err(LoadError::Incomplete { name: name.to_owned(), missing: missing.join(", ") });
        }
        let foreign = self.foreign();
        if !foreign.is_empty() {
            return Err(LoadError::Foreign { name: name.to_owned(), foreign: foreign.join(", ") });
        }
        Ok(())
    }
}

/// Components for tests, in bytes.
#[cfg(test)]
pub(crate) mod sample {
    /// A component without anything in it.
    pub(crate) const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    /// `(component (import "…" (instance)))`.
    pub(crate) fn importing(name: &str) -> Vec<u8> {
        let length = u8::try_from(name.len()).unwrap();
        let instance_type = [7, 3, 1, 0x42, 0];
        let import = [&[10, length + 5, 1, 0, length], name.as_bytes(), &[5, 0]].concat();
        [EMPTY, &instance_type, &import].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(wasm: &[u8]) -> String {
        Source::bytes(wasm.to_vec()).unwrap_err().to_string()
    }

    fn shape(wasm: &[u8]) -> Shape {
        let engine = Engine::default();
        Shape::of(&engine, &Component::new(&engine, wasm).unwrap(), wasm.len())
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

    #[test]
    fn names_missing_exports_and_foreign_imports() {
        let error = shape(sample::EMPTY).check("x.wasm").unwrap_err().to_string();
        assert!(error.contains("defender:xdr/actions"), "{error}");
        assert_eq!(shape(&sample::importing("wasi:cli/environment@0.2.0")).foreign(), ["wasi:cli/environment@0.2.0"]);
        assert!(shape(&sample::importing("wasi:io/poll@0.2.0")).foreign().is_empty());
    }
}
