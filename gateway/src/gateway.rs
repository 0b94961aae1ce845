//! Answers a request. The order of the checks: path, method, configuration, key, action, body.

use serde_json::json;

use crate::bindings::catalog::Connector as Catalog;
use crate::connector::Connector;
use crate::environment::{Environment, Fault};
use crate::http::{Body, Request, Response};
use crate::key;
use crate::media;
use crate::openapi;
use crate::problem::Problem;
use crate::route::Route;

/// The app's documentation also uses this name for `update_incident`.
const UPDATE_INCIDENTS: &str = "update_incidents";

/// Answers any request.
pub fn answer(
    request: &Request,
    body: &mut dyn Body,
    connector: &dyn Connector,
    variable: impl Fn(&str) -> Option<String>,
) -> Response {
    let catalog = connector.describe();
    let environment = Environment::read(&catalog, connector, variable);
    let secrets = environment.as_ref().map(|environment| environment.secrets.clone()).unwrap_or_default();
    let response = respond(request, body, connector, &catalog, environment);
    let response = response.unwrap_or_else(|problem| problem.response(&secrets));
    // Incidents must not be cached between here and the caller.
    response.with("cache-control", "no-store")
}

fn respond(
    request: &Request,
    body: &mut dyn Body,
    connector: &dyn Connector,
    catalog: &Catalog,
    environment: Result<Environment, Vec<Fault>>,
) -> Result<Response, Box<Problem>> {
    // These errors repeat nothing from the request: it may contain a key sent by mistake.
    let route = Route::find(request.path()).ok_or_else(|| {
        Problem::new(
            404,
            "unknown-path",
            "there is nothing at this path; allowed: /actions, /actions/{action}, /openapi.json, /healthz",
        )
    })?;
    if !route.methods().contains(&request.method.as_str()) {
        let allowed = route.methods().join(", ");
        let problem =
            Problem::new(405, "method-not-allowed", format!("the path does not allow this method; allowed: {allowed}"));
        return Err(problem.header("allow", allowed).into());
    }
    let environment = environment.map_err(|faults| not_configured(&faults))?;
    if route.needs_key() && !key::fits(request, &environment.key) {
        let detail = "send the callers' key: Authorization: Bearer <key>";
        return Err(Problem::new(401, "unauthorized", detail)
            .header("www-authenticate", "Bearer realm=\"defender-xdr\"")
            .into());
    }
    match route {
        Route::Health => Ok(Response::json(json!({ "status": "ready" }).to_string())),
        Route::OpenApi => Ok(Response::json(openapi::document(catalog).to_string())),
        Route::Catalog => Ok(Response::json(connector.describe_json())),
        Route::Action(action) => {
            known(action, catalog)?;
            let input = media::input(request, body)?;
            Ok(Response::json(connector.invoke(action, &environment.config, &input)?))
        }
    }
}

fn known(action: &str, catalog: &Catalog) -> Result<(), Box<Problem>> {
    let names: Vec<&str> = catalog.actions.iter().map(|entry| entry.name.as_str()).collect();
    if action == UPDATE_INCIDENTS || names.contains(&action) {
        return Ok(());
    }
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
    use crate::bindings::types::ErrorKind;
    use crate::scripted::{Bytes, KEY, Scripted, VARIABLES};

    fn request(method: &str, target: &str) -> Request {
        let headers = [("authorization", format!("Bearer {KEY}")), ("content-type", "application/json".into())];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.into_bytes())).to_vec();
        Request { method: method.into(), target: target.into(), headers }
    }

    fn ask(connector: &Scripted, request: &Request, body: &str) -> (u16, Value, Vec<(&'static str, String)>) {
        let variable =
            |name: &str| VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let response = answer(request, &mut Bytes::of(body.as_bytes()), connector, variable);
        (response.status, serde_json::from_slice(&response.body).expect("JSON"), response.headers)
    }

    #[test]
    fn runs_an_action_and_passes_its_answer_on() {
        let connector = Scripted::answering(Ok(r#"{"data":{},"meta":{}}"#));
        for action in ["list_incidents", "update_incidents"] {
            let (status, body, headers) =
                ask(&connector, &request("POST", &format!("/actions/{action}?x")), r#"{"a":1}"#);
            assert_eq!((status, body.to_string().as_str()), (200, r#"{"data":{},"meta":{}}"#));
            assert_eq!(headers.last(), Some(&("cache-control", "no-store".to_owned())));
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
            ("GET", "/openapi.json", 200),
            ("GET", "/healthz", 200),
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
            let response = answer(&request(method, path), &mut Bytes::of(b"{}"), &connector, |_| None);
            let body: Value = serde_json::from_slice(&response.body).expect("JSON");
            assert_eq!((response.status, body["kind"].as_str()), (503, Some("not-configured")), "{path}");
            assert_eq!(
                body["variables"].to_string(),
                r#"["DEFENDER_TENANT_ID","DEFENDER_CLIENT_ID","DEFENDER_CLIENT_SECRET","DEFENDER_GATEWAY_KEY"]"#
            );
        }
    }
}
