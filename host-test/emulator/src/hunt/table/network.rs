//! `DeviceNetworkEvents`: connections from the tenant's devices.
//! Mostly everyday hosts, a phishing host now and then, and the ones that the incidents' evidence names.

use serde_json::Value;

use super::field::{Field, field, frame, text};
use super::initiator::{Event, Initiator, PROGRAMS, device_table};
use super::moment::{Moment, moments};
use crate::data::evidence::{MALICIOUS_HOSTS, attacker_address};
use crate::data::seed;
use crate::data::store::Store;
use crate::hunt::cell::{Frame, Kind};

const HOSTS: [&str; 8] = [
    "www.haldenmarine.example",
    "charts.haldenmarine.example",
    "login.identity.example",
    "updates.software.example",
    "weather.met.example",
    "mail.haldenmarine.example",
    "ais.ports.example",
    "intranet.haldenmarine.example",
];

struct Connection {
    url: String,
    address: String,
    bad: bool,
}

type NetworkEvent = Event<Connection>;

pub(super) fn events(store: &Store) -> Frame {
    let mut events: Vec<NetworkEvent> = moments(480, 100_000, store).into_iter().map(everyday).collect();
    events.extend(from_evidence(store));
    events.sort_by_key(|event| std::cmp::Reverse(event.moment.at));
    frame(&fields(), &events)
}

fn everyday(moment: Moment) -> NetworkEvent {
    let bad = moment.index % 8 == 3;
    let host = seed::pick(moment.index + 2, if bad { &MALICIOUS_HOSTS[..] } else { &HOSTS[..] });
    let address =
        if bad { attacker_address(moment.index) } else { format!("192.0.2.{}", 1 + seed::below(moment.index, 250)) };
    Event::new(Connection { url: (*host).to_owned(), address, bad }, moment)
}

/// The connections that alerts with a device and a link imply.
fn from_evidence(store: &Store) -> Vec<NetworkEvent> {
    let records = store.read();
    let alerts = records.alerts();
    alerts
        .iter()
        .filter_map(|alert| {
            let find = |member: &str| alert.evidence.iter().find_map(|item| item.get(member)).and_then(Value::as_str);
            let device = store.devices.iter().find(|device| Some(device.id.as_str()) == find("mdeDeviceId"))?.clone();
            let url = find("url")?.to_owned();
            let person = store.people.get(device.owner)?.clone();
            let index = 150_000 + alert.created.as_second().unsigned_abs() % 40_000;
            let moment = Moment { index, at: alert.first_activity, device, person };
            let initiator = Initiator::running(PROGRAMS[1], &moment);
            let subject = Connection { url, address: attacker_address(index), bad: true };
            Some(Event { moment, initiator, subject })
        })
        .collect()
}

fn fields() -> Vec<Field<NetworkEvent>> {
    let own = vec![
        text("ActionType", |event: &NetworkEvent| {
            if event.subject.bad && event.moment.index.is_multiple_of(3) {
                "ConnectionFailed"
            } else {
                "ConnectionSuccess"
            }
            .into()
        }),
        text("RemoteIP", |event| (&event.subject.address).into()),
        field("RemotePort", Kind::Int, |event| if event.moment.index % 10 == 0 { 80 } else { 443 }.into()),
        text("RemoteUrl", |event| (&event.subject.url).into()),
        text("LocalIP", |event| (&event.moment.device.address).into()),
        field("LocalPort", Kind::Int, |event| (49_152 + event.moment.index % 16_000).cast_signed().into()),
        text("Protocol", |_| "Tcp".into()),
        text("LocalIPType", |_| "Private".into()),
        text("RemoteIPType", |_| "Public".into()),
    ];
    device_table(own, Vec::new())
}
