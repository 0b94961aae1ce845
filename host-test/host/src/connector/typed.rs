//! Typed calls, as declared in the WIT.
//!
//! The functions differ only in their arguments, so each is declared here once more and nothing else.

use super::call_error::CallError;
use super::instance::Instance;
use crate::bindings::actions::{
    GenericRequest, GenericResponse, HuntingResult, Incident, IncidentChange, IncidentPage, IncidentQuery,
};
use crate::bindings::connection::ConnectionReport;
use crate::bindings::triage::{
    AlertChange, AlertDetails, AlertMove, AlertPage, AlertQuery, CommentList, Correlation, IncidentMerge,
};
use crate::bindings::trigger::{PollQuery, PollResult};
use crate::bindings::types::Config;

/// Calls of an interface: a name, the arguments after the configuration, the answer, and the generated function.
macro_rules! calls {
    ($interface:ident: $($(#[$docs:meta])* $name:ident($($argument:ident: $type:ty),*) -> $answer:ty = $call:ident;)*) => {
        impl Instance {
            $(
                $(#[$docs])*
                ///
                /// # Errors
                /// The connector's error, or what stopped the call.
                pub async fn $name(&mut self, config: &Config, $($argument: $type),*) -> Result<$answer, CallError> {
                    self.call(config, async |world, store| {
                        world.$interface().$call(store, config, $($argument),*).await
                    })
                    .await
                }
            )*
        }
    };
}

calls! { defender_xdr_actions:
    /// Get the details of one incident.
    get_incident(incident_id: &str, expand: Option<&str>) -> Incident = call_get_incident;
    /// List incidents, one page per call.
    list_incidents(query: &IncidentQuery) -> IncidentPage = call_list_incidents;
    /// Run an advanced hunting query. `time_span` is in ISO 8601.
    run_hunting_query(query: &str, time_span: Option<&str>) -> HuntingResult = call_run_hunting_query;
    /// Change an incident.
    update_incident(incident_id: &str, change: &IncidentChange) -> Incident = call_update_incident;
    /// Make a request to any endpoint of the API.
    generic_action(request: &GenericRequest) -> GenericResponse = call_generic_action;
}

calls! { defender_xdr_triage:
    /// Add a comment to an incident.
    add_incident_comment(incident_id: &str, comment: &str, dry_run: Option<bool>) -> CommentList = call_add_incident_comment;
    /// List alerts, one page per call.
    list_alerts(query: &AlertQuery) -> AlertPage = call_list_alerts;
    /// Get the details of one alert.
    get_alert(alert_id: &str) -> AlertDetails = call_get_alert;
    /// Change an alert.
    update_alert(alert_id: &str, change: &AlertChange) -> AlertDetails = call_update_alert;
    /// Add a comment to an alert.
    add_alert_comment(alert_id: &str, comment: &str, dry_run: Option<bool>) -> CommentList = call_add_alert_comment;
    /// Merge incidents into one.
    merge_incidents(merge: &IncidentMerge) -> Correlation = call_merge_incidents;
    /// Move alerts to another incident.
    move_alerts(alerts: &AlertMove) -> Correlation = call_move_alerts;
}

calls! { defender_xdr_trigger:
    /// Return what was created or changed since the poll that left this state.
    poll_incidents(state: Option<&str>, query: &PollQuery) -> PollResult = call_poll_incidents;
}

calls! { defender_xdr_connection:
    /// Check which actions will work with the configuration's app registration.
    check() -> ConnectionReport = call_check;
}
