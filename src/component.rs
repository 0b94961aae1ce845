//! The exports: each checks the configuration, runs an action and answers.

use crate::actions::{generic, get_incident, list_incidents, run_hunting_query, update_incident};
use crate::config::Connection;
use crate::error::Fault;
use crate::graph::Session;
use crate::host::Host;
use crate::secret::{Secret, Strikes};
use crate::wit::actions::{
    GenericRequest, GenericResponse, HuntingResult, Incident, IncidentChange, IncidentPage, IncidentQuery,
};
use crate::wit::types::{Config, Error};
use crate::wit::{actions, catalog, connection, json};

/// The component, on whatever host it was given.
pub struct Component<H>(std::marker::PhantomData<H>);

#[expect(clippy::result_large_err, reason = "the record of the interface")]
fn run<H: Host + Default, T>(
    config: &Config,
    action: impl FnOnce(&Session<'_>) -> Result<T, Fault>,
) -> Result<T, Error> {
    let run = || action(&Session::new(&H::default(), &Connection::new(config)?, ""));
    run().map_err(|fault| without_secret(fault, config))
}

/// An error without the configuration's secret, should it have been pasted into the wrong field.
fn without_secret(mut fault: Fault, config: &Config) -> Error {
    Strikes::of([&Secret::new(config.client_secret.trim().to_owned())]).out_of_error(&mut fault);
    *fault
}

impl<H: Host + Default + 'static> actions::Guest for Component<H> {
    fn get_incident(config: Config, incident_id: String) -> Result<Incident, Error> {
        run::<H, _>(&config, |session| get_incident::typed(session, &incident_id))
    }

    fn list_incidents(config: Config, query: IncidentQuery) -> Result<IncidentPage, Error> {
        run::<H, _>(&config, |session| list_incidents::typed(session, &query))
    }

    fn run_hunting_query(config: Config, query: String, time_span: Option<String>) -> Result<HuntingResult, Error> {
        run::<H, _>(&config, |session| run_hunting_query::typed(session, &query, time_span.as_deref()))
    }

    fn update_incident(config: Config, incident_id: String, change: IncidentChange) -> Result<Incident, Error> {
        run::<H, _>(&config, |session| update_incident::typed(session, &incident_id, &change))
    }

    fn generic_action(config: Config, request: GenericRequest) -> Result<GenericResponse, Error> {
        run::<H, _>(&config, |session| generic::typed(session, &request))
    }
}

impl<H: Host + Default + 'static> json::Guest for Component<H> {
    fn invoke(action: String, config_json: String, input_json: String) -> Result<String, Error> {
        crate::invoke::invoke(&H::default(), &action, &config_json, &input_json).map_err(|fault| *fault)
    }

    fn check(config_json: String) -> Result<String, Error> {
        crate::invoke::check(&H::default(), &config_json).map_err(|fault| *fault)
    }

    fn targets(config_json: String) -> Result<String, Error> {
        crate::invoke::targets(&config_json).map_err(|fault| *fault)
    }

    fn describe() -> String {
        crate::catalog::json()
    }
}

impl<H: Host + Default + 'static> connection::Guest for Component<H> {
    fn check(config: Config) -> Result<connection::ConnectionReport, Error> {
        run::<H, _>(&config, crate::connection::check)
    }

    fn targets(config: Config) -> Result<connection::TargetOrigins, Error> {
        crate::connection::targets(&config).map_err(|fault| without_secret(fault, &config))
    }
}

impl<H: 'static> catalog::Guest for Component<H> {
    fn describe() -> catalog::Connector {
        crate::catalog::describe()
    }
}
