//! One side on its own, told by another program what to do: so that clients in other languages can be measured in turns with it.
//!
//! A line of JSON in, a line of JSON out: `{"time": WORK, "calls": N}` answers `{"us": [...]}`, `{"rate": WORK, "callers": N,
//! "seconds": S}` answers `{"per_s": X}`, `{"peak": true}` answers `{"bytes": N}`. A work is `get`, `page` or `hunt N`.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use defender_xdr_host::{Connector, Settings};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::callers::{MOST_CALLERS, turn};
use super::error::BenchError;
use super::native::NativeHost;
use super::side::{Component, Limit, Native, Side};
use super::work::{self, Work};
use crate::trials::residence;

/// A side that can be asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// The component in its sandbox.
    Plugin,
    /// The same source, compiled natively.
    Native,
    /// The same requests, whose answers are dropped.
    Limit,
}

/// What a worker works with.
#[derive(Debug)]
pub struct Setting<'s> {
    /// The component.
    pub component: &'s Path,
    /// The configuration, as `json.invoke` takes it.
    pub config: &'s str,
    /// The certificate of the emulator.
    pub ca_pem: &'s str,
}

impl Worker {
    /// By its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [("plugin", Self::Plugin), ("native", Self::Native), ("limit", Self::Limit)]
            .into_iter()
            .find_map(|(known, worker)| (known == name).then_some(worker))
    }

    /// Gets an incident, says so, and then does what it is told until the input ends.
    ///
    /// Blocks its thread, which must not be one of the runtime's own.
    ///
    /// # Errors
    /// If a call fails, or a line cannot be read or written.
    pub fn run(
        self,
        setting: &Setting<'_>,
        runtime: &Handle,
        input: impl BufRead,
        output: impl Write,
    ) -> Result<(), BenchError> {
        let host = || NativeHost::new(setting.ca_pem).map(Arc::new);
        let config: Arc<str> = setting.config.into();
        let native = |host| Native { host, runtime: runtime.clone(), config: config.clone() };
        match self {
            Self::Plugin => {
                let settings = Settings {
                    ca_pem: Some(setting.ca_pem.to_owned()),
                    warm_instances: MOST_CALLERS,
                    max_instances: MOST_CALLERS,
                    ..Settings::default()
                };
                let connector = Connector::load(setting.component, settings)?;
                obey(&Component { connector, runtime: runtime.clone(), config }, input, output)
            }
            Self::Native => obey(&native(host()?), input, output),
            Self::Limit => obey(&Limit::of(&native(host()?)), input, output),
        }
    }
}

fn obey<S: Side>(side: &S, input: impl BufRead, mut output: impl Write) -> Result<(), BenchError> {
    let io = |error: std::io::Error| BenchError::Panicked(error.to_string());
    side.run(&work::incident())?;
    let mut answer = json!({ "ready": true });
    let mut lines = input.lines();
    loop {
        writeln!(output, "{answer}").and_then(|()| output.flush()).map_err(io)?;
        let Some(line) = lines.next() else { return Ok(()) };
        let order: Value = serde_json::from_str(&line.map_err(io)?).unwrap_or_default();
        answer = done(side, &order)?;
    }
}

fn done<S: Side>(side: &S, order: &Value) -> Result<Value, BenchError> {
    let number = |name: &str| usize::try_from(order[name].as_u64().unwrap_or(1)).unwrap_or(1);
    if let Some(work) = order["time"].as_str().and_then(named) {
        let mut times = Vec::new();
        for _ in 0..number("calls") {
            let started = Instant::now();
            side.run(&work)?;
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
        return Ok(json!({ "us": times }));
    }
    if let Some(work) = order["rate"].as_str().and_then(named) {
        let span = Duration::from_secs_f64(order["seconds"].as_f64().unwrap_or(1.0));
        return Ok(json!({ "per_s": turn(side, &work, number("callers"), span)? }));
    }
    Ok(json!({ "bytes": residence::peak() }))
}

fn named(name: &str) -> Option<Work> {
    match name {
        "get" => Some(work::incident()),
        "page" => Some(work::page(50)),
        name => name.strip_prefix("hunt ").and_then(|rows| rows.parse().ok()).map(work::hunt),
    }
}
