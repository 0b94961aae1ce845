//! `demo`: every action on its own example, against the emulator, formatted for people.
//!
//! The steps come from the catalog: reads first, then writes, each with what it changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::Command;
use defender_emulator::{ConnectorConfig, Emulator, Options};
use defender_xdr_host::bindings::catalog::{self, Action, Effect};
use defender_xdr_host::bindings::types::{Config, Credential, Endpoints};
use defender_xdr_host::{CallError, Exchange, Instance, Proxy};
use serde_json::{Value, json};

use super::failure::{Failure, Outcome};
use super::figure::{kibibytes, plural, span};
use super::globals::Globals;
use super::terminal::Terminal;
use super::view::{self, Envelope, change};
use super::{check, example, session, source, visible};

pub(crate) const NAME: &str = "demo";

/// Items of a list, and members of an object, shown of the generic action's answer.
const MAX_ITEMS: usize = 1;
const MAX_MEMBERS: usize = 6;
/// A query with a misspelt column.
const MISSPELT_QUERY: &str = "DeviceNetworkEvents | where RemoteUrll contains 'malicious'";

pub(crate) fn command() -> Command {
    Command::new(NAME).about("Start the emulator and run every action on its example")
}

pub(crate) async fn run(globals: &Globals, terminal: &Terminal) -> Outcome {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let count = Arc::new(move |_: &Exchange| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let started = Instant::now();
    let connector = session::load(globals, Some(count), Proxy::None)?;
    let catalog = connector.catalog().await?;
    let loaded = span(started.elapsed());
    let (emulator, config) = source::start_emulator(Options::default())?;
    terminal.print(&opening(catalog, connector.shape().size, &loaded, emulator.base_url(), terminal))?;

    let instance = connector.instance().await?;
    let mut demo = Demo { instance, emulator, config, terminal, requests, last_incident: None };
    for (index, action) in in_order(catalog).into_iter().enumerate() {
        demo.step(index + 1, action).await?;
    }
    demo.failure(catalog.actions.len() + 1).await?;
    demo.certificate(catalog.actions.len() + 2, catalog).await?;
    terminal.print(&farewell(catalog, terminal))
}

/// Reads come first, those without required input before the others; the generic action comes last.
fn in_order(catalog: &catalog::Connector) -> Vec<&Action> {
    let mut actions: Vec<&Action> = catalog.actions.iter().collect();
    let rank = |effect| match effect {
        Effect::Read => 0,
        Effect::Write => 1,
        Effect::Any => 2,
    };
    actions.sort_by_key(|action| (rank(action.effect), action.parameters.iter().any(|parameter| parameter.required)));
    actions
}

struct Demo<'a> {
    instance: Instance,
    emulator: Emulator,
    /// As `json.invoke` takes it.
    config: String,
    terminal: &'a Terminal,
    requests: Arc<AtomicUsize>,
    /// The last incident shown, to compare it with its state after a change.
    last_incident: Option<Value>,
}

impl Demo<'_> {
    async fn step(&mut self, number: usize, action: &Action) -> Outcome {
        self.heading(number, &action.title, &example::command_line(action, &["--emulator"]))?;
        let started = Instant::now();
        let input = Value::Object(example::input(action)).to_string();
        let answer = self.instance.invoke(&action.name, &self.config, &input).await?;
        let spent = self.spent(started);
        let envelope = Envelope::parse(&answer)?;
        self.terminal.print(&self.shown(action, &envelope.data))?;
        if view::incident::is_one(&envelope.data) {
            self.last_incident = Some(envelope.data.clone());
        }
        self.closing(&envelope, &spent)
    }

    fn shown(&self, action: &Action, data: &Value) -> String {
        let same = |before: &&Value| before.get("id") == data.get("id");
        let before = self.last_incident.as_ref().filter(|_| action.effect == Effect::Write).filter(same);
        match before {
            Some(before) => change::table(before, data, self.terminal),
            None if action.effect == Effect::Any => view::json(&shortened(data)),
            None => view::data(data, action.effect, self.terminal),
        }
    }

    fn closing(&self, envelope: &Envelope, spent: &[String]) -> Outcome {
        for warning in envelope.warnings() {
            self.terminal.print(&format!(
                "{} {}",
                self.terminal.text("warning:").yellow(),
                visible::indented(warning)
            ))?;
        }
        self.facts(&[view::counts(envelope), spent.to_vec()].concat())
    }

    /// The time since a call began, and the requests that it made.
    fn spent(&self, started: Instant) -> [String; 2] {
        [span(started.elapsed()), plural(self.requests.swap(0, Ordering::Relaxed) as u64, "request")]
    }

    fn facts(&self, facts: &[String]) -> Outcome {
        self.terminal.print(&self.terminal.text(facts.join(" · ")).dim().to_string())
    }

    /// Shows an error, through a typed call this time.
    async fn failure(&mut self, number: usize) -> Outcome {
        self.heading(number, "What an error looks like", &format!("… {MISSPELT_QUERY}"))?;
        let ConnectorConfig { tenant_id, client_id, client_secret, endpoints } = self.emulator.connector_config();
        let config = Config {
            tenant_id,
            client_id,
            credential: Credential::ClientSecret(client_secret),
            timeout_seconds: None,
            verify: None,
            api_version: None,
            cloud: None,
            endpoints: Some(Endpoints { login: Some(endpoints.login), graph: Some(endpoints.graph) }),
        };
        match self.instance.run_hunting_query(&config, MISSPELT_QUERY, None).await {
            Err(error @ CallError::Action(_)) => {
                self.terminal.print(&view::error::paragraph(&error, |text| self.terminal.text(text)))
            }
            Err(error) => Err(error.into()),
            Ok(_) => Err(Failure::usage("the emulator accepted a column that does not exist")),
        }
    }

    /// Signs in without a secret, with a certificate made for this.
    async fn certificate(&mut self, number: usize, catalog: &catalog::Connector) -> Outcome {
        self.heading(
            number,
            "Sign in with a certificate",
            "DEFENDER_CERTIFICATE_FILE=… DEFENDER_PRIVATE_KEY_FILE=… … check",
        )?;
        let (config, pair) = (self.emulator.connector_config(), self.emulator.certificate());
        let config = json!({
            "tenant_id": config.tenant_id,
            "client_id": config.client_id,
            "endpoints": config.endpoints,
            "certificate": pair.certificate_pem,
            "private_key": pair.private_key_pem,
        });
        self.requests.store(0, Ordering::Relaxed);
        let started = Instant::now();
        let report = self.instance.check_json(&config.to_string()).await?;
        let [took, requests] = self.spent(started);
        self.terminal.print(&check::table(&report, catalog, self.terminal)?)?;
        self.facts(&[took, requests, "the key stays in the sandbox: it signs a token request".to_owned()])
    }

    fn heading(&self, number: usize, title: &str, command: &str) -> Outcome {
        let rule = "─".repeat(
            self.terminal.width.saturating_sub(console::measure_text_width(title) + number.to_string().len() + 4),
        );
        let title = self.terminal.text(format!("{number}  {title}")).bold().cyan().to_string();
        self.terminal.print(&format!(
            "\n{title} {}\n{}",
            self.terminal.text(rule).dim(),
            self.terminal.text(format!("$ {command}")).dim()
        ))
    }
}

/// A value with its lists and objects shortened.
fn shortened(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let more = items.len().saturating_sub(MAX_ITEMS);
            let rest = (more > 0).then(|| Value::from(format!("… {more} more")));
            items.iter().take(MAX_ITEMS).map(shortened).chain(rest).collect()
        }
        Value::Object(members) => {
            let more = members.len().saturating_sub(MAX_MEMBERS);
            let rest = (more > 0).then(|| ("…".to_owned(), Value::from(format!("{more} more"))));
            let kept = members.iter().take(MAX_MEMBERS).map(|(name, value)| (name.clone(), shortened(value)));
            Value::Object(kept.chain(rest).collect())
        }
        other => other.clone(),
    }
}

fn opening(catalog: &catalog::Connector, size: usize, loaded: &str, address: &str, terminal: &Terminal) -> String {
    format!(
        "{}\n\
         A WebAssembly component of {}, ready in {loaded}. It can only send HTTP requests to allowed\n\
         hosts, read the clock and get random numbers. Here it talks to an emulator of Microsoft Graph\n\
         and Entra ID on {address}.",
        terminal.text(format!("{} {}", catalog.name, catalog.component_version)).bold(),
        kibibytes(size),
    )
}

/// Where to go next: three commands to copy.
fn farewell(catalog: &catalog::Connector, terminal: &Terminal) -> String {
    let program = example::program();
    let first = in_order(catalog).first().map(|action| action.function.clone()).unwrap_or_default();
    let next = [
        ("describe".to_owned(), "all actions, parameters and permissions"),
        (format!("{first} --help"), "options of an action"),
        (format!("{first} --emulator --json"), "for programs"),
    ];
    let width = next.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let line = |(command, what): &(String, &str)| {
        format!("  {program} {command:width$}  {}", terminal.text(format!("# {what}")).dim())
    };
    format!(
        "\n{}\n{}\n\nTo use your own tenant, set DEFENDER_TENANT_ID, DEFENDER_CLIENT_ID and a credential such as\n\
         DEFENDER_CERTIFICATE_FILE with DEFENDER_PRIVATE_KEY_FILE, and leave out --emulator.",
        terminal.text("Where to go next").bold(),
        next.iter().map(line).collect::<Vec<_>>().join("\n"),
    )
}
