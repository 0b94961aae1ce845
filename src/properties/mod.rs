//! For any text from outside, nothing panics, and whatever is accepted keeps its guarantees.

mod credential;
mod way;

use proptest::prelude::*;

use crate::actions::{check, get_incident, list_incidents, run_hunting_query};
use crate::catalog;
use crate::request::config::Connection;
use crate::request::fields::Fields;
use crate::request::vocabulary::Vocabulary as _;
use crate::request::{endpoint, time_span};
use crate::sample::invoke;
use crate::sample::{CONFIG, INCIDENT, SECRET, TOKEN, connection, run, run_as, token};
use crate::sign_in::challenge;
use crate::text::{datetime, percent};
use crate::wire::host::Header;
use crate::wire::retry;
use crate::wire::scripted::{ScriptedHost, Step, answer};
use crate::wit::actions::{Determination, GenericRequest, IncidentChange, IncidentQuery, IncidentStatus, TagMode};
use crate::wit::types::{Credential, Error, ErrorKind};

/// The same number of cases for each property, and no files left behind.
fn budget() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Any text, and text made of characters with a special meaning somewhere.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,60}",
        "[a-z0-9/.%?#&='\"\\\\:,;()\\[\\]{}$ \r\n\t\u{0}\u{e9}\u{1f600}+-]{0,80}",
    ]
}

/// A text with some of its characters replaced, removed or doubled.
fn mutated(original: &'static str) -> impl Strategy<Value = String> {
    proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<char>()), 0..6).prop_map(move |edits| {
        let mut characters: Vec<char> = original.chars().collect();
        for (index, edit, character) in edits {
            if characters.is_empty() {
                break;
            }
            let at = index.index(characters.len());
            match edit {
                0 => characters[at] = character,
                1 => drop(characters.remove(at)),
                2 => characters.insert(at, characters[at]),
                _ => characters.truncate(at),
            }
        }
        characters.into_iter().collect()
    })
}

/// Bytes of an answer: anything, or a damaged valid one.
fn body(original: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        text().prop_map(String::into_bytes),
        mutated(original).prop_map(String::into_bytes),
    ]
}

fn bytes(status: u16, body: &[u8]) -> Step {
    Step::Answer { status, headers: vec![("request-id".into(), "r".into())], body: body.to_vec() }
}

/// Guarantees of every error, wherever it comes from.
fn is_sound(error: &Error) {
    assert!(!error.message.trim().is_empty(), "{error:?}");
    if let Some(details) = &error.details_json {
        serde_json::from_str::<serde_json::Value>(details).expect("details that are JSON");
    }
    let shown = format!("{error:?}");
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

/// A request goes only where it may, whatever it was made from.
fn stays_inside(url: &str) {
    let target = url.strip_prefix("https://graph.microsoft.com/v1.0/").expect("below the API version");
    assert!(target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{target}");
    let path = target.split('?').next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8().expect("UTF-8");
    assert!(!decoded.split(['/', '\\']).any(|segment| segment == ".." || segment == "."), "{target}");
    assert!(!decoded.chars().any(char::is_control), "{target}");
}

const LIST: &str =
    r#"[{"skip": "2", "count": true, "expand": "alerts", "filter": "status eq 'active'", "max_results": "10"}]"#;
const UPDATE: &str =
    r#"{"incident_id":"29","custom_tags":"$LIST[a, b]","tag_mode":"append","clear":["summary"],"determination":"apt"}"#;
const GENERIC: &str = r#"{"method":"POST","endpoint":"x","payload":"$JSON[{\"a\":1}]","query_params":{"a":1},"extra_fields":{"headers":{"x":"y"},"retry_count":1,"files":[]}}"#;

proptest! {
    #![proptest_config(budget())]

    #[test]
    fn any_input_is_accepted_or_refused_before_anything_is_sent(
        action in prop_oneof![proptest::sample::select(catalog::action_names().collect::<Vec<_>>()).prop_map(str::to_owned), text()],
        config in prop_oneof![Just(CONFIG.to_owned()), mutated(CONFIG), text()],
        input in prop_oneof![mutated(LIST), mutated(UPDATE), mutated(GENERIC), text()],
    ) {
        let answers = vec![answer(200, "{}"); 4];
        let host = ScriptedHost::new(std::iter::once(token()).chain(answers));
        match invoke(&host, &action, &config, &input) {
            Err(error) if error.kind == ErrorKind::InvalidInput => {
                is_sound(&error);
                prop_assert_eq!(host.sent().len(), 0);
            }
            Err(error) => is_sound(&error),
            Ok(text) => drop(serde_json::from_str::<serde_json::Value>(&text).expect("an envelope that is JSON")),
        }
    }

    #[test]
    fn members_of_any_object_are_read_or_refused(json in prop_oneof![
        mutated(r#"{"a":{"a":"$JSON[{}]"},"b":"$LIST[x, y]"}"#), mutated(r#"[{"a":["x",null,7],"b":"12"}]"#), text()
    ]) {
        let Ok(fields) = Fields::parse(&json, crate::request::fields::Text::Input, &["a", "b"]) else { return Ok(()) };
        for name in ["a", "b"] {
            if let Ok(Some(texts)) = fields.texts(name) {
                prop_assert!(!texts.is_empty() && texts.iter().all(|text| !text.trim().is_empty()));
            }
            if let Ok(Some(text)) = fields.text(name) {
                prop_assert!(!text.trim().is_empty());
            }
            if let Some(any) = fields.any(name) {
                prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&any).is_ok(), "{}", any);
            }
            let _ = (fields.integer(name), fields.boolean(name), fields.pairs(name), fields.text_or_json(name));
            let _ = (fields.fields(name, &["a"], |_| Ok(())).map(drop), fields.list(name, &["a"]).map(drop));
        }
    }

    #[test]
    fn any_filter_is_refused_or_stays_in_its_value(filter in prop_oneof![
        mutated("status eq 'active' and (severity eq 'high' or assignedTo eq null)"), text()
    ]) {
        let query = IncidentQuery {
            filter: Some(filter.clone()), max_results: None, skip: None, count: None, expand: None, order_by: None, cursor: None,
        };
        let host = ScriptedHost::new([token(), answer(200, r#"{"value":[]}"#)]);
        if run(&host, async |session| list_incidents::typed(session, &query).await).is_ok() {
            let url = &host.sent()[1].url;
            stays_inside(url);
            let value = url.split_once("?$filter=").map(|(_, value)| value).unwrap_or_default();
            prop_assert!(!value.contains('&'));
            let decoded = percent_encoding::percent_decode_str(value).decode_utf8().expect("UTF-8");
            prop_assert_eq!(decoded.as_ref(), filter.trim());
        }
    }

    #[test]
    fn any_time_span_is_checked(span in prop_oneof![
        mutated("2024-02-01T08:00:00Z/P1Y2M3W4DT5H6M7.5S"), mutated("P30D"), "P[0-9]{1,25}[YMWD]", text()
    ], now in any::<u64>()) {
        match time_span::check(&span, now) {
            Ok(_) => prop_assert!(span.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+:./ ".contains(&byte)), "{}", span),
            Err(why) => prop_assert!(!why.is_empty()),
        }
    }

    #[test]
    fn merged_tags_have_no_duplicates(
        old in proptest::collection::vec("[a-cA-C\u{dc}\u{fc} ]{0,2}", 0..6),
        given in proptest::collection::vec("[a-cA-C\u{dc}\u{fc} ]{0,2}", 1..6),
        mode in proptest::sample::select(TagMode::WORDS.iter().map(|(mode, _)| *mode).collect::<Vec<_>>()),
    ) {
        let change = IncidentChange {
            custom_tags: Some(given.clone()),
            tag_mode: Some(mode),
            dry_run: Some(true),
            ..crate::actions::update_incident::tests::no_change()
        };
        let mut incident: serde_json::Value = serde_json::from_str(INCIDENT).expect("JSON");
        incident["customTags"] = serde_json::json!(old);
        let host = ScriptedHost::new([token(), answer(200, &incident.to_string())]);
        let Ok(checked) = run(&host, async |session| crate::actions::update_incident::typed(session, "29", &change).await) else {
            prop_assert!(given.iter().all(|tag| tag.trim().is_empty()));
            return Ok(());
        };
        let sent: Vec<String> = checked.custom_tags.iter().map(|tag| tag.to_lowercase()).collect();
        let given: Vec<String> = given.iter().map(|tag| tag.trim().to_lowercase()).filter(|tag| !tag.is_empty()).collect();
        let has = |tag: &String| given.contains(tag);
        match mode {
            TagMode::Remove => {
                let kept: Vec<&String> = old.iter().filter(|tag| !has(&tag.to_lowercase())).collect();
                prop_assert_eq!(checked.custom_tags.iter().collect::<Vec<_>>(), kept);
            }
            TagMode::Append => {
                prop_assert!(checked.custom_tags.starts_with(&old));
                prop_assert!(given.iter().all(|tag| sent.iter().filter(|other| *other == tag).count() >= 1));
                let added = &sent[old.len()..];
                prop_assert!(added.iter().all(|tag| has(tag) && !old.iter().any(|other| other.to_lowercase() == *tag)));
            }
            TagMode::Replace => {
                prop_assert!(sent.iter().all(has) && given.iter().all(|tag| sent.contains(tag)));
                prop_assert!((1..sent.len()).all(|at| !sent[..at].contains(&sent[at])));
            }
        }
    }

    #[test]
    fn a_word_is_read_in_any_case_and_spacing(
        word in proptest::sample::select(Determination::WORDS.to_vec()),
        changes in proptest::collection::vec((any::<bool>(), proptest::sample::select(vec!["", " ", "-", "_"])), 40),
    ) {
        let (value, word) = word;
        let spelling: String = word.chars().zip(changes).flat_map(|(character, (upper, gap))| {
            let character = if upper { character.to_ascii_uppercase() } else { character };
            std::iter::once(character).chain(gap.chars()).collect::<Vec<_>>()
        }).collect();
        prop_assert_eq!(Determination::parse(&spelling), Ok(value));
    }

    #[test]
    fn other_words_are_refused_with_what_is_allowed(word in text()) {
        if let Err(why) = IncidentStatus::parse(&word) {
            prop_assert!(why.ends_with("; allowed: active, inProgress, resolved, redirected, awaitingAction"), "{}", why);
        }
    }

    #[test]
    fn any_retry_after_is_read_or_ignored(value in prop_oneof![
        mutated("Thu, 15 Feb 2024 08:00:08 GMT"), "[0-9]{0,30}", text()
    ], now in any::<u64>(), remaining in any::<u32>()) {
        let after = retry::parse_retry_after(&value, now);
        let remaining = std::time::Duration::from_secs(remaining.into());
        let outcome = retry::Outcome::Status(429, after);
        if let Some(wait) = retry::wait(retry::Effect::Read, outcome, retry::Progress::default(), remaining, now) {
            prop_assert!(wait < remaining && wait >= std::time::Duration::from_millis(500));
            prop_assert!(after.is_none_or(|after| wait >= after));
        }
    }

    #[test]
    fn any_challenge_is_read_or_ignored(values in proptest::collection::vec(prop_oneof![
        mutated(r#"Basic x="y", Bearer realm="", authorization_uri=https://x, error="insufficient_claims", claims="eyJhIjp7fX0=""#),
        "[Bearclims=,\" \\\\]{0,40}",
        text(),
    ], 0..4)) {
        let headers: Vec<Header> = values.into_iter().map(|value| ("www-authenticate".to_owned(), value)).collect();
        if let Some(claims) = challenge::claims(&headers) {
            prop_assert!(serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&claims).is_ok());
        }
    }

    #[test]
    fn any_error_of_graph_makes_a_sound_error(
        status in 400..=999_u16,
        body in body(r#"{"error":{"code":"A","message":"planted.Token.1","innerError":{"code":"B","request-id":"planted~Secret.1","innererror":{"code":"C"}}}}"#),
    ) {
        let bad = bytes(status, &body);
        let script = if status == 401 { vec![token(), bad.clone(), token(), bad] } else { [vec![token()], vec![bad; 4]].concat() };
        let host = ScriptedHost::new(script);
        let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("an error");
        is_sound(&error);
        prop_assert_eq!((error.status, error.kind != ErrorKind::InvalidInput), (Some(status), true));
    }

    #[test]
    fn any_answer_of_the_token_endpoint_is_a_token_or_a_sound_error(
        status in prop_oneof![Just(200), 201..=599_u16],
        body in body(r#"{"error":"invalid_client","error_description":"AADSTS7000215: planted~Secret.1\r\nTrace ID: x","error_codes":[7000215],"access_token":"a","expires_in":"3599"}"#),
    ) {
        let host = ScriptedHost::new([vec![bytes(status, &body); 8], vec![answer(200, INCIDENT)]].concat());
        match run(&host, async |session| get_incident::typed(session, "29", None).await) {
            Err(error) => is_sound(&error),
            // The other steps are not an incident.
            Ok(_) => prop_assert!(false, "no answer was an incident"),
        }
    }

    #[test]
    fn any_success_of_graph_decodes_or_is_malformed(
        incident in body(INCIDENT),
        page in body(r#"{"@odata.count":1,"value":[{"id":"29","status":"active","severity":"low","createdDateTime":"","lastUpdateDateTime":""}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/security/incidents?$skip=1"}"#),
        rows in body(r#"{"schema":[{"name":"a","type":"b"}],"results":[{"a":"]["},{"a":[1]}]}"#),
    ) {
        // An answer that does not decode is requested again.
        let host = |body: &[u8]| ScriptedHost::new([vec![token()], vec![bytes(200, body); 4]].concat());
        let query = IncidentQuery {
            filter: None, max_results: None, skip: None, count: None, expand: None, order_by: None, cursor: None,
        };
        let malformed = |error: Box<Error>| {
            is_sound(&error);
            // An answer that starts like an HTML page is taken for one.
            assert!([ErrorKind::MalformedResponse, ErrorKind::Unreachable].contains(&error.kind), "{error:?}");
        };
        match run(&host(&incident), async |session| get_incident::typed(session, "29", None).await) {
            Ok(decoded) => prop_assert_eq!(decoded.raw_json.as_bytes(), incident.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&incident)),
            Err(error) => malformed(error),
        }
        match run(&host(&page), async |session| list_incidents::typed(session, &query).await) {
            Ok(page) => if let Some(cursor) = page.cursor { stays_inside(&cursor.replace(":443", "")) },
            Err(error) => malformed(error),
        }
        match run(&host(&rows), async |session| run_hunting_query::typed(session, "T", None).await) {
            Ok(result) => {
                let list: Vec<serde::de::IgnoredAny> = serde_json::from_str(&result.rows_json).expect("rows");
                prop_assert_eq!(u32::try_from(list.len()).expect("few"), result.row_count);
                let text = String::from_utf8(rows.clone()).expect("text");
                prop_assert!(result.row_count == 0 || text.contains(&result.rows_json));
            }
            Err(error) => malformed(error),
        }
        if let Ok(text) = invoke(&host(&rows), "run_hunting_query", CONFIG, r#"{"query":"T"}"#) {
            let envelope: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(&envelope["data"], &serde_json::from_slice::<serde_json::Value>(&rows).expect("JSON"));
        }
    }

    #[test]
    fn any_cursor_is_refused_or_stays_inside(cursor in prop_oneof![
        mutated("https://graph.microsoft.com/v1.0/security/incidents?$skip=50"),
        text().prop_map(|text| format!("https://graph.microsoft.com/v1.0/security/incidents?{text}")),
        text().prop_map(|text| format!("https://graph.microsoft.com{text}")),
        text(),
    ]) {
        let query = IncidentQuery {
            filter: None, max_results: None, skip: None, count: None, expand: None, order_by: None, cursor: Some(cursor),
        };
        let host = ScriptedHost::new([token(), answer(200, r#"{"value":[]}"#)]);
        if run(&host, async |session| list_incidents::typed(session, &query).await).is_ok() {
            let url = &host.sent()[1].url;
            stays_inside(url);
            prop_assert!(url.starts_with("https://graph.microsoft.com/v1.0/security/incidents"));
        }
    }

    #[test]
    fn any_endpoint_is_refused_or_stays_inside(
        endpoint in prop_oneof![mutated("/security/alerts_v2/$count?$top=5&$filter=a%20b"), "[./%2eEfF?\\\\a:@]{0,24}", text()],
        name in text(), value in text(), payload in text(),
    ) {
        let request = GenericRequest {
            method: crate::wire::host::Method::Post,
            endpoint: endpoint.clone(),
            payload: Some(payload.clone()),
            query_params: vec![crate::wit::types::NameValue { name, value }],
            extra_fields: None,
        };
        let host = ScriptedHost::new([token(), answer(200, "{}")]);
        match run(&host, async |session| crate::actions::generic::typed(session, &request).await) {
            Ok(_) => {
                let sent = &host.sent()[1];
                stays_inside(&sent.url);
                prop_assert_eq!(&sent.body, &payload);
            }
            Err(error) => {
                prop_assert_eq!(error.kind, ErrorKind::InvalidInput);
                prop_assert!(host.sent().is_empty());
            }
        }
        let again = |endpoint: &str| endpoint::target(endpoint, &crate::text::origin::Origin::known("graph.microsoft.com"), "v1.0");
        if let Ok(target) = again(&endpoint) && !endpoint.contains("://") {
            prop_assert_eq!(again(&target["/v1.0/".len()..]), Ok(target.clone()), "checking again changes nothing");
        }
    }

    #[test]
    fn any_file_name_becomes_a_safe_one(name in prop_oneof![mutated("attachment; filename=\"../a.csv\"; filename*=UTF-8''%2e%2e%2Fb"), text()]) {
        let headers = vec![("content-disposition".to_owned(), name)];
        let step = Step::Answer { status: 200, headers, body: b"hi".to_vec() };
        let host = ScriptedHost::new([token(), step]);
        let input = r#"{"method":"GET","endpoint":"x","extra_fields":{"download":true}}"#;
        let text = invoke(&host, "generic_action", CONFIG, input).expect("a file");
        let envelope: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let filename = envelope["data"]["filename"].as_str().expect("a name");
        prop_assert!((1..=255).contains(&filename.len()) && !filename.starts_with('.'), "{:?}", filename);
        prop_assert!(!filename.chars().any(|character| character.is_control() || "/\\:".contains(character)), "{:?}", filename);
    }

    #[test]
    fn any_date_is_read_or_ignored(text in prop_oneof![
        mutated("2026-02-25T16:29:33.1234567Z"), mutated("2026-02-25T16:29:33+01:00"), mutated("Thu, 15 Feb 2024 08:00:08 GMT"), text()
    ]) {
        if let Some(at) = datetime::parse_rfc3339(&text) {
            prop_assert!(at.nanoseconds < 1_000_000_000);
            prop_assert!((-62_167_305_600..=253_402_387_200).contains(&at.unix_seconds), "{}", text);
        }
        let _ = datetime::parse_http_date(&text);
    }

    #[test]
    fn later_dates_are_later(
        (year, month, day) in (1970..=9999_i64, 1..=12_u8, 1..=28_u8),
        seconds in 0..86_400_u32, ticks in 0..10_000_000_u32,
    ) {
        let date = |day: u8, ticks: u32| {
            let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let text = format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{rest:02}.{ticks:07}Z");
            datetime::parse_rfc3339(&text).expect("a date")
        };
        let at = date(day, ticks);
        prop_assert_eq!(at.nanoseconds, ticks * 100);
        prop_assert_eq!(at.unix_seconds.rem_euclid(86_400), i64::from(seconds));
        if day < 28 {
            prop_assert_eq!(date(day + 1, ticks).unix_seconds, at.unix_seconds + 86_400);
        }
        if ticks > 0 {
            prop_assert!(date(day, ticks - 1) < at);
        }
    }

    #[test]
    fn any_configuration_stays_in_its_place(tenant in prop_oneof![mutated("contoso.onmicrosoft.com"), text()], secret in text(), url in prop_oneof![mutated("https://gateway.example:8443/"), text()]) {
        let config = crate::wit::types::Config {
            tenant_id: tenant,
            credential: Credential::ClientSecret(secret.clone()),
            endpoints: Some(crate::wit::types::Endpoints { login: Some(url.clone()), graph: Some(url) }),
            ..crate::request::config::tests::config()
        };
        let Ok(connection) = Connection::new(&config) else { return Ok(()) };
        let host = ScriptedHost::new([token(), answer(200, INCIDENT)]);
        run_as(&host, &connection, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
        let sent = &host.sent()[0];
        let path = format!("{}/{}/oauth2/v2.0/token", connection.app.login, connection.app.tenant_id);
        prop_assert_eq!(&sent.url, &path);
        prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#@%\\".contains(&byte)), "{}", path);
        prop_assert_eq!(sent.body.matches('&').count(), 4);
        let encoded = percent::encode(secret.trim(), percent::QUERY);
        let client_secret = format!("&client_secret={encoded}&");
        prop_assert!(sent.body.contains(&client_secret));
    }

    #[test]
    fn any_token_shows_its_permissions_or_is_sent_as_it_is(
        token in prop_oneof!["[!-~]{1,60}", mutated(r#"{"roles":["SecurityIncident.Read.All"]}"#).prop_map(|claims| {
            use base64::Engine as _;
            format!("e30.{}.x", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims))
        })],
    ) {
        let grant = serde_json::json!({ "expires_in": 3599, "access_token": token }).to_string();
        let host = ScriptedHost::new([answer(200, &grant), answer(200, "{}"), answer(200, INCIDENT)]);
        match run(&host, async |session| check::check(session).await) {
            Ok(report) => prop_assert_eq!(report.actions.len(), crate::catalog::action_names().count()),
            Err(error) => {
                prop_assert_eq!(error.kind, ErrorKind::MalformedResponse);
                // Graph has not been asked yet; its first answer is not an incident, so it is asked again.
            }
        }
        run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an incident");
        let sent = host.sent();
        let bearer = format!("Bearer {token}");
        prop_assert_eq!(sent.last().and_then(|sent| sent.header("authorization")), Some(bearer.as_str()));
    }

    #[test]
    fn no_error_shows_a_secret_whatever_stands_around_it(before in text(), after in text(), status in proptest::sample::select(vec![400_u16, 403, 404, 500])) {
        let connection = connection();
        let at_graph = bytes(status, format!("{before}{SECRET}{TOKEN}{after}").as_bytes());
        // The token endpoint cannot echo a token that it has not issued.
        let at_login = bytes(status, format!("{before}{SECRET}{after}").as_bytes());
        for script in [vec![token(), at_graph], vec![at_login; 4]] {
            let host = ScriptedHost::new(script);
            let error = run_as(&host, &connection, async |session| get_incident::typed(session, "29", None).await).expect_err("an error");
            is_sound(&error);
        }
    }
}
