//! Answers a request. The order of the checks: path, method, configuration, key, action, body.

use std::cell::OnceCell;

use defender_xdr::text::secret::Strikes;
use defender_xdr::wit::catalog::Connector as Catalog;
use defender_xdr::wit::types::ErrorKind;
use serde_json::json;

use crate::budget::Budget;
use crate::call::http::{Body, Request, Response};
use crate::call::route::Route;
use crate::call::{key, media};
use crate::connector::Connector;
use crate::describe::{console, openapi};
use crate::problem::Problem;
use crate::settings::{Fault, Settings};

/// The app's documentation also uses this name for `update_incident`.
const UPDATE_INCIDENTS: &str = "update_incidents";
/// Bytes that large request bodies may take at a time: two of the largest.
const UPLOADS_BYTES: usize = 2 * media::UPLOAD_MAX_BYTES;
/// When to come back if there was no room. A large answer is sent within seconds.
const BUSY_SECONDS: u32 = 5;

/// The service of an instance. The host's variables are read once.
pub struct Service<C> {
    connector: C,
    catalog: Catalog,
    /// Written when it is first asked for.
    openapi: OnceCell<String>,
    settings: Result<Settings, Vec<Fault>>,
    answers: Budget,
    uploads: Budget,
}

impl<C: Connector> Service<C> {
    /// The service with the settings in the host's variables.
    pub fn new(connector: C, variable: impl Fn(&str) -> Option<String>) -> Self {
        let catalog = connector.describe();
        let settings = Settings::read(&catalog, &connector, variable);
        let answers = Budget::new(settings.as_ref().map(|settings| settings.answers_bytes).unwrap_or_default());
        Self { connector, catalog, openapi: OnceCell::new(), settings, answers, uploads: Budget::new(UPLOADS_BYTES) }
    }

    /// Answers any request.
    pub async fn answer(&self, request: &Request, body: &mut impl Body) -> Response {
        let (secrets, keys) = self.settings.as_ref().map(Settings::secrets).unwrap_or_default();
        // The connector has struck them out of a good answer.
        let response = match self.respond(request, body).await {
            Ok(response) => response,
            Err(problem) => problem.response(&Strikes::of(secrets.iter().chain(keys))),
        };
        // Incidents must not be cached between here and the caller.
        response.with("cache-control", "no-store").with("x-content-type-options", "nosniff")
    }

    async fn respond(&self, request: &Request, body: &mut impl Body) -> Result<Response, Box<Problem>> {
        // These errors repeat nothing from the request: it may contain a key sent by mistake.
        let route = Route::find(request.path()).ok_or_else(|| {
            let detail = "there is nothing at this path; \
                          allowed: /, /actions, /actions/{action}, /openapi.json, /healthz, /livez";
            Problem::new(404, "unknown-path", detail)
        })?;
        if !route.methods().contains(&request.method.as_str()) {
            let allowed = route.methods().join(", ");
            let detail = format!("the path does not allow this method; allowed: {allowed}");
            return Err(Problem::new(405, "method-not-allowed", detail).header("allow", allowed).into());
        }
        match route {
            Route::Console => return Ok(console::page()),
            Route::Live => return Ok(Response::json(json!({ "status": "live" }).to_string())),
            Route::Health | Route::OpenApi | Route::Catalog | Route::Action(_) => {}
        }
        let settings = self.settings.as_ref().map_err(|faults| not_configured(faults))?;
        if route.needs_key() && !key::fits(request, &settings.keys) {
            let detail = "send the callers' key: Authorization: Bearer <key>";
            return Err(Problem::new(401, "unauthorized", detail)
                .header("www-authenticate", "Bearer realm=\"defender-xdr\"")
                .into());
        }
        match route {
            Route::OpenApi => {
                Ok(Response::json(self.openapi.get_or_init(|| openapi::document(&self.catalog).to_string()).as_str()))
            }
            Route::Catalog => Ok(Response::json(self.connector.describe_json())),
            Route::Action(action) => self.act(action, request, body, settings).await,
            Route::Health | Route::Console | Route::Live => {
                Ok(Response::json(json!({ "status": "ready" }).to_string()))
            }
        }
    }

    async fn act(
        &self,
        action: &str,
        request: &Request,
        body: &mut impl Body,
        settings: &Settings,
    ) -> Result<Response, Box<Problem>> {
        known(action, &self.catalog)?;
        let input = media::input(action, request, body, &self.uploads).await?;
        let outcome = self.connector.invoke(action, &settings.config, &input, &settings.keys, &self.answers).await;
        let response = match outcome.result {
            Ok(answer) => Response { share: outcome.share, ..Response::json(answer) },
            Err(error) if outcome.is_crowded && error.kind == ErrorKind::Interrupted => return Err(busy().into()),
            Err(error) => return Err(Box::<Problem>::from(error).with_ids(outcome.ids)),
        };
        Ok(outcome.ids.headers().fold(response, |response, (name, value)| response.with(name, value)))
    }
}

/// Nothing was changed: only reads wait for room.
fn busy() -> Problem {
    Problem::new(503, "busy", "large answers to other callers left no room for this one before the deadline")
        .header("retry-after", BUSY_SECONDS.to_string())
        .member("retry_after_seconds", Some(BUSY_SECONDS))
        .member("remedy", Some("try again, or ask for less: fewer rows or columns, a smaller page"))
}

fn known(action: &str, catalog: &Catalog) -> Result<(), Box<Problem>> {
    let names = || catalog.actions.iter().map(|entry| entry.name.as_str());
    if action == UPDATE_INCIDENTS || names().any(|name| name == action) {
        return Ok(());
    }
    let names: Vec<&str> = names().collect();
    let problem =
        Problem::new(404, "unknown-action", format!("there is no such action; allowed: {}", names.join(", ")));
    Err(problem.member("actions", Some(names)).into())
}

fn not_configured(faults: &[Fault]) -> Problem {
    let names: Vec<&str> = faults.iter().map(|fault| fault.variable.as_str()).collect();
    let why: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.variable, fault.why)).collect();
    let problem = Problem::new(503, "not-configured", why.join(", "));
    problem.member("remedy", Some("set the variables in the host's environment")).member("variables", Some(names))
}

#[cfg(test)]
mod tests {
    use defender_xdr::text::fault::error;
    use serde_json::Value;

    use super::*;
    use crate::scripted::{Bytes, KEY, Scripted, VARIABLES, now};

    fn request(method: &str, target: &str) -> Request {
        let headers = [("authorization", format!("Bearer {KEY}")), ("content-type", "application/json".into())];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.into_bytes())).to_vec();
        Request { method: method.into(), target: target.into(), headers }
    }

    type Answer = (u16, Value, Vec<(&'static str, String)>);

    fn variable(name: &str) -> Option<String> {
        VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    fn ask_of(service: &Service<&Scripted>, request: &Request, body: &str) -> Answer {
        let response = now(service.answer(request, &mut Bytes::of(body.as_bytes())));
        (response.status, serde_json::from_slice(&response.body).unwrap_or_default(), response.headers)
    }

    fn ask(connector: &Scripted, request: &Request, body: &str) -> Answer {
        ask_of(&Service::new(connector, variable), request, body)
    }

    #[test]
    fn runs_an_action_and_passes_its_answer_on() {
        let connector = Scripted::answering(Ok(r#"{"data":{},"meta":{}}"#));
        for action in ["list_incidents", "update_incidents"] {
            let (status, body, headers) =
                ask(&connector, &request("POST", &format!("/actions/{action}?x")), r#"{"a":1}"#);
            assert_eq!((status, body.to_string().as_str()), (200, r#"{"data":{},"meta":{}}"#));
            let header =
                |wanted: &str| headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str());
            assert_eq!(header("cache-control"), Some("no-store"));
            assert_eq!((header("request-id"), header("client-request-id")), (Some("theirs"), Some("ours")));
        }
        let calls = connector.calls.borrow();
        let config = r#"{"tenant_id":"tenant","client_id":"client","client_secret":"s3cret-value"}"#;
        assert_eq!(calls[0], ["list_incidents", config, r#"{"a":1}"#]);
        assert_eq!(calls[1][0], "update_incidents");
    }

    #[test]
    fn an_error_of_the_connector_becomes_a_problem_without_secrets() {
        let connector = Scripted::answering(Err(error(ErrorKind::Rejected, format!("no {KEY} s3cret-value"))));
        let (status, body, _) = ask(&connector, &request("POST", "/actions/list_incidents"), "{}");
        assert_eq!((status, body["detail"].as_str()), (422, Some("no *** ***")));
    }

    #[test]
    fn refuses_paths_methods_and_actions_that_it_does_not_have() {
        let connector = Scripted::default();
        let (status, body, _) = ask(&connector, &request("GET", "/nothing"), "");
        assert_eq!((status, body["kind"].as_str()), (404, Some("unknown-path")));
        let (status, _, headers) = ask(&connector, &request("GET", "/actions/list_incidents"), "");
        assert_eq!((status, headers[1].clone()), (405, ("allow", "POST".to_owned())));
        let (status, _, headers) = ask(&connector, &request("DELETE", "/healthz"), "");
        assert_eq!((status, headers[1].clone()), (405, ("allow", "GET, HEAD".to_owned())));
        let (status, body, _) = ask(&connector, &request("POST", "/actions/nothing"), "{}");
        assert_eq!((status, body["actions"].to_string().as_str()), (404, r#"["list_incidents"]"#));
        assert!(connector.calls.borrow().is_empty());
    }

    #[test]
    fn without_the_key_only_health_and_description_are_told() {
        let connector = Scripted::default();
        for (method, path, expected) in [
            ("GET", "/actions", 401),
            ("HEAD", "/actions", 401),
            ("POST", "/actions/list_incidents", 401),
            ("POST", "/actions/nothing", 401),
            ("GET", "/", 200),
            ("GET", "/openapi.json", 200),
            ("GET", "/healthz", 200),
            ("GET", "/livez", 200),
        ] {
            let mut request = request(method, path);
            request.headers.clear();
            let (status, _, headers) = ask(&connector, &request, "{}");
            assert_eq!(status, expected, "{method} {path}");
            assert_eq!(headers.iter().any(|(name, _)| *name == "www-authenticate"), expected == 401);
        }
    }

    #[test]
    fn without_configuration_every_route_names_what_is_missing() {
        let connector = Scripted::default();
        for (method, path) in
            [("GET", "/healthz"), ("GET", "/openapi.json"), ("GET", "/actions"), ("POST", "/actions/x")]
        {
            let (status, body, _) = ask_of(&Service::new(&connector, |_| None), &request(method, path), "{}");
            assert_eq!((status, body["kind"].as_str()), (503, Some("not-configured")), "{path}");
            assert_eq!(
                body["variables"].to_string(),
                r#"["DEFENDER_TENANT_ID","DEFENDER_CLIENT_ID","DEFENDER_CLIENT_SECRET","DEFENDER_GATEWAY_KEY"]"#
            );
        }
    }

    #[test]
    fn without_configuration_it_is_live_and_the_console_opens() {
        let connector = Scripted::default();
        let service = Service::new(&connector, |_| None);
        for path in ["/livez", "/"] {
            assert_eq!(ask_of(&service, &request("GET", path), "").0, 200, "{path}");
        }
    }

    #[test]
    fn a_good_answer_contains_no_key() {
        let connector = Scripted::answering(Ok(r#"{"data":"a-key-for-the-callers"}"#));
        let (status, body, _) = ask(&connector, &request("POST", "/actions/list_incidents"), "{}");
        assert_eq!((status, body["data"].as_str()), (200, Some("***")));
    }

    #[test]
    fn a_read_without_room_for_its_answer_is_told_when_to_come_back() {
        let crowded = |kind| Scripted { is_crowded: true, ..Scripted::answering(Err(error(kind, "late"))) };
        let request = request("POST", "/actions/list_incidents");
        let (status, body, headers) = ask(&crowded(ErrorKind::Interrupted), &request, "{}");
        assert_eq!((status, body["kind"].as_str(), body["retry_after_seconds"].as_u64()), (503, Some("busy"), Some(5)));
        assert!(headers.contains(&("retry-after", "5".to_owned())));
        assert_eq!(ask(&crowded(ErrorKind::Rejected), &request, "{}").0, 422);
    }
}
