//! No secret leaves through an answer, an error, a trace or the program's output, whatever the other side echoes.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use defender_emulator::{Action, App, Fault, Matches, Point};
use defender_xdr_host::{Settings, Trace};
use serde_json::json;

use crate::support::{config, connector, emulator};

const CLIENT: &str = "33333333-2222-3333-4444-555555555555";
/// With characters that are encoded differently in a form, in JSON and in base64.
const SECRET: &str = "planted~Secret+/\"1";
/// What to look for: its beginning, plain, percent-encoded or in JSON, and its base64.
const TRACES: [&str; 2] = ["planted~Secret", "cGxhbnRlZH5TZWNyZXQrLyIx"];

const CALLS: [(&str, &str); 5] = [
    ("get_incident_details", r#"{"incident_id": "2972395"}"#),
    ("list_incidents", r#"{"expand": "alerts", "max_results": 1}"#),
    ("run_hunting_query", r#"{"query": "DeviceInfo | take 1"}"#),
    ("update_incident", r#"{"incident_id": "2972395", "custom_tags": ["x"], "tag_mode": "append"}"#),
    ("generic_action", r#"{"method": "GET", "endpoint": "security/alerts_v2", "query_params": {"$top": 1}}"#),
];

fn echoing(status: u16) -> Action {
    let echo = format!("you sent {SECRET} and planted~Secret%2B%2F%221 and cGxhbnRlZH5TZWNyZXQrLyIx");
    let headers = ["request-id", "client-request-id", "Retry-After", "X-Echo"]
        .map(|name| (name.to_owned(), "planted~Secret%2B%2F%221".to_owned()));
    let body = json!({
        "error": { "code": echo, "message": echo, "innerError": { "code": echo, "request-id": echo, "client-request-id": echo } },
        "error_description": format!("AADSTS7000215: {echo}"), "error_codes": [7_000_215], "trace_id": echo, "correlation_id": echo,
    });
    Action::Respond { status, headers: headers.into(), body }
}

fn faults() -> Vec<Action> {
    let html = |status| Action::Respond { status, headers: Vec::new(), body: json!(format!("<html>{SECRET}</html>")) };
    let mut faults: Vec<Action> = [301, 400, 401, 403, 404, 409, 429, 500, 503].map(echoing).into();
    faults.extend([html(502), html(400), html(200)]);
    faults.extend([Action::NotHttp, Action::Reset { at: Point::Body }, Action::Close { at: Point::Headers }]);
    // Successful answers that echo, as gateways do.
    let echo = format!("199 - \"{SECRET} planted~Secret%2B%2F%221 cGxhbnRlZH5TZWNyZXQrLyIx\"");
    let names = ["Warning", "request-id", "X-Echo", "Content-Disposition"];
    faults.push(Action::SetHeaders { headers: names.map(|name| (name.to_owned(), echo.clone())).into() });
    faults.push(Action::SetMembers {
        members: json!({ "description": echo, "@odata.context": echo, "@odata.nextLink": echo })
            .as_object()
            .cloned()
            .unwrap_or_default(),
    });
    faults.push(Action::SetMembers {
        members: json!({ "access_token": [SECRET], "value": SECRET, "results": SECRET })
            .as_object()
            .cloned()
            .unwrap_or_default(),
    });
    faults
}

#[tokio::test]
async fn nothing_that_is_answered_or_traced_holds_a_secret() {
    let emulator = emulator();
    emulator.register(App::new(CLIENT, SECRET));
    let seen = Arc::new(Mutex::new(String::new()));
    let trace: Trace = {
        let seen = seen.clone();
        Arc::new(move |exchange| {
            let _ = writeln!(seen.lock().expect("no panic"), "{exchange:?}");
        })
    };
    let connector =
        connector(Settings { trace: Some(trace), clock_speed: 60, warm_instances: 0, ..Settings::default() });
    let good = config(&emulator, |config| {
        config["client_id"] = json!(CLIENT);
        config["client_secret"] = json!(SECRET);
    });
    let (mut answers, mut errors) = (0, 0);
    for path in ["/token", "/security/"] {
        for action in faults() {
            emulator.clear_faults();
            let matches = Matches { path_contains: Some(path.into()), ..Matches::default() };
            emulator.fault(Fault { matches, action, ..Fault::default() });
            for (action, input) in CALLS {
                // A new instance each time, so that a token is requested.
                let mut instance = connector.instance().await.expect("an instance");
                let outcome = match instance.invoke(action, &good, input).await {
                    Ok(answer) => {
                        answers += 1;
                        answer
                    }
                    Err(error) => {
                        errors += 1;
                        format!("{error} {}", error.to_json())
                    }
                };
                writeln!(seen.lock().expect("no panic"), "{outcome}").expect("writing to a string");
            }
        }
    }
    // Refused configurations and inputs quote names, never values.
    for config in [
        format!("{{\"client_secret\": {}", json!(SECRET)),
        json!({ "client_secret": [SECRET] }).to_string(),
        json!({ "client_secrt": SECRET }).to_string(),
    ] {
        if let Err(error) = connector.invoke("list_incidents", &config, "{}").await {
            errors += 1;
            writeln!(seen.lock().expect("no panic"), "{error} {}", error.to_json()).expect("writing to a string");
        }
    }
    assert!(errors > 100 && answers > 20, "{errors} errors, {answers} answers");

    let journal = serde_json::to_string(&emulator.journal()).expect("the journal is JSON");
    let mut seen = seen.lock().expect("no panic").clone();
    seen.push_str(&journal);
    for trace in TRACES {
        assert!(!seen.contains(trace), "{}", around(&seen, trace));
    }
    assert!(!seen.contains("Bearer ey"), "{}", around(&seen, "Bearer ey"));
    assert!(!seen.contains(": ey"), "{}", around(&seen, ": ey"));
}

/// The place where something was found.
fn around(text: &str, found: &str) -> String {
    let at = text.find(found).unwrap_or_default();
    let before: String = text[..at].chars().rev().take(300).collect();
    before.chars().rev().chain(text[at..].chars().take(100)).collect()
}
