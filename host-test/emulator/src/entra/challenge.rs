//! Continuous access evaluation: a standing demand that new tokens be requested with certain claims.
//! Lets a client's claims handling be tested, including the odd header forms that were captured from the service.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::data::tenant::GRAPH_APP_ID;

/// A claims challenge: what it demands, of whom, and in which form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Challenge {
    /// The claims demanded. By default a `nbf` of the current time, as the service demands.
    pub claims: Option<Value>,
    /// Whether to spare the tokens of clients that did not declare `cp1`, as the service is documented to do.
    pub declared_only: bool,
    /// Form of the header.
    pub form: ChallengeForm,
}

/// The forms in which challenges have been seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeForm {
    /// Every parameter quoted.
    #[default]
    Quoted,
    /// `authorization_uri` without quotes, as captured.
    Unquoted,
    /// The claims come first.
    Reordered,
    /// Preceded by a header with a challenge of another scheme.
    SeveralHeaders,
}

/// A challenge in force.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) claims: Value,
    pub(crate) declared_only: bool,
    form: ChallengeForm,
}

impl Standing {
    pub(crate) fn new(challenge: Challenge, now: Timestamp) -> Self {
        let claims = challenge.claims.unwrap_or_else(
            || json!({"access_token": {"nbf": {"essential": true, "value": now.as_second().to_string()}}}),
        );
        Self { claims, declared_only: challenge.declared_only, form: challenge.form }
    }

    /// Whether a token request's `claims` field answers this challenge.
    pub(crate) fn is_answered_by(&self, claims: &Value) -> bool {
        declares_cp1(claims) && covers(claims, &self.claims)
    }

    /// The values of the `WWW-Authenticate` headers.
    pub(crate) fn headers(&self, origin: &str) -> Vec<String> {
        let claims = STANDARD.encode(self.claims.to_string());
        let uri = format!("{origin}/common/oauth2/authorize");
        let tail = format!(r#"client_id="{GRAPH_APP_ID}", error="insufficient_claims""#);
        let quoted = format!(r#"Bearer realm="", authorization_uri="{uri}", {tail}, claims="{claims}""#);
        match self.form {
            ChallengeForm::Quoted => vec![quoted],
            ChallengeForm::Unquoted => {
                vec![format!(r#"Bearer realm="", authorization_uri={uri}, {tail}, claims="{claims}""#)]
            }
            ChallengeForm::Reordered => {
                vec![format!(r#"Bearer claims="{claims}", {tail}, authorization_uri="{uri}", realm="""#)]
            }
            ChallengeForm::SeveralHeaders => {
                vec![r#"PoP realm="", error="insufficient_claims""#.to_owned(), quoted]
            }
        }
    }
}

/// Whether the client says that it understands challenges.
pub(crate) fn declares_cp1(claims: &Value) -> bool {
    let values = claims.pointer("/access_token/xms_cc/values").and_then(Value::as_array);
    values.is_some_and(|values| {
        values.iter().any(|value| value.as_str().is_some_and(|it| it.eq_ignore_ascii_case("cp1")))
    })
}

/// Whether `all` contains everything that `part` asks for.
fn covers(all: &Value, part: &Value) -> bool {
    match (all, part) {
        (Value::Object(all), Value::Object(part)) => {
            part.iter().all(|(key, wanted)| all.get(key).is_some_and(|found| covers(found, wanted)))
        }
        _ => all == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(form: ChallengeForm) -> Standing {
        Standing::new(Challenge { form, ..Challenge::default() }, Timestamp::from_second(1_657_834_417).unwrap())
    }

    #[test]
    fn is_answered_by_its_claims_merged_with_cp1_only() {
        let standing = standing(ChallengeForm::Quoted);
        let nbf = json!({"essential": true, "value": "1657834417"});
        let cp1 = json!({"values": ["cp1"]});
        assert!(standing.is_answered_by(&json!({"access_token": {"nbf": nbf, "xms_cc": cp1}})));
        assert!(!standing.is_answered_by(&json!({"access_token": {"nbf": nbf}})), "without cp1");
        assert!(!standing.is_answered_by(&json!({"access_token": {"xms_cc": cp1}})), "without the claims");
    }

    #[test]
    fn writes_the_captured_header() {
        assert_eq!(
            standing(ChallengeForm::Unquoted).headers("https://login.microsoftonline.com"),
            [concat!(
                r#"Bearer realm="", authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, "#,
                r#"client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", "#,
                r#"claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjU3ODM0NDE3In19fQ==""#
            )]
        );
    }
}
