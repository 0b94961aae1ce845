//! One run, from the size of the file to a thousand instances.

use std::path::Path;
use std::sync::Arc;

use defender_xdr_host::{Connector, LoadError, Settings};
use tokio::runtime::Handle;

use super::callers::MOST_CALLERS;
use super::error::BenchError;
use super::journal::Journal;
use super::machine::Machine;
use super::native::NativeHost;
use super::plan::Plan;
use super::report::{Callers, Hunting, Instances, Report};
use super::service::Service;
use super::side::{Component, Limit, Native, Sides};
use super::verdict::bars;
use super::{actions, agreement, callers, growth, hunts, instances, start, wire, work};
use crate::component::gzip_bytes;

/// The steps of a run, as passed to `step`.
pub const STEPS: [&str; 9] =
    ["comparing answers", "starts", "requests", "actions", "hunts", "pages", "callers", "growth", "instances"];

/// Measures the component in a file; `program` is this program, whose command `emulator` is started as the service.
///
/// Blocks its thread, which must not be one of the runtime's own. `step` is called with what comes next.
///
/// # Errors
/// If there is no emulator, a call fails, or the two sides do not answer the same.
pub fn run(
    file: &Path,
    program: &Path,
    quick: bool,
    runtime: &Handle,
    step: impl Fn(&'static str),
) -> Result<Report, BenchError> {
    let plan = Plan::new(quick);
    let machine = Machine::here();
    let unreadable = |source| LoadError::Unreadable { name: file.display().to_string(), source };
    let wasm = std::fs::read(file).map_err(unreadable)?;
    let component_gzip_bytes = gzip_bytes(&wasm).map_err(unreadable)?;
    let service = Service::start(program)?;
    let config: Arc<str> = service.config.as_str().into();
    // As many warm instances as there are callers, so that both sides get a token for each caller once.
    let settings = Settings { warm_instances: MOST_CALLERS, max_instances: MOST_CALLERS, ..service.settings() };
    let connector = Connector::load(file, settings)?;
    let component = Component { connector, runtime: runtime.clone(), config: config.clone() };
    let host = Arc::new(NativeHost::new(&service.ca_pem)?);
    let native = Native { host: host.clone(), runtime: runtime.clone(), config: config.clone() };
    let journal = Journal { host: &host, runtime, service: &service };

    let mut steps = STEPS.into_iter();
    let mut next = || steps.next().into_iter().for_each(&step);
    next();
    for work in work::actions().iter().chain([&work::page(50), &work::hunt(work::ROWS_MAX)]) {
        agreement::check(work, &component, &native, &journal)?;
    }
    next();
    let aot_load_us = start::aot_load_us(file, &plan, &service)?;
    let instantiate_us = start::instantiate_us(file, &plan, &service, runtime)?;
    let cold_start_ms = start::cold_start_ms(file, &plan, &service, runtime)?;
    next();
    let unused = Component { connector: Connector::load(file, service.settings())?, ..component.clone() };
    let wire = wire::count(&unused, &journal)?;
    next();
    let sides = Sides { limit: Limit::of(&native), component: component.clone(), native: native.clone() };
    let actions = actions::measure(&sides, &plan)?;
    next();
    let fresh = Connector::load(file, Settings { warm_instances: 0, ..service.settings() })?;
    let fresh = Component { connector: fresh, ..component.clone() };
    let hunts = hunts::measure(&fresh, &sides, &plan)?;
    next();
    let pages = growth::pages(&sides, &plan)?;
    next();
    let callers = callers::measure(&sides, &plan)?;
    next();
    let tags = growth::tags(&sides, &plan)?;
    let tenants = growth::tenants(file, &service, &sides, &journal, &plan)?;
    next();
    let instances = instances::measure(file, &service, runtime)?;

    let largest = hunts.last().copied().map(Hunting::from);
    let busiest = enough_for(machine.cores, &callers);
    let (Some(hunting), Some(busiest)) = (largest, busiest) else {
        unreachable!("the lists of what to measure are constants")
    };
    let mut report = Report {
        component_bytes: wasm.len(),
        component_gzip_bytes,
        aot_load_us,
        instantiate_us,
        cold_start_ms,
        actions,
        hunting,
        requests_cold: wire.requests_cold,
        requests_warm: wire.requests_warm,
        connections_per_1000_calls: wire.connections_per_1000_calls,
        instances_per_gib: instances.last().and_then(Instances::per_gib),
        throughput: busiest.throughput,
        pages,
        hunts,
        callers,
        tags,
        tenants,
        instances,
        machine,
        bars: Vec::new(),
    };
    report.bars = bars(&report);
    Ok(report)
}

/// The smallest number of callers that exceeds what all cores can serve at a time.
fn enough_for(cores: usize, measured: &[Callers]) -> Option<&Callers> {
    measured.iter().find(|measured| measured.callers > 2 * cores).or(measured.last())
}
