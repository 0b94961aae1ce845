//! Lists incidents, hunts, starts playbooks, and shows what errors look like, through typed calls.

mod host;

use std::path::{Path, PathBuf};
use std::{env, fs};

use host::types::{Config, Credential, Endpoints, Error, ErrorKind};
use host::{Host, Instance, actions, trigger};
use wasmtime::{Result, ensure, format_err};

#[tokio::main]
async fn main() -> Result<()> {
    let file = env::args_os().nth(1).map_or_else(|| PathBuf::from("target/defender_xdr.wasm"), PathBuf::from);
    let host = Host::load(&file)?;
    let config = config()?;
    let mut connector = host.instance(&config).await?;

    let page = connector.list_incidents(&config, &incidents_of_high_severity()).await??;
    let total = page.total.ok_or_else(|| format_err!("no total, although it was asked for"))?;
    ensure!(page.incidents.len() as u64 == total.min(5), "{} incidents of {total}", page.incidents.len());
    println!("Incidents of high severity: {} of {total}", page.incidents.len());
    for incident in &page.incidents {
        let name = incident.display_name.as_deref().unwrap_or_default();
        println!("  {}  {:<11} {name}", incident.id, incident.status.as_deref().unwrap_or("unknown"));
    }

    if let Some(newest) = page.incidents.first() {
        let incident = connector.get_incident(&config, &newest.id).await??;
        let priority = incident.priority_score.map_or("none".to_owned(), |score| score.to_string());
        let severity = incident.severity.as_deref().unwrap_or("not rated");
        println!("Incident {}: severity {severity}, priority {priority}, {}", incident.id, told(&incident.comments));
    }

    let query = "AlertInfo | summarize Alerts = count() by Severity";
    let found = connector.run_hunting_query(&config, query).await??;
    let columns: Vec<_> = found.columns.iter().map(|column| column.name.as_str()).collect();
    ensure!(columns == ["Severity", "Alerts"], "columns {columns:?}");
    println!("Alerts by severity: {} rows\n  {}", found.row_count, found.rows_json);

    let kept = env::temp_dir().join(format!("playbooks-{}", std::process::id()));
    for when in ["this year", "since then"] {
        let mut started = 0;
        playbooks(&mut connector, &config, &kept, |_| started += 1).await?;
        ensure!((started > 0) == (when == "this year"), "{started} changes {when}");
        println!("Playbooks started for changes {when}: {started}");
    }
    fs::remove_file(kept)?;

    println!("A column that does not exist");
    let query = "AlertInfo | where Severityy == 'High'";
    refused(connector.run_hunting_query(&config, query).await?, ErrorKind::Rejected)?;

    println!("A wrong secret");
    let wrong = Config { credential: Credential::ClientSecret("wrong".to_owned()), ..config.clone() };
    let error = refused(connector.run_hunting_query(&wrong, query).await?, ErrorKind::Unauthenticated)?;
    ensure!(error.remedy.is_some(), "no remedy");

    println!("A host that is not allowed");
    let elsewhere = "https://elsewhere.example".to_owned();
    let endpoints = Endpoints { login: Some(elsewhere.clone()), graph: Some(elsewhere) };
    let elsewhere = Config { endpoints: Some(endpoints), ..config };
    refused(connector.run_hunting_query(&elsewhere, query).await?, ErrorKind::Denied)?;
    Ok(())
}

/// Starts a playbook for each change since the state that is kept: run it every 30 seconds. A crash starts some again.
async fn playbooks(
    connector: &mut Instance,
    config: &Config,
    kept: &Path,
    start: impl FnMut(&actions::Incident),
) -> Result<()> {
    let since = Some("2026-01-01T00:00:00Z".to_owned());
    let query = trigger::PollQuery { since, filter: None, expand: None, max_results: None, look_back: None };
    let (mut start, mut more) = (start, true);
    while more {
        let state = fs::read_to_string(kept).ok();
        let found = connector.poll_incidents(config, state.as_deref(), &query).await??;
        found.incidents.iter().for_each(&mut start);
        let new = kept.with_extension("new");
        fs::write(&new, &found.state)?;
        fs::rename(new, kept)?;
        more = found.more;
    }
    Ok(())
}

/// The texts of the comments; a comment may have none.
fn told(comments: &[actions::Comment]) -> String {
    let texts: Vec<&str> = comments.iter().map(|comment| comment.comment.as_deref().unwrap_or("no text")).collect();
    format!("comments: {}", if texts.is_empty() { "none".to_owned() } else { texts.join("; ") })
}

/// The configuration, with the secret from the environment, where a secret manager puts it: not an argument, not a file.
fn config() -> Result<Config> {
    let required = |name| env::var(name).map_err(|_| format_err!("{name} is not set"));
    Ok(Config {
        tenant_id: required("DEFENDER_TENANT_ID")?,
        client_id: required("DEFENDER_CLIENT_ID")?,
        credential: Credential::ClientSecret(required("DEFENDER_CLIENT_SECRET")?),
        timeout_seconds: Some(30),
        verify: None,
        api_version: None,
        cloud: None,
        endpoints: Some(Endpoints {
            login: env::var("DEFENDER_LOGIN_ENDPOINT").ok(),
            graph: env::var("DEFENDER_GRAPH_ENDPOINT").ok(),
        }),
    })
}

fn incidents_of_high_severity() -> actions::IncidentQuery {
    actions::IncidentQuery {
        filter: Some("severity eq 'high'".to_owned()),
        max_results: Some(5),
        skip: None,
        count: Some(true),
        expand: None,
        order_by: None,
        cursor: None,
    }
}

/// Shows the error that is expected, and returns it; anything else is a failure.
fn refused<T>(answer: Result<T, Error>, expected: ErrorKind) -> Result<Error> {
    let error = answer.err().ok_or_else(|| format_err!("an answer where {expected:?} was expected"))?;
    ensure!(error.kind == expected, "{error} where {expected:?} was expected");
    println!("  {:?}: {}", error.kind, error.message);
    if let Some(remedy) = &error.remedy {
        println!("  What to do: {remedy}");
    }
    Ok(error)
}
