//! `DeviceFileEvents`: files that were written, renamed or removed.
//! A few come from a phishing host, which `FileOriginUrl` shows.

use super::field::{Field, blank, field, frame, text};
use super::initiator::{Event, device_table};
use super::moment::{Moment, moments};
use crate::data::evidence::MALICIOUS_HOSTS;
use crate::data::person::NT_DOMAIN;
use crate::data::seed;
use crate::data::store::Store;
use crate::hunt::cell::{Cell, Frame, Kind};

const FILES: [&str; 8] = [
    "crew-list.xlsx",
    "harbour-dues.pdf",
    "chart-update-2291.zip",
    "sync.vbs",
    "manifest.docx",
    "cache.dat",
    "readme.txt",
    "order-confirmation.scr",
];

/// An event about the file of a name.
type FileEvent = Event<&'static str>;

pub(super) fn events(store: &Store) -> Frame {
    let event = |moment: Moment| Event::new(*seed::pick(moment.index + 11, &FILES), moment);
    let events: Vec<FileEvent> = moments(360, 300_000, store).into_iter().map(event).collect();
    frame(&fields(), &events)
}

fn fields() -> Vec<Field<FileEvent>> {
    let own = vec![
        text("ActionType", |event: &FileEvent| {
            (*seed::pick(event.moment.index, &["FileCreated", "FileModified", "FileRenamed", "FileDeleted"])).into()
        }),
        text("FileName", |event| event.subject.into()),
        text("FolderPath", |event| {
            format!("C:\\Users\\{}\\Downloads\\{}", event.moment.person.account, event.subject).into()
        }),
        text("SHA1", |event| hash(event, 40)),
        text("SHA256", |event| hash(event, 64)),
        text("MD5", |event| hash(event, 32)),
        text("FileOriginUrl", |event| match event.subject {
            "order-confirmation.scr" | "sync.vbs" => {
                format!("https://{}/get", seed::pick(event.moment.index, &MALICIOUS_HOSTS)).into()
            }
            _ => "".into(),
        }),
        blank("FileOriginReferrerUrl"),
        blank("FileOriginIP"),
        blank("PreviousFolderPath"),
        blank("PreviousFileName"),
        field("FileSize", Kind::Long, |event| (900 + seed::below(event.moment.index, 5_000_000)).cast_signed().into()),
    ];
    let own_after = vec![
        text("RequestProtocol", |_: &FileEvent| "Local".into()),
        blank("RequestSourceIP"),
        field("RequestSourcePort", Kind::Int, |_| Cell::Null),
        text("RequestAccountName", |event| (&event.moment.person.account).into()),
        text("RequestAccountDomain", |_| NT_DOMAIN.into()),
        text("RequestAccountSid", |event| (&event.moment.person.sid).into()),
        blank("ShareName"),
        blank("SensitivityLabel"),
        blank("SensitivitySubLabel"),
        field("IsAzureInfoProtectionApplied", Kind::Bool, |_| false.into()),
    ];
    device_table(own, own_after)
}

fn hash(event: &FileEvent, digits: usize) -> Cell {
    let number = event.subject.bytes().fold(1, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte));
    seed::hex(90_000 + number + digits as u64, digits).into()
}
