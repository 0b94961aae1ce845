//! Access tokens for an app: requested once for all calls that need the same token, and renewed shortly before expiry.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

use std::cell::RefCell;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::request::config::{App, Connection};
use crate::request::credential::Credential;
use crate::sign_in::assertion;
use crate::sign_in::cache::{self, Found, Pending, Wanted};
use crate::sign_in::entra;
use crate::text::fault::{Fault, malformed, remedied};
use crate::text::json::{self, Object, Writer};
use crate::text::percent;
use crate::text::secret::{Secret, Strikes};
use crate::wire::exchange::{Exchange, Patience, Unanswered, Unusable};
use crate::wire::failure::Failure;
use crate::wire::host::{Header, Host, Method, Request, Response, USER_AGENT};
use crate::wire::proxy_page;
use crate::wire::retry::Effect;
use crate::wit::types::ErrorKind;

/// A token is renewed this long before it expires, or after half of its lifetime if that is later.
const RENEW_EARLY: Duration = Duration::from_mins(5);

/// A token of the wanted kind: from the cache, from another call's request, or a new one.
pub async fn get<H: Host>(
    connection: &Connection,
    exchange: &Exchange<'_, H>,
    wanted: Wanted<'_>,
) -> Result<Secret, Fault> {
    let App { credential, .. } = &connection.app;
    if let Credential::AccessToken(token) = credential {
        credential.check_time(exchange.host.unix_seconds())?;
        return Ok(token.secret.clone());
    }
    loop {
        match cache::find(&connection.app, wanted, exchange.host.now(), exchange.deadline) {
            Found::Token(token) => return Ok(token),
            Found::Pending(request) => {
                if let Some(outcome) = in_time(&request, exchange).await {
                    return outcome;
                }
                if exchange.remaining().is_zero() {
                    return Err(Failure::Late.fault(connection.app.login.authority(), Effect::Token));
                }
            }
            Found::Missing(lead) => {
                let outcome = request(connection, exchange, wanted.claims()).await;
                match &outcome {
                    Ok(Grant { token, lifetime }) => {
                        let early = RENEW_EARLY.min(*lifetime / 2);
                        lead.found(token, exchange.host.now().saturating_add(lifetime.saturating_sub(early)));
                    }
                    Err((fault, by_time)) => lead.failed(fault, *by_time),
                }
                return outcome.map(|grant| grant.token).map_err(|(fault, _)| fault);
            }
        }
    }
}

/// The outcome of another call's request, if there is one before either call gives up.
async fn in_time<H: Host>(request: &Pending, exchange: &Exchange<'_, H>) -> Option<Result<Secret, Fault>> {
    let end = exchange.deadline.min(request.deadline());
    let mut outcome = pin!(request.outcome());
    let mut end = pin!(exchange.host.sleep(end.saturating_sub(exchange.host.now())));
    poll_fn(|context| match outcome.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(outcome),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

struct Grant {
    token: Secret,
    lifetime: Duration,
}

impl Grant {
    /// Reads a token answer. The lifetime may be a numeric string, as from managed identities.
    fn parse(json: &str) -> Option<Self> {
        let body = Object::parse(json)?;
        let access_token = body.text("access_token")?;
        // Seconds, possibly as a text or with decimals; the usual hour when it is missing.
        let expires_in = match body.raw("expires_in") {
            Some(life) => json::scalar(life)?.split('.').next()?.parse().ok()?,
            None => 3600,
        };
        let is_usable = !access_token.is_empty() && access_token.bytes().all(|byte| byte.is_ascii_graphic());
        is_usable.then(|| Self { token: Secret::new(access_token), lifetime: Duration::from_secs(expires_in) })
    }
}

/// Asks for a token; a failure comes with whether more time could have mended it.
async fn request<H: Host>(
    connection: &Connection,
    exchange: &Exchange<'_, H>,
    claims: Option<&str>,
) -> Result<Grant, (Fault, bool)> {
    let App { tenant_id, login, credential, .. } = &connection.app;
    let final_fault = |fault| (fault, false);
    credential.check_time(exchange.host.unix_seconds()).map_err(final_fault)?;
    let target = format!("/{}/oauth2/v2.0/token", percent::encode(tenant_id, percent::SEGMENT));
    let claims = merged_claims(claims);
    let proofs = RefCell::new(vec![proof(&connection.app, exchange.host).map_err(final_fault)?]);
    let form = || proofs.borrow().last().map(|proof| form(&connection.app, proof, &claims).into_bytes());
    let first = form().unwrap_or_default();
    // An assertion may be used once, and a broken answer does not say whether it was.
    let again = &|| {
        proofs.borrow_mut().push(proof(&connection.app, exchange.host).ok()?);
        form()
    };
    let id = exchange.host.guid();
    let headers: [Header; 4] = [
        ("content-type".into(), "application/x-www-form-urlencoded".into()),
        ("accept".into(), "application/json".into()),
        ("user-agent".into(), USER_AGENT.into()),
        ("client-request-id".into(), id.clone()),
    ];
    let request =
        Request { method: Method::Post, origin: login, target: &target, headers: &headers, body: &first, prefix: "" };
    let mut grant = None;
    let take = &mut |mut answer: Response| {
        grant = grant_of(&answer);
        if grant.is_some() {
            return Ok(());
        }
        answer.strike_out(&Strikes::of(proofs.borrow().iter().chain(credential.secrets())));
        Err(unusable(answer, connection))
    };
    // How patient the caller is with Graph is not a matter of the token, which others may wait for.
    let exchange = Exchange { status: entra::status, patience: Patience::Usual, ..*exchange };
    let stopped = match (exchange.send_anew(&request, again, Effect::Token, take).await, grant) {
        (Ok(()), Some(grant)) => return Ok(grant),
        (Ok(()), None) => return Err((malformed("there is no token answer"), false)),
        (Err(stopped), _) => stopped,
    };
    let mut fault = match stopped.why {
        Unanswered::Refused(answer) => {
            let answer = answer.for_error(&Strikes::of(proofs.borrow().iter().chain(credential.secrets())));
            entra::error(&answer, connection, exchange.host.unix_seconds())
        }
        Unanswered::Unusable(fault) => fault,
        Unanswered::Failed(failure) => failure.fault(login.authority(), Effect::Token),
    };
    fault.client_request_id = fault.client_request_id.or(Some(id));
    let by_time = stopped.by_time || fault.kind == ErrorKind::Interrupted;
    Err((fault, by_time))
}

/// What proves that this is the app.
fn proof<H: Host>(app: &App, host: &H) -> Result<Secret, Fault> {
    match &app.credential {
        Credential::Certificate(certificate) => assertion::sign(certificate, app, host),
        Credential::ClientSecret(secret) => Ok(secret.clone()),
        Credential::ClientAssertion(token) | Credential::AccessToken(token) => Ok(token.secret.clone()),
    }
}

/// The form of a token request.
fn form(app: &App, proof: &Secret, claims: &str) -> String {
    let (name, kind) = match app.credential {
        Credential::ClientSecret(_) | Credential::AccessToken(_) => ("client_secret", None),
        Credential::Certificate(_) | Credential::ClientAssertion(_) => ("client_assertion", Some(assertion::TYPE)),
    };
    [
        ("grant_type", Some("client_credentials")),
        ("client_id", Some(&app.client_id[..])),
        ("scope", Some(&app.scope)),
        ("client_assertion_type", kind),
        (name, Some(proof.reveal())),
        ("claims", Some(claims)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{name}={}", percent::encode(value?, percent::QUERY))))
    .collect::<Vec<_>>()
    .join("&")
}

fn grant_of(answer: &Response) -> Option<Grant> {
    if answer.status >= 300 || answer.cut.is_some() {
        return None;
    }
    std::str::from_utf8(answer.body()).ok().map(json::unmarked).and_then(Grant::parse)
}

/// Why a success is not a token. The parser's message could quote the token, so it is not shown.
fn unusable(mut answer: Response, connection: &Connection) -> Unusable {
    let authority = connection.app.login.authority();
    if proxy_page::is_page(&answer) {
        return Unusable { fault: proxy_page::fault(&answer, &connection.app.login, Effect::Token), repeat: false };
    }
    let (repeat, mut fault) = match answer.cut.take() {
        Some(failure) => (matches!(failure, Failure::Broken(_)), failure.fault(authority, Effect::Token)),
        None if answer.status >= 300 => {
            let target = proxy_page::redirect_host(&answer).map(|host| format!(" to {host}")).unwrap_or_default();
            let message =
                format!("{authority} redirects{target} in place of a token answer; redirects are not followed");
            let remedy = "check endpoints.login, and what stands between this machine and it";
            (false, remedied(malformed(message), remedy))
        }
        None => {
            let message = format!("the token answer from {authority} has no usable access_token and expires_in");
            (true, malformed(message))
        }
    };
    fault.status = Some(answer.status);
    fault.request_id = answer.request_id().map(str::to_owned);
    Unusable { fault, repeat }
}

/// Declares that claims challenges are understood (`cp1`), and adds those of a challenge.
fn merged_claims(challenge: Option<&str>) -> String {
    const DECLARED: &str = r#"{"values":["cp1"]}"#;
    let challenge = challenge.and_then(Object::parse).unwrap_or_default();
    let mut access_token = Writer::new();
    for (name, claim) in challenge.object("access_token").unwrap_or_default().0 {
        if name != "xms_cc" {
            access_token.json(&name, claim.get());
        }
    }
    access_token.json("xms_cc", DECLARED);
    let mut claims = Writer::new();
    claims.json("access_token", &access_token.finish());
    for (name, claim) in challenge.0 {
        if name != "access_token" {
            claims.json(&name, claim.get());
        }
    }
    claims.finish()
}

#[cfg(test)]
mod tests;
