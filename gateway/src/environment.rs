//! Reads the configuration and the callers' key from the host's variables, never from a request.
//!
//! `host-test` uses the same names, so that one set of variables works for both.

use std::fmt;

use serde_json::{Map, Value};

use crate::bindings::catalog::{Connector as Catalog, Parameter, ParameterKind};
use crate::connector::Connector;
use crate::key::KEY_MIN_CHARACTERS;

/// Prefix of the variables.
const PREFIX: &str = "DEFENDER_";
const KEY: &str = "DEFENDER_GATEWAY_KEY";
const LOGIN_ENDPOINT: &str = "DEFENDER_LOGIN_ENDPOINT";
const GRAPH_ENDPOINT: &str = "DEFENDER_GRAPH_ENDPOINT";

/// The service's settings.
#[derive(Clone, PartialEq, Eq)]
pub struct Environment {
    /// The callers' key.
    pub key: String,
    /// The configuration as `json.invoke` expects it.
    pub config: String,
    /// Values that no answer may contain.
    pub secrets: Vec<String>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Environment(***)")
    }
}

/// A missing or wrong variable. Its value is never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name.
    pub variable: String,
    /// What is wrong; messages put the name in front.
    pub why: String,
}

impl Environment {
    /// Reads the settings from the host's variables.
    pub fn read(
        catalog: &Catalog,
        connector: &dyn Connector,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Fault>> {
        // A secret read from a file often ends with a line break.
        let variable =
            |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let mut faults = Vec::new();
        let mut config = Map::new();
        let mut secrets = Vec::new();
        for parameter in &catalog.configuration {
            let name = variable_name(parameter);
            match variable(&name) {
                // The endpoints are an object, so each has its own variable.
                _ if matches!(parameter.kind, ParameterKind::KeyValue) => {}
                Some(value) => {
                    if matches!(parameter.kind, ParameterKind::Password) {
                        secrets.push(value.clone());
                    }
                    config.insert(parameter.name.clone(), value.into());
                }
                None if parameter.required => faults.push(not_set(&name)),
                None => {}
            }
        }
        let endpoints = [("login", LOGIN_ENDPOINT), ("graph", GRAPH_ENDPOINT)];
        let endpoints = endpoints.into_iter().filter_map(|(name, set)| Some((name.into(), variable(set)?.into())));
        let endpoints: Map<String, Value> = endpoints.collect();
        if !endpoints.is_empty() {
            config.insert("endpoints".into(), endpoints.into());
        }
        let key = variable(KEY).unwrap_or_default();
        if key.is_empty() {
            faults.push(not_set(KEY));
        } else if key.chars().count() < KEY_MIN_CHARACTERS {
            let why = format!("is shorter than {KEY_MIN_CHARACTERS} characters");
            faults.push(Fault { variable: KEY.into(), why });
        }
        let config = Value::Object(config).to_string();
        if faults.is_empty() {
            faults.extend(refused(connector, &config));
        }
        secrets.push(key.clone());
        if faults.is_empty() { Ok(Self { key, config, secrets }) } else { Err(faults) }
    }
}

/// The configuration value that the connector refuses, if any.
fn refused(connector: &dyn Connector, config: &str) -> Option<Fault> {
    let error = connector.check(config).err()?;
    // `endpoints.login: must start with …`: the part after the field name may repeat the value.
    let field = error.message.split(':').next().unwrap_or_default();
    let name = match field.strip_prefix("endpoints.") {
        Some(endpoint) => format!("{PREFIX}{}_ENDPOINT", endpoint.to_ascii_uppercase()),
        None => format!("{PREFIX}{}", field.to_ascii_uppercase()),
    };
    Some(Fault { variable: name, why: "has a value that is not allowed".into() })
}

fn variable_name(parameter: &Parameter) -> String {
    format!("{PREFIX}{}", parameter.name.to_ascii_uppercase())
}

fn not_set(name: &str) -> Fault {
    Fault { variable: name.into(), why: "is not set".into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Scripted, VARIABLES};

    /// The tests' environment with some variables changed.
    fn read(changes: &[(&str, &str)]) -> Result<Environment, Vec<Fault>> {
        let variable = |name: &str| {
            let change = changes.iter().find(|(changed, _)| *changed == name);
            change.or_else(|| VARIABLES.iter().find(|(known, _)| *known == name)).map(|(_, value)| (*value).to_owned())
        };
        let connector = Scripted::default();
        Environment::read(&connector.describe(), &connector, variable)
    }

    #[track_caller]
    fn faults(changes: &[(&str, &str)]) -> Vec<String> {
        let faults = read(changes).expect_err("it is refused");
        faults.into_iter().map(|fault| format!("{} {}", fault.variable, fault.why)).collect()
    }

    #[test]
    fn variables_become_a_configuration() {
        let environment = read(&[("DEFENDER_TIMEOUT", " 30\n"), ("DEFENDER_ENDPOINTS", "no")]).expect("complete");
        assert_eq!(
            environment.config,
            r#"{"tenant_id":"tenant","client_id":"client","client_secret":"s3cret-value","timeout":"30"}"#
        );
        assert_eq!(environment.secrets, ["s3cret-value", environment.key.as_str()]);
    }

    #[test]
    fn each_endpoint_may_be_given_alone() {
        let both = [(LOGIN_ENDPOINT, "http://127.0.0.1:1"), (GRAPH_ENDPOINT, "http://127.0.0.1:2")];
        let config = read(&both).expect("complete").config;
        assert!(
            config.ends_with(r#""endpoints":{"login":"http://127.0.0.1:1","graph":"http://127.0.0.1:2"}}"#),
            "{config}"
        );
        let config = read(&both[1..]).expect("complete").config;
        assert!(config.ends_with(r#""endpoints":{"graph":"http://127.0.0.1:2"}}"#), "{config}");
    }

    #[test]
    fn names_all_that_is_missing_at_once() {
        assert_eq!(
            faults(&[("DEFENDER_TENANT_ID", ""), ("DEFENDER_CLIENT_SECRET", " "), (KEY, "")]),
            ["DEFENDER_TENANT_ID is not set", "DEFENDER_CLIENT_SECRET is not set", "DEFENDER_GATEWAY_KEY is not set"]
        );
        assert_eq!(faults(&[(KEY, "fifteen-letters")]), ["DEFENDER_GATEWAY_KEY is shorter than 16 characters"]);
    }

    #[test]
    fn names_what_the_connector_refuses_and_not_its_value() {
        assert_eq!(faults(&[("DEFENDER_TIMEOUT", "5")]), ["DEFENDER_TIMEOUT has a value that is not allowed"]);
        let endpoints = [(LOGIN_ENDPOINT, "ftp://x"), (GRAPH_ENDPOINT, "https://x")];
        assert_eq!(faults(&endpoints), ["DEFENDER_LOGIN_ENDPOINT has a value that is not allowed"]);
    }
}
