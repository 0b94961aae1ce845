//! Explains what a refusal from Entra ID means and what people can do about it.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

use crate::request::config::{App, Connection};
use crate::text::excerpt::{details, excerpt};
use crate::text::fault::{Fault, error as base};
use crate::text::json::{self, Object};
use crate::wire::host::Response;
use crate::wire::proxy_page;
use crate::wire::retry::{Effect, saturating_seconds};
use crate::wit::types::{Error, ErrorKind};

#[derive(Default)]
struct Refusal {
    error: String,
    description: String,
    number: Option<u64>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

/// The effective status of an error answer: Entra ID also uses 400 when it is busy.
pub fn status(answer: &Response) -> u16 {
    if answer.status == 400 && parse(answer).is_temporary() { 503 } else { answer.status }
}

impl Refusal {
    /// Whether the name or the number says that the problem is temporary.
    fn is_temporary(&self) -> bool {
        self.error == "temporarily_unavailable" || self.number.is_some_and(|number| TRANSIENT.contains(&number))
    }
}

/// AADSTS numbers for a busy or partly unavailable service.
const TRANSIENT: [u64; 5] = [90006, 90012, 90024, 90033, 90055];

fn parse(answer: &Response) -> Refusal {
    let Some(body) = std::str::from_utf8(answer.body()).ok().map(json::unmarked).and_then(Object::parse) else {
        return Refusal::default();
    };
    let description = body.text("error_description").unwrap_or_default();
    let numbers = body.raw("error_codes").and_then(json::items).unwrap_or_default();
    Refusal {
        error: body.text("error").unwrap_or_default(),
        number: numbers
            .first()
            .and_then(|number| json::scalar(number.get())?.parse().ok())
            .or_else(|| number_in(&description)),
        description,
        trace_id: body.text("trace_id").filter(|id| !id.is_empty()),
        correlation_id: body.text("correlation_id").filter(|id| !id.is_empty()),
    }
}

/// The error for an error answer of the token endpoint.
pub fn error(answer: &Response, connection: &Connection, unix_seconds: u64) -> Fault {
    if proxy_page::is_page(answer) {
        return proxy_page::fault(answer, &connection.app.login, Effect::Token);
    }
    let refusal = parse(answer);
    let temporary = refusal.is_temporary() || answer.status >= 500;
    let retry_after = answer.retry_after(unix_seconds).map(saturating_seconds);
    let kind = match answer.status {
        429 => ErrorKind::Throttled,
        503 if retry_after.is_some() => ErrorKind::Throttled,
        _ if temporary => ErrorKind::Unavailable,
        _ => ErrorKind::Unauthenticated,
    };
    let number = refusal.number;
    let host = connection.app.login.authority();
    let message = if refusal.description.is_empty() {
        format!("{host} refused to issue a token: status {}{}", answer.status, excerpt(answer.body()))
    } else {
        without_trailer(&refusal.description).to_owned()
    };
    let code =
        number.map(|number| format!("AADSTS{number}")).or_else(|| Some(refusal.error).filter(|code| !code.is_empty()));
    let remedy = match kind {
        ErrorKind::Unauthenticated => remedy(number, connection),
        _ => "wait and retry; Entra ID is busy or not available".to_owned(),
    };
    Box::new(Error {
        status: Some(answer.status),
        code,
        request_id: refusal.trace_id.or_else(|| answer.request_id().map(str::to_owned)),
        client_request_id: refusal.correlation_id,
        retry_after_seconds: retry_after,
        remedy: Some(remedy),
        details_json: details(answer.body()),
        ..*base(kind, message)
    })
}

/// The description without its trailing ids, which have their own fields.
fn without_trailer(description: &str) -> &str {
    ["\r\n", "\n", " Trace ID:"]
        .iter()
        .filter_map(|mark| description.find(mark))
        .min()
        .and_then(|end| description.get(..end))
        .unwrap_or(description)
        .trim()
}

fn number_in(description: &str) -> Option<u64> {
    let rest = description.strip_prefix("AADSTS")?;
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// What to do about an AADSTS number. For unknown numbers the remedy is neutral: most have nothing to do with the secret.
fn remedy(number: Option<u64>, connection: &Connection) -> String {
    let App { tenant_id, client_id, login, scope, .. } = &connection.app;
    match number {
        Some(90002) => format!(
            "check tenant_id: no tenant '{tenant_id}' in this cloud; copy the Directory (tenant) ID from the overview of \
             the app registration"
        ),
        Some(900_023) => "check tenant_id: it must be the tenant's GUID or one of its verified domain names".into(),
        Some(90038 | 900_382 | 900_432) => {
            "the tenant is in another cloud: set cloud to global, us-gov or us-gov-dod".into()
        }
        Some(5_000_224) => format!(
            "the tenant {tenant_id} no longer exists or is not available: check tenant_id, or ask its administrator"
        ),
        Some(5_000_225) => format!(
            "the tenant {tenant_id} was blocked after a period of inactivity: its administrator has to ask Microsoft support to \
             restore it"
        ),
        Some(700_016) => format!(
            "check client_id and tenant_id: no app registration {client_id} in tenant {tenant_id}; copy the Application (client) ID"
        ),
        Some(7_000_229) => format!(
            "the app {client_id} has no service principal in tenant {tenant_id}: an administrator of that tenant has to grant consent"
        ),
        Some(7_000_112) => {
            format!("the app {client_id} is disabled: enable it under Enterprise applications, Properties")
        }
        Some(7_000_113 | 7_000_114) => format!(
            "Microsoft does not let the app {client_id} act as itself: use an app registration of your own tenant as client_id"
        ),
        Some(500_014) => format!(
            "the service principal of Microsoft Graph is disabled in tenant {tenant_id}: ask an administrator to enable it under \
             Enterprise applications, or check the tenant's licences"
        ),
        Some(500_021 | 500_022) => format!(
            "a proxy's tenant restrictions do not allow tenant {tenant_id}: ask the network's administrator to add it, or use \
             another route"
        ),
        Some(501_051) => format!(
            "an assignment is required: assign the app {client_id} under Enterprise applications, or turn off Assignment \
             required for the resource"
        ),
        Some(1_002_016) => format!(
            "something between here and {login} uses an old version of TLS, usually a proxy that inspects traffic: configure \
             it for TLS 1.2 or later, or exempt {login}"
        ),
        Some(50196) => format!(
            "the app {client_id} requested too many tokens in a short time: wait a few minutes, and keep instances of the \
             component warm, so that tokens are reused"
        ),
        Some(7_000_215) => {
            "check client_secret: paste the secret's Value, not its Secret ID; a new secret may take a minute to work"
                .into()
        }
        Some(7_000_222) => format!(
            "the client secret has expired: create a new one under Certificates & secrets of the app {client_id} and \
             configure its Value"
        ),
        Some(7_000_216 | 7_000_218) => "client_secret was not received: configure the secret's Value".into(),
        Some(700_027) => format!(
            "the app {client_id} does not accept the certificate: upload it under Certificates & secrets, and check that it is the \
             one that is configured and has not expired there"
        ),
        Some(700_021) => format!("the assertion was signed for another app: its iss and sub must be the client_id {client_id}"),
        Some(700_023) => "the assertion is for another audience: check cloud, or how whoever signs the assertion sets aud".into(),
        Some(700_024) => "the assertion is outside its time range: check the clock of the machine that signs it".into(),
        Some(700_211 | 700_212 | 700_213 | 7_002_137 | 7_002_138) => {
            "no federated credential of the app matches the assertion: compare issuer, audience and subject; case matters"
                .into()
        }
        Some(7_000_272) => {
            "the key that signed the assertion is not among those that its issuer publishes: check the issuer's key set; new \
             keys take some time to become known"
                .into()
        }
        Some(70011 | 1_002_012 | 500_011) => format!(
            "{login} does not issue tokens for {scope}: check endpoints.login and cloud; both must belong to the tenant's cloud"
        ),
        Some(900_144) => format!("something between here and {login} removed a field from the request: check the gateway"),
        Some(70003) => format!("{login} does not accept client credentials: check endpoints.login"),
        Some(53003 | 530_032) => format!(
            "a Conditional Access policy for workload identities blocks the app {client_id}: ask an administrator to allow \
             this network or exclude the app"
        ),
        Some(number) => format!(
            "look the number up at https://login.microsoftonline.com/error?code={number}; if that does not help, give Microsoft \
             support the trace id (request_id) and the time"
        ),
        None => format!(
            "check that {login} is Microsoft Entra ID or a gateway in front of it; if it is, give Microsoft support the trace \
             id (request_id) and the time"
        ),
    }
}

#[cfg(test)]
mod tests;
