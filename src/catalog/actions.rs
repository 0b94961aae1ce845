//! The actions of the app and their parameters.

use super::entry::{ActionEntry, Entry, TEXT};
use super::parameter::{ASSIGNED_TO, CLEAR, COUNT, CURSOR, DRY_RUN, EXPAND, INCIDENT_ID, MAX_RESULTS, SKIP};
use crate::request::vocabulary::words;
use crate::wit::actions::{Classification, Determination, HttpMethod, IncidentStatus, Severity, TagMode};
use crate::wit::catalog::{Effect, ParameterKind};

/// Get incident details.
pub const GET_INCIDENT: &str = "get_incident_details";
/// List incidents.
pub const LIST_INCIDENTS: &str = "list_incidents";
/// Run a hunting query.
pub const RUN_HUNTING_QUERY: &str = "run_hunting_query";
/// Update an incident.
pub const UPDATE_INCIDENT: &str = "update_incident";
/// A request to any endpoint.
pub const GENERIC_ACTION: &str = "generic_action";

/// The keys of the generic action's `extra_fields`.
pub const EXTRA_FIELDS: [&str; 9] = [
    "headers",
    "payload_json",
    "download",
    "files",
    "filename",
    "retry_wait",
    "retry_count",
    "custom_output",
    "response_type",
];

/// Source: <https://learn.microsoft.com/graph/permissions-reference>.
pub(super) const READ_INCIDENTS: &[&str] = &["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"];
pub(super) const WRITE_INCIDENTS: &[&str] = &["SecurityIncident.ReadWrite.All"];
const HUNT: &[&str] = &["ThreatHunting.Read.All"];

pub(super) const ACTIONS: &[ActionEntry] = &[
    ActionEntry {
        name: GET_INCIDENT,
        function: "get-incident",
        description: "This action retrieves the details of a specific incident.",
        effect: Effect::Read,
        permissions: READ_INCIDENTS,
        parameters: &[
            Entry { description: "Enter the incident ID to retrieve incident information.", ..INCIDENT_ID },
            EXPAND,
        ],
        example: r#"{"incident_id": "2972395"}"#,
    },
    ActionEntry {
        name: LIST_INCIDENTS,
        function: "list-incidents",
        description: "This action lists all incidents that have been created to track and manage attacks targeting your organization.",
        effect: Effect::Read,
        permissions: READ_INCIDENTS,
        parameters: LIST_PARAMETERS,
        example: r#"{"skip": "2", "count": true, "expand": "alerts", "filter": "status eq 'active' or severity eq 'medium' or determination eq 'unknown'", "max_results": "10"}"#,
    },
    ActionEntry {
        name: RUN_HUNTING_QUERY,
        function: "run-hunting-query",
        description: "This action runs a query on a specified set of event, activity, or entity data to proactively search for specific threats in your environment.",
        effect: Effect::Read,
        permissions: HUNT,
        parameters: &[
            Entry {
                name: "query",
                description: "Enter the query to run using Kusto Query Language (KQL).",
                required: true,
                example: Some("DeviceNetworkEvents | where RemoteUrl contains 'malicious.com'"),
                ..TEXT
            },
            Entry {
                name: "time_span",
                description: "Enter the time range in ISO 8601 duration format to limit the query scope. If your query also specifies a time filter, the shorter of the two will apply.",
                default: Some(crate::request::time_span::DEFAULT),
                example: Some("P1D"),
                comment: Some(
                    "A duration (P30D), a start (2024-02-01T08:00:00Z), start/end, start/duration or duration/end. Default: the last 30 days, which is what Defender tables hold.",
                ),
                ..TEXT
            },
        ],
        example: r#"{"query": "DeviceNetworkEvents | where RemoteUrl contains 'malicious'", "time_span": "P1D"}"#,
    },
    ActionEntry {
        name: UPDATE_INCIDENT,
        function: "update-incident",
        description: "This action updates the details of an existing incident.",
        effect: Effect::Write,
        permissions: WRITE_INCIDENTS,
        parameters: UPDATE_PARAMETERS,
        example: r#"{"status": "active", "severity": "high", "custom_tags": ["Credential Theft", "Phishing", "Initial Access"], "description": "Suspicious login activity detected from a known malicious IP address. Potential compromise of user credentials.", "incident_id": "2972395", "display_name": "Possible Credential Leak via Phishing", "determination": "apt", "classification": "truePositive"}"#,
    },
    ActionEntry {
        name: GENERIC_ACTION,
        function: "generic-action",
        description: "This is a generic action used to make requests to any Microsoft Defender XDR endpoint.",
        effect: Effect::Any,
        permissions: &[],
        parameters: GENERIC_PARAMETERS,
        example: r#"{"method": "POST", "payload": {"Query": "DeviceNetworkEvents | where RemoteUrl contains 'malicious'"}, "endpoint": "/security/runHuntingQuery", "extra_fields": {}, "query_params": {}}"#,
    },
];

const LIST_PARAMETERS: &[Entry] = &[
    Entry {
        name: "filter",
        description: "Enter a query to filter incidents by specific fields. Example: status eq 'open'.",
        example: Some("status eq 'active'"),
        comment: Some(
            "Allowed fields: assignedTo, classification, createdDateTime, determination, lastUpdateDateTime, severity, status",
        ),
        ..TEXT
    },
    MAX_RESULTS,
    SKIP,
    COUNT,
    EXPAND,
    Entry {
        name: "order_by",
        description: "Enter the field to order the incidents by, and asc or desc. Default: newest first.",
        example: Some("lastUpdateDateTime asc"),
        comment: Some("The service does not document this option."),
        ..TEXT
    },
    CURSOR,
];

const UPDATE_PARAMETERS: &[Entry] = &[
    Entry { description: "Enter the incident ID to update.", ..INCIDENT_ID },
    Entry {
        name: "status",
        description: "Enter the status of the incident to update.",
        allowed: &["active", "resolved", "redirected", "unknownFutureValue"],
        words: words::<IncidentStatus>,
        comment: Some(SENTINEL),
        ..TEXT
    },
    ASSIGNED_TO,
    Entry {
        name: "classification",
        description: "Enter the classification of the incident.",
        allowed: &["unknown", "falsePositive", "truePositive", "informationalExpectedActivity", "unknownFutureValue"],
        words: words::<Classification>,
        comment: Some(SENTINEL),
        ..TEXT
    },
    Entry {
        name: "determination",
        description: "Enter the determination for the incident to indicate its confirmed nature.",
        allowed: &[
            "MultiStagedAttack",
            "MaliciousUserActivity",
            "CompromisedAccount",
            "Malware",
            "Phishing",
            "UnwantedSoftware",
            "Other",
            "SecurityTesting",
            "LineOfBusinessApplication",
            "ConfirmedActivity",
            "Clean",
            "NoEnoughDataToValidate",
        ],
        words: words::<Determination>,
        comment: Some(
            "Allowed values for each classification type: For True Positive: MultiStagedAttack, MaliciousUserActivity, CompromisedAccount, Malware, Phishing, UnwantedSoftware, apt, Other. For Informational, expected activity: SecurityTesting, securityPersonnel, LineOfBusinessApplication, ConfirmedActivity, Other. For False positive: Clean (notMalicious), NoEnoughDataToValidate (notEnoughDataToValidate), Other.",
        ),
        ..TEXT
    },
    Entry {
        name: "description",
        description: "Enter a description that provides additional context or findings related to the incident.",
        ..TEXT
    },
    Entry {
        name: "resolving_comment",
        description: "Enter a comment to explain how the incident was resolved or justify the classification decision.",
        ..TEXT
    },
    Entry {
        name: "severity",
        description: "Enter the severity level of the incident.",
        allowed: &["unknown", "informational", "low", "medium", "high", "unknownFutureValue"],
        words: words::<Severity>,
        comment: Some(SENTINEL),
        ..TEXT
    },
    Entry {
        name: "display_name",
        description: "Enter a display name for the incident. This name will appear in the Microsoft XDR portal.",
        example: Some("Credential Leak - Email Account"),
        ..TEXT
    },
    Entry {
        name: "summary",
        description: "Enter a brief summary of the attack, including what occurred, affected assets, and the attack type.",
        ..TEXT
    },
    Entry {
        name: "custom_tags",
        description: "Enter one or more custom tags to categorize or label the incident.",
        kind: ParameterKind::TextList,
        example: Some("$LIST[Phishing, CriticalAsset]"),
        ..TEXT
    },
    Entry {
        name: "tag_mode",
        description: "Choose whether the custom tags replace those of the incident, are added to them or are removed from them.",
        default: Some("replace"),
        words: words::<TagMode>,
        comment: Some("append and remove read the incident first."),
        ..TEXT
    },
    CLEAR,
    Entry {
        name: "unchanged_since",
        description: "Enter the last update time that your decision is based on: the update is refused if the incident has changed since.",
        example: Some("2026-02-25T16:29:33.1Z"),
        comment: Some("Without it the last writer wins."),
        ..TEXT
    },
    DRY_RUN,
];

const SENTINEL: &str = "unknownFutureValue stands for values newer than this connector: it can be read but not set.";

const GENERIC_PARAMETERS: &[Entry] = &[
    Entry {
        name: "method",
        description: "Enter the HTTP method to make the request.",
        required: true,
        words: words::<HttpMethod>,
        ..TEXT
    },
    Entry {
        name: "endpoint",
        description: "Enter the endpoint to make the request to.",
        required: true,
        example: Some("security/alerts_v2"),
        comment: Some("A path below the API version, on the configured host only."),
        ..TEXT
    },
    Entry {
        name: "payload",
        description: "Enter the payload to make the request.",
        kind: ParameterKind::Any,
        example: Some(r#"$JSON[{ "key_1": "value_1", "key_2": "value_2" }]"#),
        comment: Some("An object or list is sent as JSON, text unchanged."),
        ..TEXT
    },
    Entry {
        name: "query_params",
        description: "Enter the query parameters to pass to the API.",
        kind: ParameterKind::KeyValue,
        example: Some(r#"{"$top": 5}"#),
        ..TEXT
    },
    Entry {
        name: "extra_fields",
        description: "Enter the extra fields to pass to the API.",
        kind: ParameterKind::KeyValue,
        allowed: &EXTRA_FIELDS,
        example: Some(r#"{"retry_count": 2, "retry_wait": 5}"#),
        ..TEXT
    },
];
