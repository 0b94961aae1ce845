//! What Entra ID knows of the tenant: its app registrations, the tokens it issued and the assertions it was shown.
//! Separate from the records, which only Graph serves.

use std::sync::{Once, PoisonError, RwLock};

use jiff::Timestamp;
use serde::Serialize;

use super::app::{App, CLUSTER_ISSUER, DEFAULT_CLIENT_ID};
use super::certificate::Certificate;
use super::pem::PemError;
use super::private_key;
use super::projected_token::Assertion;
use super::scope::GRAPH;
use super::token_store::{SignIn, TokenStore};
use super::used_assertions::UsedAssertions;

/// A certificate that is registered with the default app, and its private key, for a client that signs its own assertions.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CertificateConfig {
    /// The certificate as PEM.
    #[serde(rename = "certificate")]
    pub certificate_pem: String,
    /// Its private key as PEM, PKCS#8: RSA of 2,048 bits.
    #[serde(rename = "private_key")]
    pub private_key_pem: String,
}

impl std::fmt::Debug for CertificateConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CertificateConfig")
            .field("certificate_pem", &self.certificate_pem)
            .finish_non_exhaustive()
    }
}

/// The directory of one tenant.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) token_seconds: i64,
    pub(crate) tokens: TokenStore,
    pub(super) used_assertions: UsedAssertions,
    apps: RwLock<Vec<App>>,
    certificate_registered: Once,
    cluster_key_registered: Once,
}

impl Directory {
    pub(crate) fn new(token_seconds: i64) -> Self {
        Self {
            token_seconds,
            tokens: TokenStore::default(),
            used_assertions: UsedAssertions::default(),
            apps: RwLock::new(vec![App::standard()]),
            certificate_registered: Once::new(),
            cluster_key_registered: Once::new(),
        }
    }

    /// Registers an app; one with the same client id is replaced.
    pub(crate) fn register(&self, app: App) {
        let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
        apps.retain(|known| !known.client_id.eq_ignore_ascii_case(&app.client_id));
        apps.push(app);
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<App> {
        let apps = self.apps.read().unwrap_or_else(PoisonError::into_inner);
        apps.iter().find(|app| app.client_id.eq_ignore_ascii_case(client_id)).cloned()
    }

    /// Registers the certificates of a text with the default app; its private keys are passed over.
    pub(crate) fn register_certificates(&self, pem: &str) -> Result<(), PemError> {
        let certificates = Certificate::all_from_pem(pem)?;
        self.change_default_app(|app| app.certificates.extend(certificates));
        Ok(())
    }

    /// The default app's certificate, registered with the first call.
    pub(crate) fn certificate(&self) -> CertificateConfig {
        let made = private_key::of_app();
        let certificate = made.certificate.clone();
        let config = CertificateConfig { certificate_pem: certificate.clone().into(), private_key_pem: made.key.pem() };
        self.certificate_registered.call_once(|| self.change_default_app(|app| app.certificates.push(certificate)));
        config
    }

    /// A federated assertion. The issuer publishes its key with the first call.
    pub(crate) fn assertion(&self, wanted: &Assertion, now: Timestamp) -> String {
        self.cluster_key_registered.call_once(|| {
            let key = private_key::of_cluster().public();
            self.change_default_app(|app| {
                let mut credentials = app.federated_credentials.iter_mut();
                if let Some(credential) = credentials.find(|credential| credential.issuer == CLUSTER_ISSUER) {
                    credential.keys.extend(key);
                }
            });
        });
        wanted.sign(now)
    }

    /// A token of the default app for Graph, as the platform would get it for a managed identity.
    pub(crate) fn access_token(&self, now: Timestamp) -> String {
        let app = self.app(DEFAULT_CLIENT_ID).unwrap_or_else(App::standard);
        self.tokens.issue(&app, SignIn::Assertion, GRAPH, None, now, self.token_seconds)
    }

    fn change_default_app(&self, change: impl FnOnce(&mut App)) {
        let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(app) = apps.iter_mut().find(|app| app.client_id.eq_ignore_ascii_case(DEFAULT_CLIENT_ID)) {
            change(app);
        }
    }
}
