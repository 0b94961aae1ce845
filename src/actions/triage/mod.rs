//! Triage: comments, alerts, merging and moving.

pub mod alerts;
pub mod comment;
pub mod correlation;
mod once;
pub mod update_alert;

use crate::request::alert::checked_alert_id;
use crate::text::fault::Fault;

/// Where alerts are.
const COLLECTION: &str = "security/alerts_v2";

/// Path of an alert below the API version.
fn path(alert_id: &str) -> Result<String, Fault> {
    Ok(format!("{COLLECTION}/{}", checked_alert_id("alert_id", alert_id)?))
}

#[cfg(test)]
mod tests;
