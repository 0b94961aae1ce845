//! The connector as the gateway sees it, so that tests can put another one in its place.

use crate::bindings::catalog::Connector as Catalog;
use crate::bindings::types::Error;

/// What the gateway asks of the connector.
pub trait Connector {
    /// Everything about it.
    fn describe(&self) -> Catalog;

    /// The same as JSON.
    fn describe_json(&self) -> String;

    /// Checks a configuration without sending anything.
    fn check(&self, config: &str) -> Result<(), Box<Error>>;

    /// Runs an action: JSON in, JSON out.
    fn invoke(&self, action: &str, config: &str, input: &str) -> Result<String, Box<Error>>;
}
