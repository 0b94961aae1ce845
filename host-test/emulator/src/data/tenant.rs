//! The one tenant that the emulator plays, with its fixed names.
//! Fixed, so that recordings, documentation and configuration files keep working from one start to the next.

/// Directory id of the tenant.
pub const TENANT_ID: &str = "5b2d8f6e-3c1a-4f7e-9d40-86c1e2a7b903";

/// Verified domain names; each works in place of [`TENANT_ID`].
pub const TENANT_DOMAINS: [&str; 2] = ["haldenmarine.onmicrosoft.com", "haldenmarine.example"];

/// Domain part of the users' principal names.
pub(crate) const USER_DOMAIN: &str = "haldenmarine.example";

/// The resource application "Microsoft Graph", the same in every tenant.
pub(crate) const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Link to an incident in the portal.
pub(crate) fn portal_url(id: &str) -> String {
    format!("https://security.microsoft.com/incident2/{id}/overview?tid={TENANT_ID}")
}
