//! A write that is sent once: a repeat would do it a second time.

use crate::answer::envelope::{self, Meta};
use crate::graph::call::{Answer, Body, Call};
use crate::graph::refusal::spliced_object;
use crate::graph::session::Session;
use crate::text::fault::{Fault, remedied};
use crate::text::json;
use crate::wire::host::{Host, Method};
use crate::wire::retry::Effect;
use crate::wit::types::ErrorKind;

/// A write, checked.
pub(super) struct Once {
    /// Below the API version.
    pub(super) path: String,
    /// What to send.
    pub(super) body: String,
    /// Whether nothing is to be sent.
    pub(super) dry_run: bool,
    /// What is done when it is done, for messages.
    pub(super) done: &'static str,
    /// How to find out whether it was done, if the answer is lost.
    pub(super) find_out: String,
}

/// How a write ended.
pub(super) enum Outcome<T> {
    /// With an answer as it should be.
    Done(T, Meta),
    /// It is done, but the answer is not as it should be: if it is JSON at all, it is passed on.
    Unread(Option<Body>, Meta),
    /// What would be sent.
    DryRun(String),
}

impl Once {
    /// Sends the write; `read` decodes the answer.
    pub(super) async fn send<H: Host, T>(
        self,
        session: &Session<'_, H>,
        read: impl Fn(&str) -> Result<T, Fault>,
    ) -> Result<Outcome<(T, Body)>, Fault> {
        if self.dry_run {
            return Ok(Outcome::DryRun(session.cleared(self.body)));
        }
        let call = Call::write(Method::Post, session.path(&self.path), &self.body, Effect::Write);
        let take = |answer: Answer| {
            let (whole, status, mut meta) = (answer.response.cut.is_none(), answer.response.status, Meta::of(&answer));
            let body = answer.into_body();
            if let Some(fault) = body.as_ref().ok().and_then(|body| spliced_object(body.json())) {
                return Err(remedied(fault, self.way_out()));
            }
            match body.as_ref().map(|body| read(body.json())) {
                Ok(Ok(found)) if whole => Ok(Outcome::Done((found, body?), meta)),
                // The status alone says that it is done.
                _ => {
                    meta.warnings.push(format!("{} (status {status}), but the answer could not be read", self.done));
                    Ok(Outcome::Unread(body.ok().filter(|body| whole && json::is_valid(body.json())), meta))
                }
            }
        };
        session.send(&call, take).await.map_err(|fault| self.with_way_out(fault))
    }

    /// The same as JSON. Without a usable answer, the data is null.
    pub(super) async fn json<H: Host, T>(
        self,
        session: &Session<'_, H>,
        read: impl Fn(&str) -> Result<T, Fault>,
    ) -> Result<String, Fault> {
        Ok(match self.send(session, read).await? {
            Outcome::Done((_, body), meta) | Outcome::Unread(Some(body), meta) => envelope::close(body, &meta),
            Outcome::Unread(None, meta) => envelope::around("null", &meta),
            Outcome::DryRun(body) => envelope::around(&body, &Meta::dry_run()),
        })
    }

    /// An error of which it is not known whether the write happened says how to find out.
    fn with_way_out(&self, fault: Fault) -> Fault {
        let is_open = match fault.status {
            // A timeout, or what stands in front of the service answers while the service works.
            Some(408 | 425 | 500 | 502..=599) => true,
            _ => fault.kind == ErrorKind::Interrupted,
        };
        if is_open { remedied(fault, self.way_out()) } else { fault }
    }

    fn way_out(&self) -> String {
        format!("it may have happened: {}", self.find_out)
    }
}
