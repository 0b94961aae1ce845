//! What the services answer: successes, errors, hints, challenges, tokens, file names.

use super::*;

proptest! {
    #![proptest_config(budget())]

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
        let query = all_incidents();
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
