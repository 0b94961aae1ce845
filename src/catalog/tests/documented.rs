//! The parameters of the app's documentation, typed by hand.

use crate::wit::catalog::ParameterKind;

/// A parameter as the app documents it.
pub(super) struct Documented {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) kind: ParameterKind,
    pub(super) required: bool,
    pub(super) default: Option<&'static str>,
    pub(super) range: (Option<u32>, Option<u32>),
    /// Values that must be allowed, in addition to ours.
    pub(super) allowed: &'static [&'static str],
    pub(super) example: Option<&'static str>,
}

/// A documented line of optional text; the entries override what differs.
const PLAIN: Documented = Documented {
    name: "",
    title: "",
    description: "",
    kind: ParameterKind::Text,
    required: false,
    default: None,
    range: (None, None),
    allowed: &[],
    example: None,
};

pub(super) const CONFIGURATION: [Documented; 6] = [
    Documented {
        name: "tenant_id",
        title: "Tenant ID",
        description: "Enter the tenant ID associated with your account for authentication.",
        required: true,
        ..PLAIN
    },
    Documented {
        name: "client_id",
        title: "Client ID",
        description: "Enter the client ID for authentication.",
        required: true,
        ..PLAIN
    },
    Documented {
        name: "client_secret",
        title: "Client Secret",
        description: "Enter the client secret linked to your client ID.",
        kind: ParameterKind::Password,
        required: true,
        ..PLAIN
    },
    Documented {
        name: "timeout",
        title: "Timeout",
        description: "Enter the timeout value in seconds. This is the number of seconds requests will wait to connect to Microsoft Defender XDR and read the response.",
        kind: ParameterKind::Integer,
        default: Some("15"),
        range: (Some(15), Some(120)),
        ..PLAIN
    },
    Documented {
        name: "verify",
        title: "Verify",
        description: "Choose your preference to verify SSL or TLS while making requests. It is recommended to set this option to yes. Passing no may result in incorrectly establishing the connection.",
        kind: ParameterKind::Boolean,
        default: Some("true"),
        ..PLAIN
    },
    Documented {
        name: "api_version",
        title: "API Version",
        description: "Enter the API version to be used while making requests.",
        default: Some("v1.0"),
        ..PLAIN
    },
];

pub(super) const GET: [Documented; 1] = [Documented {
    name: "incident_id",
    title: "Incident ID",
    description: "Enter the incident ID to retrieve incident information.",
    required: true,
    example: Some("2972395"),
    ..PLAIN
}];

pub(super) const LIST: [Documented; 5] = [
    Documented {
        name: "filter",
        title: "Filter",
        // The documentation's example, which Microsoft Graph refuses, stays only in the description.
        description: "Enter a query to filter incidents by specific fields. Example: status eq 'open'.",
        example: Some("status eq 'active'"),
        ..PLAIN
    },
    Documented {
        name: "max_results",
        title: "Max Results",
        description: "Enter the maximum number of incidents to retrieve.",
        kind: ParameterKind::Integer,
        range: (Some(1), Some(50)),
        example: Some("10"),
        ..PLAIN
    },
    Documented {
        name: "skip",
        title: "Skip",
        description: "Enter the number of incidents to skip in the result set.",
        kind: ParameterKind::Integer,
        range: (Some(0), None),
        example: Some("10"),
        ..PLAIN
    },
    Documented {
        name: "count",
        title: "Count",
        description: "Choose true to include the total number of matching incidents in the response.",
        kind: ParameterKind::Boolean,
        ..PLAIN
    },
    Documented {
        name: "expand",
        title: "Expand",
        description: "Enter any related resources you want to include in the response.",
        example: Some("alerts"),
        ..PLAIN
    },
];

pub(super) const HUNT: [Documented; 2] = [
    Documented {
        name: "query",
        title: "Query",
        description: "Enter the query to run using Kusto Query Language (KQL).",
        required: true,
        example: Some("DeviceNetworkEvents | where RemoteUrl contains 'malicious.com'"),
        ..PLAIN
    },
    Documented {
        name: "time_span",
        title: "Time Span",
        description: "Enter the time range in ISO 8601 duration format to limit the query scope. If your query also specifies a time filter, the shorter of the two will apply.",
        default: Some("P30D"),
        example: Some("P1D"),
        ..PLAIN
    },
];

pub(super) const UPDATE: [Documented; 11] = [
    Documented {
        name: "incident_id",
        title: "Incident ID",
        description: "Enter the incident ID to update.",
        required: true,
        example: Some("2972395"),
        ..PLAIN
    },
    Documented {
        name: "status",
        title: "Status",
        description: "Enter the status of the incident to update.",
        allowed: &["active", "resolved", "redirected", "unknownFutureValue"],
        ..PLAIN
    },
    Documented {
        name: "assigned_to",
        title: "Assigned To",
        description: "Enter the user or owner to assign the incident to. This can be a user name or any identifier.",
        example: Some("jdoe@domain.com"),
        ..PLAIN
    },
    Documented {
        name: "classification",
        title: "Classification",
        description: "Enter the classification of the incident.",
        allowed: &["unknown", "falsePositive", "truePositive", "informationalExpectedActivity", "unknownFutureValue"],
        ..PLAIN
    },
    Documented {
        name: "determination",
        title: "Determination",
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
        ..PLAIN
    },
    Documented {
        name: "description",
        title: "Description",
        description: "Enter a description that provides additional context or findings related to the incident.",
        ..PLAIN
    },
    Documented {
        name: "resolving_comment",
        title: "Resolving Comment",
        description: "Enter a comment to explain how the incident was resolved or justify the classification decision.",
        ..PLAIN
    },
    Documented {
        name: "severity",
        title: "Severity",
        description: "Enter the severity level of the incident.",
        allowed: &["unknown", "informational", "low", "medium", "high", "unknownFutureValue"],
        ..PLAIN
    },
    Documented {
        name: "display_name",
        title: "Display Name",
        description: "Enter a display name for the incident. This name will appear in the Microsoft XDR portal.",
        example: Some("Credential Leak - Email Account"),
        ..PLAIN
    },
    Documented {
        name: "summary",
        title: "Summary",
        description: "Enter a brief summary of the attack, including what occurred, affected assets, and the attack type.",
        ..PLAIN
    },
    Documented {
        name: "custom_tags",
        title: "Custom Tags",
        description: "Enter one or more custom tags to categorize or label the incident.",
        kind: ParameterKind::TextList,
        example: Some("$LIST[Phishing, CriticalAsset]"),
        ..PLAIN
    },
];

pub(super) const GENERIC: [Documented; 5] = [
    Documented {
        name: "method",
        title: "Method",
        description: "Enter the HTTP method to make the request.",
        required: true,
        allowed: &["GET", "PUT", "POST", "DELETE"],
        ..PLAIN
    },
    Documented {
        name: "endpoint",
        title: "Endpoint",
        description: "Enter the endpoint to make the request to.",
        required: true,
        example: Some("security/alerts_v2"),
        ..PLAIN
    },
    Documented {
        name: "payload",
        title: "Payload",
        description: "Enter the payload to make the request.",
        kind: ParameterKind::Any,
        example: Some(r#"$JSON[{ "key_1": "value_1", "key_2": "value_2" }]"#),
        ..PLAIN
    },
    Documented {
        name: "query_params",
        title: "Query Params",
        description: "Enter the query parameters to pass to the API.",
        kind: ParameterKind::KeyValue,
        ..PLAIN
    },
    Documented {
        name: "extra_fields",
        title: "Extra Fields",
        description: "Enter the extra fields to pass to the API.",
        kind: ParameterKind::KeyValue,
        allowed: &[
            "headers",
            "payload_json",
            "download",
            "files",
            "filename",
            "retry_wait",
            "retry_count",
            "custom_output",
            "response_type",
        ],
        ..PLAIN
    },
];
