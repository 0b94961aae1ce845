//! What a component says about itself in custom sections.
//!
//! A reviewer can read it before anything is compiled or run.

use std::fs;
use std::path::Path;

use defender_xdr_host::LoadError;
use serde::Serialize;
use serde_json::Value;
use wasmparser::{ComponentName, KnownCustom, Parser, Payload};

/// Name, version, origin and documentation of a component, as far as it states them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// SPDX expression of its licences.
    pub licenses: Option<String>,
    /// Where its source is.
    pub source: Option<String>,
    /// Who made it.
    pub authors: Option<String>,
    /// Languages and tools that it was built with, and their versions.
    pub producers: Vec<String>,
    /// The documentation of its functions, which reports list by itself.
    #[serde(skip)]
    pub documentation: Vec<Documentation>,
}

/// The documentation of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Documentation {
    /// Interface that exports it, such as `defender:xdr/actions@0.2.0`.
    pub interface: String,
    /// Its name.
    pub function: String,
    /// Markdown; the first line stands alone.
    pub text: String,
}

impl Metadata {
    /// Reads a component's file.
    ///
    /// # Errors
    /// When the file cannot be read or is not a component.
    pub fn of_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let name = path.as_ref().display().to_string();
        let wasm = fs::read(path).map_err(|source| LoadError::Unreadable { name: name.clone(), source })?;
        let mut metadata = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(&wasm) {
            match payload.map_err(|error| LoadError::Invalid { name: name.clone(), reason: error.to_string() })? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) if depth == 0 => match section.as_known() {
                    KnownCustom::ComponentName(names) => {
                        metadata.name = names.into_iter().filter_map(Result::ok).find_map(|name| match name {
                            ComponentName::Component { name, .. } => Some(name.to_owned()),
                            _ => None,
                        });
                    }
                    KnownCustom::Producers(fields) => {
                        for field in fields.into_iter().filter_map(Result::ok) {
                            let values = field.values.into_iter().filter_map(Result::ok);
                            metadata.producers.extend(values.map(|value| format!("{} {}", value.name, value.version)));
                        }
                    }
                    _ => metadata.take(section.name(), section.data()),
                },
                _ => {}
            }
        }
        Ok(metadata)
    }

    /// The documentation of a function, if there is any.
    #[must_use]
    pub fn documentation(&self, interface: &str, function: &str) -> Option<&str> {
        let found = self.documentation.iter().find(|docs| docs.interface == interface && docs.function == function);
        found.map(|docs| docs.text.as_str())
    }

    fn take(&mut self, section: &str, data: &[u8]) {
        let text = || Some(String::from_utf8_lossy(data).into_owned());
        match section {
            "version" => self.version = text(),
            "description" => self.description = text(),
            "licenses" => self.licenses = text(),
            "source" => self.source = text(),
            "authors" => self.authors = text(),
            // The first byte is the version of the format.
            "package-docs" => self.documentation = data.get(1..).map(documentation).unwrap_or_default(),
            _ => {}
        }
    }
}

/// The functions in the text of the world: interfaces as headings, functions as headings below them.
fn documentation(json: &[u8]) -> Vec<Documentation> {
    let docs: Value = serde_json::from_slice(json).unwrap_or_default();
    let text = docs.pointer("/worlds/root/docs").and_then(Value::as_str).unwrap_or_default();
    let interfaces = text.split("\n# ").skip(1).filter_map(|part| part.split_once('\n'));
    let functions = interfaces.flat_map(|(interface, rest)| {
        let functions = rest.split("\n## ").skip(1).filter_map(|part| part.split_once('\n'));
        functions.map(move |(function, text)| Documentation {
            interface: interface.trim().to_owned(),
            function: function.trim().to_owned(),
            text: text.trim().to_owned(),
        })
    });
    functions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_functions_below_their_interfaces() {
        let json = r#"{"worlds":{"root":{"docs":"A connector.\n\n# a:b/one\n\nFirst.\n\n## f\n\nDoes f.\n\nMore.\n\n## g\n\nDoes g.\n\n# a:b/two\n\nSecond.\n\n## f\n\nAnother f."}}}"#;
        let metadata = Metadata { documentation: documentation(json.as_bytes()), ..Metadata::default() };
        assert_eq!(metadata.documentation("a:b/one", "f"), Some("Does f.\n\nMore."));
        assert_eq!(metadata.documentation("a:b/one", "g"), Some("Does g."));
        assert_eq!(metadata.documentation("a:b/two", "f"), Some("Another f."));
        assert_eq!(metadata.documentation("a:b/two", "g"), None);
        assert_eq!(documentation(b"nonsense"), []);
    }
}
