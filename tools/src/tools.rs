//! A call of a tool: with the host's configuration, and an error that is one sentence.

use defender_xdr::doors::invoke;
use defender_xdr::graph::session::Session;
use defender_xdr::text::fault::Fault;
use defender_xdr::wire::host::Host;
use defender_xdr::wit::types::Error;

use crate::answer::Answer;
use crate::settings::Settings;

/// Longest message of the service that is passed on, in characters.
const MESSAGE_MAX: usize = 1000;

/// The tools on a host.
#[derive(Debug)]
pub struct Tools<H> {
    /// Where they run.
    pub host: H,
    /// How.
    pub settings: Settings,
}

impl<H: Host> Tools<H> {
    /// Runs an action, which adds to an empty answer within the limit.
    pub(crate) async fn call(
        &self,
        action: impl AsyncFnOnce(&Session<'_, H>, Answer) -> Result<Answer, Fault>,
    ) -> Result<String, String> {
        let run = async {
            let connection = invoke::connection(&self.settings.config)?;
            let answer = Answer::within(self.settings.max_bytes);
            action(&Session::new(&self.host, &connection, ""), answer).await.map(Answer::finish)
        };
        run.await.map_err(|fault| sentence(&invoke::without_secret(fault, &self.settings.config)))
    }

    /// Whether a write is only checked.
    #[cfg(feature = "writing")]
    pub(crate) fn only_checks(&self, dry_run: Option<bool>) -> bool {
        dry_run.unwrap_or(!self.settings.writes_now)
    }
}

/// The message and the remedy, on one line.
fn sentence(error: &Error) -> String {
    let remedy = error.remedy.as_deref().map(|remedy| format!("; what to do: {remedy}")).unwrap_or_default();
    let message: String = error.message.chars().take(MESSAGE_MAX).collect();
    let text = NAMES.iter().fold(format!("{message}{remedy}"), |text, (ours, tools)| text.replace(ours, tools));
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// What the connector calls things that have other names here.
const NAMES: [(&str, &str); 12] = [
    ("get_incident_details", "get-incident"),
    ("list_incidents", "list-incidents"),
    ("get_alert", "get-alert"),
    ("list_alerts", "list-alerts"),
    ("incident_id", "incident-id"),
    ("alert_id", "alert-id"),
    ("max_results", "max-results"),
    ("time_span", "time-span"),
    ("custom_tags", "add-tags"),
    ("assigned_to", "assigned-to"),
    ("resolving_comment", "resolving-comment"),
    ("dry_run", "dry-run"),
];
