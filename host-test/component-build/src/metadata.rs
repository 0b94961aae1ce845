//! What a component says about itself without being run: name, version, licence, and the documentation of its interface.
//!
//! The linker drops the documentation. Hosts that show it, to a person or to a model, read the custom section `package-docs`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wasm_metadata::{AddMetadata, AddMetadataField, Authors, Description, Licenses, Source, Version};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Docs, PackageId, PackageMetadata, Resolve, WorldItem, WorldKey};

const CONNECTOR: About = About {
    name: "defender-xdr",
    description: "Microsoft Defender XDR connector over the Microsoft Graph security API",
};
pub(crate) const SERVICE: About = About {
    name: "defender-xdr-service",
    description: "HTTP service over the Microsoft Defender XDR connector: wasi:http/handler of WASI 0.3",
};

pub(crate) const TOOLS: About = About {
    name: "defender-xdr-tools",
    description: "Microsoft Defender XDR for agents: tools whose configuration comes from the host",
};

/// What differs between artifacts.
pub(crate) struct About {
    name: &'static str,
    description: &'static str,
}

/// The documentation format that older readers also know.
const FORMAT: u8 = 0;

/// Adds metadata, and the documentation of all functions as the text of the world.
///
/// wit-parser, and therefore jco and wasm-tools, rejects a component whose documentation names an interface of any package
/// other than `root:component`, which is how it reads every component. Only the world `root` always exists, so all
/// documentation goes into its text.
/// Source: <https://github.com/bytecodealliance/wasm-tools/pull/2532>.
pub(crate) fn add(component: &[u8], wit: &Path) -> Result<Vec<u8>> {
    let (resolve, package) = resolve(wit)?;
    let text = text(&resolve, package)?;
    Ok(with_docs(describe(component, &CONNECTOR)?, &json!({ "docs": text })))
}

/// Adds metadata, and the documentation of each function where Wassette looks for it: under its bare name, as if the world exported it.
///
/// wit-parser, which finds no such function in the world, rejects this component.
/// Source: <https://github.com/microsoft/wassette/blob/main/crates/component2json/src/lib.rs>.
pub(crate) fn add_for_agents(component: &[u8], wit: &Path) -> Result<Vec<u8>> {
    let (resolve, package) = resolve(wit)?;
    let interfaces = resolve.packages[package].interfaces.values();
    let functions = interfaces.flat_map(|interface| resolve.interfaces[*interface].functions.values());
    let functions: Value =
        functions.map(|function| (function.name.clone(), json!({ "docs": documentation(&function.docs) }))).collect();
    Ok(with_docs(describe(component, &TOOLS)?, &json!({ "func_exports": functions })))
}

/// The names of what a component imports, and of what it exports.
pub(crate) fn interface(component: &[u8]) -> Result<(Vec<String>, Vec<String>)> {
    let DecodedWasm::Component(resolve, world) = decode(component)? else { bail!("it is not a component") };
    let names = |keys: Vec<&WorldKey>| keys.into_iter().map(|key| resolve.name_world_key(key)).collect();
    let world = &resolve.worlds[world];
    Ok((names(world.imports.keys().collect()), names(world.exports.keys().collect())))
}

pub(crate) fn resolve(wit: &Path) -> Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit)?;
    Ok((resolve, package))
}

/// World, interfaces and functions with their documentation, as Markdown.
fn text(resolve: &Resolve, package: PackageId) -> Result<String> {
    let (_, world) = resolve.packages[package].worlds.first().context("the package has no world")?;
    let world = &resolve.worlds[*world];
    let mut text = documentation(&world.docs);
    for (key, item) in &world.exports {
        let WorldItem::Interface { id, .. } = item else { continue };
        let interface = &resolve.interfaces[*id];
        write!(text, "\n\n# {}\n\n{}", resolve.name_world_key(key), documentation(&interface.docs))?;
        for function in interface.functions.values() {
            write!(text, "\n\n## {}\n\n{}", function.name, documentation(&function.docs))?;
        }
    }
    Ok(text)
}

fn documentation(docs: &Docs) -> String {
    docs.contents.as_deref().unwrap_or_default().trim().to_owned()
}

/// Name, version, description, licence, source and authors.
pub(crate) fn describe(component: &[u8], about: &About) -> Result<Vec<u8>> {
    // The names of inner items are useless without the source, and take seven kilobytes.
    let mut metadata = AddMetadata::default();
    metadata.name = AddMetadataField::Clear;
    let unnamed = metadata.to_wasm(component)?;
    metadata.name = AddMetadataField::Set(about.name.to_owned());
    metadata.language = vec![("Rust".to_owned(), "2024".to_owned())];
    metadata.authors = AddMetadataField::Set(Authors::new(env!("CARGO_PKG_AUTHORS")));
    metadata.description = AddMetadataField::Set(Description::new(about.description));
    metadata.licenses = AddMetadataField::Set(Licenses::new(env!("CARGO_PKG_LICENSE"))?);
    metadata.source = AddMetadataField::Set(Source::new(env!("CARGO_PKG_REPOSITORY"))?);
    metadata.version = AddMetadataField::Set(Version::new(env!("CARGO_PKG_VERSION")));
    metadata.to_wasm(&unnamed)
}

/// Adds the documentation of the only world.
fn with_docs(mut component: Vec<u8>, world: &Value) -> Vec<u8> {
    let docs = json!({ "worlds": { "root": world } }).to_string();
    let docs = [&[FORMAT], docs.as_bytes()].concat();
    let section = CustomSection { name: PackageMetadata::SECTION_NAME.into(), data: docs.into() };
    section.append_to_component(&mut component);
    component
}
