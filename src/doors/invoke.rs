//! The JSON form of the actions: reads config and input, runs the action, returns data and meta.

mod input;

use std::cell::RefCell;
use std::rc::Rc;

use zeroize::Zeroizing;

use crate::actions::triage::comment::Owner;
use crate::actions::triage::{alerts, comment, correlation, update_alert};
use crate::actions::{
    check, generic, get_incident, list_incidents, poll_incidents, run_hunting_query, update_incident,
};
use crate::answer::envelope;
use crate::catalog;
use crate::graph::session::Session;
use crate::request::config::Connection;
use crate::request::credential;
use crate::request::fields::{Fields, Text, nearest};
use crate::text::fault::{Fault, invalid, quoted};
use crate::text::json::{self, Object, Writer};
use crate::text::secret::{Secret, Strikes};
use crate::wire::host::Host;
use crate::wit::connection::ActionAccess;
use crate::wit::types::{Certificate, Cloud, Config, Credential, Endpoints};

thread_local! {
    /// The configuration of the last call: a warm instance usually gets the same one again, and reading it is a third of the work.
    static LAST: RefCell<Option<(Zeroizing<String>, Rc<Connection>)>> = const { RefCell::new(None) };
}

/// What the names of secret members contain, known or misspelt.
const SECRET_NAMES: [&str; 6] = ["secret", "key", "certificate", "assertion", "token", "password"];

/// Runs an action by name.
pub async fn invoke<H: Host>(host: &H, action: &str, config_json: &str, input_json: &str) -> Result<String, Fault> {
    run(host, action, config_json, input_json).await.map_err(|fault| without_secret(fault, config_json))
}

/// The refusal without any value that the configuration calls a secret, which may have been pasted into the wrong field.
pub fn without_secret(mut fault: Fault, config_json: &str) -> Fault {
    let config = Object::parse(json::unmarked(config_json)).unwrap_or_default();
    let is_secret = |name: &str| SECRET_NAMES.iter().any(|part| name.contains(part));
    let values = config.0.iter().filter(|(name, _)| is_secret(&name.to_ascii_lowercase()));
    let texts = values.flat_map(|(_, value)| {
        let items = json::items(value.get()).unwrap_or_else(|| vec![*value]);
        items.into_iter().filter_map(|item| json::text(item.get()))
    });
    let secrets: Vec<Secret> = texts.map(|text| Secret::any(&text)).collect();
    Strikes::of(&secrets).out_of_error(&mut fault);
    fault
}

async fn run<H: Host>(host: &H, action: &str, config_json: &str, input_json: &str) -> Result<String, Fault> {
    let action = action_name(action)?;
    let input = Fields::parse(input_json, Text::Input, &catalog::parameter_names(action))?;
    let connection = connection(config_json)?;
    let session = Session::new(host, &connection, envelope::PREFIX);
    match action {
        catalog::GET_INCIDENT => {
            let (id, expand) = (input.required_digits("incident_id")?, input.text("expand")?);
            get_incident::json(&session, &id, expand.as_deref()).await
        }
        catalog::LIST_INCIDENTS => list_incidents::json(&session, &input::incident_query(&input)?).await,
        catalog::RUN_HUNTING_QUERY => {
            run_hunting_query::json(&session, &input.required_text("query")?, input.text("time_span")?.as_deref()).await
        }
        catalog::UPDATE_INCIDENT => {
            let id = input.required_digits("incident_id")?;
            update_incident::json(&session, &id, &input::incident_change(&input)?).await
        }
        catalog::ADD_INCIDENT_COMMENT => {
            let id = input.required_digits("incident_id")?;
            add_comment(&session, Owner::Incident(&id), &input).await
        }
        catalog::LIST_ALERTS => alerts::list_json(&session, &input::alert_query(&input)?).await,
        catalog::GET_ALERT => alerts::get_json(&session, &input.required_text("alert_id")?).await,
        catalog::UPDATE_ALERT => {
            let id = input.required_text("alert_id")?;
            update_alert::json(&session, &id, &input::alert_change(&input)?).await
        }
        catalog::ADD_ALERT_COMMENT => {
            let id = input.required_text("alert_id")?;
            add_comment(&session, Owner::Alert(&id), &input).await
        }
        catalog::MERGE_INCIDENTS => correlation::merge_json(&session, &input::incident_merge(&input)?).await,
        catalog::MOVE_ALERTS => correlation::move_alerts_json(&session, &input::alert_move(&input)?).await,
        catalog::POLL_INCIDENTS => {
            poll_incidents::json(&session, input.text_or_json("state").as_deref(), &input::poll_query(&input)?).await
        }
        _ => generic::json(&session, &input::generic_request(&input)?).await,
    }
}

async fn add_comment<H: Host>(session: &Session<'_, H>, owner: Owner<'_>, input: &Fields<'_>) -> Result<String, Fault> {
    comment::json(session, owner, &input.required_text("comment")?, input.boolean("dry_run")?).await
}

/// Reports which actions will work.
pub async fn check<H: Host>(host: &H, config_json: &str) -> Result<String, Fault> {
    let connection = connection(config_json).map_err(|fault| without_secret(fault, config_json))?;
    let report = check::check(&Session::new(host, &connection, "")).await?;
    let actions: Vec<String> = report.actions.iter().map(access).collect();
    let mut object = Writer::new();
    object.json("granted", &json::list(&report.granted));
    object.json("actions", &format!("[{}]", actions.join(",")));
    object.json("warnings", &json::list(&report.warnings));
    Ok(object.finish())
}

/// Reports which origins a configuration needs.
pub fn targets(config_json: &str) -> Result<String, Fault> {
    let read = || {
        let fields = Fields::parse(config_json, Text::Config, &catalog::configuration_names())?;
        let verify = fields.boolean("verify")?;
        check::targets(cloud(&fields)?, endpoints(&fields)?.as_ref(), verify)
    };
    let targets = read().map_err(|fault| without_secret(fault, config_json))?;
    let mut object = Writer::new();
    object.text("login", &targets.login);
    object.text("graph", &targets.graph);
    object.json("verify", &targets.verify.to_string());
    Ok(object.finish())
}

fn access(access: &ActionAccess) -> String {
    let mut object = Writer::new();
    object.text("action", &access.action);
    object.text("title", &access.title);
    object.json("allowed", &access.allowed.to_string());
    object.json("missing", &json::list(&access.missing));
    object.optional("advice", access.advice.as_deref().map(json::quoted));
    object.finish()
}

/// The action's name in the catalog.
fn action_name(name: &str) -> Result<&'static str, Fault> {
    let name = name.trim();
    // The app's documentation uses both names.
    let wanted = if name == "update_incidents" { catalog::UPDATE_INCIDENT } else { name };
    catalog::action_names().find(|known| *known == wanted).ok_or_else(|| {
        let known: Vec<&str> = catalog::action_names().collect();
        let hint = nearest(name, &known).map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
        invalid(format!("action: {} is unknown; allowed: {}{hint}", quoted(name), known.join(", ")))
    })
}

/// Checks a configuration without sending anything.
pub fn connection(config_json: &str) -> Result<Rc<Connection>, Fault> {
    let known = LAST.with_borrow(|last| {
        last.as_ref().filter(|(json, _)| **json == config_json).map(|(_, connection)| connection.clone())
    });
    if let Some(connection) = known {
        return Ok(connection);
    }
    let mut config = config(config_json)?;
    let connection = Connection::new(&config);
    credential::wipe(&mut config.credential);
    let connection = Rc::new(connection?);
    LAST.set(Some((config_json.to_owned().into(), connection.clone())));
    Ok(connection)
}

fn config(json: &str) -> Result<Config, Fault> {
    let fields = Fields::parse(json, Text::Config, &catalog::configuration_names())?;
    Ok(Config {
        tenant_id: fields.required_text("tenant_id")?,
        client_id: fields.required_text("client_id")?,
        credential: credential(&fields)?,
        timeout_seconds: fields.integer("timeout")?,
        verify: fields.boolean("verify")?,
        api_version: fields.text("api_version")?,
        cloud: cloud(&fields)?,
        endpoints: endpoints(&fields)?,
    })
}

/// One of the group `credential` of the catalog.
fn credential(fields: &Fields<'_>) -> Result<Credential, Fault> {
    const WAYS: &str = "client_secret, certificate with private_key, client_assertion or access_token";
    let mut given = Vec::new();
    if let Some(secret) = fields.text("client_secret")? {
        given.push(("client_secret", Credential::ClientSecret(secret)));
    }
    let pair = (fields.text("certificate")?, fields.text("private_key")?);
    if pair.0.is_some() || pair.1.is_some() {
        let name = if pair.0.is_some() { "certificate" } else { "private_key" };
        let (certificate_pem, private_key_pem) = (pair.0.unwrap_or_default(), pair.1.unwrap_or_default());
        given.push((name, Credential::Certificate(Certificate { certificate_pem, private_key_pem })));
    }
    if let Some(assertion) = fields.text("client_assertion")? {
        given.push(("client_assertion", Credential::ClientAssertion(assertion)));
    }
    if let Some(token) = fields.text("access_token")? {
        given.push(("access_token", Credential::AccessToken(token)));
    }
    match given.len() {
        0 => Err(invalid(format!(
            "client_secret: is required, unless another credential is given; allowed: one of {WAYS}"
        ))),
        1 => Ok(given.remove(0).1),
        _ => {
            let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
            Err(invalid(format!("{}: are given together; allowed: one of {WAYS}", names.join(", "))))
        }
    }
}

/// Each endpoint may be given alone, and an empty object counts as absent.
fn endpoints(fields: &Fields<'_>) -> Result<Option<Endpoints>, Fault> {
    fields.fields("endpoints", &["login", "graph"], |endpoints| {
        Ok(Endpoints { login: endpoints.text("login")?, graph: endpoints.text("graph")? })
    })
}

fn cloud(fields: &Fields<'_>) -> Result<Option<Cloud>, Fault> {
    let text = fields.text("cloud")?.unwrap_or_default().trim().to_ascii_lowercase();
    if text.contains("china") || text.contains("21vianet") {
        return Err(fields.wrong(
            "cloud",
            "Microsoft Graph has no security incidents and no hunting in the China cloud (21Vianet); allowed: global, us-gov, us-gov-dod",
        ));
    }
    fields.word("cloud")
}

#[cfg(test)]
mod tests;
