//! The exports: each checks the configuration, runs an action and returns the result.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use zeroize::Zeroizing;

use crate::actions::triage::comment::Owner;
use crate::actions::triage::{alerts, comment, correlation, update_alert};
use crate::actions::{
    check, generic, get_incident, list_incidents, poll_incidents, run_hunting_query, update_incident,
};
use crate::doors::invoke;
use crate::graph::session::Session;
use crate::request::config::Connection;
use crate::request::credential;
use crate::text::fault::Fault;
use crate::text::secret::Strikes;
use crate::wire::host::Host;
use crate::wit::actions::{
    GenericRequest, GenericResponse, HuntingResult, Incident, IncidentChange, IncidentPage, IncidentQuery,
};
use crate::wit::triage::{
    AlertChange, AlertDetails, AlertMove, AlertPage, AlertQuery, CommentList, Correlation, IncidentMerge,
};
use crate::wit::trigger::{PollQuery, PollResult};
use crate::wit::types::{Config, Error};
use crate::wit::{actions, catalog, connection, json, triage, trigger};

/// The component on any host.
pub struct Component<H>(std::marker::PhantomData<H>);

#[expect(clippy::result_large_err, reason = "the record of the interface")]
fn run<H: Host + Default, T>(
    mut config: Config,
    action: impl AsyncFnOnce(&Session<'_, H>) -> Result<T, Fault>,
) -> Result<T, Error> {
    let call = async { action(&Session::new(&H::default(), &Connection::new(&config)?, "")).await };
    let outcome = finish(call).map_err(|fault| without_secret(fault, &config));
    credential::wipe(&mut config.credential);
    outcome
}

/// Runs a call to completion. On a blocking host nothing is ever pending, so no other executor is needed.
pub fn finish<T>(call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    loop {
        if let Poll::Ready(outcome) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return outcome;
        }
    }
}

/// The error without the configuration's secret, which may have been pasted into the wrong field.
fn without_secret(mut fault: Fault, config: &Config) -> Error {
    Strikes::of(&credential::unchecked_secrets(&config.credential)).out_of_error(&mut fault);
    *fault
}

impl<H: Host + Default + 'static> actions::Guest for Component<H> {
    fn get_incident(config: Config, incident_id: String, expand: Option<String>) -> Result<Incident, Error> {
        run::<H, _>(config, async |session| get_incident::typed(session, &incident_id, expand.as_deref()).await)
    }

    fn list_incidents(config: Config, query: IncidentQuery) -> Result<IncidentPage, Error> {
        run::<H, _>(config, async |session| list_incidents::typed(session, &query).await)
    }

    fn run_hunting_query(config: Config, query: String, time_span: Option<String>) -> Result<HuntingResult, Error> {
        run::<H, _>(config, async |session| run_hunting_query::typed(session, &query, time_span.as_deref()).await)
    }

    fn update_incident(config: Config, incident_id: String, change: IncidentChange) -> Result<Incident, Error> {
        run::<H, _>(config, async |session| update_incident::typed(session, &incident_id, &change).await)
    }

    fn generic_action(config: Config, request: GenericRequest) -> Result<GenericResponse, Error> {
        run::<H, _>(config, async |session| generic::typed(session, &request).await)
    }
}

impl<H: Host + Default + 'static> triage::Guest for Component<H> {
    fn add_incident_comment(
        config: Config,
        incident_id: String,
        text: String,
        dry_run: Option<bool>,
    ) -> Result<CommentList, Error> {
        let owner = Owner::Incident(&incident_id);
        run::<H, _>(config, async |session| comment::typed(session, owner, &text, dry_run).await)
    }

    fn list_alerts(config: Config, query: AlertQuery) -> Result<AlertPage, Error> {
        run::<H, _>(config, async |session| alerts::list(session, &query).await)
    }

    fn get_alert(config: Config, alert_id: String) -> Result<AlertDetails, Error> {
        run::<H, _>(config, async |session| alerts::get(session, &alert_id).await)
    }

    fn update_alert(config: Config, alert_id: String, change: AlertChange) -> Result<AlertDetails, Error> {
        run::<H, _>(config, async |session| update_alert::typed(session, &alert_id, &change).await)
    }

    fn add_alert_comment(
        config: Config,
        alert_id: String,
        text: String,
        dry_run: Option<bool>,
    ) -> Result<CommentList, Error> {
        let owner = Owner::Alert(&alert_id);
        run::<H, _>(config, async |session| comment::typed(session, owner, &text, dry_run).await)
    }

    fn merge_incidents(config: Config, merge: IncidentMerge) -> Result<Correlation, Error> {
        run::<H, _>(config, async |session| correlation::merge(session, &merge).await)
    }

    fn move_alerts(config: Config, alerts: AlertMove) -> Result<Correlation, Error> {
        run::<H, _>(config, async |session| correlation::move_alerts(session, &alerts).await)
    }
}

impl<H: Host + Default + 'static> trigger::Guest for Component<H> {
    fn poll_incidents(config: Config, state: Option<String>, query: PollQuery) -> Result<PollResult, Error> {
        run::<H, _>(config, async |session| poll_incidents::typed(session, state.as_deref(), &query).await)
    }
}

impl<H: Host + Default + 'static> json::Guest for Component<H> {
    fn invoke(action: String, config_json: String, input_json: String) -> Result<String, Error> {
        let config_json = Zeroizing::new(config_json);
        finish(invoke::invoke(&H::default(), &action, &config_json, &input_json)).map_err(|fault| *fault)
    }

    fn check(config_json: String) -> Result<String, Error> {
        let config_json = Zeroizing::new(config_json);
        finish(invoke::check(&H::default(), &config_json)).map_err(|fault| *fault)
    }

    fn targets(config_json: String) -> Result<String, Error> {
        invoke::targets(&config_json).map_err(|fault| *fault)
    }

    fn describe() -> String {
        crate::catalog::json(&crate::catalog::describe())
    }
}

impl<H: Host + Default + 'static> connection::Guest for Component<H> {
    fn check(config: Config) -> Result<connection::ConnectionReport, Error> {
        run::<H, _>(config, async |session| check::check(session).await)
    }

    fn targets(config: Config) -> Result<connection::TargetOrigins, Error> {
        check::targets(config.cloud, config.endpoints.as_ref(), config.verify)
            .map_err(|fault| without_secret(fault, &config))
    }
}

impl<H: 'static> catalog::Guest for Component<H> {
    fn describe() -> catalog::Connector {
        crate::catalog::describe()
    }
}
