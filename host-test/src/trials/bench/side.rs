//! The sides as a caller sees them: a call that blocks its thread until there is an answer.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use defender_xdr::doors::invoke::invoke;
use defender_xdr::wire::host::Host as _;
use defender_xdr_host::Connector;
use tokio::runtime::Handle;

use super::error::BenchError;
use super::native::NativeHost;
use super::recorder::{Recorder, Sent};
use super::work::Work;

/// The deadline of a request without a connector.
const PATIENCE: Duration = Duration::from_mins(2);

/// A way to run the connector's logic.
pub(crate) trait Side: Clone + Send + Sync {
    /// Its name in messages.
    const NAME: &'static str;

    /// Runs an action, JSON in and JSON out.
    fn invoke(&self, action: &str, input: &str) -> Result<String, String>;

    /// Runs an action that must succeed.
    fn answer(&self, work: &Work) -> Result<String, BenchError> {
        let failed = |why| BenchError::Call { side: Self::NAME, what: work.name.to_owned(), why };
        self.invoke(work.action, &work.input).map_err(failed)
    }

    /// As [`Side::answer`], when only its time matters.
    fn run(&self, work: &Work) -> Result<(), BenchError> {
        self.answer(work).map(drop)
    }
}

/// The component in its sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) connector: Connector,
    pub(crate) runtime: Handle,
    pub(crate) config: Arc<str>,
}

impl Side for Component {
    const NAME: &'static str = "component";

    fn invoke(&self, action: &str, input: &str) -> Result<String, String> {
        self.runtime.block_on(self.connector.invoke(action, &self.config, input)).map_err(|error| error.to_string())
    }
}

/// The same logic, compiled natively. Its tokens belong to the thread, as those of the component belong to the instance.
#[derive(Clone, Debug)]
pub(crate) struct Native {
    pub(crate) host: Arc<NativeHost>,
    pub(crate) runtime: Handle,
    pub(crate) config: Arc<str>,
}

impl Side for Native {
    const NAME: &'static str = "native";

    fn invoke(&self, action: &str, input: &str) -> Result<String, String> {
        self.runtime.block_on(invoke(&*self.host, action, &self.config, input)).map_err(|error| error.message)
    }
}

/// The same requests, whose answers are read and dropped: what no client can beat.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) native: Native,
    /// The request of each work, as the native side sends it when it has a token.
    requests: Arc<Mutex<HashMap<String, Arc<Sent>>>>,
}

impl Limit {
    pub(crate) fn of(native: &Native) -> Self {
        Self { native: native.clone(), requests: Arc::default() }
    }

    fn request(&self, action: &str, input: &str) -> Result<Arc<Sent>, String> {
        let known = || self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{action} {input}");
        if let Some(sent) = known().get(&key) {
            return Ok(sent.clone());
        }
        let recorder = Recorder { host: &self.native.host, last: RefCell::default() };
        let call = invoke(&recorder, action, &self.native.config, input);
        self.native.runtime.block_on(call).map_err(|error| error.message)?;
        let sent = recorder.last.into_inner().ok_or("nothing was sent")?;
        Ok(known().entry(key).or_insert(Arc::new(sent)).clone())
    }
}

impl Side for Limit {
    const NAME: &'static str = "limit";

    fn invoke(&self, action: &str, input: &str) -> Result<String, String> {
        let sent = self.request(action, input)?;
        let host = &*self.native.host;
        let answer = self.native.runtime.block_on(host.send(&sent.request(), host.now() + PATIENCE));
        match answer {
            Ok(answer) if answer.status < 300 => Ok(String::new()),
            answer => Err(format!("{answer:?}")),
        }
    }
}

/// Component, native, and the limit.
#[derive(Clone, Debug)]
pub(crate) struct Sides {
    pub(crate) component: Component,
    pub(crate) native: Native,
    pub(crate) limit: Limit,
}
