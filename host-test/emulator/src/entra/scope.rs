//! Which resource a token is asked for.
//! Client credentials take one resource with `/.default`. The emulated tenant belongs to the global cloud and has only Graph,
//! named by its address there or by its app id, whatever the emulator's own address is.

use super::refusal::Refusal;
use crate::data::tenant::GRAPH_APP_ID;

/// Graph of the global cloud.
pub(super) const GRAPH: &str = "https://graph.microsoft.com";

/// The audience of the token for a scope: the resource as it was named.
pub(crate) fn audience(scope: &str) -> Result<&'static str, Refusal> {
    let well_formed = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\<>".contains(&byte));
    if scope.split(' ').count() != 1 || !well_formed(scope) {
        return Err(Refusal::malformed_scope(scope));
    }
    let Some(resource) = scope.strip_suffix("/.default") else {
        return Err(Refusal::scope_without_default(scope));
    };
    if resource.is_empty() {
        return Err(Refusal::malformed_scope(scope));
    }
    [GRAPH, GRAPH_APP_ID]
        .into_iter()
        .find(|known| *known == resource)
        .ok_or_else(|| Refusal::unknown_resource(resource))
}

/// Checks that a managed identity may ask for a resource. Its address may end with a slash.
pub(super) fn check_resource(resource: &str) -> Result<(), Refusal> {
    let known = [GRAPH, GRAPH_APP_ID].contains(&resource.strip_suffix('/').unwrap_or(resource));
    if known { Ok(()) } else { Err(Refusal::unknown_resource(resource)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(scope: &str, code: u32) {
        assert_eq!(audience(scope).unwrap_err().code(), code, "{scope}");
    }

    #[test]
    fn takes_the_graph_of_the_global_cloud_by_address_or_app_id() {
        assert_eq!(audience("https://graph.microsoft.com/.default").unwrap(), GRAPH);
        assert_eq!(audience("00000003-0000-0000-c000-000000000000/.default").unwrap(), GRAPH_APP_ID);
    }

    #[test]
    fn refuses_everything_else_by_kind() {
        refused("https://graph.microsoft.com/User.Read", 1_002_012);
        refused("https://graph.microsoft.com//.default", 500_011);
        refused("https://graph.microsoft.us/.default", 500_011);
        refused("https://dod-graph.microsoft.us/.default", 500_011);
        refused("https://microsoftgraph.chinacloudapi.cn/.default", 500_011);
        refused("http://127.0.0.1:8080/.default", 500_011);
        refused("https://vault.example/.default", 500_011);
        refused("https://graph.microsoft.com/.default https://vault.example/.default", 70011);
        refused("/.default", 70011);
        refused("\"quoted\"/.default", 70011);
    }
}
