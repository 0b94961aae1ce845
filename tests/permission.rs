//! An app that lacks a permission: which one is missing, from an action that is refused and from `check`.

use defender_emulator::App;
use defender_xdr_host::bindings::types::Credential;
use serde_json::json;

use crate::support::{config, emulator, failed, fast, parsed, typed_config};

const HUNTER: &str = "11111111-2222-3333-4444-555555555555";
const READER: &str = "22222222-2222-3333-4444-555555555555";

#[tokio::test]
async fn a_missing_permission_is_named() {
    let emulator = emulator();
    let reader = App { roles: vec!["SecurityIncident.Read.All".into()], ..App::new(READER, "reader-secret") };
    emulator.register(reader);
    let config = config(&emulator, |config| {
        config["client_id"] = json!(READER);
        config["client_secret"] = json!("reader-secret");
    });
    let connector = fast();
    parsed(connector.invoke("get_incident_details", &config, r#"{"incident_id": "2972395"}"#).await);
    for (action, input, role) in [
        ("run_hunting_query", r#"{"query": "DeviceInfo | take 1"}"#, "ThreatHunting.Read.All"),
        ("update_incident", r#"{"incident_id": "2972395", "status": "active"}"#, "SecurityIncident.ReadWrite.All"),
    ] {
        let error = failed(connector.invoke(action, &config, input).await);
        assert_eq!(
            (&error["kind"], &error["status"], &error["code"]),
            (&json!("forbidden"), &json!(403), &json!("Forbidden"))
        );
        let remedy = error["remedy"].as_str().expect("a remedy");
        let expected = format!("grant the app {READER} the application permission {role} under API permissions");
        assert!(remedy.starts_with(&expected), "{remedy}");
    }
}

#[tokio::test]
async fn check_names_the_permission_that_each_action_lacks() {
    let emulator = emulator();
    emulator.register(App { roles: vec!["ThreatHunting.Read.All".into()], ..App::new(HUNTER, "hunter-secret") });
    let mut config = typed_config(&emulator);
    config.client_id = HUNTER.into();
    config.credential = Credential::ClientSecret("hunter-secret".into());
    let report = fast().instance().await.expect("an instance").check(&config).await.expect("a report");
    assert_eq!(report.granted, ["ThreatHunting.Read.All"]);
    let missing: Vec<(&str, Option<&str>)> = report
        .actions
        .iter()
        .map(|access| (access.action.as_str(), access.missing.first().map(String::as_str)))
        .collect();
    assert_eq!(
        missing,
        [
            ("get_incident_details", Some("SecurityIncident.Read.All")),
            ("list_incidents", Some("SecurityIncident.Read.All")),
            ("run_hunting_query", None),
            ("update_incident", Some("SecurityIncident.ReadWrite.All")),
            ("generic_action", None),
            ("add_incident_comment", Some("SecurityIncident.ReadWrite.All")),
            ("list_alerts", Some("SecurityAlert.Read.All")),
            ("get_alert", Some("SecurityAlert.Read.All")),
            ("update_alert", Some("SecurityAlert.ReadWrite.All")),
            ("add_alert_comment", Some("SecurityAlert.ReadWrite.All")),
            ("merge_incidents", Some("SecurityData.Manage.All")),
            ("move_alerts", Some("SecurityData.Manage.All")),
            ("poll_incidents", Some("SecurityIncident.Read.All")),
        ]
    );
    assert_eq!(report.warnings, Vec::<String>::new());
    let journal = emulator.journal().into_iter().filter(|exchange| !exchange.path.ends_with("/token"));
    assert_eq!(journal.count(), 1, "check asks Graph once, without effect");
}
