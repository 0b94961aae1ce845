//! A connector and request bodies for tests.

use std::cell::RefCell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use defender_xdr::text::fault::error;
use defender_xdr::text::secret::{Secret, Strikes};

use crate::budget::Budget;
use crate::call::http::{Body, Unread};
use crate::connector::{Connector, Ids, Outcome};
use defender_xdr::wit::catalog::{Action, CloudHosts, Connector as Catalog, Effect, Parameter, ParameterKind};
use defender_xdr::wit::types::{Error, ErrorKind};

pub(crate) const KEY: &str = "a-key-for-the-callers";
pub(crate) const VARIABLES: [(&str, &str); 4] = [
    ("DEFENDER_TENANT_ID", "tenant"),
    ("DEFENDER_CLIENT_ID", "client"),
    ("DEFENDER_CLIENT_SECRET", "s3cret-value"),
    ("DEFENDER_GATEWAY_KEY", KEY),
];

/// A body in memory.
pub(crate) struct Bytes(Vec<u8>);

impl Bytes {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Body for Bytes {
    async fn read(&mut self, limit: usize, _: &Budget) -> Result<Vec<u8>, Unread> {
        if self.0.len() > limit { Err(Unread::TooLarge) } else { Ok(std::mem::take(&mut self.0)) }
    }
}

/// Checks a configuration as the real one does, and gives every call the same answer.
pub(crate) struct Scripted {
    pub(crate) answer: Result<String, Box<Error>>,
    pub(crate) is_crowded: bool,
    /// Action, configuration and input of each call.
    pub(crate) calls: RefCell<Vec<[String; 3]>>,
}

impl Scripted {
    pub(crate) fn answering(answer: Result<&str, Box<Error>>) -> Self {
        Self { answer: answer.map(str::to_owned), is_crowded: false, calls: RefCell::default() }
    }
}

impl Default for Scripted {
    fn default() -> Self {
        Self::answering(Ok("{}"))
    }
}

impl Connector for &Scripted {
    fn describe(&self) -> Catalog {
        let mut configuration = vec![
            parameter("tenant_id", ParameterKind::Text),
            parameter("client_id", ParameterKind::Text),
            Parameter { one_of: Some("credential".into()), ..parameter("client_secret", ParameterKind::Password) },
        ];
        for entry in &mut configuration {
            entry.required = true;
        }
        let timeout = parameter("timeout", ParameterKind::Integer);
        configuration.push(Parameter {
            title: "Timeout".into(),
            description: "Seconds.".into(),
            minimum: Some(15),
            maximum: Some(120),
            ..timeout
        });
        configuration.push(parameter("endpoints", ParameterKind::KeyValue));
        configuration
            .push(Parameter { one_of: Some("credential".into()), ..parameter("certificate", ParameterKind::Text) });
        Catalog {
            name: "Connector".into(),
            vendor: String::new(),
            category: String::new(),
            description: String::new(),
            connector_version: String::new(),
            component_version: "0.2.0".into(),
            api_version: String::new(),
            configuration,
            actions: vec![action("list_incidents")],
            hosts: vec![CloudHosts {
                cloud: "global".into(),
                login: "login.example".into(),
                graph: "graph.example".into(),
            }],
        }
    }

    fn describe_json(&self) -> String {
        r#"{"name":"Connector"}"#.to_owned()
    }

    fn check(&self, config: &str) -> Result<(), Box<Error>> {
        let refused = |message| Err(error(ErrorKind::InvalidInput, message));
        if config.contains(r#""timeout":"5""#) {
            refused("timeout: 5 is below 15")
        } else if config.contains("client_secret") && config.contains("certificate") {
            refused("client_secret, certificate: are given together")
        } else if config.contains("ftp:") {
            refused("endpoints.login: must start with https://")
        } else {
            Ok(())
        }
    }

    async fn invoke(&self, action: &str, config: &str, input: &str, keys: &[Secret], _: &Budget) -> Outcome {
        self.calls.borrow_mut().push([action, config, input].map(str::to_owned));
        let mut result = self.answer.clone();
        if let Ok(answer) = &mut result {
            Strikes::of(keys).out_of(answer);
        }
        let ids = Ids { request: Some("theirs".into()), client_request: Some("ours".into()) };
        Outcome { result, ids, share: None, is_crowded: self.is_crowded }
    }
}

/// What a future that never waits ends with.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

pub(crate) fn parameter(name: &str, kind: ParameterKind) -> Parameter {
    Parameter {
        name: name.into(),
        title: name.to_uppercase(),
        description: format!("About {name}."),
        kind,
        required: false,
        default_value: None,
        allowed_values: Vec::new(),
        minimum: None,
        maximum: None,
        example: None,
        one_of: None,
        comment: None,
    }
}

pub(crate) fn action(name: &str) -> Action {
    Action {
        name: name.into(),
        function: name.replace('_', "-"),
        title: name.into(),
        description: format!("About {name}."),
        effect: Effect::Read,
        permissions: vec!["A.Read".into(), "A.ReadWrite".into()],
        parameters: vec![parameter("max_results", ParameterKind::Integer)],
        example_json: r#"{"max_results": "5"}"#.into(),
    }
}
