//! The connector as the gateway sees it, so that tests can replace it.

use crate::bindings::catalog::Connector as Catalog;
use crate::bindings::types::Error;

/// What the gateway needs from the connector.
pub trait Connector {
    /// The catalog.
    fn describe(&self) -> Catalog;

    /// The catalog as JSON.
    fn describe_json(&self) -> String;

    /// Checks a configuration without sending anything.
    fn check(&self, config: &str) -> Result<(), Box<Error>>;

    /// Runs an action: JSON in, JSON out.
    fn invoke(&self, action: &str, config: &str, input: &str) -> Result<String, Box<Error>>;
}
