//! Tokens are asked for once and connections are kept.

use defender_xdr_host::Settings;

use crate::support::{config, connector, emulator, parsed};

#[tokio::test]
async fn two_requests_cold_and_one_warm() {
    let emulator = emulator();
    let config = config(&emulator, |_| {});
    let mut instance = connector(Settings::default()).instance().await.expect("an instance");
    for _ in 0..2 {
        parsed(instance.invoke("get_incident_details", &config, r#"{"incident_id": "2972395"}"#).await);
    }
    let paths: Vec<String> = emulator.journal().into_iter().map(|exchange| exchange.path).collect();
    let tenant = emulator.connector_config().tenant_id;
    assert_eq!(
        paths,
        [
            format!("/{tenant}/oauth2/v2.0/token"),
            "/v1.0/security/incidents/2972395".to_owned(),
            "/v1.0/security/incidents/2972395".to_owned()
        ]
    );
    assert_eq!(emulator.connections(), 1);
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let emulator = emulator();
    let config = config(&emulator, |_| {});
    let mut instance = connector(Settings::default()).instance().await.expect("an instance");
    parsed(instance.invoke("get_incident_details", &config, r#"{"incident_id": "2972395"}"#).await);
    emulator.expire_tokens();
    emulator.clear_journal();
    parsed(instance.invoke("get_incident_details", &config, r#"{"incident_id": "2972395"}"#).await);
    let statuses: Vec<Option<u16>> = emulator.journal().into_iter().map(|exchange| exchange.status).collect();
    assert_eq!(statuses, [Some(401), Some(200), Some(200)]);
}
