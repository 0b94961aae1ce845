//! The two sides as a caller sees them: a call that blocks its thread until there is an answer.

use std::sync::Arc;

use defender_xdr::doors::invoke::invoke;
use defender_xdr_host::Connector;
use tokio::runtime::Handle;

use super::error::BenchError;
use super::native::NativeHost;
use super::work::Work;

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
