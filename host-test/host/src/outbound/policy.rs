//! What one call may do on the network.
//!
//! The component says which origins a configuration needs, so configurations are parsed in one place only; the platform has
//! the last word. A guest that misbehaves during a call still reaches nothing else.

use serde::Deserialize;

use super::origin::Origin;
use crate::bindings::connection::TargetOrigins;

/// Origins that a call may reach, and whether certificates are verified. By default nothing can be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) origins: Vec<Origin>,
    pub(crate) accept_any_certificate: bool,
}

impl Policy {
    /// The policy for what a configuration needs; `only`, if present, restricts it to the origins that the platform allows.
    pub(crate) fn of(targets: &TargetOrigins, only: Option<&[Origin]>) -> Self {
        let origins = match only {
            Some(only) => only.to_vec(),
            None => [&targets.login, &targets.graph]
                .into_iter()
                .filter_map(|url| url.parse().ok())
                .filter(Origin::is_private)
                .collect(),
        };
        Self { origins, accept_any_certificate: !targets.verify }
    }

    /// Whether a request may go to this URL.
    pub(crate) fn allows(&self, uri: &http::Uri) -> bool {
        Origin::of(uri).is_some_and(|origin| self.origins.contains(&origin))
    }
}

/// Reads what `json.targets` returns.
pub(crate) fn targets(json: &str) -> serde_json::Result<TargetOrigins> {
    #[derive(Deserialize)]
    struct Json {
        login: String,
        graph: String,
        verify: bool,
    }
    let Json { login, graph, verify } = serde_json::from_str(json)?;
    Ok(TargetOrigins { login, graph, verify })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(login: &str, graph: &str, verify: bool) -> TargetOrigins {
        TargetOrigins { login: login.into(), graph: graph.into(), verify }
    }

    #[test]
    fn what_a_configuration_needs_may_be_reached() {
        let policy = Policy::of(&needs("http://127.0.0.1:1", "https://gateway.example", true), None);
        let origins: Vec<String> = policy.origins.iter().map(Origin::to_string).collect();
        assert_eq!(origins, ["http://127.0.0.1:1", "https://gateway.example"]);
        assert!(!policy.accept_any_certificate);
        assert!(policy.allows(&"https://gateway.example/v1.0".parse().unwrap()));
        for other in ["http://gateway.example/", "https://gateway.example:444/", "https://other.example/"] {
            assert!(!policy.allows(&other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn plain_http_elsewhere_is_not_allowed_whatever_the_component_says() {
        assert!(Policy::of(&needs("http://a.example", "http://b.example", true), None).origins.is_empty());
    }

    #[test]
    fn the_platform_has_the_last_word() {
        let only = ["https://proxy.example".parse().unwrap()];
        let policy = Policy::of(&needs("https://a.example", "https://b.example", false), Some(&only));
        assert_eq!((policy.origins, policy.accept_any_certificate), (only.to_vec(), true));
    }
}
