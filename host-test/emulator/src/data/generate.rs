//! Generates the incidents: which scenario, whom it hit, and how far it has been handled.
//! Recent ones are open and old ones resolved. Every special state occurs once the list is long enough.

use jiff::Timestamp;

use super::alert::Alert;
use super::comment::Comment;
use super::device::Device;
use super::evidence::{Case, exhibit};
use super::incident::Incident;
use super::person::{ANALYSTS, Person};
use super::scenario::{AlertPattern, SCENARIOS, Scenario};
use super::seed;
use super::tenant::USER_DOMAIN;
use crate::message::clock;

/// The incident named in examples.
pub(crate) const EXAMPLE_ID: usize = 2_972_395;

/// Its place from the newest, when there are that many.
const EXAMPLE_PLACE: usize = 5;
const REDIRECTED_PLACE: usize = EXAMPLE_PLACE + 2;
const AWAITING_PLACE: usize = EXAMPLE_PLACE + 4;

/// Ids are not consecutive: other tenants' incidents lie between.
const ID_STEP: usize = 3;

/// 250 incidents reach back a month.
const SPACING_SECONDS: i64 = 10_200;

const SERVICE: &str = "Microsoft 365 Defender-IncidentCreation";

/// What the incidents are made of.
pub(crate) struct Cast<'a> {
    pub(crate) people: &'a [Person],
    pub(crate) devices: &'a [Device],
    pub(crate) now: Timestamp,
}

/// All incidents, newest first.
pub(crate) fn incidents(count: usize, tenant: &Cast<'_>) -> Vec<Incident> {
    let example = EXAMPLE_PLACE.min(count.saturating_sub(1));
    (0..count).map(|place| incident(place, example, tenant)).collect()
}

fn scenario(place: usize, example: usize) -> &'static Scenario {
    match place {
        _ if place == example => &SCENARIOS[0],
        REDIRECTED_PLACE => &SCENARIOS[2],
        AWAITING_PLACE => &SCENARIOS[5],
        _ => &SCENARIOS[place * 7 % SCENARIOS.len()],
    }
}

fn incident(place: usize, example: usize, tenant: &Cast<'_>) -> Incident {
    let scenario = scenario(place, example);
    let index = place as u64;
    let seconds = index.cast_signed() * SPACING_SECONDS + 1_500;
    let jitter = seed::below(index, 7_000).cast_signed();
    let created = with_fraction(clock::shift(tenant.now, -seconds - jitter), index);
    let person = seed::pick(100 + index, tenant.people);
    let device = seed::pick(200 + index, tenant.devices);
    let id = (EXAMPLE_ID + ID_STEP * example).saturating_sub(ID_STEP * place).to_string();
    let alert_count = if place == example { 4 } else { 1 + usize::try_from(seed::below(index, 4)).unwrap_or_default() };
    let alerts = (0..)
        .zip(scenario.alerts.iter().take(alert_count))
        .map(|(nth, pattern)| {
            let index = index * 8 + nth;
            let at = with_fraction(clock::shift(created, nth.cast_signed() * 420 - 1), index);
            let case = Case { index, person, device, at, malicious: scenario.severity == "high" };
            alert(pattern, &case, &id)
        })
        .collect();
    let fill = |text: &str| text.replace("{user}", &person.display_name).replace("{device}", &device.host);
    let mut incident = Incident {
        id,
        status: "active",
        severity: scenario.severity,
        classification: "unknown",
        determination: "unknown",
        display_name: Some(fill(scenario.name)),
        description: Some(fill(scenario.description)),
        system_tags: scenario.system_tags.to_vec(),
        created,
        updated: with_fraction(clock::shift(created, 47), index + 1),
        last_modified_by: SERVICE.to_owned(),
        priority: priority(scenario.severity, index),
        alerts,
        ..Incident::default()
    };
    match place {
        _ if place == example => {}
        REDIRECTED_PLACE => {
            incident.status = "redirected";
            incident.redirect = Some(EXAMPLE_ID.to_string());
        }
        AWAITING_PLACE => {
            incident.status = "awaitingAction";
            incident.summary = Some("Experts looked at this incident and wait for an answer from the tenant.".into());
        }
        _ => work_on(&mut incident, place, scenario),
    }
    incident
}

/// Applies the work done so far: the older an incident, the more.
fn work_on(incident: &mut Incident, place: usize, scenario: &Scenario) {
    // Missing and empty descriptions both occur.
    match place % 16 {
        3 => incident.description = None,
        11 => incident.description = Some(String::new()),
        _ => {}
    }
    if scenario.resolves_itself {
        let last = incident.alerts.last().map(|alert| alert.id.clone()).unwrap_or_default();
        incident.resolving_comment = Some(format!(
            "Incident automatically resolved as all alerts in the incident were resolved. Last resolved alert ID: {last}"
        ));
        resolve(incident, None);
        return;
    }
    let analyst = format!("{}@{USER_DOMAIN}", ANALYSTS[place % ANALYSTS.len()]);
    match place % 6 {
        0 | 1 if place < 60 => {}
        2 if place < 120 => {
            incident.status = "inProgress";
            incident.assigned_to = Some(analyst.clone());
            let at = clock::shift(incident.created, 5_400);
            incident.comments.push(Comment { text: "Asked the user to call back.".into(), by: analyst.clone(), at });
            incident.touch(analyst, at);
        }
        3 => incident.custom_tags = vec![Some("Night shift".into())],
        _ => {
            let (classification, determination) = scenario.verdict;
            incident.classification = classification;
            incident.determination = determination;
            incident.custom_tags = vec![Some("Reviewed".into())];
            incident.summary = Some(format!("{} alerts, handled by the night shift.", incident.alerts.len()));
            incident.resolving_comment = Some("Checked with the owner; measures are in place.".into());
            resolve(incident, Some(&analyst));
        }
    }
}

fn resolve(incident: &mut Incident, analyst: Option<&str>) {
    incident.status = "resolved";
    incident.assigned_to = analyst.map(str::to_owned);
    let at = with_fraction(clock::shift(incident.created, 2_700), incident.updated.as_second().unsigned_abs());
    for alert in &mut incident.alerts {
        alert.status = "resolved";
        alert.assigned_to = analyst.map(str::to_owned);
        alert.classification = analyst.map(|_| incident.classification);
        alert.determination = analyst.map(|_| incident.determination);
        alert.resolved = Some(at);
        alert.touch(at);
    }
    incident.touch(analyst.unwrap_or(SERVICE).to_owned(), at);
}

fn alert(pattern: &AlertPattern, case: &Case<'_>, incident_id: &str) -> Alert {
    let fill = |text: &str| text.replace("{user}", &case.person.display_name).replace("{device}", &case.device.host);
    Alert {
        id: format!("{}{}_1", pattern.source.prefix, seed::guid(30_000 + case.index)),
        incident_id: incident_id.to_owned(),
        status: "new",
        severity: pattern.severity,
        service_source: pattern.source.service,
        detection_source: pattern.source.detection,
        product: pattern.source.product,
        detector_id: seed::guid(pattern.title.len() as u64),
        title: pattern.title.to_owned(),
        description: fill(pattern.description),
        recommended_actions: pattern.source.actions,
        category: pattern.category,
        threat: pattern.threat,
        techniques: pattern.techniques,
        created: case.at,
        updated: with_fraction(clock::shift(case.at, 61), case.index + 5),
        first_activity: with_fraction(clock::shift(case.at, -310), case.index + 6),
        last_activity: with_fraction(clock::shift(case.at, -20), case.index + 7),
        evidence: pattern.evidence.iter().map(|kind| exhibit(*kind, case)).collect(),
        ..Alert::default()
    }
}

/// A score, or none while it is being computed.
fn priority(severity: &str, index: u64) -> Option<u8> {
    if index % 23 == 7 {
        return None;
    }
    let (low, high) = match severity {
        "high" => (70, 100),
        "medium" => (30, 69),
        _ => (1, 29),
    };
    u8::try_from(low + seed::below(index, high - low + 1)).ok()
}

/// Gives an instant zero to seven fractional digits.
fn with_fraction(at: Timestamp, index: u64) -> Timestamp {
    let ticks = [0, 1_000_000, 5_233_333, 9_100_000, 1_404_016, 8_566_667, 2_462_200, 3_433_333];
    let fraction = *seed::pick(index, &ticks);
    Timestamp::new(at.as_second(), fraction * 100).unwrap_or(at)
}
