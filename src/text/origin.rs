//! A base URL to which a token may be sent: scheme, host and port, and nothing that could lead elsewhere.

use std::fmt;

/// Scheme and authority of a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    https: bool,
    /// Host in lower case, with the port unless it is the scheme's default.
    authority: String,
}

impl Origin {
    /// An `https` origin on a known host.
    pub fn known(host: &str) -> Self {
        Self { https: true, authority: host.to_owned() }
    }

    /// Reads `https://host[:port]`, or `http://` on a loopback address. A trailing slash is accepted.
    ///
    /// # Errors
    /// What is wrong; the caller puts the field's name in front.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (https, rest) = split_scheme(text)
            .ok_or_else(|| "must start with https://, or http:// on a loopback address".to_owned())?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_authority(authority)
            .ok_or_else(|| "must be a base URL: scheme, host and port, without a path, query or user".to_owned())?;
        if !https && !is_loopback(&host) {
            return Err(
                "http:// is allowed on a loopback address only (127.0.0.1, [::1], localhost); use https://".into()
            );
        }
        Ok(Self { https, authority: with_port(https, &host, port) })
    }

    /// Whether it is reached over TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host, with the port unless it is the scheme's default.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The rest of an absolute URL on this origin, starting with the slash; `None` for any other origin.
    pub fn strip<'a>(&self, url: &'a str) -> Option<&'a str> {
        let (https, rest) = split_scheme(url)?;
        let slash = rest.find('/')?;
        let (authority, target) = rest.split_at_checked(slash)?;
        let (host, port) = split_authority(authority)?;
        let same = https == self.https && with_port(https, &host, port) == self.authority;
        same.then_some(target)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}", if self.https { "https" } else { "http" }, self.authority)
    }
}

fn split_scheme(url: &str) -> Option<(bool, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    if scheme.eq_ignore_ascii_case("https") {
        Some((true, rest))
    } else if scheme.eq_ignore_ascii_case("http") {
        Some((false, rest))
    } else {
        None
    }
}

/// Host in lower case, and the port. Anything except a name, an IPv4 or a bracketed IPv6 address is refused.
fn split_authority(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            (host, Some(port.parse().ok().filter(|number| digits && *number > 0)?))
        }
        _ => (text, None),
    };
    let valid = match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.len() <= 253
                && host.split('.').all(|label| {
                    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                })
        }
    };
    valid.then(|| (host.to_ascii_lowercase(), port))
}

fn with_port(https: bool, host: &str, port: Option<u16>) -> String {
    match port {
        Some(port) if port != if https { 443 } else { 80 } => format!("{host}:{port}"),
        _ => host.to_owned(),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_https_and_loopback_http() {
        for (text, shown) in [
            ("https://graph.microsoft.com", "https://graph.microsoft.com"),
            ("HTTPS://Graph.Microsoft.com:443/", "https://graph.microsoft.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.9.9.9:80", "http://127.9.9.9"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:81/", "http://[::1]:81"),
        ] {
            assert_eq!(Origin::parse(text).map(|origin| origin.to_string()), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn refuses_what_could_lead_elsewhere() {
        for text in [
            "graph.microsoft.com",
            "ftp://host",
            "https://",
            "https://user@host",
            "https://host/path",
            "https://host?query",
            "https://host#fragment",
            "https://host:0",
            "https://host:+1",
            "https://host:99999",
            "https://a..b",
            "https://a b",
            "https://[::1",
            "https://höst",
            "http://example.org",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
        ] {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn strips_only_its_own_urls() {
        let origin = Origin::known("graph.microsoft.com");
        assert_eq!(origin.strip("https://graph.microsoft.com/v1.0/x?y"), Some("/v1.0/x?y"));
        assert_eq!(origin.strip("https://GRAPH.microsoft.com:443/v1.0"), Some("/v1.0"));
        for other in [
            "http://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com:444/",
            "https://graph.microsoft.com.evil.example/",
            "https://graph.microsoft.com@evil.example/",
            "https://evil.example/graph.microsoft.com/",
            "https://graph.microsoft.com",
            "//graph.microsoft.com/",
        ] {
            assert_eq!(origin.strip(other), None, "{other}");
        }
    }
}
