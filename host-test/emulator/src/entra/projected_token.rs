//! The token that Kubernetes mounts into a pod, as a federated assertion for whoever has no cluster.
//! Also a wrong one, for tests in other languages: with other claims, expired, or signed with a key that nobody publishes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::app::{CLUSTER_ISSUER, CLUSTER_SUBJECT, TOKEN_EXCHANGE};
use super::private_key::{self, PrivateKey};

/// Kubernetes gives a token an hour.
const LIFETIME_SECONDS: i64 = 3_600;

/// A federated assertion to make. By default one that the default app accepts.
///
/// As JSON, for `POST /_emulator/assertion`:
///
/// ```json
/// {"subject": "system:serviceaccount:soc:somebody-else", "lifetime_seconds": 60}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assertion {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `aud`.
    pub audience: String,
    /// How long it is valid from now, by default an hour; zero or less for an expired one.
    pub lifetime_seconds: i64,
    /// Whose key signs it.
    pub key: AssertionKey,
}

/// Whose key signs an assertion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionKey {
    /// The one that the default app's issuer publishes.
    #[default]
    Issuer,
    /// One that it does not publish.
    Foreign,
}

impl Default for Assertion {
    fn default() -> Self {
        Self {
            issuer: CLUSTER_ISSUER.into(),
            subject: CLUSTER_SUBJECT.into(),
            audience: TOKEN_EXCHANGE.into(),
            lifetime_seconds: LIFETIME_SECONDS,
            key: AssertionKey::Issuer,
        }
    }
}

impl Assertion {
    /// The signed token, in the form of AKS.
    pub(super) fn sign(&self, now: Timestamp) -> String {
        let key = match self.key {
            AssertionKey::Issuer => private_key::of_cluster(),
            AssertionKey::Foreign => &private_key::of_app().key,
        };
        let expires = now.as_second().saturating_add(self.lifetime_seconds);
        let issued = if self.lifetime_seconds > 0 { now.as_second() } else { expires.saturating_sub(LIFETIME_SECONDS) };
        let mut claims = json!({
            "aud": [self.audience],
            "exp": expires,
            "iat": issued,
            "iss": self.issuer,
            "jti": Uuid::new_v4().to_string(),
            "nbf": issued,
            "sub": self.subject,
        });
        if let Some((namespace, name)) = self.service_account() {
            claims["kubernetes.io"] = json!({
                "namespace": namespace,
                "serviceaccount": {"name": name, "uid": Uuid::new_v4().to_string()},
            });
        }
        token(key, &claims)
    }

    fn service_account(&self) -> Option<(&str, &str)> {
        self.subject.strip_prefix("system:serviceaccount:")?.split_once(':')
    }
}

fn token(key: &PrivateKey, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "RS256", "kid": key.public().map(|key| key.id())});
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(&signed));
    format!("{signed}.{signature}")
}
