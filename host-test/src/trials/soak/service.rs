//! The service of one caller: an emulator, and what is needed to call it.

use defender_emulator::{Emulator, Options};
use defender_xdr_host::Connector;
use serde_json::{Value, json};

use crate::trials::TrialError;

/// Without faults the timeout is long, so that no answer is lost on a busy machine.
const PATIENCE_SECONDS: u32 = 120;

/// An emulator with configurations for it.
pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    /// For calls with a fault.
    pub(crate) hasty: String,
    /// For all others.
    pub(crate) patient: String,
    /// Ids of existing incidents.
    pub(crate) incidents: Vec<String>,
}

impl Service {
    /// Starts an emulator and asks the component which incidents it has.
    pub(crate) async fn start(connector: &Connector) -> Result<Self, TrialError> {
        let emulator = Emulator::start(Options::default())?;
        let mut config = json!(emulator.connector_config());
        let hasty = config.to_string();
        config["timeout"] = PATIENCE_SECONDS.into();
        let patient = config.to_string();
        let page = connector.invoke("list_incidents", &patient, r#"{"max_results": 50}"#).await?;
        let page: Value = serde_json::from_str(&page).unwrap_or_default();
        let ids = page["data"]["value"].as_array().into_iter().flatten();
        let incidents = ids.filter_map(|incident| incident["id"].as_str().map(str::to_owned)).collect();
        Ok(Self { emulator, hasty, patient, incidents })
    }
}
