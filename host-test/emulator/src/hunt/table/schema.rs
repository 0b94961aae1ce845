//! What the Defender XDR schema has and this tenant lacks: whole tables, and columns of the tables that are here
//! (<https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables>).
//! A hunt for one of them may be correct, so it must not be reported as a misspelt name.

const TABLES: &str = "AADSignInEventsBeta AADSpnSignInEventsBeta AIAgentsInfo BehaviorEntities BehaviorInfo CampaignInfo \
    CloudAppEvents CloudAuditEvents CloudDnsEvents CloudProcessEvents CloudStorageAggregatedEvents DataSecurityBehaviors \
    DataSecurityEvents DeviceBaselineComplianceAssessment DeviceBaselineComplianceAssessmentKB \
    DeviceBaselineComplianceProfiles DeviceEvents DeviceFileCertificateInfo DeviceImageLoadEvents DeviceNetworkInfo \
    DeviceRegistryEvents DeviceTvmBrowserExtensions DeviceTvmBrowserExtensionsKB DeviceTvmCertificateInfo \
    DeviceTvmHardwareFirmware DeviceTvmInfoGathering DeviceTvmInfoGatheringKB DeviceTvmSecureConfigurationAssessment \
    DeviceTvmSecureConfigurationAssessmentKB DeviceTvmSoftwareEvidenceBeta DeviceTvmSoftwareInventory \
    DeviceTvmSoftwareVulnerabilities DeviceTvmSoftwareVulnerabilitiesKB DisruptionAndResponseEvents EmailAttachmentInfo \
    EmailPostDeliveryEvents EmailUrlInfo EntraIdSignInEvents EntraIdSpnSignInEvents ExposureGraphEdges ExposureGraphNodes \
    FileMaliciousContentInfo GraphApiAuditEvents IdentityAccountInfo IdentityDirectoryEvents IdentityEvents IdentityInfo \
    IdentityQueryEvents MessageEvents MessagePostDeliveryEvents MessageUrlInfo OAuthAppInfo UrlClickEvents";

/// Of the initiating process. A column that a table does have is found before this list is consulted.
const SESSION: &str = "InitiatingProcessSessionId IsInitiatingProcessRemoteSession InitiatingProcessRemoteSessionDeviceName \
    InitiatingProcessRemoteSessionIP InitiatingProcessUniqueId";

/// Columns of a table beyond those that it has here.
const COLUMNS: [(&str, &str); 7] = [
    ("AlertEvidence", "CloudPlatform ResourceType ResourceID SubscriptionId"),
    ("DeviceFileEvents", "LogonID"),
    (
        "DeviceInfo",
        "ConnectivityType HostDeviceId AzureResourceId AwsResourceName GcpFullResourceName HardwareUuid CloudPlatforms AzureVmId \
         AzureVmSubscriptionId IsTransient OsBuildRevision MitigationStatus Site DiscoverySources DeviceRoles DlpInfo",
    ),
    ("DeviceNetworkEvents", "LogonID"),
    (
        "DeviceProcessEvents",
        "InitiatingProcessLogonId CreatedProcessSessionId IsProcessRemoteSession ProcessRemoteSessionDeviceName \
         ProcessRemoteSessionIP ProcessUniqueId",
    ),
    ("EmailEvents", "To Cc DistributionList ForwardingInformation Context IsFirstContact EmailSize RecipientDomain"),
    ("IdentityLogonEvents", "Isp TargetAccountUpn LastSeenForUser UncommonForUser"),
];

/// Whether the service has a table of this name.
pub(crate) fn is_table(name: &str) -> bool {
    TABLES.split_ascii_whitespace().any(|known| known == name)
}

/// The real columns that a table lacks here.
pub(super) fn absent(table: &str) -> impl Iterator<Item = &'static str> {
    let own = COLUMNS.iter().find(|(name, _)| *name == table).map_or("", |(_, columns)| *columns);
    let has_initiator = table.starts_with("Device") && table.ends_with("Events");
    own.split_ascii_whitespace().chain(if has_initiator { SESSION } else { "" }.split_ascii_whitespace())
}
