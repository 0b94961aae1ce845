//! The errors of the token endpoint: status, OAuth word, AADSTS number and text.
//! One constructor per row of the table in the wire contract, so that the texts are side by side.

mod assertion;

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::app::App;
use super::header::JSON;
use crate::data::tenant::TENANT_ID;
use crate::message::{Answer, Request, clock};

/// A refused token request.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

/// Help pages are linked from the errors that an administrator meets; most others have none.
const HELPED: [u32; 16] = [
    50027, 53003, 90002, 90014, 500_011, 700_016, 700_021, 700_024, 700_027, 5_002_723, 5_002_738, 7_000_112,
    7_000_215, 7_000_216, 7_000_222, 7_000_272,
];

fn bad_request(error: &'static str, code: u32, text: impl Into<String>) -> Refusal {
    Refusal { status: StatusCode::BAD_REQUEST, error, code, text: text.into() }
}

fn invalid_request(code: u32, text: impl Into<String>) -> Refusal {
    bad_request("invalid_request", code, text)
}

fn invalid_client(code: u32, text: impl Into<String>) -> Refusal {
    Refusal { status: StatusCode::UNAUTHORIZED, error: "invalid_client", code, text: text.into() }
}

impl Refusal {
    pub(crate) fn unknown_tenant(tenant: &str) -> Self {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. Check with your subscription administrator, this may happen if there are no active \
             subscriptions for the tenant."
        );
        invalid_request(90002, text)
    }

    /// The discovery document has another word for an unknown tenant.
    pub(crate) fn for_document(self) -> Self {
        if self.code == 90002 { Self { error: "invalid_tenant", ..self } } else { self }
    }

    pub(crate) fn not_a_tenant(tenant: &str) -> Self {
        invalid_request(
            900_023,
            format!("Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."),
        )
    }

    pub(crate) fn no_single_tenant() -> Self {
        invalid_request(
            50059,
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        )
    }

    pub(crate) fn other_cloud(tenant: &str) -> Self {
        let text = format!("Tenant '{tenant}' request is being redirected to the National Cloud 'MicrosoftOnline.US'.");
        invalid_request(90038, text)
    }

    pub(crate) fn wrong_method(method: &http::Method) -> Self {
        invalid_request(900_561, format!("The endpoint only accepts POST requests. Received a {method} request."))
    }

    pub(crate) fn malformed() -> Self {
        invalid_request(9_002_313, "Invalid request. Request is malformed or invalid.")
    }

    pub(crate) fn duplicate(name: &str) -> Self {
        let text = format!("The request is not properly formatted. The parameter '{name}' is duplicated.");
        invalid_request(9_000_411, text)
    }

    pub(crate) fn missing(name: &str) -> Self {
        invalid_request(900_144, format!("The request body must contain the following parameter: '{name}'."))
    }

    pub(crate) fn unsupported_grant(grant: &str) -> Self {
        bad_request("unsupported_grant_type", 70003, format!("The app requested an unsupported grant type '{grant}'."))
    }

    pub(crate) fn unknown_app(client_id: &str) -> Self {
        let text = format!(
            "Application with identifier '{client_id}' was not found in the directory '{TENANT_ID}'. This can happen \
             if the application has not been installed by the administrator of the tenant or consented to by any \
             user in the tenant. You may have sent your authentication request to the wrong tenant."
        );
        bad_request("unauthorized_client", 700_016, text)
    }

    pub(crate) fn no_service_principal(app: &App) -> Self {
        invalid_client(
            7_000_229,
            format!("The client application {} is missing service principal in the tenant {TENANT_ID}.", app.client_id),
        )
    }

    pub(crate) fn disabled(app: &App) -> Self {
        bad_request(
            "unauthorized_client",
            7_000_112,
            format!("Application '{}'({}) is disabled.", app.client_id, app.name),
        )
    }

    pub(crate) fn blocked() -> Self {
        bad_request(
            "access_denied",
            53003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        )
    }

    pub(crate) fn wrong_secret(app: &App) -> Self {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
             not the client secret ID, for a secret added to app '{}'.",
            app.client_id
        );
        invalid_client(7_000_215, text)
    }

    pub(crate) fn expired_secret(app: &App) -> Self {
        invalid_client(7_000_222, format!("The provided client secret keys for app '{}' are expired.", app.client_id))
    }

    pub(crate) fn no_credential() -> Self {
        invalid_client(
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        )
    }

    pub(crate) fn malformed_scope(scope: &str) -> Self {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {scope} is not valid."
        );
        bad_request("invalid_scope", 70011, text)
    }

    pub(crate) fn scope_without_default(scope: &str) -> Self {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with \
             /.default suffixed to the resource identifier (application ID URI)."
        );
        bad_request("invalid_scope", 1_002_012, text)
    }

    pub(crate) fn unknown_resource(resource: &str) -> Self {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {TENANT_ID}. This can happen \
             if the application has not been installed by the administrator of the tenant or consented to by any \
             user in the tenant. You might have sent your authentication request to the wrong tenant."
        );
        bad_request("invalid_resource", 500_011, text)
    }

    /// The AADSTS number.
    #[cfg(test)]
    pub(crate) fn code(&self) -> u32 {
        self.code
    }

    /// The answer of the token endpoint, with its trailer: the text repeats the ids and the time.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let trace = Uuid::new_v4().to_string();
        let body = self.body(request, &trace);
        Answer::json(self.status, JSON, &body).header("x-ms-request-id", &trace)
    }

    /// The answer of the managed identity endpoint, which passes on word and text.
    pub(crate) fn answer_of_identity(&self, request: &Request) -> Answer {
        let trace = Uuid::new_v4().to_string();
        let mut body = self.body(request, &trace);
        let (error, description) = (body["error"].take(), body["error_description"].take());
        Answer::json(self.status, JSON, &json!({"error": error, "error_description": description}))
    }

    fn body(&self, request: &Request, trace: &str) -> Value {
        let correlation = request
            .header("client-request-id")
            .and_then(|id| Uuid::parse_str(id).ok())
            .unwrap_or_else(Uuid::new_v4)
            .to_string();
        let timestamp = clock::entra(request.now);
        let mut body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}",
                self.code, self.text
            ),
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
        });
        if HELPED.contains(&self.code) {
            let page = format!("{}/error?code={}", request.origin, self.code);
            body["error_uri"] = page.into();
        }
        body
    }
}
