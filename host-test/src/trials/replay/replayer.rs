//! Replays one recording after the other through a loaded component.

use std::path::Path;
use std::time::Duration;

use defender_xdr_host::bindings::types::{Config, Credential, Endpoints};
use defender_xdr_host::{CallError, Connector, Instance, LoadError, Settings};
use serde_json::{Value, json};

use super::call::{Call, GET_INCIDENT};
use super::expectation::{Expectation, Facts};
use super::recording::{Recording, Response, text};
use super::report::{Mismatch, Report};
use super::server::{Answer, Received, Server};
use super::target::Target;
use super::{answered, coherence, sent, typed};

/// The guest's clock runs this many times faster, so that a recorded `Retry-After` takes no time.
const CLOCK_SPEED: u32 = 60;
/// The longest that can be configured, to leave time for every wait.
const TIMEOUT_SECONDS: u32 = 120;
/// Not a real secret.
const TOKEN: &str = "replayed-access-token";
const TENANT: &str = "00000000-1111-2222-3333-444444444444";
const CLIENT: &str = "00000000-5555-6666-7777-888888888888";
const SECRET: &str = "replayed-client-secret";

/// A component that recordings are replayed to.
#[derive(Debug)]
pub struct Replayer {
    connector: Connector,
}

impl Replayer {
    /// Loads the component in a file.
    ///
    /// # Errors
    /// As [`Connector::load`].
    pub fn load(component: &Path) -> Result<Self, LoadError> {
        let settings = Settings { clock_speed: CLOCK_SPEED, warm_instances: 0, ..Settings::default() };
        Ok(Self { connector: Connector::load(component, settings)? })
    }

    /// Replays a recording.
    ///
    /// # Errors
    /// If no server or instance can be created; the component's own failures are in the report.
    pub async fn replay(&self, recording: &Recording) -> Result<Report, CallError> {
        let Response { status, headers, body } = &recording.response;
        // The body is unchanged: its links point to the service, not to where it is served.
        let recorded = Answer { status: *status, headers: headers.clone(), body: text(body) };
        let (token, graph) =
            if recording.is_token() { (recorded, Answer::ok(&incident())) } else { (Answer::ok(&grant()), recorded) };
        let server = Server::start(token, graph).await;
        let server =
            server.map_err(|error| CallError::Instance(format!("cannot start a server on loopback: {error}")))?;
        let instance = self.connector.instance().await?;
        let mut play = Play { recording, server, instance };
        Ok(if recording.is_token() { play.token().await } else { play.graph().await })
    }
}

/// One recording and what it is replayed with.
struct Play<'a> {
    recording: &'a Recording,
    server: Server,
    instance: Instance,
}

impl Play<'_> {
    /// An exchange with Graph.
    async fn graph(&mut self) -> Report {
        let method = &self.recording.request.method;
        let target = match Target::of(&self.recording.request) {
            Ok(target) => target,
            Err(mismatch) => return Report { action: "none", mismatches: vec![mismatch] },
        };
        let body = text(&self.recording.response.body);
        let config = config(&self.server.base_url, target.api_version);
        let mut call = target.typed(method).unwrap_or_else(|| target.generic(method));
        let mut mismatches = coherence::of_graph(self.recording, &target, &call);
        let mut answer = self.invoke(&config, &call).await;
        let mut requests = self.graph_requests();
        if refused(&answer) && requests.is_empty() {
            call = target.generic(method);
            answer = self.invoke(&config, &call).await;
            requests = self.graph_requests();
        }
        if requests.is_empty() {
            mismatches.push(not_sent(&answer));
            return Report { action: call.action, mismatches };
        }
        for received in &requests {
            mismatches.extend(sent::to_graph(self.recording, &target, received));
            mismatches.extend(carries(received.authorization.as_deref(), TOKEN, "the token that was issued"));
        }
        let expectation = Expectation::of_graph(self.recording, call.action);
        if let Expectation::Failure(Facts { retry_after_seconds: Some(seconds), .. }) = expectation {
            mismatches.extend(hasty(&requests, seconds));
        }
        mismatches.extend(answered::by_the_component(self.recording, &body, &expectation, call.action, &answer));
        if expectation == Expectation::Success && answer.is_ok() {
            mismatches.extend(typed::check(&mut self.instance, &config, &call, &body).await);
        }
        Report { action: call.action, mismatches: without_repeats(mismatches) }
    }

    /// An exchange with the token endpoint, followed by a read that needs the token.
    async fn token(&mut self) -> Report {
        let call = Call { action: GET_INCIDENT, input: json!({ "incident_id": "1" }) };
        let config = config(&self.server.base_url, "v1.0");
        let mut mismatches = coherence::of_token_endpoint(self.recording);
        let answer = self.invoke(&config, &call).await;
        let (token_requests, graph_requests): (Vec<_>, Vec<_>) =
            self.server.take_received().into_iter().partition(Received::is_token);
        if token_requests.is_empty() {
            mismatches.push(Mismatch::new("request", "no token was requested"));
        }
        for received in &token_requests {
            mismatches.extend(sent::to_token_endpoint(self.recording, received));
        }
        let expectation = Expectation::of_token_endpoint(self.recording);
        if expectation == Expectation::Success {
            let token = self.recording.response.body.get("access_token").and_then(Value::as_str).unwrap_or_default();
            match graph_requests.as_slice() {
                [] => mismatches.push(Mismatch::new("response.body.access_token", "was not used")),
                [first, ..] => mismatches.extend(carries(first.authorization.as_deref(), token, "the recorded token")),
            }
            if let Err(error) = &answer {
                mismatches.push(Mismatch::new("response.body", format!("the call failed: {error}")));
            }
        } else {
            if !graph_requests.is_empty() {
                mismatches.push(Mismatch::new("response.status", "a request to Graph followed the refusal"));
            }
            mismatches.extend(answered::by_the_component(self.recording, "", &expectation, call.action, &answer));
        }
        Report { action: call.action, mismatches: without_repeats(mismatches) }
    }

    async fn invoke(&mut self, config: &Config, call: &Call) -> Result<String, CallError> {
        self.instance.invoke(call.action, &config_json(config), &call.input.to_string()).await
    }

    fn graph_requests(&self) -> Vec<Received> {
        let all = self.server.take_received().into_iter();
        all.filter(|received| !received.is_token()).collect()
    }
}

/// Whether the component itself refused the input.
fn refused(answer: &Result<String, CallError>) -> bool {
    answer.as_ref().is_err_and(|error| error.kind() == "invalid-input")
}

/// The component names its parameter; the report names the field of the recording.
fn not_sent(answer: &Result<String, CallError>) -> Mismatch {
    let error = answer.as_ref().err().and_then(CallError::action);
    let why = error.map_or("the component sent nothing", |error| error.message.as_str());
    let field = match why.split([':', '.']).next() {
        Some("method") => "request.method",
        Some("endpoint" | "query_params") => "request.path",
        Some("payload") => "request.body",
        _ => "request",
    };
    Mismatch::new(field, format!("was not sent: {why}"))
}

/// Whether a request was retried sooner than its answer asked for. The two sides have different clocks.
fn hasty(requests: &[Received], seconds: u64) -> Option<Mismatch> {
    let waited = |pair: &[Received]| match pair {
        [first, second] => (second.at - first.at).as_secs_f64() * f64::from(CLOCK_SPEED),
        _ => f64::INFINITY,
    };
    let shortest = requests.windows(2).map(waited).fold(f64::INFINITY, f64::min);
    let asked = Duration::from_secs(seconds).as_secs_f64();
    let message = || format!("retried after {shortest:.1} s, although the answer asks for {asked:.0} s");
    (shortest < asked * 0.95).then(|| Mismatch::new("response.headers.Retry-After", message()))
}

/// The header is compared, never shown.
fn carries(authorization: Option<&str>, token: &str, what: &str) -> Option<Mismatch> {
    let carried = authorization.and_then(|value| value.strip_prefix("Bearer "));
    (carried != Some(token)).then(|| Mismatch::new("request.headers.Authorization", format!("does not carry {what}")))
}

/// Retries differ in the same way as the first attempt; one report is enough.
fn without_repeats(mismatches: Vec<Mismatch>) -> Vec<Mismatch> {
    mismatches.into_iter().fold(Vec::new(), |mut all, mismatch| {
        if !all.contains(&mismatch) {
            all.push(mismatch);
        }
        all
    })
}

fn config(base_url: &str, api_version: &str) -> Config {
    Config {
        tenant_id: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        credential: Credential::ClientSecret(SECRET.to_owned()),
        timeout_seconds: Some(TIMEOUT_SECONDS),
        verify: None,
        api_version: Some(api_version.to_owned()),
        cloud: None,
        endpoints: Some(Endpoints { login: Some(base_url.to_owned()), graph: Some(base_url.to_owned()) }),
    }
}

/// The same configuration as `json.invoke` takes it.
fn config_json(config: &Config) -> String {
    let endpoints = config.endpoints.as_ref();
    json!({
        "tenant_id": config.tenant_id,
        "client_id": config.client_id,
        "client_secret": SECRET,
        "timeout": config.timeout_seconds,
        "api_version": config.api_version,
        "endpoints": endpoints.map(|endpoints| json!({ "login": endpoints.login, "graph": endpoints.graph })),
    })
    .to_string()
}

/// The token answer of recordings that have none.
fn grant() -> Value {
    json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN })
}

/// The Graph answer of recordings that have none.
fn incident() -> Value {
    json!({
        "id": "1", "status": "active", "severity": "low", "createdDateTime": "2026-01-01T00:00:00Z",
        "lastUpdateDateTime": "2026-01-01T00:00:00Z",
    })
}
