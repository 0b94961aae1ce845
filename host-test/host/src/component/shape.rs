//! What a component imports and exports.
//!
//! A component that is not the connector, or imports more than the sandbox offers, is refused with the names of the
//! interfaces instead of a linker error.

use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::load_error::LoadError;
use super::source::Source;
use crate::sandbox::engine::engine;
use crate::sandbox::interfaces::offers;
use crate::settings::Settings;

/// Exports that identify a component as this connector.
const EXPORTS: [&str; 5] = [
    "defender:xdr/types",
    "defender:xdr/actions",
    "defender:xdr/connection",
    "defender:xdr/catalog",
    "defender:xdr/json",
];

/// An interface that a component imports or exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Full name, such as `wasi:http/types@0.2.2`.
    pub name: String,
    /// Its functions, in the order of the component.
    pub functions: Vec<String>,
}

/// The size, imports and exports of a component.
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
    /// The shape of a component's file, whether the sandbox would take it or not.
    ///
    /// # Errors
    /// When the file cannot be read or is not a component.
    pub fn of_file(path: impl AsRef<Path>, settings: &Settings) -> Result<Self, LoadError> {
        let source = Source::file(path.as_ref())?;
        let engine = engine(settings).map_err(LoadError::engine)?;
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
        self.imports.iter().filter(|import| !offers(&import.name)).map(|import| import.name.clone()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::sample;

    fn shape(wasm: &[u8]) -> Shape {
        let engine = Engine::default();
        Shape::of(&engine, &Component::new(&engine, wasm).unwrap(), wasm.len())
    }

    #[test]
    fn names_missing_exports_and_foreign_imports() {
        let error = shape(sample::EMPTY).check("x.wasm").unwrap_err().to_string();
        assert!(error.contains("defender:xdr/actions"), "{error}");
        assert_eq!(shape(&sample::importing("wasi:cli/environment@0.2.0")).foreign(), ["wasi:cli/environment@0.2.0"]);
        assert!(shape(&sample::importing("wasi:io/poll@0.2.0")).foreign().is_empty());
    }
}
