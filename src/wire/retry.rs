//! Decides whether a request is retried, and after how long: a pure function, so that a table of cases can test it.

use std::time::Duration;

use crate::text::datetime::parse_http_date;

/// The most retries of one request.
pub const REPEATS_MAX: u32 = 3;
/// Upper limit of the first back-off; it doubles with each further one.
const BACK_OFF_FIRST: Duration = Duration::from_secs(1);
/// The shortest wait, even if the service allows less: rejected calls count against the quota.
/// Source: <https://learn.microsoft.com/graph/throttling>.
const WAIT_MIN: Duration = Duration::from_millis(500);
/// Time an attempt needs: a wait that leaves less is not begun.
const ATTEMPT_MIN: Duration = Duration::from_secs(1);

/// What a request does at the service; this decides when it may be retried, not its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: retried freely.
    Read,
    /// Nothing, but a run uses the tenant's CPU quota: a timeout of the service and a broken answer are retried once each, and a
    /// refusal only if the service says how long to wait.
    Hunt,
    /// Nothing. The token service reports throttling in its own way, so any server error is retried.
    Token,
    /// Sets values: retried when the service says that it did not begin.
    Assign,
    /// Anything else: never retried.
    Write,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With an error answer, and the value of its `Retry-After`.
    Status(u16, Option<Duration>),
    /// Before anything was sent.
    Unsent,
    /// With a broken connection, possibly after everything was sent, or with a success that does not decode.
    Broken,
    /// In a way that no retry can fix.
    Final,
}

/// Earlier attempts of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Retries so far.
    pub repeats: u32,
    /// Answers with status 504 before this one.
    pub gateway_timeouts: u32,
    /// Broken answers before this one.
    pub broken: u32,
}

impl Progress {
    /// Counts a retry after an outcome.
    pub fn count(&mut self, outcome: Outcome) {
        self.repeats += 1;
        self.gateway_timeouts += u32::from(matches!(outcome, Outcome::Status(504, _)));
        self.broken += u32::from(outcome == Outcome::Broken);
    }
}

/// How long to wait before the next attempt; `None` when there must not be one.
///
/// `jitter` is 64 random bits. Without `Retry-After` the wait is random up to the back-off (full jitter), so that callers that
/// failed together do not retry together.
pub fn wait(
    effect: Effect,
    outcome: Outcome,
    progress: Progress,
    remaining: Duration,
    jitter: u64,
) -> Option<Duration> {
    if progress.repeats >= REPEATS_MAX || !repeatable(effect, outcome, progress) {
        return None;
    }
    let span = match outcome {
        Outcome::Status(_, Some(span)) => span,
        _ => back_off(progress.repeats, jitter),
    };
    let span = span.max(WAIT_MIN);
    (span.saturating_add(ATTEMPT_MIN) <= remaining).then_some(span)
}

fn repeatable(effect: Effect, outcome: Outcome, progress: Progress) -> bool {
    match (effect, outcome) {
        (Effect::Write, _) | (_, Outcome::Final) => false,
        (Effect::Assign, outcome) => matches!(outcome, Outcome::Status(429 | 503, _) | Outcome::Unsent),
        (Effect::Hunt, Outcome::Status(504, _)) => progress.gateway_timeouts == 0,
        (Effect::Hunt, Outcome::Status(429, hint)) => hint.is_some(),
        (Effect::Hunt, Outcome::Broken) => progress.broken == 0,
        (_, Outcome::Status(500, _)) => effect == Effect::Token,
        (_, Outcome::Status(status, _)) => matches!(status, 429 | 502 | 503 | 504),
        (_, Outcome::Unsent | Outcome::Broken) => true,
    }
}

fn back_off(repeats: u32, jitter: u64) -> Duration {
    let limit = BACK_OFF_FIRST.saturating_mul(2_u32.saturating_pow(repeats));
    // The upper half of the bits is the fraction of the limit.
    let fraction = jitter >> 32;
    let nanoseconds = (limit.as_nanos() * u128::from(fraction)) >> 32;
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

/// Reads `Retry-After`: seconds or an HTTP date. Anything else counts as absent.
///
/// Graph also sends decimals (`2.542`), which are rounded up, and two numbers (`30,120`); the first one counts.
/// Source: <https://github.com/microsoftgraph/msgraph-sdk-python/issues/1159>.
pub fn parse_retry_after(value: &str, unix_seconds: u64) -> Option<Duration> {
    if let Some(at) = value.find("GMT").and_then(|end| parse_http_date(value.get(..end + 3)?.trim())) {
        let now = i64::try_from(unix_seconds).ok()?;
        return Some(Duration::from_secs(u64::try_from(at - now).unwrap_or(0)));
    }
    let first = value.split(',').next()?.trim();
    let (whole, fraction) = first.split_once('.').unwrap_or((first, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // More digits than fit mean a very long wait.
    let seconds: u64 = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u64::MAX) };
    let part = fraction.bytes().any(|digit| digit != b'0');
    Some(Duration::from_secs(seconds.saturating_add(part.into())))
}

/// Whole seconds as the WIT error carries them.
pub fn saturating_seconds(span: Duration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
