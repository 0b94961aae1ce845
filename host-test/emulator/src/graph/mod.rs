//! Microsoft Graph: the router of the security endpoints, in the order in which the service checks.
//! Path, token, method, role, then the operation: the first mistake is the one reported.

mod alert_operation;
mod bearer;
mod body;
mod call;
mod change;
mod correlation;
mod correlation_operation;
mod header;
mod hunting;
mod incident_operation;
pub(crate) mod kept;
mod refusal;

use crate::data::store::Store;
use crate::entra::app::{ALERT_READ, ALERT_WRITE, DATA_MANAGE, HUNTING, INCIDENT_READ, INCIDENT_WRITE};
use crate::entra::token_store::TokenStore;
use crate::hunt::Tables;
use crate::message::{Answer, Request};
use call::Call;
use header::{Ids, with_headers};
use http::Method;
use kept::Kept;
use refusal::Refusal;

type Operation = fn(&Call<'_>, &str) -> Result<Answer, Refusal>;

/// A path of the API: its methods, the roles of which any one is enough, and what each method does.
struct Resource<'a> {
    key: &'a str,
    methods: &'static [(&'static str, &'static [&'static str], Operation)],
}

macro_rules! resource {
    ($key:expr, $($method:ident ($($role:ident),+) => $operation:expr),+) => {
        Resource { key: $key, methods: &[$((stringify!($method), &[$($role),+], $operation)),+] }
    };
}

/// Actions have two spellings: that of the reference pages, and the qualified one of the OpenAPI description and the SDKs.
fn find<'a>(path: &[&'a str]) -> Option<Resource<'a>> {
    Some(match *path {
        ["incidents"] => resource!("", GET(INCIDENT_READ, INCIDENT_WRITE) => incident_operation::list),
        ["incidents", "$count"] => resource!("", GET(INCIDENT_READ, INCIDENT_WRITE) => incident_operation::count),
        ["incidents", "mergeIncidents" | "microsoft.graph.security.mergeIncidents"] => {
            resource!("", POST(DATA_MANAGE) => correlation_operation::merge)
        }
        ["incidents", id] => resource!(id,
            GET(INCIDENT_READ, INCIDENT_WRITE) => incident_operation::get,
            PATCH(INCIDENT_WRITE) => incident_operation::update),
        ["incidents", id, "comments"] => resource!(id, POST(INCIDENT_WRITE) => incident_operation::comment),
        ["incidents", id, "alerts"] => {
            resource!(id, GET(INCIDENT_READ, INCIDENT_WRITE) => alert_operation::list_of_incident)
        }
        ["incidents", id, "alerts", "$count"] => {
            resource!(id, GET(INCIDENT_READ, INCIDENT_WRITE) => alert_operation::count_of_incident)
        }
        // Alert ids are unique, so the incident in front of one is not needed to find it.
        ["incidents", _, "alerts", id] => resource!(id, GET(INCIDENT_READ, INCIDENT_WRITE) => alert_operation::get),
        ["alerts_v2"] => {
            resource!("", GET(ALERT_READ, ALERT_WRITE, INCIDENT_READ, INCIDENT_WRITE) => alert_operation::list)
        }
        ["alerts_v2", "$count"] => {
            resource!("", GET(ALERT_READ, ALERT_WRITE, INCIDENT_READ, INCIDENT_WRITE) => alert_operation::count)
        }
        ["alerts_v2", "moveAlerts" | "microsoft.graph.security.moveAlerts"] => {
            resource!("", POST(DATA_MANAGE) => correlation_operation::move_alerts)
        }
        ["alerts_v2", id] => resource!(id,
            GET(ALERT_READ, ALERT_WRITE, INCIDENT_READ, INCIDENT_WRITE) => alert_operation::get,
            PATCH(ALERT_WRITE) => alert_operation::update),
        ["alerts_v2", id, "comments"] => resource!(id, POST(ALERT_WRITE) => alert_operation::comment),
        ["runHuntingQuery" | "microsoft.graph.security.runHuntingQuery"] => {
            resource!("", POST(HUNTING) => hunting::run)
        }
        _ => return None,
    })
}

/// What an answer comes from.
pub(crate) struct Source<'s> {
    pub(crate) tokens: &'s TokenStore,
    pub(crate) store: &'s Store,
    pub(crate) tables: &'s Tables,
    /// If reads are answered again with the same bytes.
    pub(crate) kept: Option<&'s Kept>,
}

/// Answers a request below `/v1.0` or `/beta`.
pub(crate) fn answer(source: &Source<'_>, request: &Request) -> Answer {
    let outcome = dispatch(source, request);
    let ids = Ids::of(request);
    let answer = outcome.unwrap_or_else(|refusal| refusal.answer(request, &ids));
    with_headers(answer, request, &ids)
}

fn dispatch(source: &Source<'_>, request: &Request) -> Result<Answer, Refusal> {
    let Source { tokens, store, tables, kept } = *source;
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().flat_map(|segment| split_key(segment)).collect();
    let [version @ ("v1.0" | "beta"), "security", path @ ..] = segments.as_slice() else {
        return Err(Refusal::not_emulated(&format!("{} {}", request.method, request.path)));
    };
    let resource = find(path).ok_or_else(|| Refusal::not_emulated(&format!("{} {}", request.method, request.path)))?;
    let grant = bearer::check(tokens, request)?;
    let Some((_, roles, operation)) = resource.methods.iter().find(|(method, _, _)| *method == request.method) else {
        let allowed: Vec<&str> = resource.methods.iter().map(|(method, _, _)| *method).collect();
        return Err(Refusal::method_not_allowed(&request.method, &allowed));
    };
    if !grant.roles.iter().any(|role| roles.contains(&role.as_str())) {
        return Err(Refusal::missing_roles(roles, &grant.roles));
    }
    let changes = request.method != Method::GET && !roles.contains(&HUNTING);
    let call = Call { store, tables, request, grant, version };
    match kept {
        Some(kept) if !changes => kept.read(request, || operation(&call, resource.key)),
        Some(kept) => operation(&call, resource.key).inspect(|_| kept.forget()),
        None => operation(&call, resource.key),
    }
}

/// OData writes a key as a segment or as `incidents('29')`; both mean the same.
fn split_key(segment: &str) -> Vec<&str> {
    match segment.strip_suffix("')").and_then(|rest| rest.split_once("('")) {
        Some((collection, key)) => vec![collection, key],
        None => vec![segment],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_key_in_parentheses_as_a_segment() {
        assert_eq!(split_key("incidents('29')"), ["incidents", "29"]);
        assert_eq!(split_key("runHuntingQuery"), ["runHuntingQuery"]);
    }
}
