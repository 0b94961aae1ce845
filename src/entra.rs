//! Says what a refusal of Entra ID means and what a person can do about it.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

use crate::config::Connection;
use crate::error::{Fault, error as base};
use crate::exchange::retry_after;
use crate::graph_error::{details, excerpt, saturating_seconds};
use crate::host::Response;
use crate::json::{self, Object};
use crate::wit::types::{Error, ErrorKind};

#[derive(Default)]
struct Refusal {
    error: String,
    description: String,
    number: Option<u64>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

/// Whether the answer asks to try again later.
pub fn is_temporary(answer: &Response) -> bool {
    parse(answer).error == "temporarily_unavailable"
}

fn parse(answer: &Response) -> Refusal {
    let Some(body) = std::str::from_utf8(answer.body()).ok().and_then(Object::parse) else {
        return Refusal::default();
    };
    let description = body.text("error_description").unwrap_or_default();
    let numbers = body.raw("error_codes").and_then(json::items).unwrap_or_default();
    Refusal {
        error: body.text("error").unwrap_or_default(),
        number: numbers.first().and_then(|number| number.get().parse().ok()).or_else(|| number_in(&description)),
        description,
        trace_id: body.text("trace_id"),
        correlation_id: body.text("correlation_id"),
    }
}

/// The error for an answer of the token endpoint that is no token.
pub fn error(answer: &Response, connection: &Connection, unix_seconds: u64) -> Fault {
    let refusal = parse(answer);
    let temporary = refusal.error == "temporarily_unavailable" || answer.status >= 500;
    let retry_after = retry_after(answer, unix_seconds).map(saturating_seconds);
    let kind = match answer.status {
        429 => ErrorKind::Throttled,
        503 if retry_after.is_some() => ErrorKind::Throttled,
        _ if temporary => ErrorKind::Unavailable,
        _ => ErrorKind::Unauthenticated,
    };
    let number = refusal.number;
    let host = connection.login.authority();
    let message = if refusal.description.is_empty() {
        format!("{host} refused to issue a token: status {}{}", answer.status, excerpt(answer.body()))
    } else {
        without_trailer(&refusal.description).to_owned()
    };
    let code =
        number.map(|number| format!("AADSTS{number}")).or_else(|| Some(refusal.error).filter(|code| !code.is_empty()));
    let remedy = match kind {
        ErrorKind::Unauthenticated => remedy(number, connection),
        _ => "wait and repeat; Entra ID is busy or not available".to_owned(),
    };
    Box::new(Error {
        status: Some(answer.status),
        code,
        request_id: refusal.trace_id,
        client_request_id: refusal.correlation_id,
        retry_after_seconds: retry_after,
        remedy: Some(remedy),
        details_json: details(answer.body()),
        ..*base(kind, message)
    })
}

/// The description without its lines of ids, which are in fields of their own.
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

/// What to do about an AADSTS number.
fn remedy(number: Option<u64>, connection: &Connection) -> String {
    let Connection { tenant_id, client_id, login, graph, .. } = connection;
    match number {
        Some(90002) => format!(
            "check tenant_id: no tenant '{tenant_id}' in this cloud; copy the Directory (tenant) ID from the overview of \
             the app registration"
        ),
        Some(900_023) => "check tenant_id: it must be the tenant's GUID or one of its verified domain names".into(),
        Some(90038 | 900_382 | 900_432) => {
            "the tenant lives in another cloud: set cloud to global, us-gov or us-gov-dod".into()
        }
        Some(700_016) => format!(
            "check client_id and tenant_id: no app registration {client_id} in tenant {tenant_id}; copy the Application (client) ID"
        ),
        Some(7_000_229) => format!(
            "the app {client_id} has no service principal in tenant {tenant_id}: let an administrator of that tenant consent to it"
        ),
        Some(7_000_112) => {
            format!("the app {client_id} is disabled: enable it under Enterprise applications, Properties")
        }
        Some(7_000_215) => {
            "check client_secret: paste the secret's Value, not its Secret ID; a secret made a moment ago may need a minute"
                .into()
        }
        Some(7_000_222) => format!(
            "the client secret has expired: make a new one under Certificates & secrets of the app {client_id} and \
             configure its Value"
        ),
        Some(7_000_216 | 7_000_218) => "client_secret did not arrive: configure the secret's Value".into(),
        Some(700_027) => "the certificate is not registered for the app: upload it under Certificates & secrets".into(),
        Some(700_024) => "the assertion is outside its time range: check the clock of the machine that signs it".into(),
        Some(700_211 | 700_212 | 700_213 | 7_002_137 | 7_002_138) => {
            "no federated credential of the app fits the assertion: compare issuer, audience and subject, letter case included"
                .into()
        }
        Some(70011 | 1_002_012 | 500_011) => format!(
            "{login} issues no token for {graph}: check endpoints.graph and cloud; both hosts must belong to the same cloud"
        ),
        Some(900_144) => format!("something between here and {login} removed a field of the request: check the gateway"),
        Some(70003) => format!("{login} does not take client credentials: check endpoints.login"),
        Some(53003 | 530_032) => format!(
            "a Conditional Access policy for workload identities blocks the app {client_id}: let an administrator allow \
             this network or exclude the app"
        ),
        _ => format!("check tenant_id, client_id and client_secret of the app {client_id}"),
    }
}

#[cfg(test)]
mod tests;
