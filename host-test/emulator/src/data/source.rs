//! The products that raise alerts, and what they advise.
//! Separate from the scenarios, because several share one.

/// Where alerts come from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) service: &'static str,
    pub(crate) detection: &'static str,
    pub(crate) product: &'static str,
    /// Two letters in front of the alert's id.
    pub(crate) prefix: &'static str,
    pub(crate) actions: &'static str,
}

pub(super) static ENDPOINT: Source = Source {
    service: "microsoftDefenderForEndpoint",
    detection: "microsoftDefenderForEndpoint",
    product: "Microsoft Defender for Endpoint",
    prefix: "da",
    actions: "1. Check which accounts were signed in to the device when the activity began.\n2. Look at the process tree \
              and block what does not belong there.\n3. Isolate the device if the activity is not explained.",
};

pub(super) static ANTIVIRUS: Source = Source { detection: "antivirus", prefix: "da", ..ENDPOINT };

pub(super) static OFFICE: Source = Source {
    service: "microsoftDefenderForOffice365",
    detection: "microsoftDefenderForOffice365",
    product: "Microsoft Defender for Office 365",
    prefix: "fa",
    actions: "1. See who else received the message.\n2. Remove it from the mailboxes.\n3. Ask the recipients whether they \
              typed a password.",
};

pub(super) static IDENTITY: Source = Source {
    service: "microsoftDefenderForIdentity",
    detection: "microsoftDefenderForIdentity",
    product: "Microsoft Defender for Identity",
    prefix: "aa",
    actions: "1. Ask the owner of the account.\n2. Reset its password and end its sessions.\n3. Review what it reached.",
};

pub(super) static ENTRA: Source = Source {
    service: "azureAdIdentityProtection",
    detection: "azureAdIdentityProtection",
    product: "Microsoft Entra ID Protection",
    prefix: "ad",
    actions: "1. Compare the sign-in with the person's habits.\n2. Confirm or dismiss the risk.\n3. Require a new password.",
};

pub(super) static CLOUD_APPS: Source = Source {
    service: "microsoftDefenderForCloudApps",
    detection: "cloudAppSecurity",
    product: "Microsoft Defender for Cloud Apps",
    prefix: "ca",
    actions: "1. Review the app's activity log.\n2. Suspend the account or revoke the app.\n3. Check what was shared outside.",
};

/// A rule of a connected workspace: its sources are shown only to clients that ask for later members.
pub(super) static SENTINEL: Source = Source {
    service: "microsoftSentinel",
    detection: "scheduledAlerts",
    product: "Microsoft Sentinel",
    prefix: "sn",
    actions: "1. Open the rule's query and look at the matching rows.\n2. Tune the rule if this is expected.",
};
