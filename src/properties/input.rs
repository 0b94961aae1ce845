//! What callers give: input, configurations, filters, cursors, endpoints, times.

use super::*;

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
        let query = IncidentQuery { filter: Some(filter.clone()), ..all_incidents() };
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
    fn any_cursor_is_refused_or_stays_inside(cursor in prop_oneof![
        mutated("https://graph.microsoft.com/v1.0/security/incidents?$skip=50"),
        text().prop_map(|text| format!("https://graph.microsoft.com/v1.0/security/incidents?{text}")),
        text().prop_map(|text| format!("https://graph.microsoft.com{text}")),
        text(),
    ]) {
        let query = IncidentQuery { cursor: Some(cursor), ..all_incidents() };
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
}
