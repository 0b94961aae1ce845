//! Tests a configuration: gets a token and reports which actions its permissions allow.

use crate::catalog;
use crate::graph::call::{Answer, Call};
use crate::graph::session::Session;
use crate::request::config::Targets;
use crate::sign_in::cache::Wanted;
use crate::text::fault::{Fault, malformed};
use crate::text::json::{self, Object};
use crate::text::jwt::Jwt;
use crate::wire::host::Host;
use crate::wit::catalog::Action;
use crate::wit::connection::{ActionAccess, ConnectionReport, TargetOrigins};
use crate::wit::types::{Cloud, Endpoints, Error, ErrorKind};

/// What the app may do. It requests a new token, because a cached one lacks permissions granted since.
pub async fn check<H: Host>(session: &Session<'_, H>) -> Result<ConnectionReport, Fault> {
    let granted = roles(session.token(Wanted::New).await?.reveal()).ok_or_else(|| {
        let is_given = session.connection.app.credential.is_access_token();
        Box::new(Error {
            status: (!is_given).then_some(200),
            remedy: Some("run an action to see: only the service can read such a token".to_owned()),
            ..*malformed("the access token does not show its permissions, so they cannot be checked")
        })
    })?;
    let client_id = &session.connection.app.client_id;
    let actions: Vec<ActionAccess> =
        catalog::describe().actions.into_iter().map(|action| access(action, &granted, client_id)).collect();
    let lists = actions.iter().any(|access| access.action == catalog::LIST_INCIDENTS && access.allowed);
    let warnings = reach(session, lists).await?.into_iter().collect();
    Ok(ConnectionReport { granted, actions, warnings })
}

/// Sends the smallest request without an effect, to see whether Graph can be reached. Returns a warning for the caller, if any.
///
/// Without the permission to list, Graph refuses it; that also shows that it was reached.
async fn reach<H: Host>(session: &Session<'_, H>, lists: bool) -> Result<Option<String>, Fault> {
    let call = Call::read(format!("{}?$top=1", session.path("security/incidents")));
    let warning = |error: &Error| {
        let status = error.status.map(|status| format!(" (status {status})")).unwrap_or_default();
        Some(format!("Microsoft Graph was reached, but refused to list incidents{status}: {}", error.message))
    };
    let is_object = |answer: Answer| match Object::parse(answer.into_body()?.json()) {
        Some(_) => Ok(()),
        None => Err(malformed("the answer is not a page of incidents")),
    };
    match session.send(&call, is_object).await {
        Ok(()) => Ok(None),
        Err(error) => match error.kind {
            ErrorKind::Forbidden if !lists => Ok(None),
            ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::Rejected
            | ErrorKind::Throttled
            | ErrorKind::Unavailable => Ok(warning(&error)),
            _ => Err(error),
        },
    }
}

/// The origins that a configuration needs, as the component reads them.
pub fn targets(
    cloud: Option<Cloud>,
    endpoints: Option<&Endpoints>,
    verify: Option<bool>,
) -> Result<TargetOrigins, Fault> {
    let Targets { login, graph } = Targets::of(cloud, endpoints)?;
    Ok(TargetOrigins { login: login.to_string(), graph: graph.to_string(), verify: verify != Some(false) })
}

fn access(action: Action, granted: &[String], client_id: &str) -> ActionAccess {
    let depends = action.permissions.is_empty();
    let allowed =
        if depends { !granted.is_empty() } else { action.permissions.iter().any(|name| granted.contains(name)) };
    let advice = match (depends, allowed) {
        (true, true) => Some("what it needs depends on the endpoint".to_owned()),
        (true, false) => Some(format!("grant the app {client_id} the application permission that the endpoint needs")),
        (false, true) => None,
        (false, false) => Some(format!(
            "grant the app {client_id} the application permission {} under API permissions, and give admin consent",
            action.permissions.join(" or ")
        )),
    };
    ActionAccess {
        missing: if allowed { Vec::new() } else { action.permissions },
        action: action.name,
        title: action.title,
        allowed,
        advice,
    }
}

/// The application permissions in a token. Entra ID omits the claim when there are none.
/// Source: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>.
fn roles(token: &str) -> Option<Vec<String>> {
    let token = Jwt::parse(token)?;
    let claims = token.claims();
    let Some(roles) = claims.raw("roles") else { return Some(Vec::new()) };
    json::items(roles)?.into_iter().map(|role| json::text(role.get())).collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::sample::run;
    use crate::wire::failure::Failure;
    use crate::wire::scripted::{ScriptedHost, Step, answer};

    /// Checks with a token that has these claims; Graph answers with these steps.
    fn check_against(claims: &str, graph: Vec<Step>) -> Result<ConnectionReport, Fault> {
        let token = format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims));
        let grant = format!(r#"{{"expires_in":3599,"access_token":"{token}"}}"#);
        let host = ScriptedHost::new([vec![answer(200, &grant)], graph].concat());
        let report = run(&host, async |session| check(session).await);
        assert_eq!(host.left(), 0);
        assert_eq!(host.calls()[0].trim(), "GET https://graph.microsoft.com/v1.0/security/incidents?$top=1");
        report
    }

    /// The same, with the answer that Graph gives for these permissions.
    fn check_with(claims: &str) -> Result<ConnectionReport, Fault> {
        let lists = claims.contains("SecurityIncident");
        let refusal = r#"{"error":{"code":"Forbidden","message":"Missing application roles."}}"#;
        check_against(claims, vec![if lists { answer(200, r#"{"value":[]}"#) } else { answer(403, refusal) }])
    }

    fn allowed(report: &ConnectionReport) -> Vec<&str> {
        report.actions.iter().filter(|action| action.allowed).map(|action| &action.action[..]).collect()
    }

    #[test]
    fn each_action_needs_its_permission() {
        let all: Vec<&str> = catalog::action_names().collect();
        let read = ["get_incident_details", "list_incidents", "generic_action", "poll_incidents"];
        for (roles, expected) in [
            (r"[]", &[][..]),
            (r#"["SecurityIncident.Read.All"]"#, &read),
            (
                r#"["SecurityIncident.ReadWrite.All"]"#,
                &[read[0], read[1], "update_incident", read[2], "add_incident_comment", read[3]],
            ),
            (r#"["ThreatHunting.Read.All"]"#, &["run_hunting_query", "generic_action"]),
            (r#"["SecurityAlert.Read.All"]"#, &["generic_action", "list_alerts", "get_alert"]),
            (
                r#"["SecurityAlert.ReadWrite.All"]"#,
                &["generic_action", "list_alerts", "get_alert", "update_alert", "add_alert_comment"],
            ),
            (r#"["SecurityData.Manage.All"]"#, &["generic_action", "merge_incidents", "move_alerts"]),
            (
                r#"["SecurityIncident.ReadWrite.All","ThreatHunting.Read.All","SecurityAlert.ReadWrite.All","SecurityData.Manage.All"]"#,
                &all,
            ),
            (r#"["User.Read.All"]"#, &["generic_action"]),
        ] {
            let report = check_with(&format!(r#"{{"roles":{roles}}}"#)).expect(roles);
            assert_eq!((allowed(&report), report.warnings.len()), (expected.to_vec(), 0), "{roles}");
        }
    }

    #[test]
    fn a_token_without_the_claim_has_no_permissions() {
        let report = check_with("{}").expect("a report");
        assert_eq!(allowed(&report), [""; 0]);
        let hunting = &report.actions[2];
        assert_eq!(hunting.missing, ["ThreatHunting.Read.All"]);
        assert_eq!(
            hunting.advice.as_deref(),
            Some(
                "grant the app aaaabbbb-cccc-dddd-eeee-ffff00001111 the application permission ThreatHunting.Read.All \
                 under API permissions, and give admin consent"
            )
        );
    }

    #[test]
    fn an_unreadable_token_is_no_report() {
        let host = ScriptedHost::new([answer(200, r#"{"expires_in":3599,"access_token":"opaque"}"#)]);
        let fault = run(&host, async |session| check(session).await).expect_err("opaque");
        assert_eq!(fault.message, "the access token does not show its permissions, so they cannot be checked");
    }

    #[test]
    fn the_way_to_graph_is_checked_too() {
        let claims = r#"{"roles":["SecurityIncident.Read.All"]}"#;
        for (step, attempts, warning) in [
            (answer(403, r#"{"error":{"code":"Forbidden","message":"No licence."}}"#), 1, " (status 403): No licence."),
            (answer(503, ""), 4, " (status 503): graph.microsoft.com answered with status 503"),
            (answer(400, ""), 1, " (status 400): graph.microsoft.com answered with status 400"),
        ] {
            let report = check_against(claims, vec![step; attempts]).expect(warning);
            let warning = format!("Microsoft Graph was reached, but refused to list incidents{warning}");
            assert_eq!((report.warnings, report.actions[0].allowed), (vec![warning], true));
        }
        for (step, attempts, kind) in [
            (answer(403, "<html><title>Blocked</title>"), 1, ErrorKind::Unreachable),
            (Step::Fail(Failure::Unsent("connection refused".into())), 4, ErrorKind::Unreachable),
            (Step::Fail(Failure::Denied("not allowed".into())), 1, ErrorKind::Denied),
            (Step::Silence, 1, ErrorKind::Interrupted),
        ] {
            assert_eq!(check_against(claims, vec![step; attempts]).expect_err("unreachable").kind, kind);
        }
    }
}
