//! The tenant's records while the emulator runs.
//! One lock around all incidents: a change and the answer that shows it belong together.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use super::alert::Alert;
use super::device::{Device, devices};
use super::generate::{Cast, incidents};
use super::incident::Incident;
use super::person::{Person, people};

/// Everything in the tenant that can be looked up.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) people: Vec<Person>,
    pub(crate) devices: Vec<Device>,
    /// When the data was generated; everything is dated back from here.
    pub(crate) born: Timestamp,
    records: RwLock<Records>,
}

/// The records that calls change.
#[derive(Debug)]
pub(crate) struct Records {
    /// Newest first.
    pub(crate) incidents: Vec<Incident>,
    incident_places: HashMap<String, usize>,
    /// The place of each alert's incident.
    alert_places: HashMap<String, usize>,
}

impl Store {
    /// Generates a tenant with this many incidents.
    pub(crate) fn new(count: usize, now: Timestamp) -> Self {
        let people = people();
        let devices = devices(people.len());
        let incidents = incidents(count, &Cast { people: &people, devices: &devices, now });
        let mut records = Records { incidents, incident_places: HashMap::new(), alert_places: HashMap::new() };
        records.index();
        Self { people, devices, born: now, records: RwLock::new(records) }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Records> {
        self.records.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Records> {
        self.records.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    pub(crate) fn incident(&self, id: &str) -> Option<&Incident> {
        self.incidents.get(*self.incident_places.get(id)?)
    }

    pub(crate) fn incident_mut(&mut self, id: &str) -> Option<&mut Incident> {
        self.incidents.get_mut(*self.incident_places.get(id)?)
    }

    pub(crate) fn alert(&self, id: &str) -> Option<&Alert> {
        self.incidents.get(*self.alert_places.get(id)?)?.alerts.iter().find(|alert| alert.id == id)
    }

    /// Changes an alert, and with it when and by whom its incident was changed.
    pub(crate) fn change_alert(
        &mut self,
        id: &str,
        by: String,
        at: Timestamp,
        change: impl FnOnce(&mut Alert),
    ) -> Option<&Alert> {
        let incident = self.incidents.get_mut(*self.alert_places.get(id)?)?;
        incident.touch(by, at);
        let alert = incident.alerts.iter_mut().find(|alert| alert.id == id)?;
        alert.touch(at);
        change(alert);
        Some(alert)
    }

    /// Every alert, newest first.
    pub(crate) fn alerts(&self) -> Vec<&Alert> {
        let mut alerts: Vec<&Alert> = self.incidents.iter().flat_map(|incident| &incident.alerts).collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.created));
        alerts
    }

    /// Notes where everything is, after incidents or alerts were added or moved.
    pub(super) fn index(&mut self) {
        let incidents = self.incidents.iter().enumerate();
        self.incident_places = incidents.clone().map(|(place, it)| (it.id.clone(), place)).collect();
        self.alert_places =
            incidents.flat_map(|(place, it)| it.alerts.iter().map(move |alert| (alert.id.clone(), place))).collect();
    }
}
