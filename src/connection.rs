//! Tests a configuration: gets a token and reads which actions its permissions allow.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::catalog;
use crate::error::{Fault, malformed};
use crate::graph::Session;
use crate::json::{self, Object};
use crate::wit::catalog::Action;
use crate::wit::connection::{ActionAccess, ConnectionReport};

/// What the app may do. The token is new, as a cached one does not know what was granted since.
pub fn check(session: &Session<'_>) -> Result<ConnectionReport, Fault> {
    let granted = roles(session.renew_token()?.reveal()).ok_or_else(|| {
        malformed("the access token does not show its permissions, so they cannot be checked; run an action to see")
    })?;
    let client_id = &session.connection.client_id;
    let actions = catalog::describe().actions.into_iter().map(|action| access(action, &granted, client_id)).collect();
    Ok(ConnectionReport { granted, actions })
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

/// The application permissions in a token. Entra ID leaves the claim out when there are none.
/// Source: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>.
fn roles(token: &str) -> Option<Vec<String>> {
    let payload = token.split('.').nth(1)?;
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let claims = Object::parse(&claims)?;
    let Some(roles) = claims.raw("roles") else { return Some(Vec::new()) };
    json::items(roles)?.into_iter().map(|role| json::text(role.get())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Connection;
    use crate::config::tests::config;
    use crate::scripted::{ScriptedHost, answer};

    fn check_with(claims: &str) -> Result<ConnectionReport, Fault> {
        let token = format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims));
        let host = ScriptedHost::new([answer(200, &format!(r#"{{"expires_in":3599,"access_token":"{token}"}}"#))]);
        let connection = Connection::new(&config()).expect("valid");
        check(&Session::new(&host, &connection, ""))
    }

    fn allowed(report: &ConnectionReport) -> Vec<bool> {
        report.actions.iter().map(|action| action.allowed).collect()
    }

    #[test]
    fn each_action_needs_its_permission() {
        for (roles, expected) in [
            (r"[]", [false, false, false, false, false]),
            (r#"["SecurityIncident.Read.All"]"#, [true, true, false, false, true]),
            (r#"["SecurityIncident.ReadWrite.All"]"#, [true, true, false, true, true]),
            (r#"["ThreatHunting.Read.All"]"#, [false, false, true, false, true]),
            (r#"["SecurityIncident.ReadWrite.All","ThreatHunting.Read.All"]"#, [true; 5]),
            (r#"["User.Read.All"]"#, [false, false, false, false, true]),
        ] {
            let report = check_with(&format!(r#"{{"roles":{roles}}}"#)).expect(roles);
            assert_eq!(allowed(&report), expected, "{roles}");
        }
    }

    #[test]
    fn a_token_without_the_claim_has_no_permissions() {
        let report = check_with("{}").expect("a report");
        assert_eq!(allowed(&report), [false; 5]);
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
        let connection = Connection::new(&config()).expect("valid");
        let fault = check(&Session::new(&host, &connection, "")).expect_err("opaque");
        assert_eq!(
            fault.message,
            "the access token does not show its permissions, so they cannot be checked; run an action to see"
        );
    }
}
