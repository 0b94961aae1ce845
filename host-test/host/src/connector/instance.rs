//! One instance, used by one caller: JSON calls here, typed calls in `typed`.
//!
//! Each call runs under a policy and limits. An instance is reused only after a completed call; one that trapped, was
//! stopped or was abandoned during a call is discarded with everything in it.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::Store;

use super::call_error::CallError;
use super::configuration::Configuration;
use super::pool::{Pool, Warm};
use crate::bindings::World;
use crate::bindings::catalog;
use crate::bindings::connection::TargetOrigins;
use crate::bindings::types::{Config, Error};
use crate::outbound::policy::{self, Policy};
use crate::sandbox::guest::Guest;

/// An instance of the component. Dropping it returns it for later calls.
pub struct Instance {
    /// Taken out during a call, and gone after one that did not complete; the next call creates a new one.
    warm: Option<Warm>,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

/// The guest's result, or why it was stopped.
type Outcome<T> = Result<T, CallError>;

/// The result of the generated functions: the outer error stopped the guest.
type Returned<T> = wasmtime::Result<T>;

impl Instance {
    pub(crate) fn new(warm: Warm, pool: Arc<Pool>, permit: OwnedSemaphorePermit) -> Self {
        Self { warm: Some(warm), pool, _permit: permit }
    }

    /// Run an action by name, JSON in and JSON out.
    ///
    /// # Errors
    /// The connector's error, or what stopped the call.
    pub async fn invoke(&mut self, action: &str, config_json: &str, input_json: &str) -> Result<String, CallError> {
        self.call(config_json, async |world, store| {
            world.defender_xdr_json().call_invoke(store, action, config_json, input_json).await
        })
        .await
    }

    /// Check which actions will work with an app registration, JSON in and JSON out.
    ///
    /// # Errors
    /// As [`Instance::invoke`].
    pub async fn check_json(&mut self, config_json: &str) -> Result<String, CallError> {
        self.call(config_json, async |world, store| world.defender_xdr_json().call_check(store, config_json).await)
            .await
    }

    /// The origins that a configuration needs. Nothing is sent.
    ///
    /// # Errors
    /// As [`Instance::invoke`].
    pub async fn targets(&mut self, config: &Config) -> Result<TargetOrigins, CallError> {
        Ok(self
            .run(Policy::default(), async |world, store| {
                world.defender_xdr_connection().call_targets(store, config).await
            })
            .await??)
    }

    /// The same for a configuration in JSON.
    ///
    /// # Errors
    /// As [`Instance::invoke`].
    pub async fn targets_json(&mut self, config_json: &str) -> Result<TargetOrigins, CallError> {
        let json = self
            .run(Policy::default(), async |world, store| {
                world.defender_xdr_json().call_targets(store, config_json).await
            })
            .await??;
        policy::targets(&json)
            .map_err(|error| CallError::Trap(format!("its targets do not have the agreed form: {error}")))
    }

    /// The connector's description of itself as JSON.
    ///
    /// # Errors
    /// What stopped the call.
    pub async fn describe_json(&mut self) -> Result<String, CallError> {
        self.run(Policy::default(), async |world, store| world.defender_xdr_json().call_describe(store).await).await
    }

    /// The connector's description of itself.
    ///
    /// # Errors
    /// What stopped the call.
    pub async fn describe(&mut self) -> Result<catalog::Connector, CallError> {
        self.run(Policy::default(), async |world, store| world.defender_xdr_catalog().call_describe(store).await).await
    }

    /// Bytes of memory that the instance holds. Memory never shrinks, so this is also the peak.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.warm.as_ref().map_or(0, |warm| warm.store.data().memory().used())
    }

    /// Makes a call that may reach what its configuration needs.
    pub(super) async fn call<'c, T>(
        &mut self,
        config: impl Into<Configuration<'c>>,
        call: impl AsyncFnOnce(&World, &mut Store<Guest>) -> Returned<Result<T, Error>>,
    ) -> Outcome<T> {
        let policy = self.policy(config.into()).await?;
        Ok(self.run(policy, call).await??)
    }

    /// The policy of a configuration. One that the component refuses may reach nothing; the call itself reports why.
    async fn policy(&mut self, config: Configuration<'_>) -> Outcome<Policy> {
        if let Some((known, policy)) = self.warm.as_ref().and_then(|warm| warm.known.as_ref())
            && *known == config
        {
            return Ok(policy.clone());
        }
        let targets = match &config {
            Configuration::Typed(config) => self.targets(config).await,
            Configuration::Json(config) => self.targets_json(config).await,
        };
        let policy = match targets {
            Ok(targets) => Policy::of(&targets, self.pool.settings.allow.as_deref()),
            Err(CallError::Action(_)) => Policy::default(),
            Err(stopped) => return Err(stopped),
        };
        if let Some(warm) = &mut self.warm {
            warm.known = Some((config.into_owned(), policy.clone()));
        }
        Ok(policy)
    }

    /// Makes a call within its limits. The instance is put back after a completed call and dropped otherwise.
    async fn run<T>(
        &mut self,
        policy: Policy,
        call: impl AsyncFnOnce(&World, &mut Store<Guest>) -> Returned<T>,
    ) -> Outcome<T> {
        let mut warm = match self.warm.take() {
            Some(warm) => warm,
            None => self.pool.make().await?,
        };
        warm.store.data_mut().begin(policy);
        warm.store.set_epoch_deadline(1);
        let Warm { store, world, .. } = &mut warm;
        // Epochs stop a guest that computes; this stops one that waits in a host call.
        let limit = self.pool.settings.call_limit;
        let stopped = match tokio::time::timeout(limit, call(world, store)).await {
            Ok(Ok(answer)) => {
                self.warm = Some(warm);
                return Ok(answer);
            }
            Ok(Err(error)) => CallError::stopped(&error),
            Err(_) => CallError::Call(limit),
        };
        let memory = warm.store.data().memory();
        Err(match stopped {
            CallError::Trap(_) if memory.refused() => {
                CallError::Memory { used_bytes: memory.used(), limit_bytes: self.pool.settings.memory_limit }
            }
            stopped => stopped,
        })
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(warm) = self.warm.take() {
            self.pool.keep(warm);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts spawn calls on multi-threaded runtimes; this does not compile if they cannot.
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
