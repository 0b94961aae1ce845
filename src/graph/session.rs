//! Requests to Graph: token, headers, retries, renewal of a refused token, and errors.

use crate::graph::call::{Answer, Call, Due};
use crate::graph::refusal;
use crate::request::config::Connection;
use crate::sign_in::cache::Wanted;
use crate::sign_in::{challenge, token};
use crate::text::fault::{Fault, echo, invalid, malformed, usual_remedy};
use crate::text::secret::{Secret, Strikes};
use crate::wire::exchange::{Exchange, Patience, Unanswered, Unusable};
use crate::wire::failure::Failure;
use crate::wire::host::{Header, Host, Request, Response, USER_AGENT};
use crate::wire::proxy_page;
use crate::wire::retry::Effect;
use crate::wit::types::ErrorKind;

/// Longest path and query: the limit of common HTTP clients, and more than any service accepts.
const TARGET_MAX_BYTES: usize = 60 * 1024;

/// A connection used by one call of the component.
pub struct Session<'a, H> {
    /// Where requests go, and with which identity.
    pub connection: &'a Connection,
    /// The host and the deadline.
    pub exchange: Exchange<'a, H>,
    /// Written before the body of each answer, see [`Request::prefix`].
    pub prefix: &'static str,
}

impl<H> Clone for Session<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Session<'_, H> {}

impl<'a, H: Host> Session<'a, H> {
    /// Starts a call: the deadline counts from here.
    pub fn new(host: &'a H, connection: &'a Connection, prefix: &'static str) -> Self {
        Self { connection, exchange: Exchange::within(host, connection.timeout), prefix }
    }

    /// The same call with a new deadline.
    #[must_use]
    pub fn anew(self) -> Self {
        let deadline = Exchange::within(self.exchange.host, self.connection.timeout).deadline;
        Self { exchange: Exchange { deadline, ..self.exchange }, ..self }
    }

    /// The same call with other rules for retries.
    #[must_use]
    pub fn with(self, patience: Patience) -> Self {
        Self { exchange: Exchange { patience, ..self.exchange }, ..self }
    }

    /// Path of a resource below the API version.
    pub fn path(&self, resource: &str) -> String {
        format!("/{}/{resource}", self.connection.api_version)
    }

    /// A token of the wanted kind.
    pub async fn token(&self, wanted: Wanted<'_>) -> Result<Secret, Fault> {
        token::get(self.connection, &self.exchange, wanted).await.map_err(|error| self.finish(error, &[], None))
    }

    /// Sends a request with a token until `take` accepts a success. An answer that does not decode is retried like a broken
    /// connection, unless the error has its own remedy.
    pub async fn send<T>(&self, call: &Call<'_>, mut take: impl FnMut(Answer) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut taken = None;
        self.send_for(call, &mut |answer| {
            taken = Some(take(answer)?);
            Ok(())
        })
        .await?;
        taken.ok_or_else(|| malformed("no answer was taken"))
    }

    /// Renews a refused token once, with the claims of a challenge if there is one. The service has done nothing then, so this is
    /// safe for writes too.
    async fn send_for(&self, call: &Call<'_>, take: &mut dyn FnMut(Answer) -> Result<(), Fault>) -> Result<(), Fault> {
        if call.target.len() > TARGET_MAX_BYTES {
            return Err(invalid(format!(
                "the address of the request has {} bytes; allowed: {TARGET_MAX_BYTES} at most: shorten endpoint, query_params, \
                 filter, order_by or cursor",
                call.target.len()
            )));
        }
        let own_id = call.headers.iter().find(|(name, _)| name == "client-request-id");
        let id = own_id.map_or_else(|| self.exchange.host.guid(), |(_, id)| self.cleared(id.clone()));
        let mut tokens = vec![self.token(Wanted::Any).await?];
        loop {
            let answer = match self.attempt(call, &tokens, &id, take).await {
                Ok(()) => return Ok(()),
                Err(Unanswered::Refused(answer)) => answer,
                Err(Unanswered::Unusable(fault)) => return Err(self.finish(fault, &tokens, Some(id))),
                Err(Unanswered::Failed(failure)) => {
                    let fault = failure.fault(self.connection.app.graph.authority(), call.effect);
                    return Err(self.finish(fault, &tokens, Some(id)));
                }
            };
            let claims = challenge::claims(&answer.headers);
            let is_refused = answer.status == 401 || (answer.status == 403 && claims.is_some());
            let is_given = self.connection.app.credential.is_access_token();
            let (true, false, [refused]) = (is_refused, is_given, &tokens[..]) else {
                let mut fault = self.refusal(call, answer, &tokens);
                if let (true, true, Some(claims)) = (is_refused, is_given, claims) {
                    fault.kind = ErrorKind::Unauthenticated;
                    fault.remedy =
                        Some(format!("get a new access token with the claims that Graph asks for: {}", echo(&claims)));
                }
                return Err(self.finish(fault, &tokens, Some(id)));
            };
            let wanted = Wanted::Instead { refused, claims: claims.as_deref() };
            let renewed = token::get(self.connection, &self.exchange, wanted).await;
            tokens.push(renewed.map_err(|error| self.finish(error, &tokens, Some(id.clone())))?);
        }
    }

    async fn attempt(
        &self,
        call: &Call<'_>,
        tokens: &[Secret],
        id: &str,
        take: &mut dyn FnMut(Answer) -> Result<(), Fault>,
    ) -> Result<(), Unanswered> {
        let token = tokens.last().map_or("", Secret::reveal);
        let mut headers: Vec<Header> = vec![
            ("authorization".into(), format!("Bearer {token}")),
            ("accept".into(), "application/json".into()),
            ("user-agent".into(), USER_AGENT.into()),
            ("client-request-id".into(), id.into()),
        ];
        headers.retain(|(name, _)| !call.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)));
        headers.extend_from_slice(&call.headers);
        let request = Request {
            method: call.method,
            origin: &self.connection.app.graph,
            target: &call.target,
            headers: &headers,
            body: call.body,
            prefix: self.prefix,
        };
        let take = &mut |mut response: Response| {
            response.strike_out(&self.secrets(tokens));
            let (status, request_id) = (response.status, response.request_id().map(str::to_owned));
            self.take(call, response, id, take).map_err(|mut unusable| {
                unusable.fault.status = unusable.fault.status.or(Some(status));
                unusable.fault.request_id = unusable.fault.request_id.or(request_id);
                unusable
            })
        };
        self.exchange.send(&request, call.effect, take).await.map_err(|stopped| stopped.why)
    }

    /// Passes a success on, unless it is not from Graph or incomplete.
    fn take(
        &self,
        call: &Call<'_>,
        mut response: Response,
        id: &str,
        take: &mut dyn FnMut(Answer) -> Result<(), Fault>,
    ) -> Result<(), Unusable> {
        let is_final = |fault| Unusable { fault, repeat: false };
        if call.due.is_page(&response) {
            return Err(is_final(proxy_page::fault(&response, &self.connection.app.graph, call.effect)));
        }
        if call.due == Due::Json && response.status >= 300 {
            return Err(is_final(self.refusal(call, response, &[])));
        }
        let is_write = matches!(call.effect, Effect::Assign | Effect::Write);
        if let Some(failure) = response.cut.take_if(|_| !is_write) {
            let repeat = matches!(failure, Failure::Broken(_));
            let fault = failure.fault(self.connection.app.graph.authority(), call.effect);
            return Err(Unusable { fault, repeat });
        }
        take(Answer { response, client_request_id: id.to_owned() }).map_err(|fault| {
            let repeat = fault.kind == ErrorKind::MalformedResponse && fault.remedy.is_none();
            Unusable { fault, repeat }
        })
    }

    /// The error for an error answer.
    fn refusal(&self, call: &Call<'_>, answer: Response, tokens: &[Secret]) -> Fault {
        let answer = answer.for_error(&self.secrets(tokens));
        if proxy_page::is_page(&answer) {
            return proxy_page::fault(&answer, &self.connection.app.graph, call.effect);
        }
        refusal::from_answer(&answer, self.connection, self.exchange.host.unix_seconds())
    }

    /// Text from the caller that goes into an answer, without secrets that were pasted into it.
    pub fn cleared(&self, mut text: String) -> String {
        self.secrets(&[]).out_of(&mut text);
        text
    }

    /// Values that no answer may contain.
    fn secrets<'s>(&'s self, tokens: &'s [Secret]) -> Strikes<'s> {
        let others = self.exchange.host.secrets();
        Strikes::of(tokens.iter().chain(self.connection.app.credential.secrets()).chain(others))
    }

    /// Adds our id and a remedy, and strikes out secrets that the other side echoed.
    fn finish(&self, mut error: Fault, tokens: &[Secret], client_request_id: Option<String>) -> Fault {
        error.client_request_id = error.client_request_id.or(client_request_id);
        if error.status.is_some() && error.remedy.is_none() {
            error.remedy = Some(usual_remedy(error.kind).to_owned());
        }
        self.secrets(tokens).out_of_error(&mut error);
        error
    }
}

#[cfg(test)]
mod tests;
