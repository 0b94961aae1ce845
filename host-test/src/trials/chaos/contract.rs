//! The outcomes allowed under each kind of fault: the contract as a table, independent of the implementation.
//!
//! | what went wrong | reads, hunting | an update | another write | the token request |
//! |---|---|---|---|---|
//! | nothing was sent | retried | retried | never retried | retried |
//! | sent, then broken or silent | retried while time is left, a hunt once | `interrupted` | `interrupted` | retried |
//! | a success whose body breaks off or does not decode | the same | read back, a success in any case | a success | retried |
//! | 429, 503 | retried, a hunt after 429 only if told how long to wait | retried | never retried | retried |
//! | 502, 504 | retried, a hunt after 504 once | `unavailable` | `unavailable` | retried |
//! | a page of a proxy | `unreachable` | `interrupted` with 2xx and 3xx | the same | `unreachable` |
//! | any other refusal | its kind | its kind | its kind | `unauthenticated` |

use defender_emulator::Exchange;

use super::action::{Action, Effect};

/// The outcome of a call that was answered.
pub(crate) const SUCCESS: &str = "success";

/// Whether a write may have happened: after these statuses it has not.
pub(crate) fn may_be_done(exchange: &Exchange) -> bool {
    !matches!(exchange.status, Some(401 | 429 | 503))
}

/// The most attempts at a request, retries included.
const REPEATED: usize = 4;

/// The kind of a fault, as far as the contract distinguishes faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// The answer arrives as usual, possibly late or in an odd form.
    Harmless,
    /// Refused with 400 or another status that has no kind of its own.
    Rejected,
    /// 401 each time, whatever the token.
    Unauthorised,
    /// 401 once.
    UnauthorisedOnce,
    /// 403.
    Forbidden,
    /// 404.
    Absent,
    /// 409 and 412.
    Conflict,
    /// 429 without a time to wait.
    Throttled,
    /// 429 with a short time to wait.
    ThrottledShort,
    /// 429 with a longer time to wait than is left.
    ThrottledLong,
    /// 429 once.
    ThrottledOnce,
    /// 500, 509: the service failed in a way that retries do not cure.
    Failed,
    /// 502.
    BadGateway,
    /// 502 once.
    BadGatewayOnce,
    /// 503.
    Unavailable,
    /// 503 with a time to wait.
    Overloaded,
    /// 503 once.
    UnavailableOnce,
    /// 504.
    GatewayTimeout,
    /// The token endpoint's equivalent of 503.
    Temporary,
    /// No connection or no TLS.
    Unsent,
    /// No connection, once.
    UnsentOnce,
    /// Sent, and then silence or an answer that takes too long.
    Silent,
    /// Sent, and then the connection broke.
    Broken,
    /// Sent, and then the connection broke, once.
    BrokenOnce,
    /// The head of a success, and then silence.
    SilentBody,
    /// The head of a success, and then the connection broke.
    BrokenBody,
    /// The head of a success, and then the connection broke, once.
    BrokenBodyOnce,
    /// The head of a success, and then a reset, which may overtake the head.
    ResetBody,
    /// Sent, and the answer is not HTTP, or not what its headers say.
    Garbled,
    /// The head of a success, and then a body that is not what the headers say.
    GarbledBody,
    /// A success that is larger than the limit.
    Endless,
    /// A success with unexpected content.
    Undecodable,
    /// A success labelled as JSON that is not: cut off, or with an error spliced into it.
    Cut,
    /// The same, once.
    CutOnce,
    /// A page of a proxy with a success.
    Page,
    /// A page of a proxy with a refusal.
    RefusingPage,
    /// A redirect to another host.
    Redirect,
    /// A success whose next page is at another host.
    StrayLink,
}

/// The outcomes allowed, and the most requests that the place with the fault may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub(crate) outcomes: &'static [&'static str],
    pub(crate) requests: usize,
}

type Entry = (&'static [&'static str], usize);

const OK: Entry = (&[SUCCESS], 1);
const OK_TWICE: Entry = (&[SUCCESS], 2);
const REFUSED: Entry = (&["unauthenticated"], 1);
const THROTTLED: Entry = (&["throttled"], 1);
const THROTTLED_REPEATED: Entry = (&["throttled"], REPEATED);
const UNAVAILABLE: Entry = (&["unavailable"], 1);
const UNAVAILABLE_REPEATED: Entry = (&["unavailable"], REPEATED);
/// The emulator sees no request.
const UNREACHABLE: Entry = (&["unreachable"], 0);
const INTERRUPTED: Entry = (&["interrupted"], 1);
const INTERRUPTED_REPEATED: Entry = (&["interrupted"], REPEATED);
const INTERRUPTED_TWICE: Entry = (&["interrupted"], 2);
const GARBLED: Entry = (&["interrupted", "malformed-response"], 1);
const GARBLED_TWICE: Entry = (&["interrupted", "malformed-response"], 2);
const GARBLED_REPEATED: Entry = (&["interrupted", "malformed-response"], REPEATED);
const MALFORMED: Entry = (&["malformed-response"], 1);
const MALFORMED_TWICE: Entry = (&["malformed-response"], 2);
const MALFORMED_REPEATED: Entry = (&["malformed-response"], REPEATED);
/// An update that was made, and the reads of its result.
const OK_READ_BACK: Entry = (&[SUCCESS], 1 + REPEATED);
/// A page of a proxy, after one request.
const INTERCEPTED: Entry = (&["unreachable"], 1);

/// For a fault at Graph (read, hunt, update, other write), and for one at the token endpoint.
fn row(nature: Nature) -> [Entry; 5] {
    let refused = |kind| [(kind, 1), (kind, 1), (kind, 1), (kind, 1), REFUSED];
    match nature {
        Nature::Harmless | Nature::StrayLink => [OK; 5],
        Nature::Rejected => refused(&["rejected"]),
        Nature::Forbidden => refused(&["forbidden"]),
        Nature::Absent => refused(&["not-found"]),
        Nature::Conflict => refused(&["conflict"]),
        // The service did nothing, so one retry with a new token is safe for writes too.
        Nature::Unauthorised => {
            let twice: Entry = (&["unauthenticated"], 2);
            [twice, twice, twice, twice, REFUSED]
        }
        Nature::UnauthorisedOnce => [OK_TWICE, OK_TWICE, OK_TWICE, OK_TWICE, REFUSED],
        Nature::Throttled => [THROTTLED_REPEATED, THROTTLED, THROTTLED_REPEATED, THROTTLED, THROTTLED_REPEATED],
        Nature::ThrottledShort => {
            [THROTTLED_REPEATED, THROTTLED_REPEATED, THROTTLED_REPEATED, THROTTLED, THROTTLED_REPEATED]
        }
        Nature::ThrottledLong => [THROTTLED; 5],
        Nature::ThrottledOnce => [OK_TWICE, OK_TWICE, OK_TWICE, THROTTLED, OK_TWICE],
        Nature::Failed => [UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE_REPEATED],
        Nature::BadGateway => {
            [UNAVAILABLE_REPEATED, UNAVAILABLE_REPEATED, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE_REPEATED]
        }
        Nature::BadGatewayOnce => [OK_TWICE, OK_TWICE, UNAVAILABLE, UNAVAILABLE, OK_TWICE],
        Nature::Unavailable => {
            [UNAVAILABLE_REPEATED, UNAVAILABLE_REPEATED, UNAVAILABLE_REPEATED, UNAVAILABLE, UNAVAILABLE_REPEATED]
        }
        Nature::Overloaded => row(Nature::ThrottledShort),
        Nature::UnavailableOnce => [OK_TWICE, OK_TWICE, OK_TWICE, UNAVAILABLE, OK_TWICE],
        // Another hunt that runs too long would use up more of the tenant's quota.
        Nature::GatewayTimeout => {
            [UNAVAILABLE_REPEATED, (&["unavailable"], 2), UNAVAILABLE, UNAVAILABLE, UNAVAILABLE_REPEATED]
        }
        Nature::Temporary => [UNAVAILABLE_REPEATED; 5],
        Nature::Unsent => [UNREACHABLE; 5],
        Nature::UnsentOnce => [OK, OK, OK, UNREACHABLE, OK],
        Nature::Silent => [INTERRUPTED; 5],
        Nature::Broken => [INTERRUPTED_REPEATED, INTERRUPTED_TWICE, INTERRUPTED, INTERRUPTED, INTERRUPTED_REPEATED],
        Nature::BrokenOnce => [OK_TWICE, OK_TWICE, INTERRUPTED, INTERRUPTED, OK_TWICE],
        Nature::SilentBody => [INTERRUPTED, INTERRUPTED, OK, OK, INTERRUPTED],
        Nature::BrokenBody => [INTERRUPTED_REPEATED, INTERRUPTED_TWICE, OK_READ_BACK, OK, INTERRUPTED_REPEATED],
        Nature::BrokenBodyOnce | Nature::CutOnce => [OK_TWICE, OK_TWICE, OK_TWICE, OK, OK_TWICE],
        Nature::ResetBody => {
            const EITHER: &[&str] = &[SUCCESS, "interrupted"];
            [INTERRUPTED_REPEATED, INTERRUPTED_TWICE, (EITHER, 1 + REPEATED), (EITHER, 1), INTERRUPTED_REPEATED]
        }
        Nature::Garbled => [GARBLED_REPEATED, GARBLED_TWICE, GARBLED, GARBLED, GARBLED_REPEATED],
        Nature::GarbledBody => [GARBLED_REPEATED, GARBLED_TWICE, OK_READ_BACK, OK, GARBLED_REPEATED],
        Nature::Endless => [GARBLED, GARBLED, OK_TWICE, OK, GARBLED],
        Nature::Undecodable | Nature::Cut => {
            [MALFORMED_REPEATED, MALFORMED_TWICE, OK_READ_BACK, OK, MALFORMED_REPEATED]
        }
        Nature::Page => [INTERCEPTED, INTERCEPTED, INTERRUPTED, INTERRUPTED, INTERCEPTED],
        Nature::RefusingPage => [INTERCEPTED; 5],
        Nature::Redirect => [MALFORMED; 5],
    }
}

/// What is allowed for an action when a fault of this nature is at Graph.
pub(crate) fn at_graph(nature: Nature, action: &Action) -> Allowed {
    let [read, hunt, assign, write, _] = row(nature);
    let (mut outcomes, mut requests) = match action.effect {
        Effect::Read => read,
        Effect::Hunt => hunt,
        Effect::Assign => assign,
        Effect::Write => write,
    };
    // The generic action returns whatever arrives, and a redirect is an answer.
    if action.generic && matches!(nature, Nature::Undecodable | Nature::Redirect) {
        outcomes = &[SUCCESS];
    }
    if action.expands {
        // A request that fails with alerts is sent once more without them.
        requests *= 2;
    }
    Allowed { outcomes, requests }
}

/// What is allowed when it is at the token endpoint: the same for each action, because nothing has been sent to Graph yet.
pub(crate) fn at_token_endpoint(nature: Nature) -> Allowed {
    let [.., (outcomes, requests)] = row(nature);
    Allowed { outcomes, requests }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::chaos::action::ACTIONS;

    fn action(title: &str) -> &'static Action {
        ACTIONS.iter().find(|action| action.title == title).unwrap()
    }

    #[test]
    fn what_was_sent_is_never_written_twice() {
        for title in ["update", "comment"] {
            for nature in [Nature::Broken, Nature::Silent, Nature::Failed, Nature::BadGateway, Nature::GatewayTimeout] {
                assert_eq!(at_graph(nature, action(title)).requests, 1, "{title} {nature:?}");
            }
        }
    }

    #[test]
    fn the_generic_action_returns_whatever_arrives() {
        assert_eq!(at_graph(Nature::Undecodable, action("read")).outcomes, [SUCCESS]);
        assert_eq!(at_graph(Nature::Undecodable, action("get")).outcomes, ["malformed-response"]);
        assert_eq!(at_graph(Nature::Cut, action("read")).outcomes, ["malformed-response"]);
    }
}
