//! The one way to Graph: token, headers, repeats, renewal of a refused token, and errors.

use std::time::Duration;

use crate::challenge;
use crate::config::Connection;
use crate::error::{Fault, from_failure, malformed};
use crate::exchange::Exchange;
use crate::graph_error;
use crate::host::{Header, Host, Method, Request, Response};
use crate::retry::Effect;
use crate::secret::Secret;
use crate::token;

/// A request to Graph.
#[derive(Debug)]
pub struct Call<'a> {
    /// HTTP method.
    pub method: Method,
    /// Path and query below the origin, percent-encoded.
    pub target: String,
    /// Besides the defaults; a name given here replaces the default.
    pub headers: Vec<Header>,
    /// Body, empty for none.
    pub body: &'a [u8],
    /// What it does at the service, which says when it is repeated.
    pub effect: Effect,
}

/// A successful answer of Graph.
#[derive(Debug)]
pub struct Answer {
    /// Status, headers and body; the status is below 400.
    pub response: Response,
    /// Our id of the request.
    pub client_request_id: String,
}

impl Answer {
    /// The service's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.response.header("request-id")
    }

    /// The body as text.
    pub fn into_body(self) -> Result<Body, Fault> {
        let (buffer, start) = self.response.into_parts();
        match String::from_utf8(buffer) {
            Ok(text) => Ok(Body { text, start }),
            Err(_) => Err(malformed("the answer is not UTF-8")),
        }
    }
}

/// A body in its receive buffer, behind the prefix that was asked for.
#[derive(Debug)]
pub struct Body {
    /// The prefix and the body.
    pub text: String,
    /// Where the body starts.
    pub start: usize,
}

impl Body {
    /// The body.
    pub fn json(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }
}

/// A connection in use by one call of the component.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// Where to, and as whom.
    pub connection: &'a Connection,
    /// The host, and the time to be done.
    pub exchange: Exchange<'a>,
    /// Written before the body of each answer, see [`Request::prefix`].
    pub prefix: &'static str,
}

impl<'a> Session<'a> {
    /// Starts the clock of a call.
    pub fn new(host: &'a dyn Host, connection: &'a Connection, prefix: &'static str) -> Self {
        Self { connection, exchange: Exchange::within(host, connection.timeout), prefix }
    }

    /// The same call with another time to be done.
    #[must_use]
    pub fn until(self, deadline: Duration) -> Self {
        Self { exchange: Exchange { deadline, ..self.exchange }, ..self }
    }

    /// Path of a resource below the API version.
    pub fn path(&self, resource: &str) -> String {
        format!("/{}/{resource}", self.connection.api_version)
    }

    /// The cached token, or a new one.
    pub fn token(&self) -> Result<Secret, Fault> {
        token::get(self.connection, &self.exchange).map_err(|error| self.finish(error, &[], None))
    }

    /// A new token in place of the cached one.
    pub fn renew_token(&self) -> Result<Secret, Fault> {
        token::renew(self.connection, &self.exchange, None).map_err(|error| self.finish(error, &[], None))
    }

    /// Sends a request with a token and answers a success; a redirect is none, for none is followed.
    pub fn send(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        self.send_until(call, 300)
    }

    /// As [`Session::send`], but a redirect is an answer too.
    pub fn send_for_redirect(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        self.send_until(call, 400)
    }

    /// Statuses from `failure` on are failures. A refused token is renewed once, with the claims of a challenge if there is
    /// one: the service did nothing, so this holds for writes too.
    fn send_until(&self, call: &Call<'_>, failure: u16) -> Result<Answer, Fault> {
        let own_id = call.headers.iter().find(|(name, _)| name == "client-request-id").map(|(_, id)| id.clone());
        let client_request_id = own_id.unwrap_or_else(|| guid(self.exchange.host));
        let mut used = vec![self.token()?];
        loop {
            let token = used.last().map_or("", Secret::reveal);
            let response = self.attempt(call, token, &client_request_id);
            let response = match response {
                Ok(response) if response.status < failure => return Ok(Answer { response, client_request_id }),
                Ok(response) => response,
                Err(error) => return Err(self.finish(error, &used, Some(client_request_id))),
            };
            let claims = challenge::claims(&response.headers);
            let refused = response.status == 401 || (response.status == 403 && claims.is_some());
            if !refused || used.len() > 1 {
                let response = response.for_error(used.iter().chain([&self.connection.client_secret]));
                let error = graph_error::from_answer(&response, self.connection, self.exchange.host.unix_seconds());
                return Err(self.finish(error, &used, Some(client_request_id)));
            }
            let renewed = token::renew(self.connection, &self.exchange, claims.as_deref());
            used.push(renewed.map_err(|error| self.finish(error, &used, Some(client_request_id.clone())))?);
        }
    }

    fn attempt(&self, call: &Call<'_>, token: &str, client_request_id: &str) -> Result<Response, Fault> {
        let mut headers: Vec<Header> = vec![
            ("authorization".into(), format!("Bearer {token}")),
            ("accept".into(), "application/json".into()),
            ("user-agent".into(), crate::USER_AGENT.into()),
            ("client-request-id".into(), client_request_id.into()),
        ];
        headers.retain(|(name, _)| !call.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)));
        headers.extend_from_slice(&call.headers);
        let origin = &self.connection.graph;
        let request = Request {
            method: call.method,
            origin,
            target: &call.target,
            headers: &headers,
            body: call.body,
            prefix: self.prefix,
        };
        self.exchange
            .send(&request, call.effect)
            .map_err(|failure| from_failure(failure, origin.authority(), call.effect))
    }

    /// Adds our id and strikes out whatever secret the other side may have echoed.
    fn finish(&self, mut error: Fault, tokens: &[Secret], client_request_id: Option<String>) -> Fault {
        error.client_request_id = error.client_request_id.or(client_request_id);
        for secret in tokens.iter().chain([&self.connection.client_secret]) {
            secret.strike_out(&mut error);
        }
        error
    }
}

/// A random (version 4) GUID.
fn guid(host: &dyn Host) -> String {
    let (high, low) = (host.random(), host.random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests;
