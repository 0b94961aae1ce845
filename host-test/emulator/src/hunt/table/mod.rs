//! The hunting tables, with the column names of the Defender XDR schema
//! (<https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables>).
//! Generated at the first query that needs them, from the same people, devices and alerts as the incidents.

mod alert;
mod device;
mod email;
mod field;
mod file;
mod initiator;
mod moment;
mod network;
mod process;
pub(super) mod schema;
mod sign_in;
pub(super) mod synthetic;

use std::sync::{Arc, OnceLock};

use crate::data::store::Store;
use crate::hunt::cell::{Cell, Frame};
use crate::hunt::timespan::Interval;
use synthetic::Synthetic;

type Build = fn(&Store) -> Frame;

#[derive(Debug)]
struct Table {
    name: &'static str,
    build: Build,
    frame: OnceLock<Frame>,
}

/// All tables of the tenant.
#[derive(Debug)]
pub(crate) struct Tables {
    store: Arc<Store>,
    built_in: Vec<Table>,
    pub(crate) synthetic: Synthetic,
}

impl Tables {
    pub(crate) fn new(store: Arc<Store>, synthetic_rows: usize) -> Self {
        let builds: [(&'static str, Build); 9] = [
            ("AlertEvidence", alert::evidence),
            ("AlertInfo", alert::info),
            ("DeviceFileEvents", file::events),
            ("DeviceInfo", device::info),
            ("DeviceLogonEvents", sign_in::device_logons),
            ("DeviceNetworkEvents", network::events),
            ("DeviceProcessEvents", process::events),
            ("EmailEvents", email::events),
            ("IdentityLogonEvents", sign_in::identity_logons),
        ];
        let built_in = builds.into_iter().map(|(name, build)| Table { name, build, frame: OnceLock::new() }).collect();
        let synthetic = Synthetic::new(synthetic_rows, store.born);
        Self { store, built_in, synthetic }
    }

    /// The rows of a table within an interval.
    pub(crate) fn frame(&self, name: &str, interval: Interval) -> Option<Frame> {
        self.built_in.iter().find(|table| table.name == name).map(|table| self.cut(table, interval))
    }

    /// Every table within an interval.
    pub(crate) fn frames(&self, interval: Interval) -> Vec<(&'static str, Frame)> {
        self.built_in.iter().map(|table| (table.name, self.cut(table, interval))).collect()
    }

    /// The time is in the first column of every table.
    fn cut(&self, table: &Table, interval: Interval) -> Frame {
        let whole = table.frame.get_or_init(|| (table.build)(&self.store));
        let inside = |cell: Option<&Cell>| match cell {
            Some(Cell::DateTime(at)) => (interval.start..=interval.end).contains(at),
            _ => false,
        };
        let rows = whole.rows.iter().filter(|row| inside(row.first())).cloned().collect();
        Frame { columns: whole.columns.clone(), absent: schema::absent(table.name).collect(), rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::clock;

    #[test]
    fn what_a_table_has_is_not_listed_as_missing() {
        let store = Arc::new(Store::new(1, clock::now()));
        let interval = Interval { start: store.born, end: store.born };
        for (name, frame) in Tables::new(store, 0).frames(interval) {
            assert!(!schema::is_table(name), "{name}");
            let listed = frame.columns.iter().find(|column| frame.absent.contains(&column.name.as_str()));
            assert_eq!(listed, None, "{name}");
        }
    }

    #[test]
    fn every_table_has_hundreds_of_rows_of_its_columns_and_starts_with_the_time() {
        let store = Arc::new(Store::new(250, clock::now()));
        let tables = Tables::new(store.clone(), 0);
        let interval = Interval { start: clock::shift(store.born, -31 * 86_400), end: store.born };
        for (name, frame) in tables.frames(interval) {
            assert!(frame.rows.len() >= 200, "{name} has {} rows", frame.rows.len());
            assert_eq!(frame.columns[0].name, "Timestamp", "{name}");
            assert!(frame.rows.iter().all(|row| row.len() == frame.columns.len()), "{name}");
            let mut names: Vec<&str> = frame.columns.iter().map(|column| column.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), frame.columns.len(), "{name} has a column twice");
        }
    }
}
