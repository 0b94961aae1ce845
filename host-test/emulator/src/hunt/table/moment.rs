//! When, where and who: what the rows of a table are made of before it is said what happened.
//! Spread evenly over the month by their index alone, so that every start shows the same events.

use jiff::Timestamp;

use crate::data::device::Device;
use crate::data::person::Person;
use crate::data::seed;
use crate::data::store::Store;
use crate::message::clock;

/// How far back the tables reach.
const DAYS: i64 = 30;

/// Something that happened on a device, before it is decided what.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) device: Device,
    pub(super) person: Person,
}

/// This many moments, spread evenly over the month, newest first.
pub(super) fn moments(count: i64, salt: u64, store: &Store) -> Vec<Moment> {
    let spacing = DAYS * 86_400 / count;
    (0..count)
        .map(|place| {
            let index = salt + place.unsigned_abs();
            let jitter = seed::below(index, spacing.unsigned_abs()).cast_signed();
            let at = clock::shift(store.born, -(place * spacing + jitter).max(60));
            let ticks = i32::try_from(seed::below(index, 10_000_000)).unwrap_or_default() * 100;
            let device = seed::pick(index + 1, &store.devices).clone();
            let person = store.people.get(device.owner).unwrap_or(&store.people[0]).clone();
            Moment { index, at: Timestamp::new(at.as_second(), ticks).unwrap_or(at), device, person }
        })
        .collect()
}
