//! The connector as the service sees it, so that tests can replace it.

use defender_xdr::text::secret::Secret;
use defender_xdr::wit::catalog::Connector as Catalog;
use defender_xdr::wit::types::Error;

use crate::budget::{Budget, Share};

/// What the service needs from the connector.
pub trait Connector {
    /// The catalog.
    fn describe(&self) -> Catalog;

    /// The catalog as JSON.
    fn describe_json(&self) -> String;

    /// Checks a configuration without sending anything.
    fn check(&self, config: &str) -> Result<(), Box<Error>>;

    /// Runs an action: JSON in, JSON out. Its answer contains none of the keys. Large answers of Microsoft's share the budget.
    fn invoke(
        &self,
        action: &str,
        config: &str,
        input: &str,
        keys: &[Secret],
        answers: &Budget,
    ) -> impl Future<Output = Outcome>;
}

/// How a call ended.
#[derive(Debug)]
pub struct Outcome {
    /// The answer of `json.invoke`.
    pub result: Result<String, Box<Error>>,
    /// The ids of the last request to Microsoft.
    pub ids: Ids,
    /// What the answer takes of the budget until it has been sent.
    pub share: Option<Share>,
    /// Whether it failed because the budget was used up until the deadline.
    pub is_crowded: bool,
}

/// The ids of a request to Microsoft: its own and the connector's.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// Microsoft's.
    pub request: Option<String>,
    /// The connector's.
    pub client_request: Option<String>,
}

impl Ids {
    /// As headers of an answer, for the engine's log and the caller's.
    pub fn headers(self) -> impl Iterator<Item = (&'static str, String)> {
        let headers = [("request-id", self.request), ("client-request-id", self.client_request)];
        headers.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}
