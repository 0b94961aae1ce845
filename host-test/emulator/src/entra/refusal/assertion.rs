//! The errors of client assertions: numbers and texts as they were captured, or as the documentation has them.
//! Of a few the service's own words are not public; those say so.

use jiff::Timestamp;

use super::{Refusal, invalid_client, invalid_request};
use crate::entra::app::App;
use crate::entra::certificate::Certificate;
use crate::message::clock;

/// The page that most of the texts refer to.
const CERTIFICATES: &str = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";

const FEDERATION: &str = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

/// What any assertion can be refused for.
impl Refusal {
    pub(crate) fn malformed_assertion() -> Self {
        invalid_request(50027, "JWT token is invalid or malformed.")
    }

    pub(crate) fn assertion_type() -> Self {
        let text = "Invalid JWT header type specified. Allowed types: 'JWT','http://openid.net/specs/jwt/1.0'.";
        invalid_request(5_002_727, text)
    }

    /// The service also lists algorithms that are not emulated.
    pub(crate) fn algorithm(found: &str, supported: &str) -> Self {
        let text = format!(
            "Invalid JWT token. '{found}' is not a supported signature algorithm. Supported signing algorithms are: \
             '{supported}'"
        );
        invalid_client(5_002_738, text)
    }

    pub(crate) fn missing_claim(name: &str) -> Self {
        let text = format!(
            "The required field '{name}' is missing from the credential. Ensure that you have all the necessary \
             parameters for the login request."
        );
        invalid_request(90014, text)
    }

    /// Times are in seconds since 1970.
    pub(crate) fn assertion_out_of_time(now: Timestamp, start: i64, end: i64) -> Self {
        let shown = |seconds| clock::assertion(clock::shift(Timestamp::UNIX_EPOCH, seconds));
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry \
             time of assertion {}. Review the documentation at {CERTIFICATES} .",
            clock::assertion(now),
            shown(start),
            shown(end)
        );
        invalid_client(700_024, text)
    }
}

/// What an assertion that an app signed itself can be refused for.
impl Refusal {
    /// The status is assumed.
    pub(crate) fn subject_is_not_issuer() -> Self {
        invalid_client(50048, "Subject must match the issuer claim in the client assertion.")
    }

    pub(crate) fn another_apps_assertion() -> Self {
        let text = format!(
            "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at \
             {CERTIFICATES} ."
        );
        invalid_client(700_021, text)
    }

    pub(crate) fn assertion_audience() -> Self {
        let text = format!(
            "Client assertion audience claim does not match Realm issuer. Review the documentation at {CERTIFICATES} ."
        );
        invalid_client(700_023, text)
    }

    pub(crate) fn unnamed_certificate() -> Self {
        invalid_client(
            5_002_723,
            "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in \
             token header.",
        )
    }

    pub(crate) fn unregistered_certificate(app: &App, thumbprint: Option<&str>) -> Self {
        let what =
            "The certificate with identifier used to sign the client assertion is not registered on application.";
        key_error(app, what, "The key was not found.", thumbprint, None)
    }

    /// Also for one that is not valid yet.
    pub(crate) fn expired_certificate(app: &App, thumbprint: Option<&str>, found: &Certificate) -> Self {
        let what = "The certificate with identifier used to sign the client assertion is expired on application.";
        key_error(app, what, "The key used is expired.", thumbprint, Some(found))
    }

    pub(crate) fn assertion_signature(app: &App, thumbprint: Option<&str>, found: &Certificate) -> Self {
        let what = "Client assertion contains an invalid signature.";
        let reason = "The provided signature value did not match the expected signature value.";
        key_error(app, what, reason, thumbprint, Some(found))
    }

    pub(crate) fn unsuitable_key() -> Self {
        invalid_request(5_002_730, "Invalid JWT token. Unsupported key for the signing algorithm.")
    }

    /// The documentation asks for a new `jti` each time and tells no number for a used one: number and words are the emulator's.
    pub(crate) fn used_assertion(app: &App, id: &str) -> Self {
        let text =
            format!("Client assertion was used before: app '{}' has sent one with the jti '{id}'.", app.client_id);
        invalid_client(700_027, text)
    }
}

/// What an assertion of an outside issuer can be refused for.
impl Refusal {
    pub(crate) fn no_federated_credential(app: &App) -> Self {
        invalid_client(
            70025,
            format!("The client '{}'({}) has no configured federated identity credentials.", app.client_id, app.name),
        )
    }

    pub(crate) fn federated_issuer(found: &str) -> Self {
        no_match(700_211, "issuer", found)
    }

    pub(crate) fn federated_audience(found: &str) -> Self {
        no_match(700_212, "audience", found)
    }

    pub(crate) fn federated_subject(found: &str) -> Self {
        no_match(700_213, "subject", found)
    }

    /// The subject of a credential in other letters, which was enough until 2024.
    pub(crate) fn federated_subject_case(found: &str) -> Self {
        let text = format!(
            "No matching federated identity record found for presented assertion subject '{found}'. The subject matches \
             with case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity \
             credential Subject, Audience and Issuer against the presented assertion. See documentation at: \
             {FEDERATION}. See breaking change notification and remediation at: \
             https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024."
        );
        invalid_client(7_002_138, text)
    }

    pub(crate) fn unpublished_key(issuer: &str, key: &str) -> Self {
        let text = format!(
            "The certificate with identifier {key} used to sign the federated credential could not be found in the \
             metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata exposes the \
             key used to sign the incoming token."
        );
        invalid_client(7_000_272, text)
    }

    /// The number is the service's, the words are the emulator's.
    pub(crate) fn federated_signature(issuer: &str, key: &str) -> Self {
        let text = format!(
            "The signature of the federated credential is not of the key {key} in the metadata of identity provider {issuer}."
        );
        invalid_client(7_000_274, text)
    }
}

fn key_error(app: &App, what: &str, reason: &str, thumbprint: Option<&str>, found: Option<&Certificate>) -> Refusal {
    let id = &app.client_id;
    let thumbprint = thumbprint.map(|it| format!("Thumbprint of key used by client: '{it}', ")).unwrap_or_default();
    let found = found.map(|it| format!("Found key '{}', ", it.period())).unwrap_or_default();
    let text = format!(
        "{what} [Reason - {reason}, {thumbprint}{found}Please visit the Azure Portal, Graph Explorer or directly use MS \
         Graph to see configured keys for app Id '{id}'. Review the documentation at \
         https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and \
         https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query \
         request URL, such as 'https://graph.microsoft.com/beta/applications/{id}']."
    );
    invalid_client(700_027, text)
}

fn no_match(code: u32, what: &str, found: &str) -> Refusal {
    let text = format!(
        "No matching federated identity record found for presented assertion {what} '{found}'. Check your federated \
         identity credential Subject, Audience and Issuer against the presented assertion. {FEDERATION}"
    );
    invalid_client(code, text)
}
