//! Scheme, host and port: the unit of the allow-list for outbound requests.
//!
//! A host name alone would let a guest turn TLS off or pick another service on the same machine.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;

/// An origin such as `https://graph.microsoft.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    host: String,
    port: u16,
}

/// A text that is not an origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an origin such as https://graph.microsoft.com")]
pub struct InvalidOrigin(String);

impl Origin {
    /// The origin of an absolute URL, if its scheme is `http` or `https`.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        let (secure, default_port) = match uri.scheme_str()? {
            "https" => (true, 443),
            "http" => (false, 80),
            _ => return None,
        };
        let authority = uri.authority()?;
        if authority.as_str().contains('@') {
            return None;
        }
        let host = authority.host().to_ascii_lowercase();
        Some(Self { secure, host, port: authority.port_u16().unwrap_or(default_port) })
    }

    /// Whether a configuration may name it: `https`, or `http` on a loopback address, where nobody can eavesdrop.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.secure || is_loopback(&self.host)
    }
}

/// Whether the host of a URL is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address.parse::<IpAddr>().map_or_else(|_| address.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback())
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    /// Reads `scheme://host[:port]`, or a bare host, which means `https`. A path other than `/` is refused.
    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let invalid = || InvalidOrigin(text.to_owned());
        let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri = Uri::from_str(&url).map_err(|_| invalid())?;
        let bare = uri.path_and_query().is_none_or(|path| matches!(path.as_str(), "" | "/"));
        Self::of(&uri).filter(|_| bare).ok_or_else(invalid)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, default_port) = if self.secure { ("https", 443) } else { ("http", 80) };
        write!(formatter, "{scheme}://{}", self.host)?;
        if self.port != default_port {
            write!(formatter, ":{}", self.port)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    #[test]
    fn case_and_default_port_make_no_difference() {
        assert_eq!(origin("HTTPS://Graph.Microsoft.com:443/"), origin("graph.microsoft.com"));
        assert_eq!(origin("http://127.0.0.1:80").to_string(), "http://127.0.0.1");
        assert_eq!(origin("https://[::1]:8443").to_string(), "https://[::1]:8443");
    }

    #[test]
    fn scheme_host_and_port_all_count() {
        assert_ne!(origin("https://a"), origin("http://a"));
        assert_ne!(origin("https://a"), origin("https://a:444"));
        assert_ne!(origin("https://a"), origin("https://a.b"));
    }

    #[test]
    fn refuses_what_is_more_or_less_than_an_origin() {
        for text in ["", "https://", "https://a/path", "https://user@a", "ftp://a", "https://a?q"] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn plain_http_is_private_on_loopback_only() {
        for text in ["https://example.com", "http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
            assert!(origin(text).is_private(), "{text}");
        }
        for text in
            ["http://example.com", "http://10.0.0.1", "http://127.0.0.1.example.com", "http://localhost.example.com"]
        {
            assert!(!origin(text).is_private(), "{text}");
        }
    }
}
