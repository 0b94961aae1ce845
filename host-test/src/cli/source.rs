//! Where the configuration of a call comes from: the emulator, a file, or the environment. Exactly one of them.
//!
//! Mixing them could send a real secret to a test endpoint that is still set in an old variable.

use std::path::PathBuf;

use defender_emulator::{Emulator, Options};
use defender_xdr_host::bindings::catalog::{self, Parameter};
use host_test::text;
use serde_json::{Map, Value};

use super::failure::Failure;

/// Prefix of the variables.
const PREFIX: &str = "DEFENDER_";

/// A source of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Emulator,
    File(PathBuf),
    Environment,
}

/// A configuration for `json.invoke`, and the emulator that it refers to, if any.
pub(crate) struct Configuration {
    pub(crate) json: String,
    /// Kept alive for as long as the calls.
    pub(crate) emulator: Option<Emulator>,
}

impl Source {
    pub(crate) fn open(&self, catalog: &catalog::Connector) -> Result<Configuration, Failure> {
        match self {
            Self::Emulator => emulator(),
            Self::File(path) => Ok(Configuration { json: file(path)?, emulator: None }),
            Self::Environment => {
                let variable = |name: &str| {
                    let value = std::env::var(name).ok()?;
                    let value = text::unmarked(&value);
                    (!value.trim().is_empty()).then(|| value.to_owned())
                };
                Ok(Configuration { json: environment(&catalog.configuration, variable)?, emulator: None })
            }
        }
    }
}

fn emulator() -> Result<Configuration, Failure> {
    let emulator = Emulator::start(Options::default())
        .map_err(|error| Failure::usage(format!("cannot start the emulator: {error}")))?;
    let json =
        serde_json::to_string(&emulator.connector_config()).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Configuration { json, emulator: Some(emulator) })
}

fn file(path: &PathBuf) -> Result<String, Failure> {
    let cannot = |what: &str, why: &dyn std::fmt::Display| {
        Failure::usage(format!("cannot {what} the configuration in {}: {why}", path.display()))
    };
    let text = text::read(path).map_err(|error| cannot("read", &error))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(_)) => Ok(text),
        // As in the app's own examples.
        Ok(Value::Array(list)) if list.len() == 1 => Ok(text),
        Ok(_) => Err(cannot("use", &"it is not a JSON object")),
        // serde_json reports the position and never repeats the text, which may contain a secret.
        Err(error) => Err(cannot("use", &error)),
    }
}

/// One variable for each parameter of the catalog, and two for the endpoints, which are an object there.
fn environment(parameters: &[Parameter], variable: impl Fn(&str) -> Option<String>) -> Result<String, Failure> {
    let mut config = Map::new();
    let mut missing = Vec::new();
    for parameter in parameters {
        let name = format!("{PREFIX}{}", parameter.name.to_ascii_uppercase());
        match variable(&name) {
            Some(value) => {
                config.insert(parameter.name.clone(), value.into());
            }
            None if parameter.required => missing.push(name),
            None => {}
        }
    }
    let login = variable(&format!("{PREFIX}LOGIN_ENDPOINT"));
    let graph = variable(&format!("{PREFIX}GRAPH_ENDPOINT"));
    let endpoints = [("login", login), ("graph", graph)].into_iter();
    let endpoints: Map<String, Value> =
        endpoints.filter_map(|(name, url)| Some((name.to_owned(), Value::from(url?)))).collect();
    if !endpoints.is_empty() {
        config.insert("endpoints".to_owned(), endpoints.into());
    }
    if missing.is_empty() { Ok(Value::Object(config).to_string()) } else { Err(Failure::usage(advice(&missing))) }
}

fn advice(missing: &[String]) -> String {
    let names = missing.join(", ");
    let (verb, them) = if missing.len() == 1 { ("is", "it") } else { ("are", "them") };
    format!(
        "{names} {verb} not set\n\
         Set {them} from an app registration of your tenant, or pass --config FILE with a JSON object,\n\
         or add --emulator to try it without a tenant."
    )
}

#[cfg(test)]
mod tests {
    use defender_xdr_host::bindings::catalog::ParameterKind;

    use super::*;

    fn parameter(name: &str, required: bool) -> Parameter {
        Parameter {
            name: name.into(),
            title: String::new(),
            description: String::new(),
            kind: ParameterKind::Text,
            required,
            default_value: None,
            allowed_values: Vec::new(),
            minimum: None,
            maximum: None,
            example: None,
            comment: None,
        }
    }

    fn from(set: &[(&str, &str)]) -> Result<String, Failure> {
        let parameters = [parameter("tenant_id", true), parameter("timeout", false)];
        environment(&parameters, |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into()))
    }

    #[test]
    fn variables_are_named_after_parameters() {
        let set = [("DEFENDER_TENANT_ID", "t"), ("DEFENDER_LOGIN_ENDPOINT", "l"), ("DEFENDER_GRAPH_ENDPOINT", "g")];
        assert_eq!(from(&set).unwrap(), r#"{"tenant_id":"t","endpoints":{"login":"l","graph":"g"}}"#);
    }

    #[test]
    fn a_missing_variable_is_named_with_the_alternatives() {
        let message = from(&[]).unwrap_err().to_string();
        assert!(message.starts_with("DEFENDER_TENANT_ID is not set"), "{message}");
        assert!(message.contains("--emulator"), "{message}");
    }

    #[test]
    fn each_endpoint_may_be_given_alone() {
        let set = [("DEFENDER_TENANT_ID", "t"), ("DEFENDER_GRAPH_ENDPOINT", "g")];
        assert_eq!(from(&set).unwrap(), r#"{"tenant_id":"t","endpoints":{"graph":"g"}}"#);
    }
}
