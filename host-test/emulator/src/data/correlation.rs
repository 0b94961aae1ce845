//! Which incident an alert belongs to, and how that changes: merging incidents and moving alerts.
//! Follows <https://learn.microsoft.com/defender-xdr/alerts-incidents-correlation>, as far as that page says.

use jiff::Timestamp;

use super::alert::Alert;
use super::comment::Comment;
use super::incident::Incident;
use super::store::Records;
use super::vocabulary::SEVERITY;

/// Other tenants' incidents take ids as well, so the next one is not consecutive.
const ID_STEP: u64 = 3;

impl Records {
    /// Merges incidents and answers the target, into which the others went.
    ///
    /// The service decides which one is the target "based on its own internal logic" and has not published it; in its
    /// examples it is the incident with the lowest id, and so it is here. Alerts and tags move, comments stay.
    pub(crate) fn merge(&mut self, ids: &[String], by: &str, at: Timestamp) -> Option<&mut Incident> {
        let target = ids.iter().min_by_key(|id| (id.len(), id.as_str()))?;
        let (mut alerts, mut custom_tags, mut system_tags) = (Vec::new(), Vec::new(), Vec::new());
        for id in ids.iter().filter(|id| *id != target) {
            let source = self.incident_mut(id)?;
            source.status = "redirected";
            source.redirect = Some(target.clone());
            source.touch(by.to_owned(), at);
            alerts.append(&mut source.alerts);
            custom_tags.append(&mut source.custom_tags);
            system_tags.append(&mut source.system_tags);
        }
        let incident = self.incident_mut(target)?;
        incident.touch(by.to_owned(), at);
        adopt(incident, alerts, at);
        add_new(&mut incident.custom_tags, custom_tags);
        add_new(&mut incident.system_tags, system_tags);
        self.index();
        self.incident_mut(target)
    }

    /// Moves alerts to an incident, or to a new one, and answers its id. Their former incidents remain, even empty ones.
    /// The comment is on the alerts, as the name of the parameter says.
    pub(crate) fn move_alerts(
        &mut self,
        ids: &[String],
        target: Option<&str>,
        comment: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Option<String> {
        let mut alerts = Vec::new();
        let mut changed: Vec<String> = Vec::new();
        for id in ids {
            let from = self.alert(id)?.incident_id.clone();
            let incident = self.incident_mut(&from)?;
            let nth = incident.alerts.iter().position(|alert| alert.id == *id)?;
            alerts.push(incident.alerts.remove(nth));
            if !changed.contains(&from) {
                changed.push(from);
            }
        }
        let target = match target {
            Some(id) => id.to_owned(),
            None => self.create(&alerts, at)?,
        };
        if !changed.contains(&target) {
            changed.push(target.clone());
        }
        let incident = self.incident_mut(&target)?;
        adopt(incident, alerts, at);
        if let Some(text) = comment {
            for alert in incident.alerts.iter_mut().filter(|alert| ids.contains(&alert.id)) {
                alert.comments.push(Comment { text: text.to_owned(), by: by.to_owned(), at: alert.updated });
            }
        }
        for id in &changed {
            self.incident_mut(id)?.touch(by.to_owned(), at);
        }
        self.index();
        Some(target)
    }

    /// Creates an incident for alerts that are about to move there, and answers its id. The portal names such an incident
    /// after its alerts (<https://learn.microsoft.com/defender-xdr/move-alert-to-another-incident>).
    fn create(&mut self, alerts: &[Alert], at: Timestamp) -> Option<String> {
        let highest = self.incidents.iter().filter_map(|incident| incident.id.parse::<u64>().ok()).max()?;
        let id = (highest + ID_STEP).to_string();
        let severity = alerts.iter().map(|alert| alert.severity).max_by_key(|severity| SEVERITY.rank(severity))?;
        let incident = Incident {
            id: id.clone(),
            status: "active",
            severity,
            classification: "unknown",
            determination: "unknown",
            display_name: alerts.first().map(|alert| alert.title.clone()),
            created: at,
            updated: at,
            ..Incident::default()
        };
        self.incidents.insert(0, incident);
        self.index();
        Some(id)
    }
}

/// Adds alerts to an incident.
fn adopt(incident: &mut Incident, mut alerts: Vec<Alert>, at: Timestamp) {
    for alert in &mut alerts {
        alert.incident_id.clone_from(&incident.id);
        alert.touch(at);
    }
    incident.alerts.append(&mut alerts);
}

/// Adds what is not there yet.
fn add_new<T: PartialEq>(tags: &mut Vec<T>, others: Vec<T>) {
    for tag in others {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
}
