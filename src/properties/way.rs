//! What happens to answers in transit: wait hints, links, byte order marks, pages of proxies, lone surrogates.

use super::*;
use crate::text::json;

/// Values of `Retry-After`, joined as proxies do.
fn hint() -> impl Strategy<Value = String> {
    prop_oneof![
        mutated("30,120"),
        mutated("2.542"),
        mutated("Thu, 15 Feb 2024 08:00:08 GMT, 120"),
        "[0-9]{0,25}(\\.[0-9]{0,25})?(, ?[0-9.]{0,5}){0,3}",
        text(),
    ]
}

proptest! {
    #![proptest_config(budget())]

    #[test]
    fn any_hint_is_a_wait_or_ignored(value in hint(), now in any::<u64>()) {
        let span = retry::parse_retry_after(&value, now);
        let first: String = value.split(',').next().unwrap_or_default().trim().chars().take_while(char::is_ascii_digit).collect();
        if let (Some(span), Ok(whole)) = (span, first.parse::<u64>()) {
            prop_assert!(value.contains("GMT") || (whole..=whole.saturating_add(1)).contains(&span.as_secs()), "{} {:?}", value, span);
        }
        let headers = [("retry-after", value.as_str())];
        let busy = crate::wire::scripted::answer_with(429, &headers, "");
        let host = ScriptedHost::new([vec![token()], vec![busy; 4]].concat());
        let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("busy");
        prop_assert_eq!((error.kind, error.status), (ErrorKind::Throttled, Some(429)));
        prop_assert!(host.elapsed() <= connection().timeout);
    }

    #[test]
    fn any_next_link_costs_at_most_the_cursor(
        link in prop_oneof![
            mutated("https://graph.microsoft.com/v1.0/security/incidents?$skip=50&$expand=alerts"),
            text().prop_map(|text| format!("https://graph.microsoft.com/v1.0/security/incidents?{text}")),
            text(),
        ],
        expand in any::<bool>(),
    ) {
        let body = format!(r#"{{"value":[{INCIDENT}],"@odata.nextLink":{}}}"#, json::quoted(&link));
        let query = IncidentQuery { expand: expand.then(|| "alerts".to_owned()), ..all_incidents() };
        let host = ScriptedHost::new([token(), answer(200, &body)]);
        let page = run(&host, async |session| list_incidents::typed(session, &query).await).expect("a page");
        prop_assert_eq!(page.incidents.len(), 1);
        prop_assert_eq!(page.cursor.is_some(), page.warnings.iter().all(|warning| warning.contains("came without")) && !link.is_empty());
        if let Some(cursor) = page.cursor {
            // Host names ignore case, and the port is the default one.
            let path_at = cursor.match_indices('/').nth(2).map_or(cursor.len(), |(at, _)| at);
            let origin = cursor[..path_at].to_ascii_lowercase();
            stays_inside(&(origin.trim_end_matches(":443").to_owned() + &cursor[path_at..]));
            prop_assert!(cursor.starts_with(&link));
        }
    }

    #[test]
    fn a_byte_order_mark_changes_nothing(incident in body(INCIDENT), refusal in body(r#"{"error":{"code":"A","message":"m"}}"#)) {
        let marked = |body: &[u8]| ["\u{feff}".as_bytes(), body].concat();
        let ask = |status: u16, body: &[u8]| {
            let host = ScriptedHost::new([vec![token()], vec![bytes(status, body); 4]].concat());
            format!("{:?}", run(&host, async |session| get_incident::typed(session, "29", None).await))
        };
        // With two marks, the second stays.
        if !incident.starts_with("\u{feff}".as_bytes()) && !refusal.starts_with("\u{feff}".as_bytes()) {
            prop_assert_eq!(ask(200, &incident), ask(200, &marked(&incident)));
            prop_assert_eq!(ask(400, &refusal), ask(400, &marked(&refusal)));
        }
    }

    #[test]
    fn any_page_of_a_proxy_is_reported_in_one_line(
        page in prop_oneof![
            mutated("<!DOCTYPE html><html><head><title> Blocked &amp; logged\n</title></head><body>planted~Secret.1</body></html>"),
            text().prop_map(|text| format!("<html><TITLE>{text}</title>{text}")),
            text(),
        ],
        location in prop_oneof![mutated("https://portal.example:8080/login?ticket=1"), text()],
        status in proptest::sample::select(vec![200_u16, 302, 403, 407, 451, 511]),
    ) {
        let headers = vec![("content-type".to_owned(), "text/html".to_owned()), ("location".to_owned(), location)];
        let step = Step::Answer { status, headers, body: page.into_bytes() };
        for script in [[vec![token()], vec![step.clone(); 4]].concat(), vec![step; 4]] {
            let host = ScriptedHost::new(script);
            let error = run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("a page");
            is_sound(&error);
            prop_assert_eq!(error.status, Some(status));
            prop_assert!(error.message.chars().count() < 500 && !error.message.chars().any(char::is_control), "{}", error.message);
            prop_assert!(error.remedy.is_some() && error.client_request_id.is_some());
        }
    }

    #[test]
    fn lone_surrogates_lose_only_themselves(units in proptest::collection::vec(any::<u16>(), 0..20), tail in text()) {
        let escapes = units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
        let quoted = format!("\"{escapes}{}\"", &json::quoted(&tail)[1..json::quoted(&tail).len() - 1]);
        let expected = String::from_utf16_lossy(&units) + &tail;
        prop_assert_eq!(json::text(&quoted), Some(expected));
    }

    #[test]
    fn a_quoted_text_has_the_announced_length_and_reads_back(text in text()) {
        let mut quoted = String::new();
        json::quote(&text, &mut quoted);
        prop_assert_eq!(quoted.len(), json::quoted_length(&text));
        prop_assert_eq!(serde_json::from_str::<String>(&quoted).expect("JSON"), text);
    }
}
