//! `inspect`: imports, exports and metadata of a component, and whether it fits the sandbox.
//!
//! A platform's reviewer reads the imports: the component can do nothing that is not among them.

use std::path::Path;

use clap::Command;
use defender_xdr_host::{Connector, Interface, Settings, Shape};
use host_test::{Metadata, gzip_bytes};
use serde_json::{Value, json};

use super::failure::{Failure, Outcome};
use super::figure::{kibibytes, mebibytes};
use super::globals::Globals;
use super::terminal::Terminal;

pub(crate) const NAME: &str = "inspect";

pub(crate) fn command() -> Command {
    Command::new(NAME).about("Show size, imports, exports, versions and limits of the component").long_about(
        "Show size, imports, exports, versions and limits of the component.\n\n\
             Fails if it imports anything but HTTP, clocks, random numbers and the streams that these need.",
    )
}

pub(crate) async fn run(globals: &Globals, terminal: &Terminal) -> Outcome {
    let file = &globals.component;
    let settings = Settings::default();
    let shape = Shape::of_file(file, &settings)?;
    let metadata = Metadata::of_file(file)?;
    let cannot = |error| Failure::usage(format!("cannot read {}: {error}", file.display()));
    let gzip = std::fs::read(file).and_then(|wasm| gzip_bytes(&wasm)).map_err(cannot)?;
    let inside = if shape.foreign().is_empty() && shape.missing().is_empty() {
        Some(Inside::look(globals, settings.clone()).await?)
    } else {
        None
    };
    let findings = Findings { file, settings, shape, metadata, gzip, inside };
    if globals.json {
        terminal.print_json(&findings.json().to_string())?;
    } else {
        terminal.print(&findings.text(terminal))?;
    }
    if findings.inside.is_some() { Ok(()) } else { Err(Failure::Reported) }
}

/// Facts that need a running instance.
struct Inside {
    name: String,
    version: String,
    memory_bytes: usize,
}

impl Inside {
    async fn look(globals: &Globals, settings: Settings) -> Result<Self, Failure> {
        let connector = Connector::load(&globals.component, settings)?;
        let mut instance = connector.instance().await?;
        let catalog = instance.describe().await?;
        Ok(Self { name: catalog.name, version: catalog.component_version, memory_bytes: instance.memory_bytes() })
    }
}

/// What is known about a component.
struct Findings<'a> {
    file: &'a Path,
    settings: Settings,
    shape: Shape,
    metadata: Metadata,
    /// Its size when compressed.
    gzip: usize,
    inside: Option<Inside>,
}

impl Findings<'_> {
    fn json(&self) -> Value {
        let Self { file, settings, shape, metadata, gzip, inside } = self;
        let inside = inside.as_ref();
        let interfaces = |interfaces: &[Interface]| -> Vec<Value> {
            let as_json = |interface: &Interface| json!({"name": interface.name, "functions": interface.functions});
            interfaces.iter().map(as_json).collect()
        };
        json!({
            "component": file,
            "name": inside.map(|inside| &inside.name),
            "version": inside.map(|inside| &inside.version),
            "bytes": shape.size,
            "gzip_bytes": gzip,
            "imports": interfaces(&shape.imports),
            "exports": interfaces(&shape.exports),
            "metadata": metadata,
            "documentation": metadata.documentation,
            "foreign_imports": shape.foreign(),
            "missing_exports": shape.missing(),
            "instance_memory_bytes": inside.map(|inside| inside.memory_bytes),
            "limits": {
                "instances": settings.max_instances,
                "memory_bytes": settings.memory_limit,
                "total_memory_bytes": settings.total_memory_limit,
                "compute_seconds": settings.compute_limit.as_secs(),
                "call_seconds": settings.call_limit.as_secs(),
            },
        })
    }

    fn text(&self, terminal: &Terminal) -> String {
        let Self { file, settings, shape, metadata, gzip, inside } = self;
        let inside = inside.as_ref();
        let line = |label: &str, value: String| format!("{} {value}", terminal.text(format!("{label:<10}")).bold());
        let limits = format!(
            "{} calls at a time, {} each and {} together, {} s of computing, {} min per call",
            settings.max_instances,
            mebibytes(settings.memory_limit),
            mebibytes(settings.total_memory_limit),
            settings.compute_limit.as_secs(),
            settings.call_limit.as_secs() / 60,
        );
        let memory = |inside: &Inside| format!("{} in a new instance", kibibytes(inside.memory_bytes));
        let facts = [
            ("File", Some(file.display().to_string())),
            ("Connector", inside.map(|inside| format!("{} {}", inside.name, inside.version))),
            ("Size", Some(format!("{} ({} with gzip)", kibibytes(shape.size), kibibytes(*gzip)))),
            ("Memory", inside.map(memory)),
            ("Limits", Some(limits)),
            ("Name", metadata.name.clone()),
            ("Version", metadata.version.clone()),
            ("About", metadata.description.clone()),
            ("Licence", metadata.licenses.clone()),
            ("Authors", metadata.authors.clone()),
            ("Source", metadata.source.clone()),
            ("Built with", Some(metadata.producers.join(", "))),
        ];
        let mut lines: Vec<String> = facts.into_iter().filter_map(|(label, fact)| Some(line(label, fact?))).collect();
        for (title, interfaces) in [("Imports", &shape.imports), ("Exports", &shape.exports)] {
            lines.extend([String::new(), terminal.text(title).bold().to_string()]);
            lines.extend(
                interfaces.iter().flat_map(|interface| listed(interface, &shape.foreign(), metadata, terminal)),
            );
        }
        let missing = |interface| terminal.text(format!("  ✗ {interface} is missing")).red().to_string();
        lines.extend(shape.missing().into_iter().map(missing));
        lines.join("\n")
    }
}

/// An interface and its functions with the first line of their documentation, without methods of resources.
fn listed(interface: &Interface, foreign: &[String], metadata: &Metadata, terminal: &Terminal) -> Vec<String> {
    let name = if foreign.contains(&interface.name) {
        terminal.text(format!("  ✗ {} is not offered by the sandbox", interface.name)).red().to_string()
    } else {
        format!("  {}", interface.name)
    };
    let functions = interface.functions.iter().filter(|function| !function.starts_with('['));
    let functions = functions.map(|function| {
        let docs = metadata.documentation(&interface.name, function).and_then(|text| text.lines().next());
        let line = docs.map_or_else(|| format!("    {function}"), |docs| format!("    {function}: {docs}"));
        terminal.text(line).dim().to_string()
    });
    std::iter::once(name).chain(functions).collect()
}
