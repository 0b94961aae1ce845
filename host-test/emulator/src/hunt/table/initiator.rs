//! The process behind an event: the block of columns that all device tables share.
//! A small catalogue of programs, a few of them as attackers use them.

use jiff::Timestamp;

use super::field::{Field, blank, field, text};
use super::moment::Moment;
use crate::data::person::NT_DOMAIN;
use crate::data::seed;
use crate::hunt::cell::{Cell, Kind};
use crate::message::clock;

/// A program and how it was started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    pub(super) file: &'static str,
    pub(super) folder: &'static str,
    pub(super) command_line: &'static str,
    pub(super) company: &'static str,
    pub(super) product: &'static str,
    pub(super) parent: &'static str,
}

const fn program(
    file: &'static str,
    folder: &'static str,
    command_line: &'static str,
    company: &'static str,
    product: &'static str,
    parent: &'static str,
) -> Program {
    Program { file, folder, command_line, company, product, parent }
}

const MICROSOFT: &str = "Microsoft Corporation";
const WINDOWS: &str = "Microsoft® Windows® Operating System";
const SYSTEM32: &str = "C:\\Windows\\System32";

pub(super) const PROGRAMS: [Program; 10] = [
    program(
        "powershell.exe",
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
        "powershell.exe -NoProfile -File C:\\Scripts\\Sync-Charts.ps1",
        MICROSOFT,
        WINDOWS,
        "explorer.exe",
    ),
    program(
        "msedge.exe",
        "C:\\Program Files (x86)\\Microsoft\\Edge\\Application",
        "\"msedge.exe\" --type=utility --lang=en-GB",
        MICROSOFT,
        "Microsoft Edge",
        "explorer.exe",
    ),
    program("svchost.exe", SYSTEM32, "svchost.exe -k netsvcs -p", MICROSOFT, WINDOWS, "services.exe"),
    program(
        "OUTLOOK.EXE",
        "C:\\Program Files\\Microsoft Office\\root\\Office16",
        "\"OUTLOOK.EXE\"",
        MICROSOFT,
        "Microsoft Outlook",
        "explorer.exe",
    ),
    program("cmd.exe", SYSTEM32, "cmd.exe /c dir \\\\ant-srv10\\charts", MICROSOFT, WINDOWS, "explorer.exe"),
    program(
        "tracker.exe",
        "C:\\Program Files\\Halden\\Tracker",
        "\"tracker.exe\" --vessel 9512044",
        "Halden Marine",
        "Vessel Tracker",
        "explorer.exe",
    ),
    program(
        "powershell.exe",
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
        "powershell.exe -NoProfile -EncodedCommand SQBFAFgA",
        MICROSOFT,
        WINDOWS,
        "WINWORD.EXE",
    ),
    program("rundll32.exe", SYSTEM32, "rundll32.exe C:\\ProgramData\\cache.dat,Start", MICROSOFT, WINDOWS, "cmd.exe"),
    program(
        "chrome.exe",
        "C:\\Program Files\\Google\\Chrome\\Application",
        "\"chrome.exe\" --profile-directory=Default",
        "Google LLC",
        "Google Chrome",
        "explorer.exe",
    ),
    program("wscript.exe", SYSTEM32, "wscript.exe //B C:\\Users\\Public\\sync.vbs", MICROSOFT, WINDOWS, "explorer.exe"),
];

/// The process that did something at a moment.
#[derive(Debug, Clone)]
pub(super) struct Initiator {
    pub(super) program: Program,
    number: u64,
    started: Timestamp,
}

impl Initiator {
    pub(super) fn running(program: Program, moment: &Moment) -> Self {
        let age = seed::below(moment.index + 6, 7_200).cast_signed();
        Self { program, number: moment.index, started: clock::shift(moment.at, -age - 1) }
    }

    fn id(&self) -> i64 {
        (1_000 + seed::below(self.number, 30_000)).cast_signed()
    }
}

/// What a process did at a moment, and to what: a file, a program, a connection.
pub(super) struct Event<S> {
    pub(super) moment: Moment,
    pub(super) initiator: Initiator,
    pub(super) subject: S,
}

impl<S> Event<S> {
    pub(super) fn new(subject: S, moment: Moment) -> Self {
        let program = *seed::pick(moment.index + 5, &PROGRAMS);
        Self { initiator: Initiator::running(program, &moment), moment, subject }
    }
}

/// The columns of a device table: when and where, its own, those of the initiating process, its own again, and the last ones.
pub(super) fn device_table<S>(own: Vec<Field<Event<S>>>, own_after: Vec<Field<Event<S>>>) -> Vec<Field<Event<S>>> {
    let first = vec![
        field("Timestamp", Kind::DateTime, |event: &Event<S>| event.moment.at.into()),
        text("DeviceId", |event| (&event.moment.device.id).into()),
        text("DeviceName", |event| (&event.moment.device.name).into()),
    ];
    let last = vec![
        field("ReportId", Kind::Long, |event: &Event<S>| report_id(&event.moment).into()),
        blank("AppGuardContainerId"),
        text("AdditionalFields", |_| "{}".into()),
    ];
    [first, own, initiator_fields(), own_after, last].into_iter().flatten().collect()
}

fn initiator_fields<S>() -> Vec<Field<Event<S>>> {
    vec![
        text("InitiatingProcessSHA1", |event| hash(&event.initiator, 40)),
        text("InitiatingProcessSHA256", |event| hash(&event.initiator, 64)),
        text("InitiatingProcessMD5", |event| hash(&event.initiator, 32)),
        text("InitiatingProcessFileName", |event| event.initiator.program.file.into()),
        field("InitiatingProcessFileSize", Kind::Long, |event| size(&event.initiator.program).into()),
        text("InitiatingProcessVersionInfoCompanyName", |event| event.initiator.program.company.into()),
        text("InitiatingProcessVersionInfoProductName", |event| event.initiator.program.product.into()),
        blank("InitiatingProcessVersionInfoProductVersion"),
        text("InitiatingProcessVersionInfoInternalFileName", |event| event.initiator.program.file.into()),
        text("InitiatingProcessVersionInfoOriginalFileName", |event| event.initiator.program.file.into()),
        blank("InitiatingProcessVersionInfoFileDescription"),
        field("InitiatingProcessId", Kind::Long, |event| event.initiator.id().into()),
        text("InitiatingProcessCommandLine", |event| event.initiator.program.command_line.into()),
        field("InitiatingProcessCreationTime", Kind::DateTime, |event| event.initiator.started.into()),
        text("InitiatingProcessFolderPath", |event| path(&event.initiator.program).into()),
        text("InitiatingProcessParentFileName", |event| event.initiator.program.parent.into()),
        field("InitiatingProcessParentId", Kind::Long, |event| (event.initiator.id() / 3 + 4).into()),
        field("InitiatingProcessParentCreationTime", Kind::DateTime, |event| {
            clock::shift(event.initiator.started, -3_600).into()
        }),
        text("InitiatingProcessAccountDomain", |_| NT_DOMAIN.into()),
        text("InitiatingProcessAccountName", |event| (&event.moment.person.account).into()),
        text("InitiatingProcessAccountSid", |event| (&event.moment.person.sid).into()),
        text("InitiatingProcessAccountUpn", |event| (&event.moment.person.upn).into()),
        text("InitiatingProcessAccountObjectId", |event| (&event.moment.person.object_id).into()),
        text("InitiatingProcessIntegrityLevel", |_| "Medium".into()),
        text("InitiatingProcessTokenElevation", |_| "TokenElevationTypeLimited".into()),
    ]
}

pub(super) fn report_id(moment: &Moment) -> i64 {
    (10_000 + moment.index * 3).cast_signed()
}

pub(super) fn path(program: &Program) -> String {
    format!("{}\\{}", program.folder, program.file)
}

pub(super) fn size(program: &Program) -> i64 {
    (40_960 + seed::below(number(program), 4_000_000)).cast_signed()
}

/// The same file has the same hash everywhere.
pub(super) fn file_hash(program: &Program, digits: usize) -> String {
    seed::hex(number(program) + digits as u64, digits)
}

fn hash(initiator: &Initiator, digits: usize) -> Cell {
    file_hash(&initiator.program, digits).into()
}

fn number(program: &Program) -> u64 {
    program.file.bytes().fold(80_000, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte))
}
