//! The JSON form of the actions: reads config and input, runs the action, returns data and meta.

use std::cell::RefCell;
use std::rc::Rc;

use zeroize::Zeroizing;

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
use crate::wire::host::{Host, Method};
use crate::wit::actions::{ExtraFields, GenericRequest, IncidentChange, IncidentQuery, ResponseType, Upload};
use crate::wit::connection::ActionAccess;
use crate::wit::trigger::PollQuery;
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
fn without_secret(mut fault: Fault, config_json: &str) -> Fault {
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
        catalog::GET_INCIDENT => get_incident::json(&session, &input.required_digits("incident_id")?).await,
        catalog::LIST_INCIDENTS => list_incidents::json(&session, &incident_query(&input)?).await,
        catalog::RUN_HUNTING_QUERY => {
            run_hunting_query::json(&session, &input.required_text("query")?, input.text("time_span")?.as_deref()).await
        }
        catalog::UPDATE_INCIDENT => {
            update_incident::json(&session, &input.required_digits("incident_id")?, &incident_change(&input)?).await
        }
        catalog::POLL_INCIDENTS => {
            poll_incidents::json(&session, input.text_or_json("state").as_deref(), &poll_query(&input)?).await
        }
        _ => generic::json(&session, &generic_request(&input)?).await,
    }
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
        let config = Config {
            tenant_id: String::new(),
            client_id: String::new(),
            credential: Credential::ClientSecret(String::new()),
            timeout_seconds: None,
            api_version: None,
            verify: fields.boolean("verify")?,
            cloud: cloud(&fields)?,
            endpoints: endpoints(&fields)?,
        };
        check::targets(&config)
    };
    let targets = read().map_err(|fault| without_secret(fault, config_json))?;
    let mut object = Writer::new();
    object.text("login", &targets.login);
    object.text("graph", &targets.graph);
    object.json("verify", if targets.verify { "true" } else { "false" });
    Ok(object.finish())
}

fn access(access: &ActionAccess) -> String {
    let mut object = Writer::new();
    object.text("action", &access.action);
    object.text("title", &access.title);
    object.json("allowed", if access.allowed { "true" } else { "false" });
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

fn incident_query(input: &Fields<'_>) -> Result<IncidentQuery, Fault> {
    Ok(IncidentQuery {
        filter: input.text("filter")?,
        max_results: input.integer("max_results")?,
        skip: input.integer("skip")?,
        count: input.boolean("count")?,
        expand: input.text("expand")?,
        order_by: input.text("order_by")?,
        cursor: input.text("cursor")?,
    })
}

fn poll_query(input: &Fields<'_>) -> Result<PollQuery, Fault> {
    Ok(PollQuery {
        since: input.text("since")?,
        filter: input.text("filter")?,
        expand: input.text("expand")?,
        max_results: input.integer("max_results")?,
        look_back: input.integer("look_back")?,
    })
}

fn incident_change(input: &Fields<'_>) -> Result<IncidentChange, Fault> {
    Ok(IncidentChange {
        status: input.word("status")?,
        assigned_to: input.text("assigned_to")?,
        classification: input.word("classification")?,
        determination: input.word("determination")?,
        description: input.text("description")?,
        resolving_comment: input.text("resolving_comment")?,
        severity: input.word("severity")?,
        display_name: input.text("display_name")?,
        summary: input.text("summary")?,
        custom_tags: input.texts("custom_tags")?,
        tag_mode: input.word("tag_mode")?,
        clear: input.words("clear")?,
        unchanged_since: input.text("unchanged_since")?,
        dry_run: input.boolean("dry_run")?,
    })
}

fn generic_request(input: &Fields<'_>) -> Result<GenericRequest, Fault> {
    let method = input.word::<Method>("method")?.ok_or_else(|| input.wrong("method", "is required"))?;
    Ok(GenericRequest {
        method,
        endpoint: input.required_text("endpoint")?,
        payload: input.text_or_json("payload"),
        query_params: input.pairs("query_params")?,
        extra_fields: extra_fields(input)?,
    })
}

fn extra_fields(input: &Fields<'_>) -> Result<Option<ExtraFields>, Fault> {
    input.fields("extra_fields", &catalog::EXTRA_FIELDS, |extra| {
        Ok(ExtraFields {
            headers: extra.pairs("headers")?,
            payload_json: extra.any("payload_json"),
            files: files(extra)?,
            download: extra.boolean("download")?,
            filename: extra.text("filename")?,
            retry_count: extra.integer("retry_count")?,
            retry_wait: extra.integer("retry_wait")?,
            custom_output_json: extra.any("custom_output"),
            response_type: extra.word::<ResponseType>("response_type")?,
        })
    })
}

fn files(extra: &Fields<'_>) -> Result<Vec<Upload>, Fault> {
    let files = extra.list("files", &["field", "filename", "content_type", "content_base64"])?;
    files
        .iter()
        .map(|file| {
            Ok(Upload {
                field: file.required_text("field")?,
                filename: file.required_text("filename")?,
                content_type: file.text("content_type")?,
                content_base64: file.text("content_base64")?.unwrap_or_default(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
