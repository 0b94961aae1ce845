//! Input of a poll: the query, and the state that an earlier poll left with the host.

use crate::request::list::Query;
use crate::request::{filter, given, incident};
use crate::text::datetime::{parse_rfc3339, rfc3339, ticks_of};
use crate::text::fault::{Fault, invalid, quoted};
use crate::text::json::{Object, Writer};
use crate::wit::trigger::PollQuery;

/// Longest look-back in seconds.
pub const LOOK_BACK_MAX: u32 = 3600;
/// Clocks do not disagree by more than this.
const AHEAD_MAX_SECONDS: i64 = 3600;
/// The most changes that a state remembers: of 27 bytes each.
pub const REMEMBERED_MAX: usize = 2300;
/// Longest state: some more than the longest that is written.
const STATE_MAX_BYTES: usize = 80 * 1024;

/// The options of a query.
#[derive(Debug)]
pub struct Options {
    /// The caller's filter.
    pub filter: Option<String>,
    /// Whether alerts are asked for.
    pub expands: bool,
    /// The most incidents to return.
    pub max_results: u32,
    /// In ticks.
    pub look_back: i64,
}

impl Options {
    /// Checks a query.
    ///
    /// # Errors
    /// `invalid-input`, naming the field.
    pub fn of(query: &PollQuery) -> Result<Self, Fault> {
        let list = Query {
            cursor: None,
            max_results: query.max_results,
            page_max: incident::PAGE_MAX,
            skip: None,
            count: None,
            expand: query.expand.as_deref(),
            filter: query.filter.as_deref(),
            fields: &filter::INCIDENTS,
            order_by: None,
        };
        list.options()?;
        let look_back = query.look_back.unwrap_or_default();
        if look_back > LOOK_BACK_MAX {
            return Err(invalid(format!(
                "look_back: {look_back} is out of range; allowed: 0 to {LOOK_BACK_MAX} seconds"
            )));
        }
        Ok(Self {
            filter: given(query.filter.as_deref()).map(str::to_owned),
            expands: given(query.expand.as_deref()).is_some(),
            max_results: query.max_results.unwrap_or(incident::PAGE_MAX),
            look_back: ticks_of(look_back.into()),
        })
    }

    /// The filter for changes since a time.
    pub fn filter_since(&self, ticks: i64) -> String {
        let since = format!("lastUpdateDateTime ge {}", rfc3339(ticks));
        match &self.filter {
            Some(filter) => format!("{since} and ({filter})"),
            None => since,
        }
    }
}

/// A change that was returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// When, in ticks.
    pub at: i64,
    /// Of the incident's id and the time.
    pub hash: u64,
}

impl Change {
    /// A change of an incident.
    pub fn new(id: &str, at: i64) -> Self {
        Self { at, hash: hash(&format!("{id} {at}")) }
    }
}

/// What a poll knows of those before it.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    /// Nothing before it is asked for, in ticks.
    pub from: i64,
    /// The latest change that was returned, in ticks, but never a time that has not come yet.
    pub at: i64,
    /// What was returned and may be seen again, oldest first.
    pub seen: Vec<Change>,
}

impl State {
    /// A start.
    pub fn starting(ticks: i64) -> Self {
        Self { from: ticks, at: ticks, seen: Vec::new() }
    }

    /// Reads the caller's start, if there is one.
    ///
    /// # Errors
    /// `invalid-input`, if it is not a time, or in the future.
    pub fn since(query: &PollQuery, unix_seconds: u64) -> Result<Option<Self>, Fault> {
        let Some(since) = given(query.since.as_deref()) else { return Ok(None) };
        let at = parse_rfc3339(since).ok_or_else(|| {
            invalid(format!("since: {} is not an RFC 3339 time, such as 2026-02-25T16:29:33Z", quoted(since)))
        })?;
        check_ahead("since", at.ticks(), unix_seconds)?;
        Ok(Some(Self::starting(at.ticks())))
    }

    /// Reads a state of this tenant.
    ///
    /// # Errors
    /// `invalid-input`, saying why it is not one.
    pub fn parse(text: &str, tenant_id: &str, unix_seconds: u64) -> Result<Self, Fault> {
        let wrong =
            |why: &str| invalid(format!("state: {why}; pass the state of an earlier result, or none to start anew"));
        if text.len() > STATE_MAX_BYTES {
            return Err(wrong("is longer than any state"));
        }
        let object = Object::parse(text.trim()).ok_or_else(|| wrong("is not a state of poll_incidents"))?;
        if object.raw("poll_incidents") != Some("1") {
            return Err(wrong("is not a state of poll_incidents, or of another version"));
        }
        if object.text("tenant") != Some(hex(hash(tenant_id))) {
            return Err(wrong("is of another tenant"));
        }
        let time = |name: &str| Some(parse_rfc3339(&object.text(name)?)?.ticks());
        let read = || {
            let (from, at) = (time("from")?, time("at")?);
            let seen = object.text("seen")?;
            let change = |part: &str| {
                let (hash, before) = part.split_once('.').unwrap_or((part, "0"));
                let before = i64::from_str_radix(before, 16).ok()?;
                let hash = u64::from_str_radix(hash, 16).ok().filter(|_| hash.len() == 16)?;
                Some(Change { at: at.checked_sub(before)?, hash })
            };
            Some(Self { from, at, seen: seen.split_whitespace().map(change).collect::<Option<_>>()? })
        };
        let state = read().ok_or_else(|| wrong("is damaged"))?;
        check_ahead("state", state.at.max(state.from), unix_seconds)?;
        Ok(state)
    }

    /// The state as text.
    pub fn text(&self, tenant_id: &str) -> String {
        let seen: Vec<String> = self
            .seen
            .iter()
            .map(|change| match self.at - change.at {
                0 => hex(change.hash),
                ahead @ ..0 => format!("{}.-{:x}", hex(change.hash), ahead.unsigned_abs()),
                before => format!("{}.{before:x}", hex(change.hash)),
            })
            .collect();
        let mut object = Writer::new();
        object.json("poll_incidents", "1");
        object.text("tenant", &hex(hash(tenant_id)));
        object.text("from", &rfc3339(self.from));
        object.text("at", &rfc3339(self.at));
        object.text("seen", &seen.join(" "));
        object.finish()
    }

    /// Takes over what is returned at a time, and forgets what will not be seen again. Returns whether the look-back had to be shortened.
    ///
    /// A clock of the service that is ahead must not hide what the others change meanwhile.
    pub fn advance(&mut self, returned: impl IntoIterator<Item = Change>, look_back: i64, now: i64) -> bool {
        self.seen.extend(returned);
        self.seen.sort_unstable();
        self.at = self.seen.last().map_or(self.at, |last| last.at.min(now).max(self.at));
        self.from = self.from.max(self.at.saturating_sub(look_back));
        let surplus = self.seen.len().checked_sub(REMEMBERED_MAX + 1);
        let shortest = surplus.and_then(|last| self.seen.get(last)).map(|last| (last.at + 1).min(self.at));
        let is_shortened = shortest.is_some_and(|shortest| shortest > self.from);
        self.from = self.from.max(shortest.unwrap_or(self.from));
        self.seen.retain(|change| change.at >= self.from);
        is_shortened
    }
}

/// The time in ticks, on the service's clock if it says one: one that is far ahead of ours is wrong.
pub fn now(date: Option<i64>, unix_seconds: u64) -> i64 {
    let ours = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
    ticks_of(date.map_or(ours, |date| date.min(ours.saturating_add(AHEAD_MAX_SECONDS))))
}

fn check_ahead(field: &str, ticks: i64, unix_seconds: u64) -> Result<(), Fault> {
    let now = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
    if ticks > ticks_of(now.saturating_add(AHEAD_MAX_SECONDS)) {
        return Err(invalid(format!(
            "{field}: is in the future, at {}; check the clock of this machine",
            rfc3339(ticks)
        )));
    }
    Ok(())
}

/// FNV-1a: short, and good enough for ids that nobody chooses.
/// Source: <https://www.rfc-editor.org/rfc/rfc9923>.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn hex(number: u64) -> String {
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_708_000_000;

    fn state() -> State {
        let at = parse_rfc3339("2024-02-15T08:00:00.1234567Z").expect("a time").ticks();
        let seen = [at - 10_000_000, at - 3, at].map(|at| Change::new("29", at)).to_vec();
        State { from: at - 20_000_000, at, seen }
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let text = state().text("contoso.com");
        assert!(text.contains(r#""at":"2024-02-15T08:00:00.1234567Z""#), "{text}");
        assert_eq!(State::parse(&text, "contoso.com", NOW).expect("a state"), state());
    }

    #[test]
    fn what_is_not_a_state_of_ours_is_refused() {
        let text = state().text("contoso.com");
        let again = "; pass the state of an earlier result, or none to start anew";
        for (text, tenant, why) in [
            ("garbage".to_owned(), "contoso.com", "state: is not a state of poll_incidents"),
            ("{}".into(), "contoso.com", "state: is not a state of poll_incidents, or of another version"),
            (
                text.replace(":1,", ":2,"),
                "contoso.com",
                "state: is not a state of poll_incidents, or of another version",
            ),
            (text.clone(), "fabrikam.com", "state: is of another tenant"),
            (text.replace("\"seen\":\"", "\"seen\":\"x "), "contoso.com", "state: is damaged"),
            (text.replace("2024-02-15", "2024-02-30"), "contoso.com", "state: is damaged"),
            ("x".repeat(100_000), "contoso.com", "state: is longer than any state"),
        ] {
            assert_eq!(State::parse(&text, tenant, NOW).expect_err(why).message, format!("{why}{again}"));
        }
        let future = text.replace("2024-02-15", "2034-02-15");
        let message = State::parse(&future, "contoso.com", NOW).expect_err("from the future").message;
        assert!(message.starts_with("state: is in the future, at 2034-02-15T08:00:00.1234567Z"), "{message}");
    }

    #[test]
    fn it_forgets_what_will_not_be_seen_again() {
        let mut state = State::starting(100);
        let now = i64::MAX;
        assert!(!state.advance([Change { at: 105, hash: 1 }, Change { at: 110, hash: 2 }], 7, now));
        assert_eq!((state.at, state.from, state.seen.len()), (110, 103, 2));
        assert!(!state.advance([Change { at: 104, hash: 3 }], 7, now));
        assert_eq!((state.at, state.from, state.seen.len()), (110, 103, 3));
        assert!(!state.advance([Change { at: 200, hash: 4 }], 0, now));
        assert_eq!(state, State { from: 200, at: 200, seen: vec![Change { at: 200, hash: 4 }] });
    }

    #[test]
    fn it_never_passes_the_present() {
        let mut state = State::starting(100);
        let (before, ahead) = (Change { at: 110, hash: 1 }, Change { at: 900, hash: 2 });
        state.advance([before, ahead], 0, 120);
        assert_eq!((state.at, state.from, &state.seen[..]), (120, 120, &[ahead][..]));
        let text = state.text("contoso.com");
        assert_eq!(State::parse(&text, "contoso.com", NOW).expect("a state"), state);
        state.advance([Change { at: 130, hash: 3 }], 0, 130);
        assert_eq!((state.at, state.seen.len()), (130, 2));
    }

    #[test]
    fn its_size_is_limited_and_no_change_at_the_boundary_is_forgotten() {
        let mut state = State::starting(0);
        let changes = |from: i64| (0..3000).map(move |at| Change { at: from + at, hash: u64::MAX });
        assert!(state.advance(changes(1), ticks_of(3600), i64::MAX));
        assert_eq!((state.seen.len(), state.from, state.at), (REMEMBERED_MAX, 701, 3000));
        assert!(state.text("contoso.com").len() < 64 * 1024);
        let same = (0..3000).map(|hash| Change { at: 9000, hash });
        state.advance(same, ticks_of(3600), i64::MAX);
        assert_eq!((state.seen.len(), state.from), (3000, 9000));
    }
}
