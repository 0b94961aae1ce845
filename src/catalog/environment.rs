//! The configuration in a host's variables, for the components that get it from there and never from a caller.
//!
//! `host-test` uses the same names, so that one set of variables works for all.

use crate::text::json::{self, Writer};
use crate::text::secret::Secret;
use crate::wit::catalog::{Parameter, ParameterKind};
use crate::wit::types::Error;

/// Prefix of the variables.
const PREFIX: &str = "DEFENDER_";
/// Variables of Azure's workload identity, and the parameters that they stand for. Its token is in a file, which a component cannot
/// read.
const AZURE: [(&str, &str); 2] = [("tenant_id", "AZURE_TENANT_ID"), ("client_id", "AZURE_CLIENT_ID")];
/// The endpoints are an object, so each has its own variable.
const ENDPOINTS: [(&str, &str); 2] = [("login", "DEFENDER_LOGIN_ENDPOINT"), ("graph", "DEFENDER_GRAPH_ENDPOINT")];

/// A configuration.
#[derive(Debug)]
pub struct Environment {
    /// As `json.invoke` expects it.
    pub config: String,
    /// Its secrets.
    pub secrets: Vec<Secret>,
}

/// A missing or wrong variable. Its value is never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name.
    pub variable: String,
    /// What is wrong; messages put the name in front.
    pub why: String,
}

impl Fault {
    /// A required variable without a value.
    pub fn not_set(variable: &str) -> Self {
        Self { variable: variable.into(), why: "is not set".into() }
    }
}

/// A variable without the line break that ends a secret read from a file; a blank one counts as not set.
pub fn trimmed(value: Option<String>) -> Option<String> {
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Reads a configuration from variables.
///
/// # Errors
/// Everything that is missing.
pub fn read(configuration: &[Parameter], variable: impl Fn(&str) -> Option<String>) -> Result<Environment, Vec<Fault>> {
    let variable = |name: &str| trimmed(variable(name));
    // Another parameter of its group is given.
    let is_replaced = |parameter: &Parameter| {
        let others = configuration.iter().filter(|other| other.one_of == parameter.one_of);
        parameter.one_of.is_some() && others.into_iter().any(|other| variable(&variable_name(&other.name)).is_some())
    };
    let (mut config, mut secrets, mut faults) = (Writer::new(), Vec::new(), Vec::new());
    for parameter in configuration {
        let name = variable_name(&parameter.name);
        let azure = AZURE.iter().find(|(known, _)| *known == parameter.name);
        match variable(&name).or_else(|| variable(azure?.1)) {
            _ if parameter.kind == ParameterKind::KeyValue => {}
            Some(value) => {
                config.text(&parameter.name, &value);
                // A certificate may have its key with it.
                if parameter.kind == ParameterKind::Password || value.contains("PRIVATE KEY") {
                    secrets.push(Secret::new(value));
                }
            }
            None if parameter.required && !is_replaced(parameter) => faults.push(Fault::not_set(&name)),
            None => {}
        }
    }
    let mut endpoints = Writer::new();
    for (name, set) in ENDPOINTS {
        endpoints.optional(name, variable(set).as_deref().map(json::quoted));
    }
    let endpoints = endpoints.finish();
    if !json::is_bare(&endpoints) {
        config.json("endpoints", &endpoints);
    }
    if faults.is_empty() { Ok(Environment { config: config.finish(), secrets }) } else { Err(faults) }
}

/// The variable that the connector refuses the value of.
pub fn refused(configuration: &[Parameter], error: &Error) -> Fault {
    let (fields, why) = error.message.split_once(':').unwrap_or((&error.message, ""));
    let name = |field: &str| match field.strip_prefix("endpoints.") {
        Some(endpoint) => format!("{PREFIX}{}_ENDPOINT", endpoint.to_ascii_uppercase()),
        None => variable_name(field),
    };
    let variable = fields.split(", ").map(name).collect::<Vec<_>>().join(", ");
    // Of a credential, the reason never repeats a value, and is worth knowing.
    let is_credential = |parameter: &Parameter| parameter.one_of.is_some() || parameter.kind == ParameterKind::Password;
    let credentials = configuration.iter().filter(|parameter| is_credential(parameter));
    let is_about_one = credentials.into_iter().any(|parameter| fields.split(", ").any(|field| field == parameter.name));
    let why = if is_about_one { why.trim() } else { "has a value that is not allowed" };
    Fault { variable, why: why.into() }
}

fn variable_name(parameter: &str) -> String {
    format!("{PREFIX}{}", parameter.to_ascii_uppercase())
}
