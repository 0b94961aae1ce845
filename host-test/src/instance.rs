//! One instance in one caller's hands: typed calls, and the JSON one.
//!
//! Each call has a policy and limits around it. An instance is used again only after a call that ended; one that trapped, was
//! stopped or was abandoned in the middle of a call is thrown away with everything in it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use crate::bindings::actions::{
    GenericRequest, GenericResponse, HuntingResult, Incident, IncidentChange, IncidentPage, IncidentQuery,
};
use crate::bindings::catalog;
use crate::bindings::connection::{ConnectionReport, TargetOrigins};
use crate::bindings::types::Config;
use crate::call_error::CallError;
use crate::connector::{Shared, Warm};
use crate::policy::{Configured, Policy};

/// An instance of the component. Dropping it gives it back for later calls.
pub struct Instance {
    /// Out of its place during a call, and gone after one that did not end; the next call makes a new one.
    warm: Option<Warm>,
    shared: Arc<Shared>,
    _permit: OwnedSemaphorePermit,
}

/// What a guest made of a call, or why it was stopped.
type Outcome<T> = Result<T, CallError>;

impl Instance {
    pub(crate) fn new(warm: Warm, shared: Arc<Shared>, permit: OwnedSemaphorePermit) -> Self {
        Self { warm: Some(warm), shared, _permit: permit }
    }

    /// Get the details of one incident.
    ///
    /// # Errors
    /// The connector's error, or what stopped the call.
    pub async fn get_incident(&mut self, config: &Config, incident_id: &str) -> Result<Incident, CallError> {
        let mut warm = self.begin(config).await?;
        let call = warm.world.defender_xdr_actions().call_get_incident(&mut warm.store, config, incident_id);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// List incidents, a page a call.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn list_incidents(&mut self, config: &Config, query: &IncidentQuery) -> Result<IncidentPage, CallError> {
        let mut warm = self.begin(config).await?;
        let call = warm.world.defender_xdr_actions().call_list_incidents(&mut warm.store, config, query);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// Run an advanced hunting query. `time_span` is in ISO 8601.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn run_hunting_query(
        &mut self,
        config: &Config,
        query: &str,
        time_span: Option<&str>,
    ) -> Result<HuntingResult, CallError> {
        let mut warm = self.begin(config).await?;
        let actions = warm.world.defender_xdr_actions();
        let call = actions.call_run_hunting_query(&mut warm.store, config, query, time_span);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// Change an incident.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn update_incident(
        &mut self,
        config: &Config,
        incident_id: &str,
        change: &IncidentChange,
    ) -> Result<Incident, CallError> {
        let mut warm = self.begin(config).await?;
        let actions = warm.world.defender_xdr_actions();
        let call = actions.call_update_incident(&mut warm.store, config, incident_id, change);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// Make a request to any endpoint of the API.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn generic_action(
        &mut self,
        config: &Config,
        request: &GenericRequest,
    ) -> Result<GenericResponse, CallError> {
        let mut warm = self.begin(config).await?;
        let call = warm.world.defender_xdr_actions().call_generic_action(&mut warm.store, config, request);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// Check which actions will work with the configuration's app registration.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn check(&mut self, config: &Config) -> Result<ConnectionReport, CallError> {
        let mut warm = self.begin(config).await?;
        let call = warm.world.defender_xdr_connection().call_check(&mut warm.store, config);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// Run an action by name, JSON in and JSON out.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn invoke(&mut self, action: &str, config_json: &str, input_json: &str) -> Result<String, CallError> {
        let mut warm = self.begin_json(config_json).await?;
        let call = warm.world.defender_xdr_json().call_invoke(&mut warm.store, action, config_json, input_json);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// Check which actions will work with an app registration, JSON in and JSON out.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn check_json(&mut self, config_json: &str) -> Result<String, CallError> {
        let mut warm = self.begin_json(config_json).await?;
        let call = warm.world.defender_xdr_json().call_check(&mut warm.store, config_json);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// The origins that a configuration needs. Nothing is sent.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn targets(&mut self, config: &Config) -> Result<TargetOrigins, CallError> {
        let mut warm = self.take(Policy::default()).await?;
        let call = warm.world.defender_xdr_connection().call_targets(&mut warm.store, config);
        let outcome = limited(self.call_limit(), call).await;
        Ok(self.end(warm, outcome)??)
    }

    /// The same for a configuration in JSON.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn targets_json(&mut self, config_json: &str) -> Result<TargetOrigins, CallError> {
        let mut warm = self.take(Policy::default()).await?;
        let call = warm.world.defender_xdr_json().call_targets(&mut warm.store, config_json);
        let outcome = limited(self.call_limit(), call).await;
        let json = self.end(warm, outcome)??;
        crate::policy::targets(&json)
            .map_err(|error| CallError::Trap(format!("its targets are not as agreed: {error}")))
    }

    /// The connector's description of itself as JSON.
    ///
    /// # Errors
    /// What stopped the call.
    pub async fn describe_json(&mut self) -> Result<String, CallError> {
        let mut warm = self.take(Policy::default()).await?;
        let call = warm.world.defender_xdr_json().call_describe(&mut warm.store);
        let outcome = limited(self.call_limit(), call).await;
        self.end(warm, outcome)
    }

    /// The connector's description of itself.
    ///
    /// # Errors
    /// What stopped the call.
    pub async fn describe(&mut self) -> Result<catalog::Connector, CallError> {
        let mut warm = self.take(Policy::default()).await?;
        let call = warm.world.defender_xdr_catalog().call_describe(&mut warm.store);
        let outcome = limited(self.call_limit(), call).await;
        self.end(warm, outcome)
    }

    /// Bytes of memory that the instance holds; as it never shrinks, this is also the most that it ever held.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.warm.as_ref().map_or(0, |warm| warm.store.data().memory().used())
    }

    fn call_limit(&self) -> Duration {
        self.shared.settings.call_limit
    }

    async fn begin(&mut self, config: &Config) -> Result<Warm, CallError> {
        let known = self.configured().and_then(|configured| configured.policy_of(config)).cloned();
        let policy = if let Some(policy) = known {
            policy
        } else {
            let targets = self.targets(config).await;
            let policy = self.policy(targets)?;
            self.remember(Configured::Typed(config.clone(), policy.clone()));
            policy
        };
        self.take(policy).await
    }

    async fn begin_json(&mut self, config: &str) -> Result<Warm, CallError> {
        let known = self.configured().and_then(|configured| configured.policy_of_json(config)).cloned();
        let policy = if let Some(policy) = known {
            policy
        } else {
            let targets = self.targets_json(config).await;
            let policy = self.policy(targets)?;
            self.remember(Configured::Json(config.to_owned(), policy.clone()));
            policy
        };
        self.take(policy).await
    }

    fn configured(&self) -> Option<&Configured> {
        self.warm.as_ref().and_then(|warm| warm.configured.as_ref())
    }

    fn remember(&mut self, configured: Configured) {
        if let Some(warm) = &mut self.warm {
            warm.configured = Some(configured);
        }
    }

    /// What the component refuses may reach nothing; the call itself says why.
    fn policy(&self, targets: Result<TargetOrigins, CallError>) -> Result<Policy, CallError> {
        match targets {
            Ok(targets) => Ok(Policy::of(&targets, self.shared.settings.allow.as_deref())),
            Err(CallError::Action(_)) => Ok(Policy::default()),
            Err(stopped) => Err(stopped),
        }
    }

    async fn take(&mut self, policy: Policy) -> Result<Warm, CallError> {
        let mut warm = match self.warm.take() {
            Some(warm) => warm,
            None => self.shared.make().await?,
        };
        warm.store.data_mut().begin(policy);
        warm.store.set_epoch_deadline(1);
        Ok(warm)
    }

    /// Puts the instance back in its place after a call that ended. One that was stopped is dropped here.
    fn end<T>(&mut self, warm: Warm, outcome: Outcome<T>) -> Outcome<T> {
        let memory = warm.store.data().memory();
        match outcome {
            Ok(answer) => {
                self.warm = Some(warm);
                Ok(answer)
            }
            Err(CallError::Trap(_)) if memory.refused() => {
                let limit_bytes = self.shared.settings.memory_limit;
                Err(CallError::Memory { used_bytes: memory.used(), limit_bytes })
            }
            Err(stopped) => Err(stopped),
        }
    }
}

/// Waits for a call, but not for ever. Epochs stop a guest that computes; one that waits in a host call is stopped by this.
async fn limited<T>(limit: Duration, call: impl Future<Output = wasmtime::Result<T>>) -> Outcome<T> {
    match tokio::time::timeout(limit, call).await {
        Ok(outcome) => outcome.map_err(|error| CallError::stopped(&error)),
        Err(_) => Err(CallError::Call(limit)),
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(warm) = self.warm.take() {
            self.shared.keep(warm);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host spawns calls on a runtime with many threads; this fails to compile when it cannot.
    #[test]
    fn calls_can_move_between_threads() {
        fn assert_send<T: Send>(_: impl FnOnce(&'static mut Instance) -> T) {}
        assert_send(|instance| instance.invoke("", "", ""));
        assert_send(|instance| instance.run_hunting_query(config(), "", None));
        assert_send(Instance::describe);
    }

    fn config() -> &'static Config {
        unreachable!("no call is made")
    }
}
