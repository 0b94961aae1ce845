//! One call with a fault, and its result.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use defender_emulator::{Emulator, Exchange};
use defender_xdr_host::{CallError, Connector, Settings, Trace};
use serde::Serialize;
use serde_json::json;

use super::action::{AFTERWARDS, Action};
use super::contract::{Allowed, SUCCESS, at_graph, at_token_endpoint, may_be_done};
use super::trouble::{Place, Trouble};
use crate::trials::TrialError;

/// The shortest timeout that a configuration may have.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long after its deadline an action may end.
const TOLERANCE: f64 = 1.1;
const INCIDENT: &str = "2972395";

/// A cell of the matrix, and its result.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The fault.
    pub trouble: &'static str,
    /// Where it was.
    pub place: Place,
    /// The call.
    pub action: &'static str,
    /// `success` or the error kind.
    pub outcome: String,
    /// The outcomes that the contract allows.
    pub allowed: &'static [&'static str],
    /// How long the call took, in milliseconds.
    pub milliseconds: u64,
    /// Requests to the token endpoint.
    pub token_requests: usize,
    /// Requests to Graph.
    pub graph_requests: usize,
    /// Violations of the contract.
    pub failures: Vec<String>,
    /// Whether a busy machine can explain the failure.
    #[serde(skip)]
    pub(crate) pressed: bool,
}

impl Cell {
    /// Whether it kept the contract.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// A combination to try.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) trouble: Arc<Trouble>,
    pub(crate) place: Place,
    pub(crate) action: Action,
}

impl Attempt {
    /// Makes the call with a component of its own, then the same call without the fault.
    pub(crate) async fn run(&self, component: &Path, emulator: &Emulator, speed: u32) -> Result<Cell, TrialError> {
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let trace: Trace = {
            let seen = seen.clone();
            Arc::new(move |exchange| {
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(exchange.url.clone());
            })
        };
        let settings = Settings {
            max_instances: 1,
            warm_instances: 1,
            clock_speed: speed,
            ca_pem: emulator.ca_pem().map(str::to_owned),
            trace: Some(trace),
            call_limit: TIMEOUT,
            ..Settings::default()
        };
        let connector = Connector::load(component, settings)?;
        let mut instance = connector.instance().await?;
        let mut config = emulator.connector_config();
        // Another name of the same machine, so that the token endpoint and Graph share no connection.
        config.endpoints.login = config.endpoints.login.replace("127.0.0.1", "localhost");
        let origins = [format!("{}/", config.endpoints.login), format!("{}/", config.endpoints.graph)];
        let config = json!(config).to_string();

        emulator.clear_faults();
        emulator.clear_journal();
        let connections = u64::try_from(emulator.connections()).unwrap_or(u64::MAX);
        self.trouble.faults(self.place, connections, speed).into_iter().for_each(|fault| emulator.fault(fault));
        let input = self.action.input(INCIDENT, "in trouble").to_string();
        let started = Instant::now();
        let outcome = instance.invoke(self.action.name, &config, &input).await;
        let took = started.elapsed();
        let journal = emulator.journal();
        emulator.clear_faults();
        let input = self.action.input(INCIDENT, AFTERWARDS).to_string();
        let afterwards = instance.invoke(self.action.name, &config, &input).await;

        let deadline = TIMEOUT / speed;
        let allowed = match self.place {
            Place::Graph => at_graph(self.trouble.nature, &self.action),
            Place::TokenEndpoint => at_token_endpoint(self.trouble.nature),
        };
        let mut failures = self.judge(&allowed, &outcome, &journal);
        if took > deadline.mul_f64(TOLERANCE) {
            failures.push(format!("took {took:.0?} of {deadline:.0?}"));
        }
        if let Err(error) = afterwards {
            failures.push(format!("does not work afterwards: {error}"));
        }
        if !self.trouble.comes_before_a_request() && journal.iter().all(|exchange| exchange.fault.is_none()) {
            failures.push("the fault hit no request".to_owned());
        }
        let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
        let mut harm: Vec<String> = self.harm(&journal).into_iter().collect();
        let strange = seen.iter().filter(|url| !origins.iter().any(|origin| url.starts_with(origin)));
        harm.extend(strange.map(|url| format!("sent a request to {url}")));
        let pressed = harm.is_empty() && !failures.is_empty();
        failures.extend(harm);
        let (token_requests, graph_requests) = counts(&journal);
        Ok(Cell {
            trouble: self.trouble.title,
            place: self.place,
            action: self.action.title,
            outcome: outcome.map_or_else(|error| error.kind().to_owned(), |_| SUCCESS.to_owned()),
            allowed: allowed.outcomes,
            milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            token_requests,
            graph_requests,
            pressed,
            failures,
        })
    }

    fn judge(&self, allowed: &Allowed, outcome: &Result<String, CallError>, journal: &[Exchange]) -> Vec<String> {
        let mut failures = Vec::new();
        let word = outcome.as_ref().map_or_else(CallError::kind, |_| SUCCESS);
        if !allowed.outcomes.contains(&word) {
            let detail = outcome.as_ref().err().map(|error| format!(" ({error})")).unwrap_or_default();
            failures.push(format!("{word}, not {}{detail}", allowed.outcomes.join(" or ")));
        }
        let (token_requests, graph_requests) = counts(journal);
        let here = if self.place == Place::Graph { graph_requests } else { token_requests };
        if here > allowed.requests {
            failures.push(format!("{here} requests, at most {}", allowed.requests));
        }
        if self.place == Place::TokenEndpoint && word != SUCCESS && graph_requests > 0 {
            failures.push(format!("{graph_requests} requests to Graph without a token"));
        }
        failures
    }

    /// Failures that no load on the machine excuses: a write that may have happened twice, or in a call that only reads.
    fn harm(&self, journal: &[Exchange]) -> Option<String> {
        let writes = ["/comments", "/mergeIncidents", "/moveAlerts"];
        let is_write = |exchange: &Exchange| {
            exchange.method == "PATCH" || writes.iter().any(|write| exchange.path.ends_with(write))
        };
        let written = journal.iter().filter(|exchange| is_write(exchange) && may_be_done(exchange)).count();
        let harmful = written > 1 || (written > 0 && !self.action.writes());
        harmful.then(|| format!("{written} writes may have happened"))
    }
}

/// Requests to the token endpoint, and to Graph.
fn counts(journal: &[Exchange]) -> (usize, usize) {
    let token = journal.iter().filter(|exchange| exchange.path.contains("/oauth2/")).count();
    (token, journal.len() - token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::chaos::action::ACTIONS;
    use crate::trials::chaos::trouble::all;

    fn exchange(method: &str, path: &str, status: Option<u16>) -> Exchange {
        Exchange {
            serial: 1,
            connection: 1,
            at: String::new(),
            method: method.into(),
            path: path.into(),
            query: None,
            headers: Vec::new(),
            body: String::new(),
            status,
            fault: None,
        }
    }

    fn attempt(trouble: &str, place: Place, action: &str) -> Attempt {
        let trouble = Arc::new(all().into_iter().find(|known| known.title == trouble).unwrap());
        Attempt { trouble, place, action: ACTIONS.into_iter().find(|known| known.title == action).unwrap() }
    }

    #[track_caller]
    fn judged(attempt: &Attempt, journal: &[Exchange], failures: &[&str]) {
        let allowed = Allowed { outcomes: &[SUCCESS], requests: 2 };
        let mut found = attempt.judge(&allowed, &Ok(String::new()), journal);
        found.extend(attempt.harm(journal));
        assert_eq!(found, failures);
    }

    #[test]
    fn a_write_that_may_have_happened_counts() {
        let update = attempt("401 once", Place::Graph, "update");
        let patch = |status| exchange("PATCH", "/v1.0/security/incidents/1", status);
        judged(&update, &[patch(Some(401)), patch(Some(200))], &[]);
        judged(&update, &[patch(None), patch(Some(200))], &["2 writes may have happened"]);
        judged(&update, &[patch(Some(502)), patch(Some(200))], &["2 writes may have happened"]);
        let comment = exchange("POST", "/v1.0/security/incidents/1/comments", Some(200));
        judged(&attempt("401 once", Place::Graph, "get"), &[comment], &["1 writes may have happened"]);
    }

    #[test]
    fn requests_outcomes_and_tokens_count() {
        let get = attempt("404", Place::Graph, "get");
        let read = || exchange("GET", "/v1.0/security/incidents/1", Some(200));
        judged(&get, &[read(), read(), read()], &["3 requests, at most 2"]);
        let allowed = Allowed { outcomes: &["not-found"], requests: 1 };
        assert_eq!(get.judge(&allowed, &Ok(String::new()), &[]), ["success, not not-found"]);
        let stopped = Err(CallError::Trap("out of bounds".into()));
        let expected = ["trap, not not-found (the component crashed: out of bounds)"];
        assert_eq!(get.judge(&allowed, &stopped, &[]), expected);
        let token = attempt("404", Place::TokenEndpoint, "get");
        let expected =
            ["trap, not not-found (the component crashed: out of bounds)", "1 requests to Graph without a token"];
        assert_eq!(token.judge(&allowed, &stopped, &[read()]), expected);
    }
}
