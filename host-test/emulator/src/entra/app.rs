//! App registrations: who may ask for a token, and what the token will allow.
//! Registrations can be added while the emulator runs, as an administrator adds them.

use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::public_key::PublicKey;

/// Client id of the default app, which is registered at start-up with every role.
pub(crate) const DEFAULT_CLIENT_ID: &str = "7c9e4a12-58d3-4b0f-a6e1-2f4d90b8c371";

/// Its secret. The characters `+`, `/` and `=` occur in real secrets and break clients that forget to encode the form.
pub(crate) const DEFAULT_CLIENT_SECRET: &str = "pQ8~rX+7tVd/Zk.2nB_wJ5hYcM4sLgEa/0uFi=";

pub(crate) const INCIDENT_READ: &str = "SecurityIncident.Read.All";
pub(crate) const INCIDENT_WRITE: &str = "SecurityIncident.ReadWrite.All";
pub(crate) const ALERT_READ: &str = "SecurityAlert.Read.All";
pub(crate) const ALERT_WRITE: &str = "SecurityAlert.ReadWrite.All";
pub(crate) const HUNTING: &str = "ThreatHunting.Read.All";
pub(crate) const DATA_MANAGE: &str = "SecurityData.Manage.All";

/// The app roles that the emulated operations require.
pub const ALL_ROLES: [&str; 6] = [INCIDENT_READ, INCIDENT_WRITE, ALERT_READ, ALERT_WRITE, HUNTING, DATA_MANAGE];

/// The Kubernetes cluster in which the default app's connector runs, by the address of its issuer.
pub(crate) const CLUSTER_ISSUER: &str = "https://oidc.haldenmarine.example";

/// The connector's service account there.
pub(crate) const CLUSTER_SUBJECT: &str = "system:serviceaccount:soc:defender-connector";

/// What a federated credential's audience usually is.
pub(crate) const TOKEN_EXCHANGE: &str = "api://AzureADTokenExchange";

/// An app registration in the tenant.
///
/// As JSON, for `POST /_emulator/apps`, of which only `client_id` is required:
///
/// ```json
/// {"client_id": "9d5f1c3e-0000-4000-8000-000000000001", "secret": "s", "roles": ["ThreatHunting.Read.All"],
///  "certificates": ["-----BEGIN CERTIFICATE-----\n…"],
///  "federated_credentials": [{"issuer": "https://oidc.example", "subject": "system:serviceaccount:soc:connector",
///                             "keys": ["-----BEGIN PUBLIC KEY-----\n…"]}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Display name; changes made by the app are signed `API-App:{name}`.
    #[serde(default = "unnamed")]
    pub name: String,
    /// Application (client) id.
    pub client_id: String,
    /// The secret value, if it has one.
    #[serde(default)]
    pub secret: Option<String>,
    /// The certificates that its assertions may be signed with.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// Whose assertions it accepts from elsewhere.
    #[serde(default)]
    pub federated_credentials: Vec<FederatedCredential>,
    /// Granted application permissions: those in [`ALL_ROLES`], or any other word.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether and how token requests of this app fail.
    #[serde(default)]
    pub state: AppState,
}

/// A subject of an outside issuer whose assertions an app accepts in place of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FederatedCredential {
    /// `iss` of the assertion, exactly.
    pub issuer: String,
    /// `sub` of the assertion, exactly.
    pub subject: String,
    /// `aud` of the assertion, exactly.
    #[serde(default = "token_exchange")]
    pub audience: String,
    /// The keys that the issuer publishes. Entra ID reads them from the issuer's discovery document; the emulator calls nobody,
    /// so they are registered here.
    #[serde(default)]
    pub keys: Vec<PublicKey>,
}

/// What is wrong with an app registration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// Nothing.
    #[default]
    Working,
    /// Its secret has expired: AADSTS7000222. Assertions still work.
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
            secret: Some(secret.into()),
            certificates: Vec::new(),
            federated_credentials: Vec::new(),
            roles: ALL_ROLES.map(String::from).to_vec(),
            state: AppState::Working,
        }
    }

    /// A working app with every role and no way to sign in yet.
    pub fn without_secret(client_id: impl Into<String>) -> Self {
        Self { secret: None, ..Self::new(client_id, "") }
    }

    /// The default app. Its certificate, and the keys of its federated credential's issuer, are made when they are asked for.
    pub(crate) fn standard() -> Self {
        let cluster = FederatedCredential {
            issuer: CLUSTER_ISSUER.into(),
            subject: CLUSTER_SUBJECT.into(),
            audience: token_exchange(),
            keys: Vec::new(),
        };
        Self {
            name: "defender-connector".into(),
            federated_credentials: vec![cluster],
            ..Self::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET)
        }
    }
}

fn unnamed() -> String {
    "unnamed app".into()
}

fn token_exchange() -> String {
    TOKEN_EXCHANGE.into()
}
