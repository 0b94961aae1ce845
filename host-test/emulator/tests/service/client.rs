//! A small HTTP client with an emulator of its own.
//! Shows answers whole, so that tests can compare whole values.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use defender_emulator::{App, Emulator, Options};
use serde_json::{Value, json};
use ureq::Agent;

/// An emulator, a connection to it, and the default app's token.
pub(crate) struct Client {
    pub(crate) emulator: Emulator,
    agent: Agent,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Graph's error without its ids and dates, after checking those.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        let mut body = self.json();
        let error = body["error"].as_object_mut().expect("an error");
        let inner = error.shift_remove("innerError").expect("an inner error");
        assert_eq!(inner["request-id"], self.header("request-id").unwrap());
        assert_eq!(inner["client-request-id"], self.header("client-request-id").unwrap());
        assert_eq!(inner["date"].as_str().unwrap().len(), "2024-02-02T19:22:43".len());
        body["error"].clone()
    }

    #[track_caller]
    pub(crate) fn ids(&self) -> Vec<String> {
        let values = self.json()["value"].as_array().expect("a collection").clone();
        values.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// Graph's error object.
pub(crate) fn error(code: &str, message: &str) -> Value {
    json!({"code": code, "message": message})
}

/// The error of a query option.
pub(crate) fn query_error(message: &str) -> Value {
    json!({"code": "", "message": format!("The query specified in the URI is not valid. {message}"), "details": []})
}

/// Checks the envelope of Entra ID's error, then status, word, number and text.
#[track_caller]
pub(crate) fn refused(reply: &Reply, status: u16, error: &str, code: u64, text: &str) {
    let body = reply.json();
    assert_eq!((reply.status, body["error"].as_str()), (status, Some(error)), "{}", reply.text);
    assert_eq!(body["error_codes"], json!([code]));
    let member = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned();
    let expected = format!(
        "AADSTS{code}: {text}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
        member("trace_id"),
        member("correlation_id"),
        member("timestamp")
    );
    assert_eq!(member("error_description"), expected);
    let timestamp = member("timestamp");
    assert_eq!((timestamp.len(), timestamp.as_bytes()[10], timestamp.as_bytes()[19]), (20, b' ', b'Z'));
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(reply.header("x-ms-request-id"), Some(member("trace_id").as_str()));
}

/// What a token says.
pub(crate) fn payload(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// Graph of the global cloud, whatever address the emulator has.
pub(crate) const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";

pub(crate) fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
    config.timeout_global(Some(std::time::Duration::from_secs(20))).build().into()
}

impl Client {
    pub(crate) fn new() -> Self {
        Self::with(Options { synthetic_rows: 1_000, ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        let emulator = Emulator::start(options).unwrap();
        let mut client = Self { emulator, agent: agent(), token: String::new() };
        client.renew();
        client
    }

    /// A client whose app has these roles only.
    pub(crate) fn with_roles(roles: &[&str]) -> Self {
        let mut client = Self::new();
        let app = App {
            name: "limited".into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..App::new("9d5f1c3e-0000-4000-8000-000000000001", "limited-secret")
        };
        client.emulator.register(app.clone());
        client.token =
            client.token_for(&app.client_id, "limited-secret", None).json()["access_token"].as_str().unwrap().into();
        client
    }

    /// Gets a new token for the default app.
    pub(crate) fn renew(&mut self) {
        let config = self.emulator.connector_config();
        let reply = self.token_for(&config.client_id, &config.client_secret, None);
        reply.json()["access_token"].as_str().expect(&reply.text).clone_into(&mut self.token);
    }

    pub(crate) fn use_token(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn token_for(&self, client_id: &str, secret: &str, claims: Option<&str>) -> Reply {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", secret),
            ("scope", GRAPH_SCOPE),
        ];
        form.extend(claims.map(|claims| ("claims", claims)));
        let tenant = self.emulator.connector_config().tenant_id;
        self.form(&format!("/{tenant}/oauth2/v2.0/token"), &form)
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let url = format!("{}{path}", self.emulator.base_url());
        read(self.agent.post(&url).send_form(fields.iter().copied()))
    }

    /// Any request, with the token.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        read(self.try_send(method, path, headers, body))
    }

    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.emulator.base_url()) };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_empty() {
            self.agent.run(request.body(()).unwrap())
        } else {
            self.agent.run(request.body(body.to_owned()).unwrap())
        }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn write(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.send(method, path, &[("Content-Type", "application/json; charset=utf-8")], &body.to_string())
    }

    /// Comments on an incident or an alert, by its path.
    pub(crate) fn comment(&self, path: &str, text: &str) -> Reply {
        let body = json!({"@odata.type": "#microsoft.graph.security.alertComment", "comment": text});
        self.write("POST", &format!("/v1.0/security/{path}/comments"), &body)
    }

    pub(crate) fn hunt(&self, body: &Value) -> Reply {
        self.write("POST", "/v1.0/security/runHuntingQuery", body)
    }
}

#[track_caller]
pub(crate) fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
    let mut response = response.unwrap();
    let text = response.body_mut().with_config().limit(100_000_000).read_to_string().unwrap();
    Reply { status: response.status().as_u16(), headers: response.headers().clone(), text }
}
