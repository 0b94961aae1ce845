//! The exports on the real host.

use defender_xdr::doors::component::finish;
use defender_xdr::wire::wasi::WasiHost;

use self::bindings::exports::defender::tools::reading;
#[cfg(feature = "writing")]
use self::bindings::exports::defender::tools::writing;
use self::bindings::wasi::cli::environment::get_environment;
use crate::settings::Settings;
use crate::tools::Tools;

#[cfg(feature = "writing")]
mod bindings {
    wit_bindgen::generate!({ world: "tools", path: "wit", generate_all });
}
#[cfg(not(feature = "writing"))]
mod bindings {
    wit_bindgen::generate!({ world: "tools-read-only", path: "wit", generate_all });
}

bindings::export!(Component with_types_in bindings);

struct Component;

/// The variables are read in each call: a host may renew a secret.
fn run(tool: impl AsyncFnOnce(&Tools<WasiHost>) -> Result<String, String>) -> Result<String, String> {
    let variables = get_environment();
    let variable = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let tools = Tools { host: WasiHost::default(), settings: Settings::read(variable)? };
    finish(tool(&tools))
}

impl reading::Guest for Component {
    fn get_incident(incident_id: String, with_alerts: Option<bool>) -> Result<String, String> {
        run(async |tools| crate::reading::get_incident(tools, &incident_id, with_alerts).await)
    }

    fn list_incidents(
        filter: Option<String>,
        max_results: Option<u32>,
        cursor: Option<String>,
    ) -> Result<String, String> {
        run(async |tools| crate::reading::list_incidents(tools, filter, max_results, cursor).await)
    }

    fn run_hunting_query(query: String, time_span: Option<String>) -> Result<String, String> {
        run(async |tools| crate::reading::run_hunting_query(tools, &query, time_span.as_deref()).await)
    }

    fn list_alerts(filter: Option<String>, max_results: Option<u32>, cursor: Option<String>) -> Result<String, String> {
        run(async |tools| crate::reading::list_alerts(tools, filter, max_results, cursor).await)
    }

    fn get_alert(alert_id: String) -> Result<String, String> {
        run(async |tools| crate::reading::get_alert(tools, &alert_id).await)
    }

    fn check() -> Result<String, String> {
        run(async |tools| crate::reading::check(tools).await)
    }
}

#[cfg(feature = "writing")]
mod writes {
    use defender_xdr::actions::triage::comment::Owner;

    use super::{Component, run, writing};
    use crate::writing::{Change, add_comment, update_alert, update_incident};

    impl writing::Guest for Component {
        fn update_incident(
            incident_id: String,
            status: Option<String>,
            classification: Option<String>,
            determination: Option<String>,
            assigned_to: Option<String>,
            resolving_comment: Option<String>,
            add_tags: Option<Vec<String>>,
            dry_run: Option<bool>,
        ) -> Result<String, String> {
            let change = Change { status, classification, determination, assigned_to };
            run(async |tools| update_incident(tools, &incident_id, change, resolving_comment, add_tags, dry_run).await)
        }

        fn add_incident_comment(incident_id: String, comment: String, dry_run: Option<bool>) -> Result<String, String> {
            run(async |tools| add_comment(tools, Owner::Incident(&incident_id), &comment, dry_run).await)
        }

        fn update_alert(
            alert_id: String,
            status: Option<String>,
            classification: Option<String>,
            determination: Option<String>,
            assigned_to: Option<String>,
            dry_run: Option<bool>,
        ) -> Result<String, String> {
            let change = Change { status, classification, determination, assigned_to };
            run(async |tools| update_alert(tools, &alert_id, change, dry_run).await)
        }

        fn add_alert_comment(alert_id: String, comment: String, dry_run: Option<bool>) -> Result<String, String> {
            run(async |tools| add_comment(tools, Owner::Alert(&alert_id), &comment, dry_run).await)
        }
    }
}
