//! What one call may do on the network, read from its configuration.
//!
//! The component names the hosts it wants (catalog) and the caller names a cloud or endpoints; the host turns that into a list,
//! so that a guest that went astray could still reach nothing else.

use serde_json::Value;

use crate::bindings::catalog;
use crate::bindings::types::{Cloud, Config};
use crate::origin::Origin;

/// Origins that a call may reach, and whether certificates count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) origins: Vec<Origin>,
    pub(crate) accept_any_certificate: bool,
}

/// The part of a configuration that a host acts on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    verify: bool,
    destination: Destination,
}

#[derive(Debug, PartialEq, Eq)]
enum Destination {
    Endpoints([String; 2]),
    Cloud(Option<String>),
    Unknown,
}

impl Wishes {
    /// Of a typed configuration.
    pub(crate) fn of(config: &Config) -> Self {
        let destination = match &config.endpoints {
            Some(endpoints) => Destination::Endpoints([endpoints.login.clone(), endpoints.graph.clone()]),
            None => Destination::Cloud(config.cloud.map(|cloud| name(cloud).to_owned())),
        };
        Self { verify: config.verify != Some(false), destination }
    }

    /// Of a configuration in JSON. What the guest will refuse leads to nothing that could be reached.
    pub(crate) fn of_json(config: &str) -> Self {
        let config: Value = serde_json::from_str(config).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let destination = match &config["endpoints"] {
            Value::Null => Destination::Cloud(text(&config["cloud"])),
            endpoints => match (text(&endpoints["login"]), text(&endpoints["graph"])) {
                (Some(login), Some(graph)) => Destination::Endpoints([login, graph]),
                _ => Destination::Unknown,
            },
        };
        Self { verify: !is_false(&config["verify"]), destination }
    }

    /// Whether the catalog is needed to tell the hosts.
    pub(crate) fn names_a_cloud(&self) -> bool {
        matches!(self.destination, Destination::Cloud(_))
    }

    /// The policy that follows. `hosts` are those of the catalog; `only` are the origins that the platform allows, if it says so.
    pub(crate) fn policy(self, hosts: &[catalog::CloudHosts], only: Option<&[Origin]>) -> Policy {
        let named: Vec<String> = match self.destination {
            Destination::Unknown => Vec::new(),
            Destination::Endpoints(endpoints) => endpoints.into(),
            // The first cloud of the catalog is the default one.
            Destination::Cloud(cloud) => hosts
                .iter()
                .find(|known| cloud.as_ref().is_none_or(|cloud| same_word(cloud, &known.cloud)))
                .map(|known| vec![known.login.clone(), known.graph.clone()])
                .unwrap_or_default(),
        };
        let origins = match only {
            Some(only) => only.to_vec(),
            None => named.iter().filter_map(|url| url.parse().ok()).filter(Origin::is_private).collect(),
        };
        Policy { origins, accept_any_certificate: !self.verify }
    }
}

impl Policy {
    /// Whether a request may go to this URL.
    pub(crate) fn allows(&self, uri: &http::Uri) -> bool {
        Origin::of(uri).is_some_and(|origin| self.origins.contains(&origin))
    }
}

fn name(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Global => "global",
        Cloud::UsGov => "us-gov",
        Cloud::UsGovDod => "us-gov-dod",
    }
}

/// Certificates are verified unless the configuration clearly says no.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(verify) => !verify,
        Value::String(text) => ["false", "no", "0"].iter().any(|no| text.trim().eq_ignore_ascii_case(no)),
        _ => false,
    }
}

/// Whether two words are the same but for case and separators.
fn same_word(left: &str, right: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    letters(left) == letters(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Vec<catalog::CloudHosts> {
        let cloud = |cloud: &str, suffix: &str| catalog::CloudHosts {
            cloud: cloud.into(),
            login: format!("login.{suffix}"),
            graph: format!("graph.{suffix}"),
        };
        vec![cloud("global", "com"), cloud("us-gov", "us")]
    }

    #[track_caller]
    fn allowed(config: &str) -> Vec<String> {
        let policy = Wishes::of_json(config).policy(&hosts(), None);
        policy.origins.iter().map(Origin::to_string).collect()
    }

    #[test]
    fn a_cloud_allows_its_own_hosts_only() {
        assert_eq!(allowed("{}"), ["https://login.com", "https://graph.com"]);
        assert_eq!(allowed(r#"{"cloud":"US_Gov"}"#), ["https://login.us", "https://graph.us"]);
        assert!(allowed(r#"{"cloud":"mars"}"#).is_empty());
    }

    #[test]
    fn endpoints_replace_the_hosts_of_the_cloud() {
        let config = r#"{"endpoints":{"login":"http://127.0.0.1:1","graph":"https://gateway.example"}}"#;
        assert_eq!(allowed(config), ["http://127.0.0.1:1", "https://gateway.example"]);
    }

    #[test]
    fn plain_http_elsewhere_and_half_endpoints_allow_nothing() {
        assert!(allowed(r#"{"endpoints":{"login":"http://a.example","graph":"http://b.example"}}"#).is_empty());
        assert!(allowed(r#"{"endpoints":{"login":"https://a.example"}}"#).is_empty());
    }

    #[test]
    fn the_platform_has_the_last_word() {
        let only = ["https://proxy.example".parse().unwrap()];
        assert_eq!(Wishes::of_json("{}").policy(&hosts(), Some(&only)).origins, only);
    }

    #[test]
    fn certificates_count_unless_the_configuration_says_no() {
        let accepts = |config: &str| Wishes::of_json(config).policy(&[], None).accept_any_certificate;
        for config in ["{}", r#"{"verify":true}"#, r#"{"verify":"maybe"}"#, r#"{"verify":null}"#, "garbage"] {
            assert!(!accepts(config), "{config}");
        }
        for config in [r#"{"verify":false}"#, r#"{"verify":"False"}"#, r#"{"verify":" no "}"#] {
            assert!(accepts(config), "{config}");
        }
    }
}
