//! Reads the configuration and the callers' keys from the host's variables, never from a request.
//!
//! `host-test` uses the same names, so that one set of variables works for both.

use std::fmt;
use std::ops::RangeInclusive;

pub use defender_xdr::catalog::environment::Fault;
use defender_xdr::catalog::environment::{self, Environment, trimmed};
use defender_xdr::text::secret::Secret;
use defender_xdr::wit::catalog::Connector as Catalog;

use crate::call::key::KEY_MIN_CHARACTERS;
use crate::connector::Connector;

const KEY: &str = "DEFENDER_GATEWAY_KEY";
const ANSWERS: &str = "DEFENDER_GATEWAY_ANSWERS_MIB";

/// MiB that large answers of Microsoft's may take at a time, unless the host says otherwise.
const ANSWERS_MIB: usize = 256;
/// Below, not even one fits; above, an instance cannot address them.
const ANSWERS_MIB_RANGE: RangeInclusive<usize> = 64..=2048;

/// The service's settings.
pub struct Settings {
    /// The callers' keys: any of them will do.
    pub keys: Vec<Secret>,
    /// The configuration as `json.invoke` expects it.
    pub config: String,
    /// The configuration's secrets.
    secrets: Vec<Secret>,
    /// Bytes that large answers of Microsoft's may take at a time.
    pub answers_bytes: usize,
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Settings(***)")
    }
}

impl Settings {
    /// Values that no answer may contain: the configuration's secrets, and the callers' keys.
    pub fn secrets(&self) -> (&[Secret], &[Secret]) {
        (&self.secrets, &self.keys)
    }

    /// Reads the settings from the host's variables.
    pub fn read(
        catalog: &Catalog,
        connector: &impl Connector,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Fault>> {
        let configuration = &catalog.configuration;
        let environment = environment::read(configuration, &variable);
        let (keys, answers_mib) = (keys(trimmed(variable(KEY))), answers_mib(trimmed(variable(ANSWERS))));
        match (environment, keys, answers_mib) {
            (Ok(Environment { config, secrets }), Ok(keys), Ok(answers_mib)) => match connector.check(&config) {
                Ok(()) => Ok(Self { keys, config, secrets, answers_bytes: answers_mib * 1024 * 1024 }),
                Err(error) => Err(vec![environment::refused(configuration, &error)]),
            },
            (environment, keys, answers_mib) => {
                let missing = environment.err().unwrap_or_default();
                Err(missing.into_iter().chain(keys.err()).chain(answers_mib.err()).collect())
            }
        }
    }
}

/// Several keys are separated by commas, so that one can be replaced without an outage.
fn keys(variable: Option<String>) -> Result<Vec<Secret>, Fault> {
    let listed = variable.unwrap_or_default();
    let keys: Vec<&str> = listed.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
    if keys.is_empty() {
        return Err(Fault::not_set(KEY));
    }
    if keys.iter().any(|key| key.chars().count() < KEY_MIN_CHARACTERS) {
        let what = if keys.len() == 1 { "is" } else { "has a key that is" };
        let why = format!("{what} shorter than {KEY_MIN_CHARACTERS} characters");
        return Err(Fault { variable: KEY.into(), why });
    }
    Ok(keys.into_iter().map(|key| Secret::new(key.to_owned())).collect())
}

fn answers_mib(variable: Option<String>) -> Result<usize, Fault> {
    let Some(text) = variable else { return Ok(ANSWERS_MIB) };
    text.parse().ok().filter(|mib| ANSWERS_MIB_RANGE.contains(mib)).ok_or_else(|| {
        let why = format!("must be a whole number from {} to {}", ANSWERS_MIB_RANGE.start(), ANSWERS_MIB_RANGE.end());
        Fault { variable: ANSWERS.into(), why }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Scripted, VARIABLES};

    const LOGIN_ENDPOINT: &str = "DEFENDER_LOGIN_ENDPOINT";
    const GRAPH_ENDPOINT: &str = "DEFENDER_GRAPH_ENDPOINT";

    /// The tests' environment with some variables changed.
    fn read(changes: &[(&str, &str)]) -> Result<Settings, Vec<Fault>> {
        let variable = |name: &str| {
            let change = changes.iter().find(|(changed, _)| *changed == name);
            change.or_else(|| VARIABLES.iter().find(|(known, _)| *known == name)).map(|(_, value)| (*value).to_owned())
        };
        let connector = &Scripted::default();
        Settings::read(&connector.describe(), &connector, variable)
    }

    #[track_caller]
    fn faults(changes: &[(&str, &str)]) -> Vec<String> {
        let faults = read(changes).expect_err("it is refused");
        faults.into_iter().map(|fault| format!("{} {}", fault.variable, fault.why)).collect()
    }

    #[test]
    fn variables_become_a_configuration() {
        let settings = read(&[("DEFENDER_TIMEOUT", " 30\n"), ("DEFENDER_ENDPOINTS", "no")]).expect("complete");
        assert_eq!(
            settings.config,
            r#"{"tenant_id":"tenant","client_id":"client","client_secret":"s3cret-value","timeout":"30"}"#
        );
        assert_eq!(settings.secrets.iter().map(Secret::reveal).collect::<Vec<_>>(), ["s3cret-value"]);
        assert_eq!(settings.answers_bytes, 256 << 20);
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
    fn any_credential_of_the_group_will_do() {
        let pair = [("DEFENDER_CLIENT_SECRET", ""), ("DEFENDER_CERTIFICATE", "-----BEGIN PRIVATE KEY-----")];
        let settings = read(&pair).expect("complete");
        assert_eq!(
            settings.config,
            r#"{"tenant_id":"tenant","client_id":"client","certificate":"-----BEGIN PRIVATE KEY-----"}"#
        );
        assert_eq!(settings.secrets.len(), 1);
        let both = [("DEFENDER_CERTIFICATE", "c")];
        assert_eq!(faults(&both), ["DEFENDER_CLIENT_SECRET, DEFENDER_CERTIFICATE are given together"]);
    }

    #[test]
    fn the_ids_of_a_workload_identity_suffice() {
        let azure = [("DEFENDER_TENANT_ID", ""), ("AZURE_TENANT_ID", "theirs"), ("AZURE_CLIENT_ID", "not this one")];
        let config = read(&azure).expect("complete").config;
        assert!(config.starts_with(r#"{"tenant_id":"theirs","client_id":"client""#), "{config}");
    }

    #[test]
    fn several_keys_are_separated_by_commas() {
        let settings = read(&[(KEY, "the-key-of-yesterday, the-key-of-tomorrow,\n")]).expect("complete");
        assert_eq!(
            settings.keys.iter().map(Secret::reveal).collect::<Vec<_>>(),
            ["the-key-of-yesterday", "the-key-of-tomorrow"]
        );
        let short = [(KEY, "the-key-of-yesterday,tomorrow")];
        assert_eq!(faults(&short), ["DEFENDER_GATEWAY_KEY has a key that is shorter than 16 characters"]);
        assert_eq!(faults(&[(KEY, " , ,")]), ["DEFENDER_GATEWAY_KEY is not set"]);
    }

    #[test]
    fn the_budget_of_answers_has_a_range() {
        assert_eq!(read(&[(ANSWERS, "64")]).expect("complete").answers_bytes, 64 << 20);
        for wrong in ["63", "2049", "-1", "much"] {
            assert_eq!(
                faults(&[(ANSWERS, wrong)]),
                ["DEFENDER_GATEWAY_ANSWERS_MIB must be a whole number from 64 to 2048"]
            );
        }
    }

    #[test]
    fn names_what_the_connector_refuses_and_not_its_value() {
        assert_eq!(faults(&[("DEFENDER_TIMEOUT", "5")]), ["DEFENDER_TIMEOUT has a value that is not allowed"]);
        let endpoints = [(LOGIN_ENDPOINT, "ftp://x"), (GRAPH_ENDPOINT, "https://x")];
        assert_eq!(faults(&endpoints), ["DEFENDER_LOGIN_ENDPOINT has a value that is not allowed"]);
    }
}
