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

/// Whether the path segment names this tenant.
pub(crate) fn is_ours(tenant: &str) -> bool {
    tenant.eq_ignore_ascii_case(TENANT_ID) || TENANT_DOMAINS.iter().any(|domain| tenant.eq_ignore_ascii_case(domain))
}
