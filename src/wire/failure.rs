//! Why a request has no answer, and the error for it.

use crate::text::fault::{Fault, error, remedied};
use crate::wire::retry::Effect;
use crate::wit::types::ErrorKind;

/// Why there is no answer. The texts are for people and never contain a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The host's policy refused the request.
    Denied(String),
    /// No connection: nothing was sent.
    Unsent(String),
    /// The connection broke after bytes may have been sent.
    Broken(String),
    /// The deadline passed after bytes may have been sent.
    Late,
    /// The answer is larger than this number of bytes.
    TooLarge(usize),
}

impl Failure {
    /// The error for a request with this effect to `authority`.
    pub fn fault(self, authority: &str, effect: Effect) -> Fault {
        let repeat = match effect {
            Effect::Read | Effect::Hunt | Effect::Token => "nothing was changed: it is safe to retry",
            Effect::Assign | Effect::Write => "the write may have happened: read the object back before retrying",
        };
        let (kind, message, remedy) = match self {
            Self::Denied(why) => (
                ErrorKind::Denied,
                format!("the host refused the request to {authority}: {why}"),
                format!("allow outbound requests to {authority} in the host's policy"),
            ),
            Self::Unsent(why) => (
                ErrorKind::Unreachable,
                format!("cannot reach {authority}: {why}; nothing was sent"),
                format!(
                    "check that {authority} can be reached from this machine (name, proxy, firewall, certificate), and retry"
                ),
            ),
            Self::Broken(why) => {
                (ErrorKind::Interrupted, format!("the connection to {authority} broke: {why}"), repeat.to_owned())
            }
            Self::Late => (
                ErrorKind::Interrupted,
                format!("no complete answer from {authority} before the deadline"),
                format!("{repeat}; a longer timeout may help"),
            ),
            Self::TooLarge(limit) => (
                ErrorKind::MalformedResponse,
                format!("the answer from {authority} is larger than the {limit} bytes that are accepted"),
                "ask for less: fewer rows or columns, a smaller page".to_owned(),
            ),
        };
        remedied(error(kind, message), remedy)
    }
}
