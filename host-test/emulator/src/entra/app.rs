//! App registrations: who may ask for a token, and what the token will allow.
//! Registrations can be added while the emulator runs, as an administrator adds them.

use serde::{Deserialize, Serialize};

/// Client id of the default app, which is registered at start-up with every role.
pub(crate) const DEFAULT_CLIENT_ID: &str = "7c9e4a12-58d3-4b0f-a6e1-2f4d90b8c371";

/// Its secret. The characters `+`, `/` and `=` occur in real secrets and break clients that forget to encode the form.
pub(crate) const DEFAULT_CLIENT_SECRET: &str = "pQ8~rX+7tVd/Zk.2nB_wJ5hYcM4sLgEa/0uFi=";

pub(crate) const INCIDENT_READ: &str = "SecurityIncident.Read.All";
pub(crate) const INCIDENT_WRITE: &str = "SecurityIncident.ReadWrite.All";
pub(crate) const ALERT_READ: &str = "SecurityAlert.Read.All";
pub(crate) const ALERT_WRITE: &str = "SecurityAlert.ReadWrite.All";
pub(crate) const HUNTING: &str = "ThreatHunting.Read.All";

/// The app roles that the emulated operations require.
pub const ALL_ROLES: [&str; 5] = [INCIDENT_READ, INCIDENT_WRITE, ALERT_READ, ALERT_WRITE, HUNTING];

/// An app registration in the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Display name; changes made by the app are signed `API-App:{name}`.
    #[serde(default = "unnamed")]
    pub name: String,
    /// Application (client) id.
    pub client_id: String,
    /// The secret value.
    pub secret: String,
    /// Granted application permissions: those in [`ALL_ROLES`], or any other word.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether and how token requests of this app fail.
    #[serde(default)]
    pub state: AppState,
}

/// What is wrong with an app registration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// Nothing.
    #[default]
    Working,
    /// Its secret has expired: AADSTS7000222.
    SecretExpired,
    /// An administrator disabled it: AADSTS7000112.
    Disabled,
    /// Registered, but without a service principal in the tenant: AADSTS7000229.
    NoServicePrincipal,
    /// A conditional access policy blocks it: AADSTS53003.
    BlockedByPolicy,
}

impl App {
    /// A working app with every role.
    pub fn new(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            name: unnamed(),
            client_id: client_id.into(),
            secret: secret.into(),
            roles: ALL_ROLES.map(String::from).to_vec(),
            state: AppState::Working,
        }
    }

    pub(crate) fn standard() -> Self {
        Self { name: "defender-connector".into(), ..Self::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET) }
    }
}

fn unnamed() -> String {
    "unnamed app".into()
}
