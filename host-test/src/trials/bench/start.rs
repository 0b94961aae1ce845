//! What a start costs: loading compiled code, creating an instance, and both with a first answer.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use defender_xdr_host::{Connector, Settings};
use tokio::runtime::Handle;

use super::error::BenchError;
use super::plan::Plan;
use super::report::Span;
use super::service::Service;
use super::side::{Component, Side as _};
use super::statistics::{median, percentile, rounded};
use super::work;

/// The time to load a component that is already compiled, which a process does once.
pub(crate) fn aot_load_us(file: &Path, plan: &Plan, service: &Service) -> Result<f64, BenchError> {
    let mut times = Vec::with_capacity(plan.loads);
    for _ in 0..plan.loads {
        let started = Instant::now();
        let connector = Connector::load(file, service.settings())?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
        drop(connector);
    }
    Ok(rounded(median(&times), 0))
}

/// The time of a cold start to its first answer: load, instance, connection, token, action.
pub(crate) fn cold_start_ms(file: &Path, plan: &Plan, service: &Service, runtime: &Handle) -> Result<f64, BenchError> {
    let (work, config): (_, Arc<str>) = (work::incident(), service.config.as_str().into());
    let mut times = Vec::with_capacity(plan.loads);
    for _ in 0..plan.loads {
        let started = Instant::now();
        let connector = Connector::load(file, service.settings())?;
        let component = Component { connector, runtime: runtime.clone(), config: config.clone() };
        component.run(&work)?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(rounded(median(&times), 2))
}

/// The time to create an instance with everything that belongs to it.
pub(crate) fn instantiate_us(
    file: &Path,
    plan: &Plan,
    service: &Service,
    runtime: &Handle,
) -> Result<Span, BenchError> {
    let connector = Connector::load(file, Settings { warm_instances: 0, ..service.settings() })?;
    let mut times = Vec::with_capacity(plan.instantiations);
    runtime.block_on(async {
        for _ in 0..plan.instantiations {
            let started = Instant::now();
            let instance = connector.instance().await;
            times.push(started.elapsed().as_secs_f64() * 1e6);
            // Dropped after the clock is read: in a platform nobody waits for that.
            drop(instance.map_err(|error| BenchError::Call {
                side: Component::NAME,
                what: "instantiation".to_owned(),
                why: error.to_string(),
            })?);
        }
        Ok::<_, BenchError>(())
    })?;
    Ok(Span { p50: rounded(percentile(&times, 50.0), 1), p99: rounded(percentile(&times, 99.0), 1) })
}
