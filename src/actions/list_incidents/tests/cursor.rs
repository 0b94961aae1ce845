//! Pages and the links between them, which are followed only to the configured origin.

use super::*;

const NO_CURSOR: &str = "there are more incidents, but the service's link to the next page does not lead to the configured Graph \
     endpoint, so there is no cursor: use skip";

#[test]
fn pages_follow_the_links_of_the_service() {
    let second = format!("{BASE}?$filter=status+eq+'active'&$skiptoken=a%2Fb==");
    let third = "HTTPS://Graph.Microsoft.com:443/v1.0/security/incidents?$skip=100";
    let pages = [
        format!(r#"{{"value":[],"@odata.nextLink":"{second}"}}"#),
        format!(r#"{{"value":[{INCIDENT}],"@odata.nextLink":"{third}"}}"#),
        EMPTY.to_owned(),
    ];
    let host = ScriptedHost::new([token()]);
    let mut query = all_incidents();
    let mut cursors = Vec::new();
    for body in pages {
        host.expect(answer(200, &body));
        let page = run(&host, async |session| typed(session, &query).await).expect("a page");
        cursors.push(page.cursor.clone());
        query.cursor = page.cursor;
    }
    assert_eq!(cursors, [Some(second.clone()), Some(third.to_owned()), None]);
    // Sent unchanged, with the headers of the first request.
    assert_eq!(host.calls(), [format!("GET {BASE}"), format!("GET {second}"), format!("GET {BASE}?$skip=100")]);
    for sent in &host.sent()[1..] {
        assert_eq!(sent.header("prefer"), Some("include-unknown-enum-members"));
        assert_eq!(sent.header("authorization"), Some("Bearer planted.Token.1"));
    }
}

/// Links to which a token must not be sent.
const EVIL: [&str; 19] = [
    "https://evil.example/v1.0/security/incidents?$skip=1",
    "http://graph.microsoft.com/v1.0/security/incidents?$skip=1",
    "https://graph.microsoft.com.evil.example/v1.0/security/incidents?$skip=1",
    "https://graph.microsoft.com@evil.example/v1.0/security/incidents?$skip=1",
    "https://graph.microsoft.com:444/v1.0/security/incidents?$skip=1",
    "https://evil.example/https://graph.microsoft.com/v1.0/security/incidents?$skip=1",
    "//graph.microsoft.com/v1.0/security/incidents?$skip=1",
    "/v1.0/security/incidents?$skip=1",
    "$skip=1",
    "https://graph.microsoft.com/v1.0/security/incidents",
    "https://graph.microsoft.com/v1.0/security/incidents/29?x",
    "https://graph.microsoft.com/v1.0/security/incidentsx?x",
    "https://graph.microsoft.com/v1.0/users?$skip=1",
    "https://graph.microsoft.com/beta/security/incidents?$skip=1",
    "https://graph.microsoft.com/v1.0/x/../security/incidents?$skip=1",
    "https://graph.microsoft.com/v1.0/security/incidents?$skip=1#x",
    "https://graph.microsoft.com/v1.0/security/incidents?$skip=1 HTTP/1.1",
    "https://graph.microsoft.com/v1.0/security/incidents?$skip=1\r\nx-evil: 1",
    "https://graph.microsoft.com\\.evil.example/v1.0/security/incidents?$skip=1",
];

#[test]
fn a_link_that_leads_away_costs_the_cursor_and_not_the_page() {
    let json = |link: &str| serde_json::Value::from(link).to_string();
    let odd = ["7", "{}", "[\"x\"]", "\"/v1.0/security/incidents?$skip=1\"", "\" \""].map(str::to_owned);
    for link in EVIL.iter().map(|link| json(link)).chain(odd) {
        let body = format!(r#"{{"value":[{INCIDENT}],"@odata.nextLink":{link}}}"#);
        let page = page(answer(200, &body));
        assert_eq!((page.incidents.len(), page.cursor), (1, None), "{link}");
        assert_eq!(page.warnings, [NO_CURSOR], "{link}");
        let host = ScriptedHost::new([token(), answer(200, &body)]);
        let text = crate::sample::invoke(&host, "list_incidents", CONFIG, "{}").expect("a page");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["meta"]["cursor"], serde_json::Value::Null, "{link}");
        assert_eq!(value["meta"]["warnings"], serde_json::json!([NO_CURSOR]), "{link}");
    }
}

#[test]
fn an_empty_link_is_none() {
    for link in ["null", "\"\""] {
        let page = page(answer(200, &format!(r#"{{"value":[],"@odata.nextLink":{link}}}"#)));
        assert_eq!((page.cursor, page.warnings.len()), (None, 0), "{link}");
    }
}

#[test]
fn a_cursor_that_leads_away_is_not_followed() {
    for link in EVIL {
        refuses(
            &IncidentQuery { cursor: Some(link.into()), ..all_incidents() },
            "cursor: is not a cursor of an earlier page from https://graph.microsoft.com/v1.0/security/incidents",
        );
    }
}

#[test]
fn a_cursor_belongs_to_its_endpoint_and_version() {
    let endpoints = crate::wit::types::Endpoints {
        login: Some("http://127.0.0.1:1".into()),
        graph: Some("http://127.0.0.1:2".into()),
    };
    let config = Config {
        endpoints: Some(endpoints),
        api_version: Some("beta".into()),
        ..crate::request::config::tests::config()
    };
    let connection = crate::request::config::Connection::new(&config).expect("valid");
    let link = "http://127.0.0.1:2/beta/security/incidents?$skip=1";
    let host = ScriptedHost::new([token(), answer(200, EMPTY)]);
    let query = IncidentQuery { cursor: Some(link.into()), ..all_incidents() };
    crate::sample::run_as(&host, &connection, async |session| typed(session, &query).await).expect("a page");
    assert_eq!(host.calls(), [format!("GET {link}")]);
    refuses(
        &query,
        "cursor: is not a cursor of an earlier page from https://graph.microsoft.com/v1.0/security/incidents",
    );
}

#[test]
fn a_cursor_stands_alone() {
    let some = |text: &str| Some(text.to_owned());
    let cursor = || Some(format!("{BASE}?$skip=1"));
    for (query, name) in [
        (IncidentQuery { filter: some("status eq 'active'"), ..all_incidents() }, "filter"),
        (IncidentQuery { max_results: Some(5), ..all_incidents() }, "max_results"),
        (IncidentQuery { skip: Some(0), ..all_incidents() }, "skip"),
        (IncidentQuery { count: Some(false), ..all_incidents() }, "count"),
        (IncidentQuery { expand: some("alerts"), ..all_incidents() }, "expand"),
        (IncidentQuery { order_by: some("severity"), ..all_incidents() }, "order_by"),
    ] {
        refuses(
            &IncidentQuery { cursor: cursor(), ..query },
            &format!("cursor: stands for the whole earlier query; leave out {name}"),
        );
    }
    sends(&IncidentQuery { cursor: cursor(), filter: some(" "), ..all_incidents() }, "?$skip=1");
}
