//! The configuration parameters.

use super::entry::{Entry, TEXT};
use crate::request::config::{API_VERSIONS, TIMEOUT_DEFAULT_SECONDS, TIMEOUT_MAX_SECONDS};
use crate::request::vocabulary::words;
use crate::wit::catalog::ParameterKind;
use crate::wit::types::Cloud;

/// The group of the parameters that say who the app is.
const CREDENTIAL: &str = "credential";

pub(super) const ALL: &[Entry] = &[
    Entry {
        name: "tenant_id",
        description: "Enter the tenant ID associated with your account for authentication.",
        required: true,
        example: Some("11112222-3333-4444-5555-666677778888"),
        comment: Some("A GUID or a verified domain name."),
        ..TEXT
    },
    Entry {
        name: "client_id",
        description: "Enter the client ID for authentication.",
        required: true,
        example: Some("00001111-aaaa-2222-bbbb-3333cccc4444"),
        comment: Some("A GUID."),
        ..TEXT
    },
    Entry {
        name: "client_secret",
        description: "Enter the client secret linked to your client ID.",
        kind: ParameterKind::Password,
        required: true,
        one_of: Some(CREDENTIAL),
        comment: Some("The secret's Value, not its Secret ID."),
        ..TEXT
    },
    Entry {
        name: "certificate",
        description: "Enter the certificate of the app registration in PEM form, to sign in without a client secret.",
        one_of: Some(CREDENTIAL),
        comment: Some("RSA of 2,048 to 4,096 bits. It may be a chain."),
        ..TEXT
    },
    Entry {
        name: "private_key",
        description: "Enter the private key of the certificate in PEM form.",
        kind: ParameterKind::Password,
        comment: Some("Belongs to certificate. PKCS#8 or PKCS#1, not encrypted."),
        ..TEXT
    },
    Entry {
        name: "client_assertion",
        description: "Enter a signed token of a workload identity or of a key vault, to sign in without a client secret.",
        kind: ParameterKind::Password,
        one_of: Some(CREDENTIAL),
        comment: Some("Sent to Entra ID as it is. It expires, so the host has to renew it."),
        ..TEXT
    },
    Entry {
        name: "access_token",
        description: "Enter an access token for Microsoft Graph that the host got, for example from a managed identity.",
        kind: ParameterKind::Password,
        one_of: Some(CREDENTIAL),
        comment: Some("It expires, so the host has to renew it."),
        ..TEXT
    },
    Entry {
        name: "timeout",
        description: "Enter the timeout value in seconds. This is the number of seconds requests will wait to connect to Microsoft Defender XDR and read the response.",
        kind: ParameterKind::Integer,
        default: Some("15"),
        range: Some((TIMEOUT_DEFAULT_SECONDS, Some(TIMEOUT_MAX_SECONDS))),
        comment: Some("One action takes no longer than this, retries included."),
        ..TEXT
    },
    Entry {
        name: "verify",
        description: "Choose your preference to verify SSL or TLS while making requests. It is recommended to set this option to yes. Passing no may result in incorrectly establishing the connection.",
        kind: ParameterKind::Boolean,
        default: Some("true"),
        comment: Some("The host controls TLS: a host that ignores this always verifies."),
        ..TEXT
    },
    Entry {
        name: "api_version",
        description: "Enter the API version to be used while making requests.",
        default: Some("v1.0"),
        allowed: &API_VERSIONS,
        ..TEXT
    },
    Entry {
        name: "cloud",
        description: "Choose the Microsoft cloud of the tenant.",
        default: Some("global"),
        words: words::<Cloud>,
        comment: Some("us-gov is GCC High; GCC is global. The China cloud has no security incidents."),
        ..TEXT
    },
    Entry {
        name: "endpoints",
        description: "Enter base URLs of a gateway or an emulator to use instead of Microsoft's hosts.",
        kind: ParameterKind::KeyValue,
        allowed: &["login", "graph"],
        example: Some(r#"{"login": "https://gateway.example", "graph": "https://gateway.example"}"#),
        comment: Some("Each may be given alone. https, or http on a loopback address only."),
        ..TEXT
    },
];
