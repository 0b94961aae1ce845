//! What a call may come to under each kind of trouble: the contract as a table, not as the component implements it.
//!
//! | what went wrong | reads, hunting | an update | another write | the token request |
//! |---|---|---|---|---|
//! | nothing was sent | repeated | repeated | never repeated | repeated |
//! | sent, then broken or silent | repeated while time is left, a hunt once | `interrupted` | `interrupted` | repeated |
//! | a success whose body breaks off or does not decode | the same | read back, a success in any case | a success | repeated |
//! | 429, 503 | repeated, a hunt after 429 when told how long to wait | repeated | never repeated | repeated |
//! | 502, 504 | repeated, a hunt after 504 once | `unavailable` | `unavailable` | repeated |
//! | a page of a proxy | `unreachable` | `interrupted` with 2xx and 3xx | the same | `unreachable` |
//! | any other refusal | its kind | its kind | its kind | `unauthenticated` |

use super::action::{Action, Effect};

/// The word for an answer.
pub(crate) const SUCCESS: &str = "success";

/// A request and its repeats, at most.
const REPEATED: usize = 4;

/// What kind of trouble a fault is, as the contract tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// The answer comes as usual, if late or in an odd form.
    Harmless,
    /// Refused with 400 or another status that has no kind of its own.
    Rejected,
    /// 401 each time, whatever the token.
    Unauthorised,
    /// 401 and then nothing more.
    UnauthorisedOnce,
    /// 403.
    Forbidden,
    /// 404.
    Absent,
    /// 409 and 412.
    Conflict,
    /// 429 without a word of how long.
    Throttled,
    /// 429, to be repeated soon.
    ThrottledShort,
    /// 429 for longer than there is time.
    ThrottledLong,
    /// 429 and then nothing more.
    ThrottledOnce,
    /// 500, 509: the service failed in a way that repeats do not mend.
    Failed,
    /// 502.
    BadGateway,
    /// 502 and then nothing more.
    BadGatewayOnce,
    /// 503.
    Unavailable,
    /// 503 with a time to wait.
    Overloaded,
    /// 503 and then nothing more.
    UnavailableOnce,
    /// 504.
    GatewayTimeout,
    /// The token endpoint's own way to say 503.
    Temporary,
    /// No connection or no TLS.
    Unsent,
    /// No connection, and then nothing more.
    UnsentOnce,
    /// Sent, and then silence or an answer that takes too long.
    Silent,
    /// Sent, and then the connection broke.
    Broken,
    /// Sent, then the connection broke, and then nothing more.
    BrokenOnce,
    /// The head of a success, and then silence.
    SilentBody,
    /// The head of a success, and then the connection broke.
    BrokenBody,
    /// The head of a success, then the connection broke, and then nothing more.
    BrokenBodyOnce,
    /// The head of a success, and then a reset, which may overtake the head.
    ResetBody,
    /// Sent, and what comes back is not HTTP, or not as it says.
    Garbled,
    /// The head of a success, and then a body that is not as it says.
    GarbledBody,
    /// A success larger than anything that is taken.
    Endless,
    /// A success that is not what was asked for.
    Undecodable,
    /// A success that names itself JSON and is not: cut, or with an error in its middle.
    Cut,
    /// The same, and then nothing more.
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

/// The outcomes allowed and the most requests that the place in trouble may see.
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
/// An update that is done, and the reads of what it came to.
const OK_READ_BACK: Entry = (&[SUCCESS], 1 + REPEATED);
/// A page of a proxy, to one request.
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
        // The service did nothing, so one repeat with a new token is right for writes, too.
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
        // A hunt that ran too long burns the tenant's allowance again.
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
    // Who asks for anything gets whatever comes, and a redirect is an answer.
    if action.generic && matches!(nature, Nature::Undecodable | Nature::Redirect) {
        outcomes = &[SUCCESS];
    }
    if action.expands {
        // What fails with alerts is asked for once more without.
        requests *= 2;
    }
    Allowed { outcomes, requests }
}

/// What is allowed when it is at the token endpoint: the same for each action, for none was sent yet.
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
    fn the_generic_action_takes_what_comes() {
        assert_eq!(at_graph(Nature::Undecodable, action("read")).outcomes, [SUCCESS]);
        assert_eq!(at_graph(Nature::Undecodable, action("get")).outcomes, ["malformed-response"]);
        assert_eq!(at_graph(Nature::Cut, action("read")).outcomes, ["malformed-response"]);
    }
}
