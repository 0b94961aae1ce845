//! `DeviceProcessEvents`: programs that were started.
//! Children of `powershell.exe` are among them, because that is what the documentation's example asks for.

use super::field::{Field, blank, field, frame, text};
use super::initiator::{Event, PROGRAMS, Program, device_table, file_hash, path, size};
use super::moment::{Moment, moments};
use crate::data::person::NT_DOMAIN;
use crate::data::seed;
use crate::data::store::Store;
use crate::hunt::cell::{Frame, Kind};

type ProcessEvent = Event<Program>;

pub(super) fn events(store: &Store) -> Frame {
    let event = |moment: Moment| Event::new(*seed::pick(moment.index + 9, &PROGRAMS), moment);
    let events: Vec<ProcessEvent> = moments(420, 200_000, store).into_iter().map(event).collect();
    frame(&fields(), &events)
}

fn fields() -> Vec<Field<ProcessEvent>> {
    let own = vec![
        text("ActionType", |_: &ProcessEvent| "ProcessCreated".into()),
        text("FileName", |event| event.subject.file.into()),
        text("FolderPath", |event| path(&event.subject).into()),
        text("SHA1", |event| file_hash(&event.subject, 40).into()),
        text("SHA256", |event| file_hash(&event.subject, 64).into()),
        text("MD5", |event| file_hash(&event.subject, 32).into()),
        field("FileSize", Kind::Long, |event| size(&event.subject).into()),
        text("ProcessVersionInfoCompanyName", |event| event.subject.company.into()),
        text("ProcessVersionInfoProductName", |event| event.subject.product.into()),
        blank("ProcessVersionInfoProductVersion"),
        text("ProcessVersionInfoInternalFileName", |event| event.subject.file.into()),
        text("ProcessVersionInfoOriginalFileName", |event| event.subject.file.into()),
        blank("ProcessVersionInfoFileDescription"),
        field("ProcessId", Kind::Long, |event| (2_000 + event.moment.index % 20_000).cast_signed().into()),
        text("ProcessCommandLine", |event| event.subject.command_line.into()),
        text("ProcessIntegrityLevel", |_| "Medium".into()),
        text("ProcessTokenElevation", |_| "TokenElevationTypeLimited".into()),
        field("ProcessCreationTime", Kind::DateTime, |event| event.moment.at.into()),
        text("AccountDomain", |_| NT_DOMAIN.into()),
        text("AccountName", |event| (&event.moment.person.account).into()),
        text("AccountSid", |event| (&event.moment.person.sid).into()),
        text("AccountUpn", |event| (&event.moment.person.upn).into()),
        text("AccountObjectId", |event| (&event.moment.person.object_id).into()),
        field("LogonId", Kind::Long, |event| seed::below(event.moment.index, 9_000_000).cast_signed().into()),
    ];
    device_table(own, vec![blank("InitiatingProcessSignerType"), blank("InitiatingProcessSignatureStatus")])
}
