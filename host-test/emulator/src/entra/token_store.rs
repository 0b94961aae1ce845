//! The tokens issued so far, and what each of them grants.
//! Looked up by their text: a token is opaque to a client, so only the exact text that was issued is valid.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::app::App;
use super::challenge::{Challenge, Standing, declares_cp1};
use crate::data::tenant::TENANT_ID;
use crate::message::clock;

/// Tokens start five minutes in the past, to allow for clocks that differ.
const BACKDATE_SECONDS: i64 = 300;

/// Beyond this many tokens, expired ones are forgotten, so that an emulator can run for a long time.
const REMEMBERED: usize = 64;

/// How an app proved that it is itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignIn {
    Secret,
    /// A signed assertion, or the platform that a managed identity belongs to.
    Assertion,
}

/// What a token grants.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) app_name: String,
    pub(crate) roles: Vec<String>,
    expires: Timestamp,
    expired_by_hand: bool,
    declared_cp1: bool,
    /// Number of the challenge that it answers; 0 for none.
    answers_challenge: u64,
}

impl Grant {
    fn has_expired(&self, now: Timestamp) -> bool {
        self.expired_by_hand || self.expires <= now
    }
}

/// Why a token is rejected.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// Never issued here.
    Unknown,
    /// It has expired.
    Expired,
    /// Refused until a new one is requested with these claims.
    Challenged(Standing),
}

/// All tokens of the tenant.
#[derive(Debug, Default)]
pub(crate) struct TokenStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    grants: HashMap<String, Grant>,
    challenge: Option<Standing>,
    challenge_number: u64,
}

impl TokenStore {
    /// Makes a token for an app.
    pub(crate) fn issue(
        &self,
        app: &App,
        sign_in: SignIn,
        audience: &str,
        claims: Option<&Value>,
        now: Timestamp,
        seconds: i64,
    ) -> String {
        let declared_cp1 = claims.is_some_and(declares_cp1);
        let token = jwt(app, sign_in, audience, declared_cp1, now, seconds);
        let mut state = self.state();
        let challenge = state.challenge.as_ref().zip(claims);
        let answered = challenge.is_some_and(|(challenge, claims)| challenge.is_answered_by(claims));
        let answers_challenge = if answered { state.challenge_number } else { 0 };
        let grant = Grant {
            app_name: app.name.clone(),
            roles: app.roles.clone(),
            expires: clock::shift(now, seconds),
            expired_by_hand: false,
            declared_cp1,
            answers_challenge,
        };
        if state.grants.len() >= REMEMBERED {
            state.grants.retain(|_, grant| !grant.has_expired(now));
        }
        state.grants.insert(token.clone(), grant);
        token
    }

    /// What a token grants now.
    pub(crate) fn check(&self, token: &str, now: Timestamp) -> Result<Grant, Rejection> {
        let state = self.state();
        let grant = state.grants.get(token).ok_or(Rejection::Unknown)?;
        if grant.has_expired(now) {
            return Err(Rejection::Expired);
        }
        match &state.challenge {
            Some(challenge)
                if grant.answers_challenge != state.challenge_number
                    && (grant.declared_cp1 || !challenge.declared_only) =>
            {
                Err(Rejection::Challenged(challenge.clone()))
            }
            _ => Ok(grant.clone()),
        }
    }

    /// Expires every token issued so far.
    pub(crate) fn expire_all(&self) {
        for grant in self.state().grants.values_mut() {
            grant.expired_by_hand = true;
        }
    }

    /// Refuses every token until one is requested with the claims.
    pub(crate) fn challenge(&self, challenge: Challenge, now: Timestamp) {
        let mut state = self.state();
        state.challenge_number += 1;
        state.challenge = Some(Standing::new(challenge, now));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave the map half changed: every change is a single call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// From when a token that is issued now is valid, in seconds since 1970.
pub(crate) fn start(now: Timestamp) -> i64 {
    now.as_second() - BACKDATE_SECONDS
}

/// Text in the form of an access token. The signature is random: only the issuer may look inside.
fn jwt(app: &App, sign_in: SignIn, audience: &str, declared_cp1: bool, now: Timestamp, seconds: i64) -> String {
    let start = start(now);
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "emulator"});
    let mut payload = json!({
        "aud": audience,
        "iss": format!("https://sts.windows.net/{TENANT_ID}/"),
        "iat": start,
        "nbf": start,
        "exp": now.as_second() + seconds,
        "app_displayname": app.name,
        "appid": app.client_id,
        "appidacr": match sign_in {
            SignIn::Secret => "1",
            SignIn::Assertion => "2",
        },
        "idtyp": "app",
        "tid": TENANT_ID,
        "uti": URL_SAFE_NO_PAD.encode(Uuid::new_v4()),
        "ver": "1.0",
    });
    // A token without roles has no such member: granting nothing is not an error of the token endpoint.
    if !app.roles.is_empty() {
        payload["roles"] = json!(app.roles);
    }
    if declared_cp1 {
        payload["xms_cc"] = json!(["cp1"]);
    }
    let signature: Vec<u8> = (0..16).flat_map(|_| Uuid::new_v4().into_bytes()).collect();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&header), part(&payload), URL_SAFE_NO_PAD.encode(signature))
}
