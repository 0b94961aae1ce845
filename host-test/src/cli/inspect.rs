//! `inspect`: imports, exports and metadata of a component, and whether it fits the sandbox.
//!
//! A platform's reviewer reads the imports: the component can do nothing that is not among them.

use clap::Command;
use defender_xdr_host::{Connector, Interface, Settings, Shape};
use host_test::{Documentation, Metadata, gzip_bytes};
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
    let settings = Settings::default();
    let shape = Shape::of_file(&globals.component, &settings)?;
    let metadata = Metadata::of_file(&globals.component)?;
    let gzip = gzip_size(&globals.component)?;
    let inside = if shape.foreign().is_empty() && shape.missing().is_empty() {
        Some(Inside::look(globals, settings.clone()).await?)
    } else {
        None
    };
    if globals.json {
        terminal.print_json(&as_json(globals, &shape, &metadata, gzip, inside.as_ref(), &settings).to_string())?;
    } else {
        terminal.print(&as_text(globals, &shape, &metadata, gzip, inside.as_ref(), &settings, terminal))?;
    }
    if inside.is_some() { Ok(()) } else { Err(Failure::Reported) }
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

fn gzip_size(path: &std::path::Path) -> Result<usize, Failure> {
    let cannot = |error: std::io::Error| Failure::usage(format!("cannot read {}: {error}", path.display()));
    std::fs::read(path).and_then(|wasm| gzip_bytes(&wasm)).map_err(cannot)
}

fn as_json(
    globals: &Globals,
    shape: &Shape,
    metadata: &Metadata,
    gzip: usize,
    inside: Option<&Inside>,
    settings: &Settings,
) -> Value {
    let documentation =
        |docs: &Documentation| json!({"interface": docs.interface, "function": docs.function, "text": docs.text});
    let interfaces = |interfaces: &[Interface]| -> Vec<Value> {
        interfaces.iter().map(|interface| json!({"name": interface.name, "functions": interface.functions})).collect()
    };
    json!({
        "component": globals.component,
        "name": inside.map(|inside| &inside.name),
        "version": inside.map(|inside| &inside.version),
        "bytes": shape.size,
        "gzip_bytes": gzip,
        "imports": interfaces(&shape.imports),
        "exports": interfaces(&shape.exports),
        "metadata": {
            "name": metadata.name,
            "version": metadata.version,
            "description": metadata.description,
            "licenses": metadata.licenses,
            "source": metadata.source,
            "authors": metadata.authors,
            "producers": metadata.producers,
        },
        "documentation": metadata.documentation.iter().map(documentation).collect::<Vec<_>>(),
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

fn as_text(
    globals: &Globals,
    shape: &Shape,
    metadata: &Metadata,
    gzip: usize,
    inside: Option<&Inside>,
    settings: &Settings,
    terminal: &Terminal,
) -> String {
    let line = |label: &str, value: String| format!("{} {value}", terminal.text(format!("{label:<10}")).bold());
    let limits = format!(
        "{} calls at a time, {} each and {} together, {} s of computing, {} min per call",
        settings.max_instances,
        mebibytes(settings.memory_limit),
        mebibytes(settings.total_memory_limit),
        settings.compute_limit.as_secs(),
        settings.call_limit.as_secs() / 60,
    );
    let mut lines = vec![line("File", globals.component.display().to_string())];
    lines.extend(inside.map(|inside| line("Connector", format!("{} {}", inside.name, inside.version))));
    lines.push(line("Size", format!("{} ({} with gzip)", kibibytes(shape.size), kibibytes(gzip))));
    lines.extend(inside.map(|inside| line("Memory", format!("{} in a new instance", kibibytes(inside.memory_bytes)))));
    lines.push(line("Limits", limits));
    let facts = [
        ("Name", &metadata.name),
        ("Version", &metadata.version),
        ("About", &metadata.description),
        ("Licence", &metadata.licenses),
        ("Authors", &metadata.authors),
        ("Source", &metadata.source),
    ];
    lines.extend(facts.into_iter().filter_map(|(label, fact)| Some(line(label, fact.clone()?))));
    lines.push(line("Built with", metadata.producers.join(", ")));
    for (title, interfaces) in [("Imports", &shape.imports), ("Exports", &shape.exports)] {
        lines.extend([String::new(), terminal.text(title).bold().to_string()]);
        lines.extend(interfaces.iter().flat_map(|interface| listed(interface, &shape.foreign(), metadata, terminal)));
    }
    let missing = |interface| terminal.text(format!("  ✗ {interface} is missing")).red().to_string();
    lines.extend(shape.missing().into_iter().map(missing));
    lines.join("\n")
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
