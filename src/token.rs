//! Access tokens: client credentials, kept in the instance until shortly before they end.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

use std::cell::RefCell;
use std::time::Duration;

use crate::config::Connection;
use crate::entra;
use crate::error::{Fault, from_failure, malformed};
use crate::exchange::{Exchange, Unanswered, Unusable};
use crate::graph::guid;
use crate::host::{Failure, Header, Method, Request, Response};
use crate::json::{self, Object, Writer};
use crate::origin::Origin;
use crate::percent;
use crate::proxy_page;
use crate::retry::Effect;
use crate::secret::{Secret, Strikes};
use crate::wit::types::Error;

/// A token is renewed this long before it ends, or at half of its life if that is later.
const RENEW_EARLY: Duration = Duration::from_mins(5);
/// Tokens kept at most; the one unused for longest makes room.
const CACHE_MAX: usize = 64;

thread_local! {
    /// An instance has one thread. The entry used last is at the end.
    static CACHE: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

struct Entry {
    key: Key,
    token: Secret,
    /// On the host's monotonic clock.
    renew_at: Duration,
}

/// The cached token of a connection, or a new one.
pub fn get(connection: &Connection, exchange: &Exchange<'_>) -> Result<Secret, Fault> {
    let now = exchange.host.now();
    let cached = CACHE.with_borrow_mut(|cache| {
        let at = cache.iter().position(|entry| entry.key.is_of(connection))?;
        let entry = cache.remove(at);
        let token = (now < entry.renew_at).then(|| entry.token.clone())?;
        cache.push(entry);
        Some(token)
    });
    cached.map_or_else(|| renew(connection, exchange, None), Ok)
}

/// A new token in place of the cached one, satisfying the `claims` of a challenge.
pub fn renew(connection: &Connection, exchange: &Exchange<'_>, claims: Option<&str>) -> Result<Secret, Fault> {
    CACHE.with_borrow_mut(|cache| cache.retain(|entry| !entry.key.is_of(connection)));
    let grant = request(connection, exchange, claims)?;
    let lifetime = Duration::from_secs(grant.expires_in);
    let early = RENEW_EARLY.min(lifetime / 2);
    let entry = Entry {
        key: Key::of(connection),
        token: Secret::new(grant.access_token),
        renew_at: exchange.host.now().saturating_add(lifetime.saturating_sub(early)),
    };
    let token = entry.token.clone();
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= CACHE_MAX {
            cache.remove(0);
        }
        cache.push(entry);
    });
    Ok(token)
}

/// Everything that a token depends on.
struct Key {
    login: Origin,
    graph: Origin,
    scope: &'static str,
    tenant_id: String,
    client_id: String,
    client_secret: Secret,
}

impl Key {
    fn of(connection: &Connection) -> Self {
        let Connection { login, graph, scope, tenant_id, client_id, client_secret, .. } = connection;
        Self {
            login: login.clone(),
            graph: graph.clone(),
            scope,
            tenant_id: tenant_id.clone(),
            client_id: client_id.clone(),
            client_secret: client_secret.clone(),
        }
    }

    fn is_of(&self, connection: &Connection) -> bool {
        self.tenant_id == connection.tenant_id
            && self.client_id == connection.client_id
            && self.login == connection.login
            && self.graph == connection.graph
            && self.scope == connection.scope
            && self.client_secret.is_same(&connection.client_secret)
    }
}

struct Grant {
    access_token: String,
    expires_in: u64,
}

impl Grant {
    /// Reads a token answer. The lifetime may be a numeric string, as managed identities answer.
    fn parse(json: &str) -> Option<Self> {
        let body = Object::parse(json)?;
        let access_token = body.text("access_token")?;
        // Whole seconds, perhaps written as a text or with decimals; an hour, as usual, when it is not told.
        let expires_in = match body.raw("expires_in") {
            Some(life) => json::scalar(life)?.split('.').next()?.parse().ok()?,
            None => 3600,
        };
        let is_usable = !access_token.is_empty() && access_token.bytes().all(|byte| byte.is_ascii_graphic());
        is_usable.then_some(Self { access_token, expires_in })
    }
}

fn request(connection: &Connection, exchange: &Exchange<'_>, claims: Option<&str>) -> Result<Grant, Fault> {
    let Connection { tenant_id, client_id, client_secret, login, scope, .. } = connection;
    let target = format!("/{}/oauth2/v2.0/token", percent::encode(tenant_id, percent::SEGMENT));
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("scope", scope),
        ("client_secret", client_secret.reveal()),
        ("claims", &merged_claims(claims)),
    ]
    .map(|(name, value)| format!("{name}={}", percent::encode(value, percent::QUERY)))
    .join("&");
    let id = guid(exchange.host);
    let headers: [Header; 4] = [
        ("content-type".into(), "application/x-www-form-urlencoded".into()),
        ("accept".into(), "application/json".into()),
        ("user-agent".into(), crate::USER_AGENT.into()),
        ("client-request-id".into(), id.clone()),
    ];
    let request = Request {
        method: Method::Post,
        origin: login,
        target: &target,
        headers: &headers,
        body: form.as_bytes(),
        prefix: "",
    };
    let mut grant = None;
    let sent = exchange.send(&request, Effect::Token, &mut |mut answer| {
        grant = grant_of(&answer);
        if grant.is_some() {
            return Ok(());
        }
        answer.strike_out(&Strikes::of([client_secret]));
        Err(unusable(answer, connection))
    });
    let refused = match sent {
        Ok(()) => None,
        Err(Unanswered::Refused(answer)) => {
            let answer = answer.for_error(&Strikes::of([client_secret]));
            Some(entra::error(&answer, connection, exchange.host.unix_seconds()))
        }
        Err(Unanswered::Unusable(fault)) => Some(fault),
        Err(Unanswered::Failed(failure)) => Some(from_failure(failure, login.authority(), Effect::Token)),
    };
    match (grant, refused) {
        (Some(grant), None) => Ok(grant),
        (_, Some(mut fault)) => {
            fault.client_request_id = fault.client_request_id.or(Some(id));
            Err(fault)
        }
        (None, None) => Err(malformed("there is no token answer")),
    }
}

fn grant_of(answer: &Response) -> Option<Grant> {
    if answer.status >= 300 || answer.cut.is_some() {
        return None;
    }
    std::str::from_utf8(answer.body()).ok().map(json::unmarked).and_then(Grant::parse)
}

/// Why a success is no token. A parser's message could quote the token, so it is not shown.
fn unusable(mut answer: Response, connection: &Connection) -> Unusable {
    let authority = connection.login.authority();
    if proxy_page::is_page(&answer) {
        return Unusable { fault: proxy_page::fault(&answer, &connection.login, Effect::Token), repeat: false };
    }
    let (repeat, mut fault) = match answer.cut.take() {
        Some(failure) => (matches!(failure, Failure::Broken(_)), from_failure(failure, authority, Effect::Token)),
        None if answer.status >= 300 => {
            let target = proxy_page::redirect_host(&answer).map(|host| format!(" to {host}")).unwrap_or_default();
            let message =
                format!("{authority} redirects{target} in place of a token answer; redirects are not followed");
            let remedy = "check endpoints.login, and what stands between this machine and it".to_owned();
            (false, Box::new(Error { remedy: Some(remedy), ..*malformed(message) }))
        }
        None => {
            let message = format!("the token answer of {authority} has no usable access_token and expires_in");
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

/// Makes this thread a new instance.
#[cfg(test)]
pub fn forget_all() {
    CACHE.with_borrow_mut(Vec::clear);
}

#[cfg(test)]
mod tests;
