//! A service whose incidents change at any time, and hosts that crash: no change is lost, and none is returned twice.
//!
//! Changes happen before, between and during polls, many within the same 100 nanoseconds. They become visible up to two minutes late,
//! with clocks that disagree by up to a minute. Answers are refused and broken off, and hosts stop before they keep a state.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::*;
use crate::request::config::{self, Connection};
use crate::text::datetime::rfc3339;
use crate::wire::failure::Failure;
use crate::wire::host::{Method, Request, Response};

const START: i64 = 1_700_000_000;
const SECOND: i64 = 10_000_000;

/// Random numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next()).expect("31 bits") % end
    }

    /// Whether something happens that happens once in so many times.
    fn once_in(&mut self, times: i64) -> bool {
        self.below(times) == 0
    }
}

/// The last change of an incident that everyone sees, and one that is not visible yet: when it will be, and its time.
#[derive(Default, Clone, Copy)]
struct Incident {
    at: Option<i64>,
    coming: Option<(i64, i64)>,
}

struct World {
    random: Random,
    /// In ticks since 1970.
    now: i64,
    incidents: BTreeMap<u32, Incident>,
    changes: usize,
    /// How late a change may become visible, and how much clocks disagree, in seconds.
    late: i64,
    skew: i64,
    /// How many more requests of an outage are refused.
    refused: usize,
}

impl World {
    fn pass(&mut self, ticks: i64) {
        self.now += ticks;
        let now = self.now;
        for incident in self.incidents.values_mut() {
            if let Some((_, at)) = incident.coming.take_if(|(visible, _)| *visible <= now) {
                incident.at = Some(at);
            }
        }
    }

    /// Changes some incidents, existing or new, often at the same time.
    fn change(&mut self, count: i64) {
        let mut at = self.now;
        for _ in 0..count {
            if !self.random.once_in(3) {
                at = self.now - self.random.below(self.skew * SECOND + 1);
            }
            let id = u32::try_from(self.random.below(400)).expect("small");
            let visible = self.now + self.random.below(self.late * SECOND + 1);
            let incident = self.incidents.entry(id).or_default();
            // One change at a time, and each later than the one before.
            if incident.coming.is_some() || incident.at.is_some_and(|before| before >= at) {
                continue;
            }
            self.changes += 1;
            incident.coming = Some((visible, at));
        }
        self.pass(0);
    }

    /// The visible changes since a time, in order.
    fn since(&self, ticks: i64) -> Vec<(i64, u32)> {
        let visible = self.incidents.iter().filter_map(|(id, incident)| Some((incident.at?, *id)));
        let mut list: Vec<_> = visible.filter(|(at, _)| *at >= ticks).collect();
        list.sort_unstable();
        list
    }
}

struct Service(RefCell<World>);

impl Host for Service {
    async fn send(&self, request: &Request<'_>, _: Duration) -> Result<Response, Failure> {
        let mut world = self.0.borrow_mut();
        let answer = |status: u16, body: String| Ok(Response::new(status, Vec::new(), body.into_bytes(), 0));
        if request.method == Method::Post {
            return answer(200, r#"{"expires_in":86399,"access_token":"t"}"#.into());
        }
        // The world goes on while a request is under way.
        let changes = world.random.below(8);
        world.pass(SECOND / 20);
        world.change(changes);
        if world.random.once_in(200) {
            world.refused = 10;
        }
        if world.refused > 0 || world.random.once_in(40) {
            world.refused = world.refused.saturating_sub(1);
            return answer(503, "{}".into());
        }
        if world.random.once_in(60) {
            return Err(Failure::Broken("reset".into()));
        }
        let target = percent_encoding::percent_decode_str(request.target).decode_utf8_lossy().into_owned();
        let value = |name: &str| Some(target.split_once(name)?.1.split('&').next()?.to_owned());
        let since = value("lastUpdateDateTime ge ").and_then(|time| parse_rfc3339(&time)).expect("a time").ticks();
        let number = |name: &str| value(name).map_or(0, |number| number.parse().expect("a number"));
        let (top, skip): (usize, usize) = (number("$top="), number("$skip="));
        let all = world.since(since);
        let items = all.iter().skip(skip).take(top);
        let items: Vec<String> =
            items.map(|(at, id)| format!(r#"{{"id":"{id}","lastUpdateDateTime":"{}"}}"#, rfc3339(*at))).collect();
        let mut body = list(&items, all.len() > skip + top);
        if world.random.once_in(80) {
            body.truncate(body.len() / 2);
        }
        answer(200, body)
    }

    async fn sleep(&self, span: Duration) {
        self.0.borrow_mut().pass(i64::try_from(span.as_nanos() / 100).expect("short"));
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.borrow().now - START * SECOND).expect("after the start") * 100)
    }

    fn unix_seconds(&self) -> u64 {
        u64::try_from(self.0.borrow().now / SECOND).expect("after 1970")
    }

    fn random(&self) -> u64 {
        self.0.borrow_mut().random.next() << 32
    }
}

/// A host that polls, keeps the state, and knows what it was given.
struct Poller {
    service: Service,
    connection: Connection,
    look_back: Option<u32>,
    state: Option<String>,
    known: BTreeSet<(u32, i64)>,
}

impl Poller {
    fn poll(&self, max_results: u32) -> Result<PollResult, Fault> {
        let since = Some(rfc3339((START - 3600) * SECOND));
        let query = PollQuery { since, max_results: Some(max_results), look_back: self.look_back, ..query() };
        let session = Session::new(&self.service, &self.connection, "");
        crate::doors::component::finish(typed(&session, self.state.as_deref(), &query))
    }

    fn keep(&mut self, result: PollResult) {
        for incident in &result.incidents {
            let at = incident.last_update_at.as_deref().and_then(parse_rfc3339).expect("a time").ticks();
            let is_new = self.known.insert((incident.id.parse().expect("a number"), at));
            assert!(is_new, "{} is returned twice", incident.raw_json);
        }
        let limit = if self.look_back.is_some() { 64 * 1024 } else { 4096 };
        assert!(result.state.len() < limit, "{} bytes", result.state.len());
        self.state = Some(result.state);
    }

    fn world(&self) -> std::cell::RefMut<'_, World> {
        self.service.0.borrow_mut()
    }
}

/// Polls until so many changes have happened; what is visible in the end must have been returned.
fn simulate(seed: u64, late: i64, skew: i64, look_back: Option<u32>, changes: usize) {
    crate::sign_in::cache::forget_all();
    let world = World {
        random: Random(seed),
        now: START * SECOND,
        incidents: BTreeMap::new(),
        changes: 0,
        late,
        skew,
        refused: 0,
    };
    let connection = Connection::new(&config::tests::config()).expect("valid");
    let service = Service(RefCell::new(world));
    let mut host = Poller { service, connection, look_back, state: None, known: BTreeSet::new() };
    let (mut failures, mut crashes) = (0, 0);
    while host.world().changes < changes {
        let max_results = u32::try_from(1 + host.world().random.below(50)).expect("small");
        let before = host.world().since(0);
        let Ok(result) = host.poll(max_results) else {
            failures += 1;
            continue;
        };
        if host.world().random.once_in(15) {
            crashes += 1;
            continue;
        }
        assert!(result.incidents.len() <= max_results as usize);
        let more = result.more;
        host.keep(result);
        if !more {
            // What was visible before the poll, and still is, was returned by now.
            let now: BTreeSet<_> = host.world().since(0).into_iter().collect();
            let lost = before.iter().find(|(at, id)| now.contains(&(*at, *id)) && !host.known.contains(&(*id, *at)));
            assert_eq!(lost, None, "after {} changes", host.world().changes);
        }
        let mut world = host.world();
        if !more {
            let longest = if world.random.once_in(20) { 300 } else { 30 };
            let pause = world.random.below(longest) * SECOND;
            world.pass(pause);
        }
        let burst = world.random.below(60);
        world.change(burst);
    }
    assert!(failures > 0 && crashes > 0, "{failures} failures, {crashes} crashes");
    assert!(host.known.len() > changes / 4, "{} of {changes} were not overtaken by the next change", host.known.len());
}

#[test]
fn nothing_is_lost_or_doubled_when_changes_are_visible_at_once() {
    simulate(1, 0, 0, None, 92_000);
}

#[test]
fn nothing_is_lost_or_doubled_when_changes_are_visible_late() {
    simulate(2, 120, 60, Some(180), 8_100);
}
