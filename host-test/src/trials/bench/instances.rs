//! How much memory idle instances take, tokens included.

use std::path::Path;

use defender_xdr_host::{CallError, Connector, Settings};
use tokio::runtime::Handle;

use super::error::BenchError;
use super::report::Instances;
use super::service::Service;
use super::side::{Component, Side as _};
use super::work;
use crate::trials::residence;

/// Numbers of instances held at a time.
const HELD: [u32; 3] = [1, 100, 1_000];

/// Measures each number of instances. Empty if the system does not report how much memory a process has.
pub(crate) fn measure(file: &Path, service: &Service, runtime: &Handle) -> Result<Vec<Instances>, BenchError> {
    let mut measured = Vec::new();
    for held in HELD {
        let connector =
            Connector::load(file, Settings { max_instances: held, warm_instances: 0, ..service.settings() })?;
        let grown = runtime.block_on(growth(&connector, held, &service.config)).map_err(|error| BenchError::Call {
            side: Component::NAME,
            what: format!("{held} instances"),
            why: error.to_string(),
        })?;
        measured.extend(grown.map(|bytes| Instances::new(held, bytes)));
    }
    Ok(measured)
}

/// How much the process grows with this many instances that have each answered one call.
async fn growth(connector: &Connector, held: u32, config: &str) -> Result<Option<u64>, CallError> {
    let work = work::incident();
    // What is created once for all of them, such as connections, is not counted.
    connector.invoke(work.action, config, &work.input).await?;
    let before = residence::proportional();
    let mut instances = Vec::new();
    for _ in 0..held {
        let mut instance = connector.instance().await?;
        instance.invoke(work.action, config, &work.input).await?;
        instances.push(instance);
    }
    let after = residence::proportional();
    Ok(before.zip(after).map(|(before, after)| after.saturating_sub(before)))
}
