//! Typed calls of triage: comments, alerts, merging and moving.

use super::call_error::CallError;
use super::instance::Instance;
use crate::bindings::triage::{
    AlertChange, AlertDetails, AlertMove, AlertPage, AlertQuery, CommentList, Correlation, IncidentMerge,
};
use crate::bindings::types::Config;

impl Instance {
    /// Add a comment to an incident.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn add_incident_comment(
        &mut self,
        config: &Config,
        incident_id: &str,
        comment: &str,
        dry_run: Option<bool>,
    ) -> Result<CommentList, CallError> {
        self.call(config, async |world, store| {
            world.defender_xdr_triage().call_add_incident_comment(store, config, incident_id, comment, dry_run).await
        })
        .await
    }

    /// List alerts, one page per call.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn list_alerts(&mut self, config: &Config, query: &AlertQuery) -> Result<AlertPage, CallError> {
        self.call(config, async |world, store| world.defender_xdr_triage().call_list_alerts(store, config, query).await)
            .await
    }

    /// Get the details of one alert.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn get_alert(&mut self, config: &Config, alert_id: &str) -> Result<AlertDetails, CallError> {
        self.call(config, async |world, store| {
            world.defender_xdr_triage().call_get_alert(store, config, alert_id).await
        })
        .await
    }

    /// Change an alert.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn update_alert(
        &mut self,
        config: &Config,
        alert_id: &str,
        change: &AlertChange,
    ) -> Result<AlertDetails, CallError> {
        self.call(config, async |world, store| {
            world.defender_xdr_triage().call_update_alert(store, config, alert_id, change).await
        })
        .await
    }

    /// Add a comment to an alert.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn add_alert_comment(
        &mut self,
        config: &Config,
        alert_id: &str,
        comment: &str,
        dry_run: Option<bool>,
    ) -> Result<CommentList, CallError> {
        self.call(config, async |world, store| {
            world.defender_xdr_triage().call_add_alert_comment(store, config, alert_id, comment, dry_run).await
        })
        .await
    }

    /// Merge incidents into one.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn merge_incidents(&mut self, config: &Config, merge: &IncidentMerge) -> Result<Correlation, CallError> {
        self.call(config, async |world, store| {
            world.defender_xdr_triage().call_merge_incidents(store, config, merge).await
        })
        .await
    }

    /// Move alerts to another incident.
    ///
    /// # Errors
    /// As [`Instance::get_incident`].
    pub async fn move_alerts(&mut self, config: &Config, alerts: &AlertMove) -> Result<Correlation, CallError> {
        self.call(config, async |world, store| {
            world.defender_xdr_triage().call_move_alerts(store, config, alerts).await
        })
        .await
    }
}
