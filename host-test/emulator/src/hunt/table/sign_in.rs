//! `DeviceLogonEvents` and `IdentityLogonEvents`: who signed in where, and who failed to.
//! Both are about the same people, the first as a device sees them, the second as the directory does.

use super::field::{Field, blank, field, frame, text};
use super::initiator::{Event, device_table, report_id};
use super::moment::{Moment, moments};
use crate::data::evidence::attacker_address;
use crate::data::person::NT_DOMAIN;
use crate::data::seed;
use crate::data::store::Store;
use crate::hunt::cell::{Cell, Frame, Kind};

/// A sign-in is about nothing but its moment.
type Logon = Event<()>;

pub(super) fn device_logons(store: &Store) -> Frame {
    let logon = |moment| Event::new((), moment);
    let logons: Vec<Logon> = moments(380, 500_000, store).into_iter().map(logon).collect();
    frame(&device_logon_fields(), &logons)
}

pub(super) fn identity_logons(store: &Store) -> Frame {
    frame(&identity_logon_fields(), &moments(340, 600_000, store))
}

fn failed(moment: &Moment) -> bool {
    moment.index % 7 == 2
}

fn action(moment: &Moment) -> Cell {
    if failed(moment) { "LogonFailed" } else { "LogonSuccess" }.into()
}

fn reason(moment: &Moment) -> Cell {
    if failed(moment) { "InvalidUserNameOrPassword" } else { "" }.into()
}

/// Failures come from outside.
fn remote_address(moment: &Moment) -> Cell {
    if failed(moment) { attacker_address(moment.index).into() } else { (&moment.device.address).into() }
}

fn device_logon_fields() -> Vec<Field<Logon>> {
    let own = vec![
        text("ActionType", |logon: &Logon| action(&logon.moment)),
        text("LogonType", |logon| {
            (*seed::pick(logon.moment.index, &["Interactive", "Network", "RemoteInteractive", "Unlock"])).into()
        }),
        text("AccountDomain", |_| NT_DOMAIN.into()),
        text("AccountName", |logon| (&logon.moment.person.account).into()),
        text("AccountSid", |logon| (&logon.moment.person.sid).into()),
        text("Protocol", |logon| if logon.moment.index % 2 == 0 { "Kerberos" } else { "NTLM" }.into()),
        text("FailureReason", |logon| reason(&logon.moment)),
        field("IsLocalAdmin", Kind::Bool, |logon| (logon.moment.index % 13 == 0).into()),
        field("LogonId", Kind::Long, |logon| seed::below(logon.moment.index, 9_000_000).cast_signed().into()),
        blank("RemoteDeviceName"),
        text("RemoteIP", |logon| remote_address(&logon.moment)),
        text("RemoteIPType", |logon| if failed(&logon.moment) { "Public" } else { "Private" }.into()),
        field("RemotePort", Kind::Int, |_| 0_i64.into()),
    ];
    device_table(own, Vec::new())
}

fn identity_logon_fields() -> Vec<Field<Moment>> {
    vec![
        field("Timestamp", Kind::DateTime, |moment| moment.at.into()),
        text("ActionType", action),
        text("Application", |moment| if moment.index % 3 == 0 { "Microsoft 365" } else { "Active Directory" }.into()),
        text("LogonType", |moment| {
            (*seed::pick(moment.index, &["Interactive", "Failed logon", "Resource access"])).into()
        }),
        text("Protocol", |moment| if moment.index % 2 == 0 { "Kerberos" } else { "Ntlm" }.into()),
        text("FailureReason", reason),
        text("AccountName", |moment| (&moment.person.account).into()),
        text("AccountDomain", |_| NT_DOMAIN.into()),
        text("AccountUpn", |moment| (&moment.person.upn).into()),
        text("AccountSid", |moment| (&moment.person.sid).into()),
        text("AccountObjectId", |moment| (&moment.person.object_id).into()),
        text("AccountDisplayName", |moment| (&moment.person.display_name).into()),
        text("DeviceName", |moment| (&moment.device.name).into()),
        text("DeviceType", |moment| if moment.device.server { "Server" } else { "Workstation" }.into()),
        text("OSPlatform", |moment| moment.device.platform.into()),
        text("IPAddress", remote_address),
        field("Port", Kind::Int, |_| Cell::Null),
        text("DestinationDeviceName", |_| "osl-srv05".into()),
        text("DestinationIPAddress", |_| "10.20.1.15".into()),
        field("DestinationPort", Kind::Int, |_| 88_i64.into()),
        blank("TargetDeviceName"),
        blank("TargetAccountDisplayName"),
        text("Location", |moment| if failed(moment) { "RO" } else { "NO" }.into()),
        blank("ISP"),
        text("ReportId", |moment| report_id(moment).to_string().into()),
        text("AdditionalFields", |_| "{}".into()),
    ]
}
