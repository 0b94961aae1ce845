//! Checks a configuration before anything is sent.

use std::time::Duration;

use crate::request::credential::Credential;
use crate::request::given;
use crate::request::guid::is_guid;
use crate::text::fault::{Fault, invalid};
use crate::text::origin::Origin;
use crate::wit::types::{Cloud, Config, Endpoints};

/// Time limit of an action by default, which is also the smallest allowed.
pub const TIMEOUT_DEFAULT_SECONDS: u32 = 15;
/// Largest time limit of an action.
pub const TIMEOUT_MAX_SECONDS: u32 = 120;
/// Versions of Microsoft Graph; the first is the default.
pub const API_VERSIONS: [&str; 2] = ["v1.0", "beta"];

/// Hosts of Entra ID and of Graph in a cloud.
/// Source: <https://learn.microsoft.com/graph/deployments>.
pub fn hosts(cloud: Cloud) -> (&'static str, &'static str) {
    match cloud {
        Cloud::Global => ("login.microsoftonline.com", "graph.microsoft.com"),
        Cloud::UsGov => ("login.microsoftonline.us", "graph.microsoft.us"),
        Cloud::UsGovDod => ("login.microsoftonline.us", "dod-graph.microsoft.us"),
    }
}

/// A checked configuration.
#[derive(Debug)]
pub struct Connection {
    /// Where requests go, and with which identity.
    pub app: App,
    /// Time limit of one action.
    pub timeout: Duration,
    /// First segment of the path of every request to Graph.
    pub api_version: &'static str,
}

/// An app registration and the services that know it: everything that a token depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// GUID or domain name, in lower case.
    pub tenant_id: String,
    /// GUID, in lower case.
    pub client_id: String,
    /// Proves that this is the app.
    pub credential: Credential,
    /// Where tokens come from.
    pub login: Origin,
    /// Where the API is.
    pub graph: Origin,
    /// Scope of tokens: everything granted for the cloud's Graph, which may be behind a gateway.
    pub scope: String,
    /// Audience of assertions: the cloud's token endpoint, likewise.
    pub audience: String,
}

impl App {
    /// What tells most apps apart, in an order.
    pub fn ids(&self) -> (&str, &str) {
        (&self.tenant_id, &self.client_id)
    }
}

impl Connection {
    /// Checks a configuration.
    ///
    /// # Errors
    /// `invalid-input`, naming the field as in `json.invoke`, and what is allowed.
    pub fn new(config: &Config) -> Result<Self, Fault> {
        let seconds = config.timeout_seconds.unwrap_or(TIMEOUT_DEFAULT_SECONDS);
        if !(TIMEOUT_DEFAULT_SECONDS..=TIMEOUT_MAX_SECONDS).contains(&seconds) {
            return Err(invalid(format!(
                "timeout: {seconds} is out of range; allowed: {TIMEOUT_DEFAULT_SECONDS} to {TIMEOUT_MAX_SECONDS} seconds"
            )));
        }
        let Targets { login, graph } = Targets::of(config.cloud, config.endpoints.as_ref())?;
        let (login_host, graph_host) = hosts(config.cloud.unwrap_or(Cloud::Global));
        let tenant_id = tenant_id(&config.tenant_id)?;
        let app = App {
            client_id: client_id(&config.client_id)?,
            credential: Credential::new(&config.credential, &tenant_id, graph_host)?,
            login,
            graph,
            scope: format!("https://{graph_host}/.default"),
            audience: format!("https://{login_host}/{tenant_id}/oauth2/v2.0/token"),
            tenant_id,
        };
        let api_version = api_version(config.api_version.as_deref())?;
        Ok(Self { app, timeout: Duration::from_secs(seconds.into()), api_version })
    }
}

/// The origins that a configuration needs.
#[derive(Debug)]
pub struct Targets {
    /// Where tokens come from.
    pub login: Origin,
    /// Where the API is.
    pub graph: Origin,
}

impl Targets {
    /// Reads the cloud and the endpoints, each of which may be given alone.
    ///
    /// # Errors
    /// `invalid-input`, naming the endpoint.
    pub fn of(cloud: Option<Cloud>, endpoints: Option<&Endpoints>) -> Result<Self, Fault> {
        let (login, graph) = hosts(cloud.unwrap_or(Cloud::Global));
        let origin = |name: &str, url: Option<&String>, host: &str| match url.map(|url| url.trim()) {
            None | Some("") => Ok(Origin::known(host)),
            Some(url) => Origin::parse(url).map_err(|why| invalid(format!("endpoints.{name}: {why}"))),
        };
        Ok(Self {
            login: origin("login", endpoints.and_then(|endpoints| endpoints.login.as_ref()), login)?,
            graph: origin("graph", endpoints.and_then(|endpoints| endpoints.graph.as_ref()), graph)?,
        })
    }
}

fn tenant_id(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("tenant_id: is required"));
    }
    if let Some(alias) = ["common", "organizations", "consumers"].iter().find(|alias| text.eq_ignore_ascii_case(alias))
    {
        return Err(invalid(format!(
            "tenant_id: '{alias}' stands for many tenants, but an app needs one; allowed: a GUID or a verified domain name"
        )));
    }
    if is_guid(text) || is_domain(text) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(invalid("tenant_id: is neither a GUID nor a domain name, such as contoso.onmicrosoft.com"))
}

fn client_id(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("client_id: is required"));
    }
    if !is_guid(text) {
        return Err(invalid("client_id: is not a GUID, such as 00001111-aaaa-2222-bbbb-3333cccc4444"));
    }
    Ok(text.to_ascii_lowercase())
}

fn api_version(text: Option<&str>) -> Result<&'static str, Fault> {
    let text = given(text).unwrap_or("v1.0");
    API_VERSIONS
        .into_iter()
        .find(|version| version.eq_ignore_ascii_case(text))
        .ok_or_else(|| invalid(format!("api_version: is unknown; allowed: {}", API_VERSIONS.join(", "))))
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// Tests, and the configuration used by other modules' tests.
#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::wit::types::{self, Endpoints, ErrorKind};

    /// A valid configuration.
    pub fn config() -> Config {
        Config {
            tenant_id: "11112222-3333-4444-5555-666677778888".into(),
            client_id: "AAAABBBB-cccc-dddd-eeee-ffff00001111".into(),
            credential: types::Credential::ClientSecret("planted~Secret.1".into()),
            timeout_seconds: None,
            verify: None,
            api_version: None,
            cloud: None,
            endpoints: None,
        }
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Config), message: &str) {
        let mut config = config();
        change(&mut config);
        let error = Connection::new(&config).expect_err(message);
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let connection = Connection::new(&config()).expect("valid");
        assert_eq!(connection.timeout, Duration::from_secs(15));
        assert_eq!(connection.api_version, "v1.0");
        assert_eq!(connection.app.login.to_string(), "https://login.microsoftonline.com");
        assert_eq!(connection.app.graph.to_string(), "https://graph.microsoft.com");
        assert_eq!(connection.app.client_id, "aaaabbbb-cccc-dddd-eeee-ffff00001111");
    }

    #[test]
    fn each_cloud_has_its_hosts() {
        for (cloud, login, graph) in [
            (Cloud::Global, "https://login.microsoftonline.com", "https://graph.microsoft.com"),
            (Cloud::UsGov, "https://login.microsoftonline.us", "https://graph.microsoft.us"),
            (Cloud::UsGovDod, "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        ] {
            let connection = Connection::new(&Config { cloud: Some(cloud), ..config() }).expect("valid");
            assert_eq!(
                (connection.app.login.to_string(), connection.app.graph.to_string()),
                (login.into(), graph.into())
            );
            assert_eq!(connection.app.scope, format!("{graph}/.default"));
        }
    }

    #[test]
    fn each_endpoint_may_be_given_alone_and_the_scope_stays_that_of_the_cloud() {
        let gateway = Some("https://gateway.example".to_owned());
        for (login, graph, expected) in [
            (None, None, ["https://login.microsoftonline.us", "https://graph.microsoft.us"]),
            (gateway.clone(), Some(" ".to_owned()), ["https://gateway.example", "https://graph.microsoft.us"]),
            (None, gateway.clone(), ["https://login.microsoftonline.us", "https://gateway.example"]),
        ] {
            let endpoints = Some(Endpoints { login, graph });
            let connection =
                Connection::new(&Config { cloud: Some(Cloud::UsGov), endpoints, ..config() }).expect("valid");
            assert_eq!([connection.app.login.to_string(), connection.app.graph.to_string()], expected);
            assert_eq!(connection.app.scope, "https://graph.microsoft.us/.default");
        }
    }

    #[test]
    fn accepts_a_domain_as_tenant() {
        let config = Config { tenant_id: " Contoso.OnMicrosoft.com ".into(), ..config() };
        assert_eq!(Connection::new(&config).expect("valid").app.tenant_id, "contoso.onmicrosoft.com");
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        refused(|config| config.tenant_id = " ".into(), "tenant_id: is required");
        refused(
            |config| config.tenant_id = "Common".into(),
            "tenant_id: 'common' stands for many tenants, but an app needs one; allowed: a GUID or a verified domain name",
        );
        for bad in ["contoso", "a/b.c", "a..b", "-a.com", "x y.com", "../evil.com", "a.com?x"] {
            refused(
                |config| config.tenant_id = bad.into(),
                "tenant_id: is neither a GUID nor a domain name, such as contoso.onmicrosoft.com",
            );
        }
        refused(|config| config.client_id = String::new(), "client_id: is required");
        refused(
            |config| config.client_id = "aaaabbbb-cccc-dddd-eeee-ffff0000111g".into(),
            "client_id: is not a GUID, such as 00001111-aaaa-2222-bbbb-3333cccc4444",
        );
        refused(
            |config| config.credential = types::Credential::ClientSecret("\n".into()),
            "client_secret: is required",
        );
        for seconds in [0, 14, 121] {
            refused(
                |config| config.timeout_seconds = Some(seconds),
                &format!("timeout: {seconds} is out of range; allowed: 15 to 120 seconds"),
            );
        }
        refused(|config| config.api_version = Some("v2".into()), "api_version: is unknown; allowed: v1.0, beta");
        refused(
            |config| {
                config.endpoints = Some(Endpoints { login: None, graph: Some("http://graph.example".into()) });
            },
            "endpoints.graph: http:// is allowed on a loopback address only (127.0.0.1, [::1], localhost); use https://",
        );
    }
}
