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
    alert_places: HashMap<String, (usize, usize)>,
}

impl Store {
    /// Generates a tenant with this many incidents.
    pub(crate) fn new(count: usize, now: Timestamp) -> Self {
        let people = people();
        let devices = devices(people.len());
        let incidents = incidents(count, &Cast { people: &people, devices: &devices, now });
        let incident_places = incidents.iter().enumerate().map(|(place, it)| (it.id.clone(), place)).collect();
        let alert_places = incidents
            .iter()
            .enumerate()
            .flat_map(|(place, it)| {
                it.alerts.iter().enumerate().map(move |(nth, alert)| (alert.id.clone(), (place, nth)))
            })
            .collect();
        let records = RwLock::new(Records { incidents, incident_places, alert_places });
        Self { people, devices, born: now, records }
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
        let (place, nth) = *self.alert_places.get(id)?;
        self.incidents.get(place)?.alerts.get(nth)
    }

    pub(crate) fn alert_mut(&mut self, id: &str) -> Option<&mut Alert> {
        let (place, nth) = *self.alert_places.get(id)?;
        self.incidents.get_mut(place)?.alerts.get_mut(nth)
    }

    /// Every alert, newest first.
    pub(crate) fn alerts(&self) -> Vec<&Alert> {
        let mut alerts: Vec<&Alert> = self.incidents.iter().flat_map(|incident| &incident.alerts).collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.created));
        alerts
    }
}
