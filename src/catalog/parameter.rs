//! Parameters that several actions have.

use super::entry::{Entry, TEXT};
use crate::request::incident::{EXPANDABLE, PAGE_MAX};
use crate::request::vocabulary::words;
use crate::wit::actions::ClearableField;
use crate::wit::catalog::ParameterKind;

pub(super) const INCIDENT_ID: Entry = Entry {
    name: "incident_id",
    description: "Enter the incident ID.",
    required: true,
    example: Some("2972395"),
    comment: Some("You can retrieve this using the action List Incidents."),
    ..TEXT
};

pub(super) const EXPAND: Entry = Entry {
    name: "expand",
    description: "Enter any related resources you want to include in the response.",
    allowed: &[EXPANDABLE],
    example: Some("alerts"),
    ..TEXT
};

pub(super) const DRY_RUN: Entry = Entry {
    name: "dry_run",
    description: "Choose true to only check the request and return what would be sent.",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    ..TEXT
};

pub(super) const CURSOR: Entry = Entry {
    name: "cursor",
    description: "Enter the cursor of an earlier page to continue from there.",
    comment: Some("It stands for the whole earlier query: leave the other parameters out."),
    ..TEXT
};

pub(super) const MAX_RESULTS: Entry = Entry {
    name: "max_results",
    description: "Enter the maximum number of incidents to retrieve.",
    kind: ParameterKind::Integer,
    range: Some((1, Some(PAGE_MAX))),
    example: Some("10"),
    ..TEXT
};

pub(super) const SKIP: Entry = Entry {
    name: "skip",
    description: "Enter the number of incidents to skip in the result set.",
    kind: ParameterKind::Integer,
    range: Some((0, None)),
    example: Some("10"),
    ..TEXT
};

pub(super) const COUNT: Entry = Entry {
    name: "count",
    description: "Choose true to include the total number of matching incidents in the response.",
    kind: ParameterKind::Boolean,
    ..TEXT
};

pub(super) const ASSIGNED_TO: Entry = Entry {
    name: "assigned_to",
    description: "Enter the user or owner to assign the incident to. This can be a user name or any identifier.",
    example: Some("jdoe@domain.com"),
    ..TEXT
};

pub(super) const CLEAR: Entry = Entry {
    name: "clear",
    description: "Enter the fields to empty, such as assigned_to to unassign the incident.",
    kind: ParameterKind::TextList,
    words: words::<ClearableField>,
    example: Some("assigned_to"),
    ..TEXT
};
