//! Test data: a configuration, an incident, a token, and ways to run a call on the scripted host.

use crate::doors;
use crate::graph::session::Session;
use crate::request::config::Connection;
use crate::text::fault::Fault;
use crate::wire::scripted::{ScriptedHost, Step, answer};
use crate::wit::actions::IncidentQuery;

/// The secret of [`connection`] and [`CONFIG`].
pub const SECRET: &str = "planted~Secret.1";

/// The token of [`token`].
pub const TOKEN: &str = "planted.Token.1";

/// The configuration of [`connection`] as JSON for `invoke`.
pub const CONFIG: &str = r#"{"tenant_id": "11112222-3333-4444-5555-666677778888",
    "client_id": "AAAABBBB-cccc-dddd-eeee-ffff00001111", "client_secret": "planted~Secret.1"}"#;

/// A minimal incident.
pub const INCIDENT: &str = r#"{"id":"29","status":"active","severity":"high","createdDateTime":"2026-01-22T12:09:23.1433333Z","lastUpdateDateTime":"2026-02-25T16:29:33.1Z"}"#;

/// A connection with the defaults.
///
/// # Panics
/// When the tests' configuration is wrong.
pub fn connection() -> Connection {
    Connection::new(&crate::request::config::tests::config()).expect("valid")
}

/// A token answer.
pub fn token() -> Step {
    answer(200, r#"{"token_type":"Bearer","expires_in":3599,"access_token":"planted.Token.1"}"#)
}

/// A query for all incidents, for tests to modify.
pub fn all_incidents() -> IncidentQuery {
    IncidentQuery {
        filter: None,
        max_results: None,
        skip: None,
        count: None,
        expand: None,
        order_by: None,
        cursor: None,
    }
}

/// Runs a typed action on a scripted host.
pub fn run<T>(host: &ScriptedHost, action: impl AsyncFnOnce(&Session<'_, ScriptedHost>) -> T) -> T {
    run_as(host, &connection(), action)
}

/// The same with another connection.
pub fn run_as<T>(
    host: &ScriptedHost,
    connection: &Connection,
    action: impl AsyncFnOnce(&Session<'_, ScriptedHost>) -> T,
) -> T {
    host.finish(async { action(&Session::new(host, connection, "")).await })
}

/// Runs an action by name.
pub fn invoke(host: &ScriptedHost, action: &str, config: &str, input: &str) -> Result<String, Fault> {
    host.finish(doors::invoke::invoke(host, action, config, input))
}
