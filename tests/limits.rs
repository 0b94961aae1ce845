//! Misbehaving components and endless answers: each is stopped by its limit, and no other call is affected.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use defender_emulator::{Action, Emulator, Fault, Matches};
use defender_xdr_host::{CallError, Connector, Exchange, LoadError, Settings};
use guests::Mood;
use serde_json::json;

use crate::support::{config, connector, emulator, failed, parsed};

/// Long enough for a good call on a busy machine, short enough for a test.
const LIMIT: Duration = Duration::from_millis(500);
const INCIDENT: &str = r#"{"incident_id": "2972395"}"#;
const HUNT: &str = r#"{"query": "DeviceInfo | take 1"}"#;

/// With these settings there is one slot: a call works only after the previous one has released it.
fn one_slot() -> Settings {
    Settings { max_instances: 1, warm_instances: 0, allow: Some(Vec::new()), ..Settings::default() }
}

fn load(guest: &[u8], settings: Settings) -> Result<Connector, LoadError> {
    Connector::from_bytes(guest.to_vec(), settings)
}

fn guest(settings: Settings) -> Connector {
    load(guests::GUEST, settings).expect("the guest loads")
}

async fn invoke(connector: &Connector, mood: Mood) -> Result<String, CallError> {
    connector.invoke(mood.action(), "{}", "{}").await
}

async fn answers(connector: &Connector) {
    assert_eq!(invoke(connector, Mood::Good).await.expect("a good call"), guests::ANSWER);
}

/// What stops a guest in this mood. Checked twice, with good calls around it: on new instances, and on one that is kept.
async fn stopped(mood: Mood, settings: Settings) -> CallError {
    let connector = guest(settings);
    answers(&connector).await;
    let idle = connector.statistics().memory_bytes;
    invoke(&connector, mood).await.expect_err("the guest is stopped");
    assert_eq!(connector.statistics().memory_bytes, idle, "its memory is given back");
    let mut instance = connector.instance().await.expect("an instance");
    let error = instance.invoke(mood.action(), "{}", "{}").await.expect_err("the guest is stopped");
    let answer = instance.invoke(Mood::Good.action(), "{}", "{}").await.expect("a good call");
    assert_eq!(answer, guests::ANSWER);
    drop(instance);
    answers(&connector).await;
    error
}

#[tokio::test]
async fn an_endless_loop_is_stopped_at_the_compute_limit() {
    let error = stopped(Mood::Computes, Settings { compute_limit: LIMIT, ..one_slot() }).await;
    assert!(matches!(error, CallError::Compute(LIMIT)), "{error}");
    assert_eq!(error.kind(), "limit");
}

#[tokio::test]
async fn an_endless_loop_is_stopped_at_the_limit_of_the_call_if_that_comes_first() {
    let error = stopped(Mood::Computes, Settings { call_limit: LIMIT, ..one_slot() }).await;
    assert!(matches!(error, CallError::Call(LIMIT)), "{error}");
}

/// On one thread, so that the loop has to yield.
#[tokio::test(flavor = "current_thread")]
async fn others_are_answered_while_a_guest_computes() {
    let connector = guest(Settings { max_instances: 2, ..one_slot() });
    tokio::select! {
        biased;
        outcome = invoke(&connector, Mood::Computes) => panic!("the loop ended first: {outcome:?}"),
        () = answers(&connector) => {}
    }
}

#[tokio::test]
async fn an_endless_wait_is_stopped_at_the_limit_of_the_call() {
    let error = stopped(Mood::Waits, Settings { call_limit: LIMIT, ..one_slot() }).await;
    assert!(matches!(error, CallError::Call(LIMIT)), "{error}");
    assert_eq!(error.kind(), "limit");
}

#[tokio::test]
async fn a_caller_may_drop_a_call() {
    let connector = guest(one_slot());
    tokio::time::timeout(LIMIT, invoke(&connector, Mood::Waits)).await.expect_err("it waits");
    answers(&connector).await;
}

#[tokio::test]
async fn an_instance_gets_its_share_of_memory_and_no_more() {
    const LIMIT_BYTES: usize = 8 << 20;
    let error = stopped(Mood::Grows, Settings { memory_limit: LIMIT_BYTES, ..one_slot() }).await;
    let CallError::Memory { used_bytes, limit_bytes: LIMIT_BYTES } = error else { panic!("{error}") };
    assert!((LIMIT_BYTES - (1 << 20)..=LIMIT_BYTES).contains(&used_bytes), "{used_bytes}");
}

#[tokio::test]
async fn all_instances_together_get_no_more_than_their_limit() {
    const LIMIT_BYTES: usize = 8 << 20;
    let error = stopped(Mood::Grows, Settings { total_memory_limit: LIMIT_BYTES, ..one_slot() }).await;
    let CallError::Memory { used_bytes, .. } = error else { panic!("{error}") };
    assert!((LIMIT_BYTES - (1 << 20)..=LIMIT_BYTES).contains(&used_bytes), "{used_bytes}");
}

#[tokio::test]
async fn a_crash_affects_only_its_own_call() {
    for (mood, message) in [
        (Mood::Traps, "the component crashed: wasm `unreachable` instruction executed"),
        (Mood::Recurses, "the component crashed: call stack exhausted"),
        (Mood::Lies, "the component crashed: "),
    ] {
        let error = stopped(mood, one_slot()).await;
        assert_eq!(error.kind(), "trap");
        assert!(error.to_string().starts_with(message), "{error}");
    }
}

#[tokio::test]
async fn limits_hold_from_the_first_instruction_on() {
    let settings = Settings { compute_limit: LIMIT, ..one_slot() };
    let restless = load(guests::RESTLESS, settings).expect("the guest loads");
    let error = invoke(&restless, Mood::Good).await.expect_err("no instance");
    assert!(error.to_string().contains("computed for 500ms and was stopped"), "{error}");

    let sleepy = load(guests::SLEEPY, Settings { call_limit: LIMIT, ..one_slot() }).expect("the guest loads");
    let error = invoke(&sleepy, Mood::Good).await.expect_err("no instance");
    assert!(matches!(error, CallError::Call(LIMIT)), "{error}");
}

#[test]
fn an_import_outside_the_sandbox_is_refused_before_any_code_runs() {
    let error = load(guests::CURIOUS, one_slot()).expect_err("it is refused");
    let LoadError::Foreign { foreign, .. } = &error else { panic!("{error}") };
    assert_eq!(foreign, "wasi:cli/environment@0.2.0");
}

/// A configuration names a host, but the platform allows only another one.
#[tokio::test]
async fn a_host_that_is_not_allowed_sees_no_connection() {
    let (allowed, other) = (emulator(), emulator());
    let exchanges = Arc::<Mutex<Vec<Exchange>>>::default();
    let trace = exchanges.clone();
    let connector = connector(Settings {
        allow: Some(vec![allowed.base_url().parse().expect("an origin")]),
        trace: Some(Arc::new(move |exchange: &Exchange| trace.lock().expect("a list").push(exchange.clone()))),
        ..Settings::default()
    });
    let elsewhere = |login: &Emulator, graph: &Emulator| {
        let endpoints = json!({ "login": login.base_url(), "graph": graph.base_url() });
        config(&allowed, |config| config["endpoints"] = endpoints)
    };
    // The real Entra ID issues no token for a host outside its cloud; the emulator does.
    let token = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "t" });
    let action = Action::Respond { status: 200, headers: Vec::new(), body: token };
    allowed.fault(Fault { times: Some(1), action, ..Fault::default() });
    for (config, sent) in [(elsewhere(&other, &other), 0), (elsewhere(&allowed, &other), 1)] {
        exchanges.lock().expect("a list").clear();
        let error = failed(connector.invoke("get_incident_details", &config, INCIDENT).await);
        assert_eq!(error["kind"], "denied", "{error}");
        let exchanges = exchanges.lock().expect("a list");
        assert_eq!(exchanges.len(), sent + 1);
        assert_eq!(exchanges[sent].failure.as_deref(), Some("HTTP request denied"));
    }
    assert_eq!(other.connections(), 0);
    let answer = connector.invoke("get_incident_details", &elsewhere(&allowed, &allowed), INCIDENT).await;
    assert_eq!(parsed(answer)["data"]["id"], "2972395");
}

#[tokio::test]
async fn an_endless_answer_is_abandoned_at_the_limit() {
    let emulator = emulator();
    let config = config(&emulator, |config| config["timeout"] = json!(120));
    endless_hunting(&emulator);
    let connector = connector(Settings::default());
    let mut instance = connector.instance().await.expect("an instance");
    let error = failed(instance.invoke("run_hunting_query", &config, HUNT).await);
    assert_eq!(error["kind"], "malformed-response", "{error}");
    assert!(instance.memory_bytes() < 160 << 20, "{}", instance.memory_bytes());
    let answer = connector.invoke("get_incident_details", &config, INCIDENT).await;
    assert_eq!(parsed(answer)["data"]["id"], "2972395");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_memory_affects_only_its_own_call() {
    let emulator = emulator();
    let config = config(&emulator, |config| config["timeout"] = json!(120));
    endless_hunting(&emulator);
    let connector = connector(Settings { memory_limit: 16 << 20, ..Settings::default() });
    let error = failed(connector.invoke("run_hunting_query", &config, HUNT).await);
    assert_eq!(error["kind"], "limit", "{error}");
    let answer = connector.invoke("get_incident_details", &config, INCIDENT).await;
    assert_eq!(parsed(answer)["data"]["id"], "2972395");
}

/// In every form, a large body either fits the memory of an instance or is a clear error.
#[tokio::test]
async fn an_answer_of_60_mib_fits_or_is_an_error_in_any_form() {
    const BYTES: usize = 60 << 20;
    let emulator = emulator();
    let config = config(&emulator, |config| config["timeout"] = json!(120));
    let connector = connector(Settings { memory_limit: 512 << 20, ..Settings::default() });
    for (body, name, too_long) in [
        (format!("[\"{}\"]", "x".repeat(BYTES)), "JSON", &[][..]),
        ("x".repeat(BYTES), "text", &[]),
        // Six characters each in JSON: more than a host accepts as an answer.
        ("\u{1}".repeat(BYTES), "control characters", &["json", "text"]),
    ] {
        emulator.clear_faults();
        let matches = Matches { path_contains: Some("alerts_v2".into()), ..Matches::default() };
        let action = Action::Respond { status: 200, headers: Vec::new(), body: body.into() };
        emulator.fault(Fault { matches, action, ..Fault::default() });
        for form in ["json", "text", "content", "download"] {
            let extra = if form == "download" { json!({ "download": true }) } else { json!({ "response_type": form }) };
            let input = json!({ "method": "GET", "endpoint": "security/alerts_v2", "extra_fields": extra }).to_string();
            let mut instance = connector.instance().await.expect("an instance");
            match instance.invoke("generic_action", &config, &input).await {
                Ok(answer) => assert!(answer.len() > BYTES && !too_long.contains(&form), "{name} as {form}"),
                Err(error) => {
                    let error = error.to_json();
                    assert!(too_long.contains(&form), "{name} as {form}: {error}");
                    assert_eq!(error["kind"], "malformed-response", "{error}");
                    assert!(error["remedy"].as_str().is_some_and(|remedy| remedy.contains("download")), "{error}");
                }
            }
            assert!(instance.memory_bytes() <= 512 << 20, "{name} as {form}: {}", instance.memory_bytes());
        }
    }
}

fn endless_hunting(emulator: &Emulator) {
    let matches = Matches { path_contains: Some("unHuntingQuery".into()), ..Matches::default() };
    emulator.fault(Fault { matches, action: Action::Endless, ..Fault::default() });
}
