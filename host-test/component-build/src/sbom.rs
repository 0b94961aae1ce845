//! What is linked into an artifact, as a bill of materials.
//!
//! CycloneDX 1.6 without a timestamp or serial number, so that the same source gives the same file.
//! Source: <https://cyclonedx.org/docs/1.6/json/>.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::TARGET;
use crate::compiler::Compiler;
use crate::link::cargo;

/// The bill of materials of an artifact built from these packages of the workspace.
pub(crate) fn bill(workspace: &Path, compiler: &Compiler, packages: &[&str]) -> Result<Value> {
    let mut cargo = cargo(workspace, compiler, &workspace.join("target"));
    cargo.args(["metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET]);
    let output = cargo.output().context("cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let graph = Graph::new(&serde_json::from_slice(&output.stdout)?)?;

    let mut linked = BTreeSet::new();
    for package in packages {
        let id = graph.packages.iter().find(|(id, found)| found["name"] == **package && graph.is_own(id));
        let (id, _) = id.with_context(|| format!("no package {package}"))?;
        graph.collect(id, &mut linked);
    }
    let (own, others): (Vec<&str>, Vec<&str>) = linked.iter().partition(|id| graph.is_own(id));
    let own: Vec<Value> = own.into_iter().map(|id| graph.component(id)).collect();
    let (first, rest) = own.split_first().context("nothing is linked")?;
    let dependencies = linked.iter().map(|id| {
        let on: Vec<String> = graph.dependencies(id).map(|id| graph.reference(id)).collect();
        json!({"ref": graph.reference(id), "dependsOn": on})
    });
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": first},
        "components": rest.iter().cloned().chain(others.into_iter().map(|id| graph.component(id))).collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    }))
}

/// What cargo knows: packages by id, and the ids that each one links.
struct Graph {
    packages: BTreeMap<String, Value>,
    links: BTreeMap<String, Vec<String>>,
    own: BTreeSet<String>,
}

impl Graph {
    fn new(metadata: &Value) -> Result<Self> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let packages: BTreeMap<String, Value> =
            list(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
        ensure!(!packages.is_empty(), "cargo metadata lists no packages");
        // Procedural macros run in the compiler and leave nothing in the artifact.
        let is_linked = |id: &str| {
            let targets = packages.get(id).map(|package| list(&package["targets"])).unwrap_or_default();
            let kinds: Vec<Value> = targets.iter().flat_map(|target| list(&target["kind"])).collect();
            kinds.iter().any(|kind| kind != "custom-build") && !kinds.iter().any(|kind| kind == "proc-macro")
        };
        let links = list(&metadata["resolve"]["nodes"]).into_iter().map(|node| {
            let normal = list(&node["deps"])
                .into_iter()
                .filter(|dependency| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()));
            let ids = normal.map(|dependency| text(&dependency["pkg"])).filter(|id| is_linked(id));
            (text(&node["id"]), ids.collect())
        });
        let own = list(&metadata["workspace_members"]).iter().map(text).collect();
        Ok(Self { links: links.collect(), packages, own })
    }

    fn is_own(&self, id: &str) -> bool {
        self.own.contains(id)
    }

    fn dependencies(&self, id: &str) -> impl Iterator<Item = &str> {
        self.links.get(id).into_iter().flatten().map(String::as_str)
    }

    fn collect<'g>(&'g self, id: &'g str, linked: &mut BTreeSet<&'g str>) {
        if linked.insert(id) {
            self.dependencies(id).for_each(|dependency| self.collect(dependency, linked));
        }
    }

    /// The package URL. Source: <https://github.com/package-url/purl-spec>.
    fn reference(&self, id: &str) -> String {
        let package = &self.packages[id];
        format!(
            "pkg:cargo/{}@{}",
            package["name"].as_str().unwrap_or_default(),
            package["version"].as_str().unwrap_or_default()
        )
    }

    fn component(&self, id: &str) -> Value {
        let package = &self.packages[id];
        let mut component = json!({
            "type": "library",
            "bom-ref": self.reference(id),
            "name": package["name"],
            "version": package["version"],
            "purl": self.reference(id),
        });
        if let Some(license) = package["license"].as_str() {
            // An old spelling that cargo accepts and SPDX does not.
            component["licenses"] = json!([{"expression": license.replace('/', " OR ")}]);
        }
        component
    }
}
