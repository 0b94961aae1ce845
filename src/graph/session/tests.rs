//! Secrets that the other side echoes stay out of every error; and the other duties of a session.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::actions::{get_incident, list_incidents, run_hunting_query};
use crate::sample::{CONFIG, INCIDENT, SECRET, TOKEN, all_incidents, invoke, run, run_as, token};
use crate::text::percent;
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, answer, answer_with};
use crate::wit::types::{Config, Credential, Error, ErrorKind};

/// Spellings in which the other side could echo a value.
fn echoes(value: &str) -> [String; 5] {
    [
        value.to_owned(),
        percent::encode(value, percent::QUERY),
        serde_json::to_string(value).expect("JSON").trim_matches('"').to_owned(),
        STANDARD.encode(value),
        STANDARD.encode(format!("Bearer {value}")),
    ]
}

/// A value with every character escaped as in JSON.
fn escaped(value: &str) -> String {
    let escapes: Vec<String> = value.chars().map(|character| format!("\\u{:04x}", u32::from(character))).collect();
    escapes.concat()
}

#[track_caller]
fn shows_none(error: &Error, values: &[&str]) {
    let details = error.details_json.as_deref().unwrap_or("null");
    let unescaped = serde_json::from_str::<serde_json::Value>(details).expect("JSON").to_string();
    let texts = [format!("{error:#?}"), error.message.clone(), unescaped];
    for text in &texts {
        for value in values {
            assert!(!echoes(value).iter().any(|echo| text.contains(echo)), "{text}");
            // Not even a large part of it, such as where a long text was cut.
            let part: String = value.chars().take(10).collect();
            assert!(!text.contains(&part), "{text}");
        }
    }
}

/// Bodies with a text in every member that errors read; `json` is the text as a JSON string.
fn bodies(text: &str, json: &str) -> Vec<String> {
    vec![
        format!(
            r#"{{"error":{{"code":{json},"message":{json},"details":[{json}],"innerError":{{"code":{json},"request-id":{json},"client-request-id":{json}}}}}}}"#
        ),
        format!(r#"{{"error":{{"code":{json},"message":""}}}}"#),
        format!(
            r#"{{"error":{json},"error_description":{json},"trace_id":{json},"correlation_id":{json},"claims":{json}}}"#
        ),
        format!(r#"{{"error":{json}}}"#),
        format!("<html>Authorization: Bearer {text} is not allowed</html>"),
        format!("{}{text}", "x".repeat(192)),
        format!("{}{text}", " ".repeat(792)),
        format!(r#"{{"id":"29","status":{json},"priorityScore":{json}}}"#),
        format!(r#"{{"value":{json}}}"#),
        format!(r#"{{"schema":{json},"results":[]}}"#),
        format!(r#"{{"access_token":{json},"expires_in":{json}}}"#),
        text.to_owned(),
    ]
}

/// Runs actions against these answers, first from Graph, then from the token endpoint, and checks each error.
fn try_all(connection: &Connection, token: &str, bad: &Step, values: &[&str]) {
    let grant = answer(200, &format!(r#"{{"expires_in":3599,"access_token":"{token}"}}"#));
    let renewed = matches!(bad, Step::Answer { status: 401, .. });
    let at_graph = if renewed {
        vec![grant.clone(), bad.clone(), grant, bad.clone()]
    } else {
        [vec![grant], vec![bad.clone(); 4]].concat()
    };
    // An error answer ends before the actions differ.
    let actions = if matches!(bad, Step::Answer { status: 200, .. }) { 3 } else { 1 };
    // The token endpoint cannot echo a token that it has not issued.
    for (script, values) in [(at_graph, values), (vec![bad.clone(); 4], &values[..1])] {
        for action in 0..actions {
            let host = ScriptedHost::new(script.clone());
            let outcome = run_as(&host, connection, async |session| match action {
                0 => get_incident::typed(session, "29", None).await.map(drop),
                1 => run_hunting_query::typed(session, "T", None).await.map(drop),
                _ => list_incidents::typed(session, &all_incidents()).await.map(drop),
            });
            if let Err(error) = outcome {
                shows_none(&error, values);
            }
        }
    }
}

#[test]
fn no_error_shows_what_the_other_side_echoes() {
    let long = format!("planted.{}.Token", "x".repeat(1500));
    for (secret, token) in [(SECRET, TOKEN), ("pl\"an\\te+d/S&cret=1", TOKEN), (SECRET, long.as_str())] {
        let config =
            Config { credential: Credential::ClientSecret(secret.into()), ..crate::request::config::tests::config() };
        let connection = Connection::new(&config).expect("valid");
        for value in [secret, token] {
            let spellings = echoes(value).map(|text| {
                let json = serde_json::json!(text).to_string();
                (text, json)
            });
            // Only JSON has characters escaped one by one.
            let in_json = ("nothing".to_owned(), format!("\"{}\"", escaped(value)));
            for (text, json) in spellings.into_iter().chain([in_json]) {
                let names =
                    ["request-id", "client-request-id", "location", "www-authenticate", "retry-after", "warning"];
                let headers = names.map(|name| (name, text.as_str()));
                for body in bodies(&text, &json) {
                    for status in [200, 302, 400, 401, 500] {
                        try_all(&connection, token, &answer_with(status, &headers, &body), &[secret, token]);
                    }
                }
            }
        }
    }
}

#[test]
fn says_that_something_was_struck_out() {
    let body = format!(r#"{{"error":{{"code":"A","message":"token {TOKEN} and {SECRET}"}}}}"#);
    let host = ScriptedHost::new([token(), answer(400, &body)]);
    let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("refused");
    assert_eq!(error.message, "token *** and ***");
    assert_eq!(error.details_json.as_deref(), Some(r#"{"error":{"code":"A","message":"token *** and ***"}}"#));
}

#[test]
fn both_tokens_of_a_renewal_are_struck_out() {
    let grant = |token: &str| answer(200, &format!(r#"{{"expires_in":3599,"access_token":"{token}"}}"#));
    let body = r#"{"error":{"code":"A","message":"first.Token and second.Token"}}"#;
    let host = ScriptedHost::new([grant("first.Token"), answer(401, body), grant("second.Token"), answer(401, body)]);
    let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("refused");
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unauthenticated, "*** and ***"));
}

#[test]
fn secrets_of_the_host_are_in_no_answer() {
    let body = r#"{"id":"29","displayName":"a-key-for-the-callers","a-key-for-the-callers":[]}"#;
    let mut host = ScriptedHost::new([token(), answer(200, body)]);
    host.secrets.push(Secret::new("a-key-for-the-callers".into()));
    let incident = run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
    assert_eq!(incident.display_name.as_deref(), Some("***"));
    assert!(!format!("{incident:?}").contains("a-key-for"), "{incident:?}");
}

#[test]
fn secrets_of_the_host_are_in_no_metadata() {
    const KEY: &str = "a-key-for-the-callers";
    let padding = "x".repeat(70_000);
    let link = format!("https://graph.microsoft.com/v1.0/security/incidents?$skip=1&k=\\u0061{}", &KEY[1..]);
    let page = format!(r#"{{"value":[],"padding":"{padding}","@odata.nextLink":"{link}"}}"#);
    let request = format!(
        r#"{{"method":"GET","endpoint":"security/incidents","extra_fields":{{"headers":{{"client-request-id":"{KEY}"}}}}}}"#
    );
    for (action, input, body) in [("list_incidents", "{}", page.as_str()), ("generic_action", request.as_str(), "{}")] {
        let mut host = ScriptedHost::new([token(), answer(200, body)]);
        host.secrets.push(Secret::new(KEY.into()));
        let answer = invoke(&host, action, CONFIG, input).expect("an answer");
        let meta = answer.split(r#""meta":"#).nth(1).expect("metadata");
        assert!(!meta.contains(KEY) && meta.contains("***"), "{meta}");
    }
}

#[test]
fn an_action_takes_two_requests_cold_and_one_warm() {
    let host = ScriptedHost::new([token(), answer(200, INCIDENT), answer(200, INCIDENT), answer(200, INCIDENT)]);
    for requests in [2, 3, 4] {
        run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
        assert_eq!(host.sent().len(), requests);
    }
}

#[test]
fn repeats_keep_the_id_of_the_request() {
    let host = ScriptedHost::new([token(), answer(503, ""), answer(401, ""), token(), answer(200, INCIDENT)]);
    run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
    let sent = host.sent();
    let graph = sent.iter().filter(|sent| sent.method == crate::wire::host::Method::Get);
    let ids: Vec<&str> = graph.filter_map(|sent| sent.header("client-request-id")).collect();
    assert_eq!(ids, [CLIENT_REQUEST_ID; 3]);
}

#[test]
fn an_answer_that_is_not_text_is_malformed() {
    let step = Step::Answer { status: 200, headers: Vec::new(), body: b"{\"id\":\"\xff\"}".to_vec() };
    let host = ScriptedHost::new([vec![token()], vec![step; 4]].concat());
    let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("not text");
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::MalformedResponse, "the answer is not UTF-8"));
}
