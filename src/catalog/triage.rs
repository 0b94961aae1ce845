//! The actions of triage and the trigger, and their parameters: ours, beside those of the app.

use super::actions::{READ_INCIDENTS, WRITE_INCIDENTS};
use super::entry::{ActionEntry, Entry, TEXT};
use super::parameter::{ASSIGNED_TO, CLEAR, COUNT, CURSOR, DRY_RUN, EXPAND, INCIDENT_ID, MAX_RESULTS, SKIP};
use crate::request::alert;
use crate::request::poll::LOOK_BACK_MAX;
use crate::request::vocabulary::words;
use crate::wit::actions::{Classification, Determination};
use crate::wit::catalog::{Effect, ParameterKind};
use crate::wit::triage::{AlertStatus, ClearableAlertField, CorrelationReason};

/// Comment on an incident.
pub const ADD_INCIDENT_COMMENT: &str = "add_incident_comment";
/// List alerts.
pub const LIST_ALERTS: &str = "list_alerts";
/// Get an alert.
pub const GET_ALERT: &str = "get_alert";
/// Update an alert.
pub const UPDATE_ALERT: &str = "update_alert";
/// Comment on an alert.
pub const ADD_ALERT_COMMENT: &str = "add_alert_comment";
/// Merge incidents.
pub const MERGE_INCIDENTS: &str = "merge_incidents";
/// Move alerts.
pub const MOVE_ALERTS: &str = "move_alerts";
/// What changed since the last time.
pub const POLL_INCIDENTS: &str = "poll_incidents";

/// Source: <https://learn.microsoft.com/graph/permissions-reference>.
const READ_ALERTS: &[&str] = &["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"];
const WRITE_ALERTS: &[&str] = &["SecurityAlert.ReadWrite.All"];
const CORRELATE: &[&str] = &["SecurityData.Manage.All"];

pub(super) const ACTIONS: &[ActionEntry] = &[
    ActionEntry {
        name: ADD_INCIDENT_COMMENT,
        function: "add-incident-comment",
        description: "This action adds a comment to an incident.",
        effect: Effect::Write,
        permissions: WRITE_INCIDENTS,
        parameters: &[INCIDENT_ID, Entry { required: true, ..COMMENT }, DRY_RUN],
        example: r#"{"incident_id": "2972395", "comment": "The user confirmed the sign-in."}"#,
    },
    ActionEntry {
        name: LIST_ALERTS,
        function: "list-alerts",
        description: "This action lists the alerts of all products that report to Microsoft Defender XDR.",
        effect: Effect::Read,
        permissions: READ_ALERTS,
        parameters: LIST_PARAMETERS,
        example: r#"{"filter": "status eq 'new' and severity eq 'high'", "max_results": 10, "count": true}"#,
    },
    ActionEntry {
        name: GET_ALERT,
        function: "get-alert",
        description: "This action retrieves the details of a specific alert, with its evidence.",
        effect: Effect::Read,
        permissions: READ_ALERTS,
        parameters: &[ALERT_ID],
        example: r#"{"alert_id": "fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1"}"#,
    },
    ActionEntry {
        name: UPDATE_ALERT,
        function: "update-alert",
        description: "This action updates the status, verdict or owner of an alert.",
        effect: Effect::Write,
        permissions: WRITE_ALERTS,
        parameters: UPDATE_PARAMETERS,
        example: r#"{"alert_id": "fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1", "status": "resolved", "classification": "falsePositive", "determination": "notMalicious"}"#,
    },
    ActionEntry {
        name: ADD_ALERT_COMMENT,
        function: "add-alert-comment",
        description: "This action adds a comment to an alert.",
        effect: Effect::Write,
        permissions: WRITE_ALERTS,
        parameters: &[ALERT_ID, Entry { required: true, ..COMMENT }, DRY_RUN],
        example: r#"{"alert_id": "fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1", "comment": "The link leads to our own training page."}"#,
    },
    ActionEntry {
        name: MERGE_INCIDENTS,
        function: "merge-incidents",
        description: "This action merges incidents into one, which cannot be undone. The service chooses the one that remains.",
        effect: Effect::Write,
        permissions: CORRELATE,
        parameters: &[
            Entry {
                name: "incident_ids",
                description: "Enter the incident IDs to merge, at least two.",
                kind: ParameterKind::TextList,
                required: true,
                example: Some("2972407, 2972401"),
                ..TEXT
            },
            COMMENT,
            REASONS,
            DRY_RUN,
        ],
        example: r#"{"incident_ids": ["2972407", "2972401"], "comment": "One and the same test.", "reasons": ["sameCampaign"]}"#,
    },
    ActionEntry {
        name: MOVE_ALERTS,
        function: "move-alerts",
        description: "This action moves alerts to another incident, or to a new one.",
        effect: Effect::Write,
        permissions: CORRELATE,
        parameters: &[
            Entry {
                name: "alert_ids",
                description: "Enter the alert IDs to move.",
                kind: ParameterKind::TextList,
                required: true,
                example: Some("fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1"),
                ..TEXT
            },
            Entry {
                description: "Enter the incident ID to move the alerts to. Default: a new incident.",
                required: false,
                ..INCIDENT_ID
            },
            COMMENT,
            REASONS,
            DRY_RUN,
        ],
        example: r#"{"alert_ids": ["caca8dd627-d044-4018-808a-d22950bca660_1"], "incident_id": "2972395", "reasons": ["sameAsset", "timeFrame"]}"#,
    },
    ActionEntry {
        name: POLL_INCIDENTS,
        function: "poll-incidents",
        description: "This action returns the incidents that were created or changed since the last call, each change once, for hosts that start playbooks.",
        effect: Effect::Read,
        permissions: READ_INCIDENTS,
        parameters: POLL_PARAMETERS,
        example: r#"{"since": "2024-02-01T08:00:00Z", "filter": "severity eq 'high'", "max_results": 10}"#,
    },
];

const ALERT_ID: Entry = Entry {
    name: "alert_id",
    description: "Enter the alert ID.",
    required: true,
    example: Some("fad0d5c258-520a-405e-8bef-2a03d55f2d8b_1"),
    comment: Some("You can retrieve this using the action List Alerts."),
    ..TEXT
};

const COMMENT: Entry = Entry {
    name: "comment",
    description: "Enter the comment, at most 30,000 characters.",
    example: Some("The user confirmed the sign-in."),
    ..TEXT
};

const REASONS: Entry = Entry {
    name: "reasons",
    description: "Enter why they belong together. This is feedback for Microsoft.",
    kind: ParameterKind::TextList,
    words: words::<CorrelationReason>,
    example: Some("sameCampaign"),
    ..TEXT
};

const LIST_PARAMETERS: &[Entry] = &[
    Entry {
        name: "filter",
        description: "Enter a query to filter alerts by specific fields.",
        example: Some("status eq 'new'"),
        comment: Some(
            "Allowed fields: assignedTo, classification, createdDateTime, determination, lastUpdateDateTime, serviceSource, severity, status",
        ),
        ..TEXT
    },
    Entry {
        description: "Enter the maximum number of alerts to retrieve.",
        range: Some((1, Some(alert::PAGE_MAX))),
        ..MAX_RESULTS
    },
    Entry { description: "Enter the number of alerts to skip in the result set.", ..SKIP },
    Entry { description: "Choose true to include the total number of matching alerts in the response.", ..COUNT },
    CURSOR,
];

const UPDATE_PARAMETERS: &[Entry] = &[
    ALERT_ID,
    Entry { name: "status", description: "Enter the status of the alert.", words: words::<AlertStatus>, ..TEXT },
    Entry {
        description: "Enter the owner to assign the alert to. This can be a user name or any identifier.",
        ..ASSIGNED_TO
    },
    Entry {
        name: "classification",
        description: "Enter the classification of the alert.",
        words: words::<Classification>,
        ..TEXT
    },
    Entry {
        name: "determination",
        description: "Enter the determination of the alert.",
        words: words::<Determination>,
        comment: Some("Which values go with which classification: as for Update Incident."),
        ..TEXT
    },
    Entry {
        description: "Enter the fields to empty, such as assigned_to to unassign the alert.",
        words: words::<ClearableAlertField>,
        ..CLEAR
    },
    DRY_RUN,
];

const POLL_PARAMETERS: &[Entry] = &[
    Entry {
        name: "state",
        description: "Enter the state of the last result that was dealt with; leave it out to start.",
        comment: Some("Opaque text, to be kept as it is."),
        ..TEXT
    },
    Entry {
        name: "since",
        description: "Enter the time at which to start, if there is no state. Default: now.",
        example: Some("2024-02-01T08:00:00Z"),
        ..TEXT
    },
    Entry {
        name: "filter",
        description: "Enter a query to filter incidents by specific fields.",
        example: Some("severity eq 'high'"),
        comment: Some("As for List Incidents."),
        ..TEXT
    },
    EXPAND,
    Entry {
        description: "Enter the maximum number of incidents to return.",
        default: Some("50"),
        example: None,
        ..MAX_RESULTS
    },
    Entry {
        name: "look_back",
        description: "Enter the seconds to ask again for what was covered before, as the service may show a change late.",
        kind: ParameterKind::Integer,
        default: Some("0"),
        range: Some((0, Some(LOOK_BACK_MAX))),
        example: Some("180"),
        ..TEXT
    },
];
