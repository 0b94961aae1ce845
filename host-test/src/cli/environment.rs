//! The configuration in the environment: a variable for each parameter of the catalog, or for a file with its value.
//!
//! A component reads the same variables, but no file, in `defender_xdr::catalog::environment`.

use std::path::Path;

use defender_xdr_host::bindings::catalog::{Connector, Parameter};
use host_test::text;
use serde_json::{Map, Value};

use super::failure::Failure;

/// Variables of Azure's workload identity, as it sets them in a pod, and the parameters that they stand for.
/// Source: <https://azure.github.io/azure-workload-identity/docs/concepts.html>.
const AZURE: [(&str, &str); 4] = [
    ("tenant_id", "AZURE_TENANT_ID"),
    ("client_id", "AZURE_CLIENT_ID"),
    ("client_assertion", "AZURE_FEDERATED_TOKEN_FILE"),
    ("cloud", "AZURE_AUTHORITY_HOST"),
];

/// One variable for each parameter of the catalog, or one with a file's name; and two for the endpoints, which are an object there.
pub(crate) fn read(catalog: &Connector, variable: impl Fn(&str) -> Option<String>) -> Result<String, Failure> {
    let parameters = &catalog.configuration;
    let mut config = Map::new();
    for parameter in parameters {
        let name = variable_of(parameter);
        let in_file = format!("{name}_FILE");
        match (variable(&name), variable(&in_file)) {
            (Some(_), Some(_)) => {
                return Err(Failure::usage(format!("{name} and {in_file} are both set; set one of them")));
            }
            (Some(value), None) => _ = config.insert(parameter.name.clone(), value.into()),
            (None, Some(path)) => _ = config.insert(parameter.name.clone(), content(&in_file, &path)?.into()),
            (None, None) => {}
        }
    }
    let is_given = |config: &Map<String, Value>, group: &Option<String>| {
        let others = parameters.iter().filter(|other| group.is_some() && other.one_of == *group);
        others.into_iter().any(|other| config.contains_key(&other.name))
    };
    for (name, azure) in AZURE {
        let mut absent = parameters.iter().filter(|parameter| !config.contains_key(&parameter.name));
        if let Some(parameter) = absent.find(|parameter| parameter.name == name)
            && let Some(value) = variable(azure)
            && !is_given(&config, &parameter.one_of)
        {
            let value = match azure {
                "AZURE_FEDERATED_TOKEN_FILE" => Some(content(azure, &value)?),
                "AZURE_AUTHORITY_HOST" => cloud_of(catalog, &value),
                _ => Some(value),
            };
            config.extend(value.map(|value| (name.to_owned(), value.into())));
        }
    }
    // A key without its certificate is better explained by the component.
    let is_partly_given = config.contains_key("private_key");
    let is_missing = |parameter: &&Parameter| {
        let is_replaced = parameter.one_of.is_some() && (is_partly_given || is_given(&config, &parameter.one_of));
        parameter.required && !config.contains_key(&parameter.name) && !is_replaced
    };
    let missing: Vec<String> =
        parameters.iter().filter(is_missing).map(|missing| choice(missing, parameters)).collect();
    let endpoints = [("login", "DEFENDER_LOGIN_ENDPOINT"), ("graph", "DEFENDER_GRAPH_ENDPOINT")].into_iter();
    let endpoints: Map<String, Value> =
        endpoints.filter_map(|(name, url)| Some((name.to_owned(), Value::from(variable(url)?)))).collect();
    if !endpoints.is_empty() {
        config.insert("endpoints".to_owned(), endpoints.into());
    }
    if missing.is_empty() { Ok(Value::Object(config).to_string()) } else { Err(Failure::usage(advice(&missing))) }
}

fn variable_of(parameter: &Parameter) -> String {
    format!("DEFENDER_{}", parameter.name.to_ascii_uppercase())
}

/// The variable of a parameter, or of every parameter that may be given in its place.
fn choice(parameter: &Parameter, parameters: &[Parameter]) -> String {
    let group = parameters.iter().filter(|other| parameter.one_of.is_some() && other.one_of == parameter.one_of);
    let group: Vec<String> = group.map(variable_of).collect();
    match (&parameter.one_of, group.split_last()) {
        (Some(group), Some((last, others))) => format!("a {group} ({} or {last})", others.join(", ")),
        _ => variable_of(parameter),
    }
}

/// The first cloud whose tokens come from an authority, given as a URL. Any other authority says nothing.
fn cloud_of(catalog: &Connector, authority: &str) -> Option<String> {
    let host = authority.trim().trim_start_matches("https://").trim_end_matches('/');
    let found = catalog.hosts.iter().find(|hosts| hosts.login.eq_ignore_ascii_case(host));
    found.map(|hosts| hosts.cloud.clone())
}

/// The content of a file that a variable names.
fn content(variable: &str, path: &str) -> Result<String, Failure> {
    // The path is not shown: it may be the value itself.
    let cannot = |why: &str| {
        let value = variable.trim_end_matches("_FILE");
        Failure::usage(format!(
            "{variable}: cannot read the file that it names: {why}; for the value itself use {value}"
        ))
    };
    let text = pem(Path::new(path)).map_err(|why| cannot(&why))?;
    // A pipe, too, has nothing when it is read again.
    if text.trim().is_empty() { Err(cannot("it is empty")) } else { Ok(text) }
}

/// The text of a file that may be a certificate or a key.
pub(crate) fn pem(path: &Path) -> Result<String, String> {
    text::read(path).map_err(|error| match error {
        text::TextError::Encoding { .. } => "it is not text, perhaps DER or PFX; convert it to PEM: \
             openssl x509 -inform der -in FILE, openssl pkey -inform der -in FILE, openssl pkcs12 -nodes -in FILE"
            .to_owned(),
        other => other.to_string(),
    })
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
    use defender_xdr_host::bindings::catalog::{CloudHosts, ParameterKind};

    use super::*;
    use crate::cli::sample;

    fn parameter(name: &str, required: bool) -> Parameter {
        Parameter { required, ..sample::parameter(name, ParameterKind::Text) }
    }

    fn described(configuration: Vec<Parameter>) -> Connector {
        let cloud =
            |cloud: &str, login: &str| CloudHosts { cloud: cloud.into(), login: login.into(), graph: String::new() };
        Connector {
            name: String::new(),
            vendor: String::new(),
            category: String::new(),
            description: String::new(),
            connector_version: String::new(),
            component_version: String::new(),
            api_version: String::new(),
            configuration,
            actions: Vec::new(),
            hosts: vec![cloud("global", "login.one.example"), cloud("us-gov", "login.two.example")],
        }
    }

    fn read_from(parameters: Vec<Parameter>, set: &[(&str, &str)]) -> Result<String, Failure> {
        let variable = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        read(&described(parameters), variable)
    }

    fn from(set: &[(&str, &str)]) -> Result<String, Failure> {
        read_from(vec![parameter("tenant_id", true), parameter("timeout", false)], set)
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

    /// Likewise, with the group of credentials.
    fn credential_from(set: &[(&str, &str)]) -> Result<String, Failure> {
        let credential =
            |name: &str, required: bool| Parameter { one_of: Some("credential".into()), ..parameter(name, required) };
        let parameters = vec![
            parameter("tenant_id", true),
            credential("client_secret", true),
            credential("certificate", false),
            parameter("private_key", false),
            credential("client_assertion", false),
            parameter("cloud", false),
        ];
        read_from(parameters, set)
    }

    #[test]
    fn a_value_may_be_in_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("value");
        std::fs::write(&file, "one\n").unwrap();
        let path = file.to_str().unwrap();
        let pair =
            [("DEFENDER_TENANT_ID", "t"), ("DEFENDER_CERTIFICATE_FILE", path), ("DEFENDER_PRIVATE_KEY_FILE", path)];
        assert_eq!(credential_from(&pair).unwrap(), r#"{"tenant_id":"t","certificate":"one\n","private_key":"one\n"}"#);
        let both = [("DEFENDER_TENANT_ID", "t"), ("DEFENDER_TENANT_ID_FILE", path)];
        let message = credential_from(&both).unwrap_err().to_string();
        assert_eq!(message, "DEFENDER_TENANT_ID and DEFENDER_TENANT_ID_FILE are both set; set one of them");
        let gone = [("DEFENDER_CLIENT_ASSERTION_FILE", "/nowhere/token")];
        let message = credential_from(&gone).unwrap_err().to_string();
        assert!(
            message.starts_with("DEFENDER_CLIENT_ASSERTION_FILE: cannot read the file that it names: No such file"),
            "{message}"
        );
        assert!(message.ends_with("use DEFENDER_CLIENT_ASSERTION") && !message.contains("nowhere"), "{message}");
        for (bytes, expected) in [(&b" \n"[..], "is empty"), (&[0x30, 0x82, 0xff, 0xfe][..], "openssl pkcs12 -nodes")] {
            std::fs::write(&file, bytes).unwrap();
            let message = credential_from(&pair).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn the_variables_of_a_workload_identity_suffice() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("token");
        std::fs::write(&file, "a.b.c").unwrap();
        let path = file.to_str().unwrap();
        let azure = [("AZURE_TENANT_ID", "t"), ("AZURE_FEDERATED_TOKEN_FILE", path)];
        assert_eq!(credential_from(&azure).unwrap(), r#"{"tenant_id":"t","client_assertion":"a.b.c"}"#);
        // Our own variables come first, whatever a pod has besides.
        let own = [&azure[..], &[("DEFENDER_TENANT_ID", "own"), ("DEFENDER_CLIENT_SECRET", "s")]].concat();
        assert_eq!(credential_from(&own).unwrap(), r#"{"tenant_id":"own","client_secret":"s"}"#);
        let clouds = [("https://login.two.example/", ",\"cloud\":\"us-gov\""), ("https://login.other.example", "")];
        for (authority, cloud) in clouds {
            let set = [&azure[..], &[("AZURE_AUTHORITY_HOST", authority)]].concat();
            let expected = format!(r#"{{"tenant_id":"t","client_assertion":"a.b.c"{cloud}}}"#);
            assert_eq!(credential_from(&set).unwrap(), expected);
        }
    }

    #[test]
    fn a_missing_credential_is_named_with_its_alternatives() {
        let message = credential_from(&[("DEFENDER_TENANT_ID", "t")]).unwrap_err().to_string();
        let expected =
            "a credential (DEFENDER_CLIENT_SECRET, DEFENDER_CERTIFICATE or DEFENDER_CLIENT_ASSERTION) is not set";
        assert!(message.starts_with(expected), "{message}");
        let config = credential_from(&[("DEFENDER_TENANT_ID", "t"), ("DEFENDER_PRIVATE_KEY", "k")]).unwrap();
        assert_eq!(config, r#"{"tenant_id":"t","private_key":"k"}"#);
    }

    #[test]
    fn each_endpoint_may_be_given_alone() {
        let set = [("DEFENDER_TENANT_ID", "t"), ("DEFENDER_GRAPH_ENDPOINT", "g")];
        assert_eq!(from(&set).unwrap(), r#"{"tenant_id":"t","endpoints":{"graph":"g"}}"#);
    }
}
