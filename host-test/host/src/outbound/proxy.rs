//! Which destinations are reached through a proxy.
//!
//! A library that reads the environment unasked sends a platform's traffic wherever a shell's variable points, so this one
//! does so only when told to. A loopback address is never reached through a proxy: it would be the proxy's own.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::origin::is_loopback;

/// The proxy that requests go through. Default: none.
///
/// The destination sees the same requests and terminates TLS: the proxy learns only its name and port. Plain HTTP, which is
/// for loopback only, is never proxied. A proxy does not change which hosts guests may reach.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proxy {
    /// No proxy, whatever the environment says.
    #[default]
    None,
    /// From the environment when the connector is loaded: `HTTPS_PROXY`, otherwise `ALL_PROXY`, and `NO_PROXY`, in upper or
    /// lower case.
    Environment,
    /// This proxy.
    Url {
        /// `http://[user:password@]host[:port]`, the user and password percent-encoded. The default port is 80.
        url: String,
        /// Destinations that are reached directly, as in `NO_PROXY`: domains with their subdomains, IP addresses and networks,
        /// each with an optional port, separated by commas; `*` for all.
        no_proxy: String,
    },
}

impl fmt::Debug for Proxy {
    /// Leaves out the URL, which may contain a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("None"),
            Self::Environment => formatter.write_str("Environment"),
            Self::Url { no_proxy, .. } => {
                formatter.debug_struct("Url").field("no_proxy", no_proxy).finish_non_exhaustive()
            }
        }
    }
}

/// A proxy that cannot be used. Never shows its URL.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} is not the URL of an HTTP proxy, such as http://user:password@proxy.example:3128 with the password percent-encoded"
)]
pub(crate) struct InvalidProxy(&'static str);

/// Selects the proxy for each destination.
#[derive(Clone, Default)]
pub(crate) struct Proxies(Option<Arc<Rule>>);

struct Rule {
    url: String,
    exceptions: Vec<Exception>,
}

/// A host, domain or network, at one port or at any.
struct Exception {
    host: String,
    port: Option<u16>,
}

impl Proxies {
    pub(crate) fn new(proxy: &Proxy) -> Result<Self, InvalidProxy> {
        Self::with(proxy, |name| std::env::var(name).ok())
    }

    fn with(proxy: &Proxy, variable: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidProxy> {
        let given = |names: &[&'static str]| {
            let found = |name: &&'static str| Some((*name, variable(name).filter(|value| !value.trim().is_empty())?));
            names.iter().find_map(found)
        };
        let (name, url, exceptions) = match proxy {
            Proxy::None => return Ok(Self::default()),
            Proxy::Url { url, no_proxy } => ("the proxy in the settings", url.clone(), no_proxy.clone()),
            Proxy::Environment => match given(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
                Some((name, url)) => (name, url, given(&["NO_PROXY", "no_proxy"]).unwrap_or_default().1),
                None => return Ok(Self::default()),
            },
        };
        let url = url.trim().to_owned();
        // The matcher ignores a URL that it cannot parse: requests would bypass the proxy.
        let known = intercept(&url, String::new(), &Uri::from_static("https://destination.example"));
        let plain = known.is_some_and(|proxy| proxy.uri().scheme_str() == Some("http"));
        if !(plain && is_whole(&url)) {
            return Err(InvalidProxy(name));
        }
        let exceptions = exceptions.split([',', ' ']).filter(|entry| !entry.is_empty()).map(Exception::parse).collect();
        Ok(Self(Some(Arc::new(Rule { url, exceptions }))))
    }

    /// The proxy for a destination, if there is one.
    pub(crate) fn of(&self, destination: &Uri) -> Option<Intercept> {
        let rule = self.0.as_ref()?;
        if destination.scheme_str() != Some("https") || is_loopback(destination.host()?) {
            return None;
        }
        let port = destination.port_u16().unwrap_or(443);
        let here = rule.exceptions.iter().filter(|exception| exception.port.is_none_or(|only| only == port));
        let hosts: Vec<&str> = here.map(|exception| exception.host.as_str()).collect();
        intercept(&rule.url, hosts.join(","), destination)
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Proxies").field(&self.0.is_some()).finish()
    }
}

impl Exception {
    fn parse(entry: &str) -> Self {
        let at_port = entry.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        // An IPv6 address without brackets has no port.
        let at_port = at_port.filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
        let (host, port) = at_port.map_or((entry, None), |(host, port)| (host, Some(port)));
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        // A domain includes its subdomains.
        Self { host: host.strip_prefix("*.").unwrap_or(host).to_owned(), port }
    }
}

/// Whether a URL has nothing but user, password, host and port. Otherwise part of a password could be mistaken for the
/// host, and shown.
fn is_whole(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rsplit_once(':').filter(|(before, _)| !before.contains(':') || before.ends_with(']'));
    !authority.contains(['/', '?', '#'])
        && authority.matches('@').count() <= 1
        && port.is_none_or(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn intercept(url: &str, exceptions: String, destination: &Uri) -> Option<Intercept> {
    Matcher::builder().https(url).no(exceptions).build().intercept(destination)
}

/// Host and port of a proxy, without its password.
pub(crate) fn name(proxy: &Intercept) -> String {
    let uri = proxy.uri();
    format!("{}:{}", uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(set: &[(&str, &str)]) -> Result<Proxies, InvalidProxy> {
        let value = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Proxies::with(&Proxy::Environment, value)
    }

    #[track_caller]
    fn through(set: &[(&str, &str)], destination: &str) -> Option<String> {
        environment(set).unwrap().of(&destination.parse().unwrap()).map(|proxy| name(&proxy))
    }

    #[test]
    fn the_variable_for_https_comes_first() {
        let set = [("ALL_PROXY", "http://all:1"), ("https_proxy", "lower:2"), ("HTTP_PROXY", "http://plain:3")];
        assert_eq!(through(&set, "https://a.example").as_deref(), Some("lower:2"));
        assert_eq!(through(&set[..1], "https://a.example").as_deref(), Some("all:1"));
        assert_eq!(through(&[("HTTPS_PROXY", " "), set[2]], "https://a.example"), None);
        assert_eq!(through(&[("HTTPS_PROXY", "http://no-port/")], "https://a.example").as_deref(), Some("no-port:80"));
    }

    #[test]
    fn loopback_and_plain_http_are_not_proxied() {
        let set = [("HTTPS_PROXY", "http://p:1")];
        for direct in
            ["https://127.0.0.1:1", "https://127.8.9.1", "https://[::1]:1", "https://localhost", "http://a.example"]
        {
            assert_eq!(through(&set, direct), None, "{direct}");
        }
        assert!(through(&set, "https://localhost.example").is_some());
    }

    #[test]
    fn exceptions_are_hosts_domains_networks_and_ports() {
        let list =
            "b.example, .c.example,*.d.example 10.0.0.0/8,[2001:db8::1],2001:db8::2,e.example:8443,[2001:db8::3]:1";
        let set = [("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", list)];
        for direct in [
            "https://b.example",
            "https://B.example:444",
            "https://x.b.example",
            "https://x.c.example",
            "https://x.d.example",
            "https://10.1.2.3",
            "https://[2001:db8::1]",
            "https://[2001:db8::2]",
            "https://[2001:db8::3]:1",
            "https://e.example:8443",
        ] {
            assert_eq!(through(&set, direct), None, "{direct}");
        }
        for proxied in [
            "https://bb.example",
            "https://a.example",
            "https://11.0.0.1",
            "https://e.example",
            "https://[2001:db8::3]",
        ] {
            assert!(through(&set, proxied).is_some(), "{proxied}");
        }
        assert_eq!(through(&[set[0], ("no_proxy", "*")], "https://a.example"), None);
    }

    #[test]
    fn what_is_not_an_http_proxy_is_refused_without_showing_it() {
        for url in [
            "socks5://u:secret@p:1",
            "https://u:secret@p:1",
            "http://u:sec#ret@p:1",
            "http://u:sec/ret@p:1",
            "http://u:secret@ret@p:1",
            "http://",
        ] {
            let error = environment(&[("HTTPS_PROXY", url)]).unwrap_err().to_string();
            assert!(error.starts_with("HTTPS_PROXY is not the URL of an HTTP proxy"), "{error}");
            assert!(!error.contains("ret@"), "{error}");
        }
    }

    #[test]
    fn no_form_shows_the_password() {
        let proxy = Proxy::Url { url: "http://user:p%40ss@proxy.example:3128".into(), no_proxy: String::new() };
        let proxies = Proxies::new(&proxy).unwrap();
        let intercept = proxies.of(&Uri::from_static("https://a.example")).unwrap();
        assert_eq!(name(&intercept), "proxy.example:3128");
        let shown = format!("{proxy:?} {proxies:?} {intercept:?} {}", intercept.uri());
        assert!(!shown.contains("ss"), "{shown}");
        // user:p@ss
        assert_eq!(intercept.basic_auth().unwrap(), "Basic dXNlcjpwQHNz");
    }
}
