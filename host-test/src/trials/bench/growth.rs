//! How the cost of a call grows: with the incidents of a page, the tags of an incident, and the tenants that an instance serves in turn.

use defender_xdr::doors::invoke::invoke;
use defender_xdr_host::{Connector, Settings};
use serde_json::{Value, json};

use super::comparison::{Times, alternating, times};
use super::error::BenchError;
use super::journal::Journal;
use super::plan::Plan;
use super::report::Growth;
use super::service::Service;
use super::side::{Component, Native, Side as _, Sides};
use super::work::{self, Work};

/// Incidents on a page; the service returns at most 50.
const INCIDENTS: [u32; 3] = [1, 10, 50];
/// Tags of the incident that one more is added to, which reads it first.
const TAGS: [u32; 4] = [1, 100, 1_000, 10_000];
/// Tenants whose calls one instance makes in turn, each with a token of its own.
const TENANTS: [u32; 4] = [1, 10, 100, 1_000];
/// Calls of one side in a row.
const CALLS: usize = 5;

/// Lists more and more incidents with their alerts.
pub(crate) fn pages(sides: &Sides, plan: &Plan) -> Result<Vec<Growth>, BenchError> {
    let timed = INCIDENTS.into_iter().map(|size| {
        let times = times(sides, &work::page(size), plan.page_rounds, CALLS)?;
        Ok(Growth { size, times })
    });
    timed.collect()
}

/// Adds a tag to an incident with more and more of them.
pub(crate) fn tags(sides: &Sides, plan: &Plan) -> Result<Vec<Growth>, BenchError> {
    let timed = TAGS.into_iter().take(plan.growth_sizes).map(|tags| {
        let list: Vec<String> = (0..tags).map(|tag| format!("Tag {tag}")).collect();
        let body = json!({ "customTags": list });
        sides.native.answer(&work::generic("PATCH", "security/incidents/2972395", &body))?;
        let work = work::add_tag("Tag 0");
        Ok(Growth { size: tags, times: times(sides, &work, plan.page_rounds, CALLS)? })
    });
    timed.collect()
}

/// Gets an incident for one tenant after the other.
pub(crate) fn tenants(
    file: &std::path::Path,
    service: &Service,
    sides: &Sides,
    journal: &Journal<'_>,
    plan: &Plan,
) -> Result<Vec<Growth>, BenchError> {
    let work = work::incident();
    let one = Settings { max_instances: 1, warm_instances: 1, ..service.settings() };
    let component = Component { connector: Connector::load(file, one)?, ..sides.component.clone() };
    let timed = TENANTS.into_iter().take(plan.growth_sizes).map(|tenants| {
        let configs = (0..tenants).map(|tenant| app(tenant, service, journal)).collect::<Result<Vec<_>, _>>()?;
        let rounds = plan.page_rounds.max(usize::try_from(tenants).unwrap_or(usize::MAX) / CALLS);
        Ok(Growth { size: tenants, times: in_turn(&configs, &work, &component, &sides.native, rounds)? })
    });
    timed.collect()
}

/// Registers an app, and returns the configuration of a tenant that uses it.
fn app(number: u32, service: &Service, journal: &Journal<'_>) -> Result<String, BenchError> {
    let mut config: Value = serde_json::from_str(&service.config).unwrap_or_default();
    let id = format!("00000000-0000-4000-8000-{number:012}");
    journal.register(&json!({ "client_id": id, "secret": "a-secret", "roles": ["SecurityIncident.Read.All"] }))?;
    config["client_id"] = id.into();
    config["client_secret"] = "a-secret".into();
    Ok(config.to_string())
}

/// Each tenant has its token before anything is timed.
fn in_turn(
    configs: &[String],
    work: &Work,
    component: &Component,
    native: &Native,
    rounds: usize,
) -> Result<Times, BenchError> {
    let of_component = |config: &str| {
        let call = component.connector.invoke(work.action, config, &work.input);
        component.runtime.block_on(call).map(drop).map_err(|error| error.to_string())
    };
    let of_native = |config: &str| {
        let call = invoke(&*native.host, work.action, config, &work.input);
        native.runtime.block_on(call).map(drop).map_err(|error| error.message)
    };
    let failed = |side| move |why| BenchError::Call { side, what: work.name.to_owned(), why };
    for config in configs {
        of_component(config).map_err(failed(Component::NAME))?;
        of_native(config).map_err(failed(Native::NAME))?;
    }
    let (mut next, mut next_native) = (configs.iter().cycle(), configs.iter().cycle());
    let mut call = || of_component(next.next().map_or("", String::as_str)).map_err(failed(Component::NAME));
    let mut call_natively = || of_native(next_native.next().map_or("", String::as_str)).map_err(failed(Native::NAME));
    alternating(rounds, CALLS, &mut call, &mut call_natively)
}
