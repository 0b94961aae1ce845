//! Which tenant a path names.
//! Each kind of wrong name has its own error, for tokens and discovery documents alike.

use uuid::Uuid;

use super::refusal::Refusal;
use crate::data::tenant::{TENANT_DOMAINS, TENANT_ID};

/// Names that stand for no single tenant.
pub(super) const SHARED: [&str; 3] = ["common", "organizations", "consumers"];

/// Checks that a path segment names the tenant.
pub(super) fn check(tenant: &str) -> Result<(), Refusal> {
    let is = |name: &str| tenant.eq_ignore_ascii_case(name);
    if is(TENANT_ID) || TENANT_DOMAINS.into_iter().any(is) {
        return Ok(());
    }
    if SHARED.into_iter().any(is) {
        return Err(Refusal::no_single_tenant());
    }
    let is_guid = Uuid::parse_str(tenant).is_ok_and(|id| tenant.eq_ignore_ascii_case(&id.to_string()));
    if !is_guid && !is_domain(tenant) {
        return Err(Refusal::not_a_tenant(tenant));
    }
    if tenant.to_ascii_lowercase().ends_with(".onmicrosoft.us") {
        return Err(Refusal::other_cloud(tenant));
    }
    Err(Refusal::unknown_tenant(tenant))
}

fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.contains('.') && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(tenant: &str, code: u32) {
        assert_eq!(check(tenant).unwrap_err().code(), code, "{tenant}");
    }

    #[test]
    fn takes_the_guid_and_both_domains_in_any_case() {
        for tenant in [TENANT_ID, "HaldenMarine.onmicrosoft.com", "haldenmarine.example"] {
            assert!(check(tenant).is_ok(), "{tenant}");
        }
    }

    #[test]
    fn each_kind_of_wrong_tenant_has_its_own_number() {
        refused("11111111-2222-3333-4444-555555555555", 90002);
        refused("nobody.example", 90002);
        refused("nodots", 900_023);
        refused("-..-", 900_023);
        refused("common", 50059);
        refused("Organizations", 50059);
        refused("haldenmarine.onmicrosoft.us", 90038);
    }
}
