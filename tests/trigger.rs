//! The trigger against the emulator: what is changed there is polled here.

use defender_emulator::Emulator;
use defender_xdr_host::Settings;
use defender_xdr_host::bindings::trigger::PollQuery;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::support::{config, connector, emulator, parsed, typed_config};

/// Polls by name; returns the ids and the metadata.
async fn poll(emulator: &Emulator, input: Value) -> (Vec<String>, Value) {
    let connector = connector(Settings::default());
    let answer = parsed(connector.invoke("poll_incidents", &config(emulator, |_| {}), &input.to_string()).await);
    let ids = answer["data"].as_array().expect("a list").iter();
    let ids = ids.map(|incident| incident["id"].as_str().expect("an id").to_owned()).collect();
    (ids, answer["meta"].clone())
}

async fn change(emulator: &Emulator, id: &str, status: &str) {
    let connector = connector(Settings::default());
    let input = json!({ "incident_id": id, "status": status }).to_string();
    parsed(connector.invoke("update_incident", &config(emulator, |_| {}), &input).await);
}

#[tokio::test]
async fn a_change_is_polled_once() {
    let emulator = emulator();
    let (ids, start) = poll(&emulator, json!({})).await;
    assert_eq!((ids, &start["more"]), (Vec::new(), &json!(false)));
    change(&emulator, "2972395", "inProgress").await;
    change(&emulator, "2972410", "resolved").await;
    let (ids, first) = poll(&emulator, json!({ "state": start["state"] })).await;
    assert_eq!((ids, &first["more"]), (vec!["2972395".to_owned(), "2972410".to_owned()], &json!(false)));
    let (ids, second) = poll(&emulator, json!({ "state": first["state"], "look_back": 600 })).await;
    assert_eq!((ids, &second["warnings"]), (Vec::new(), &json!([])));
    // The state may be passed as the JSON that it is.
    let state: Value = serde_json::from_str(start["state"].as_str().expect("a state")).expect("JSON");
    let (ids, _) = poll(&emulator, json!({ "state": state, "filter": "status eq 'resolved'" })).await;
    assert_eq!(ids, ["2972410"]);
}

#[tokio::test]
async fn everything_since_a_time_comes_in_pages_oldest_change_first() {
    let emulator = emulator();
    let mut config = typed_config(&emulator);
    config.timeout_seconds = Some(30);
    let query = PollQuery {
        since: Some("2000-01-01T00:00:00Z".into()),
        filter: None,
        expand: Some("alerts".into()),
        max_results: Some(40),
        look_back: Some(60),
    };
    let mut instance = connector(Settings::default()).instance().await.expect("an instance");
    let (mut state, mut times, mut ids) = (None::<String>, Vec::new(), std::collections::BTreeSet::new());
    loop {
        let page = instance.poll_incidents(&config, state.as_deref(), &query).await.expect("a page");
        for incident in page.incidents {
            assert!(incident.alerts.is_some(), "{} has its alerts", incident.id);
            times.push(incident.last_update_at.expect("a time"));
            assert!(ids.insert(incident.id), "returned twice");
        }
        state = Some(page.state);
        if !page.more {
            break;
        }
    }
    assert_eq!(ids.len(), 250);
    // With seven digits each, texts have the order of times.
    let digits = |time: &String| {
        let (whole, fraction) = time.trim_end_matches('Z').split_once('.').unwrap_or((time.trim_end_matches('Z'), ""));
        format!("{whole}.{fraction:0<7}")
    };
    assert!(times.is_sorted_by_key(digits), "{times:?}");
}

/// Started again, it goes on where it was stopped.
#[tokio::test]
async fn watch_prints_each_change_once_and_stops_cleanly() {
    let emulator = emulator();
    let folder = tempfile::tempdir().expect("a folder");
    let (state, settings) = (folder.path().join("state"), folder.path().join("config.json"));
    std::fs::write(&settings, config(&emulator, |_| {})).expect("written");
    let start = || {
        let mut watch = Command::new(env!("CARGO_BIN_EXE_host-test"));
        watch.args(["watch", "--json", "--interval", "4", "--state"]).arg(&state).arg("--config").arg(&settings);
        watch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
    };
    for (id, status) in [("2972395", "inProgress"), ("2972410", "resolved")] {
        let mut watch = start();
        // The first poll has left its state, so what changes from here on is new.
        while !state.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        change(&emulator, id, status).await;
        let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
        let line = lines.next().expect("a line").expect("text");
        let incident: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!((&incident["id"], &incident["status"]), (&json!(id), &json!(status)));
        let stop = Command::new("kill").args(["-INT", &watch.id().to_string()]).status().expect("kill runs");
        assert!(stop.success());
        assert_eq!(watch.wait().expect("it ends").code(), Some(0));
        assert_eq!(lines.count(), 0);
    }
}
