//! Refusals from Entra ID, from the token endpoint's answer to the complete error.

use super::*;
use crate::actions::get_incident;
use crate::sample::{INCIDENT, run, token};
use crate::wire::scripted::{CLIENT_REQUEST_ID, ScriptedHost, Step, answer, answer_with};

/// The error of a get when the token endpoint answers with these steps; Graph is never asked.
fn failed(steps: impl IntoIterator<Item = Step>) -> Error {
    let host = ScriptedHost::new(steps);
    let error = *run(&host, async |session| get_incident::typed(session, "29", None).await).expect_err("an error");
    assert_eq!((host.calls().len(), host.left()), (0, 0));
    error
}

#[track_caller]
fn same(actual: &Error, expected: &Error) {
    assert_eq!(format!("{actual:#?}"), format!("{expected:#?}"));
}

/// A refusal as Entra ID sends it; newer answers separate the trailer with spaces.
fn refusal(error: &str, number: u64, separator: &str) -> String {
    let trailer = [
        "Trace ID: 03da4b8e-5ffe-48ca-9754-aff4276f0100",
        "Correlation ID: 7b12f9bb-2eef-42e3-ad75-eee69ec9088d",
        "Timestamp: 2022-03-02 18:25:26Z",
    ]
    .join(separator);
    serde_json::json!({
        "error": error,
        "error_description": format!("AADSTS{number}: Some words. And more.{separator}{trailer}"),
        "error_codes": [number],
        "timestamp": "2022-03-02 18:25:26Z",
        "trace_id": "03da4b8e-5ffe-48ca-9754-aff4276f0100",
        "correlation_id": "7b12f9bb-2eef-42e3-ad75-eee69ec9088d",
        "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
    })
    .to_string()
}

const TENANT: &str = "check tenant_id: no tenant '11112222-3333-4444-5555-666677778888' in this cloud; copy the Directory \
     (tenant) ID from the overview of the app registration";
const TENANT_FORM: &str = "check tenant_id: it must be the tenant's GUID or one of its verified domain names";
const CLOUD: &str = "the tenant is in another cloud: set cloud to global, us-gov or us-gov-dod";
const CLIENT: &str = "check client_id and tenant_id: no app registration aaaabbbb-cccc-dddd-eeee-ffff00001111 in tenant \
     11112222-3333-4444-5555-666677778888; copy the Application (client) ID";
const PRINCIPAL: &str = "the app aaaabbbb-cccc-dddd-eeee-ffff00001111 has no service principal in tenant \
     11112222-3333-4444-5555-666677778888: an administrator of that tenant has to grant consent";
const DISABLED: &str =
    "the app aaaabbbb-cccc-dddd-eeee-ffff00001111 is disabled: enable it under Enterprise applications, Properties";
const SECRET: &str =
    "check client_secret: paste the secret's Value, not its Secret ID; a new secret may take a minute to work";
const EXPIRED: &str = "the client secret has expired: create a new one under Certificates & secrets of the app \
     aaaabbbb-cccc-dddd-eeee-ffff00001111 and configure its Value";
const NO_SECRET: &str = "client_secret was not received: configure the secret's Value";
const CERTIFICATE: &str = "the app aaaabbbb-cccc-dddd-eeee-ffff00001111 does not accept the certificate: upload it under Certificates & \
     secrets, and check that it is the one that is configured and has not expired there";
const OTHER_APP: &str = "the assertion was signed for another app: its iss and sub must be the client_id \
     aaaabbbb-cccc-dddd-eeee-ffff00001111";
const AUDIENCE: &str =
    "the assertion is for another audience: check cloud, or how whoever signs the assertion sets aud";
const CLOCK: &str = "the assertion is outside its time range: check the clock of the machine that signs it";
const FEDERATED: &str =
    "no federated credential of the app matches the assertion: compare issuer, audience and subject; case matters";
const RESOURCE: &str = "https://login.microsoftonline.com does not issue tokens for https://graph.microsoft.com/.default: check \
     endpoints.login and cloud; both must belong to the tenant's cloud";
const FIELD: &str =
    "something between here and https://login.microsoftonline.com removed a field from the request: check the gateway";
const GRANT: &str = "https://login.microsoftonline.com does not accept client credentials: check endpoints.login";
const POLICY: &str = "a Conditional Access policy for workload identities blocks the app \
     aaaabbbb-cccc-dddd-eeee-ffff00001111: ask an administrator to allow this network or exclude the app";
const GONE: &str = "the tenant 11112222-3333-4444-5555-666677778888 no longer exists or is not available: check tenant_id, or ask its administrator";
const INACTIVE: &str = "the tenant 11112222-3333-4444-5555-666677778888 was blocked after a period of inactivity: its administrator \
     has to ask Microsoft support to restore it";
const LOOP: &str = "the app aaaabbbb-cccc-dddd-eeee-ffff00001111 requested too many tokens in a short time: wait a few minutes, and \
     keep instances of the component warm, so that tokens are reused";
const API: &str = "the service principal of Microsoft Graph is disabled in tenant 11112222-3333-4444-5555-666677778888: ask an \
     administrator to enable it under Enterprise applications, or check the tenant's licences";
const RESTRICTED: &str = "a proxy's tenant restrictions do not allow tenant 11112222-3333-4444-5555-666677778888: ask the network's \
     administrator to add it, or use another route";
const ASSIGNMENT: &str = "an assignment is required: assign the app aaaabbbb-cccc-dddd-eeee-ffff00001111 under Enterprise \
     applications, or turn off Assignment required for the resource";
const TLS: &str = "something between here and https://login.microsoftonline.com uses an old version of TLS, usually a proxy that \
     inspects traffic: configure it for TLS 1.2 or later, or exempt https://login.microsoftonline.com";
const OWN_APP: &str = "Microsoft does not let the app aaaabbbb-cccc-dddd-eeee-ffff00001111 act as itself: use an app registration of \
     your own tenant as client_id";
const ISSUER: &str = "the key that signed the assertion is not among those that its issuer publishes: check the issuer's key set; \
     new keys take some time to become known";
const NO_NUMBER: &str = "check that https://login.microsoftonline.com is Microsoft Entra ID or a gateway in front of it; if it is, \
     give Microsoft support the trace id (request_id) and the time";

fn unknown(number: u64) -> String {
    format!(
        "look the number up at https://login.microsoftonline.com/error?code={number}; if that does not help, give Microsoft support \
         the trace id (request_id) and the time"
    )
}

#[test]
fn each_refusal_has_its_remedy() {
    for (status, error, number, remedy) in [
        (400, "invalid_request", 90002, TENANT),
        (400, "invalid_tenant", 90002, TENANT),
        (400, "invalid_request", 900_023, TENANT_FORM),
        (400, "invalid_request", 90038, CLOUD),
        (400, "invalid_request", 900_382, CLOUD),
        (400, "invalid_request", 900_432, CLOUD),
        (400, "unauthorized_client", 700_016, CLIENT),
        (401, "invalid_client", 7_000_229, PRINCIPAL),
        (400, "unauthorized_client", 7_000_112, DISABLED),
        (401, "invalid_client", 7_000_215, SECRET),
        (401, "invalid_client", 7_000_222, EXPIRED),
        (401, "invalid_client", 7_000_216, NO_SECRET),
        (401, "invalid_client", 7_000_218, NO_SECRET),
        (401, "invalid_client", 700_027, CERTIFICATE),
        (401, "invalid_client", 700_021, OTHER_APP),
        (401, "invalid_client", 700_023, AUDIENCE),
        (401, "invalid_client", 700_024, CLOCK),
        (401, "invalid_client", 700_211, FEDERATED),
        (401, "invalid_client", 700_212, FEDERATED),
        (401, "invalid_client", 700_213, FEDERATED),
        (401, "invalid_client", 7_002_137, FEDERATED),
        (401, "invalid_client", 7_002_138, FEDERATED),
        (400, "invalid_scope", 70011, RESOURCE),
        (400, "invalid_scope", 1_002_012, RESOURCE),
        (400, "invalid_resource", 500_011, RESOURCE),
        (400, "invalid_request", 900_144, FIELD),
        (400, "unsupported_grant_type", 70003, GRANT),
        (400, "access_denied", 53003, POLICY),
        (400, "invalid_grant", 530_032, POLICY),
        // None of these has to do with the secret.
        (400, "invalid_request", 1_002_016, TLS),
        (400, "invalid_grant", 5_000_225, INACTIVE),
        (400, "invalid_request", 5_000_224, GONE),
        (400, "invalid_grant", 50196, LOOP),
        (400, "invalid_resource", 500_014, API),
        (400, "access_denied", 500_021, RESTRICTED),
        (400, "access_denied", 500_022, RESTRICTED),
        (400, "invalid_grant", 501_051, ASSIGNMENT),
        (400, "unauthorized_client", 7_000_113, OWN_APP),
        (400, "unauthorized_client", 7_000_114, OWN_APP),
        (401, "invalid_client", 7_000_272, ISSUER),
        // Unknown numbers.
        (400, "invalid_client", 1_234_567, &unknown(1_234_567)),
        (403, "interaction_required", 50076, &unknown(50076)),
        (400, "invalid_request", 9_999_999, &unknown(9_999_999)),
    ] {
        for separator in ["\r\n", "\n", " "] {
            let body = refusal(error, number, separator);
            let actual = failed([answer(status, &body)]);
            let expected = Error {
                status: Some(status),
                code: Some(format!("AADSTS{number}")),
                request_id: Some("03da4b8e-5ffe-48ca-9754-aff4276f0100".into()),
                client_request_id: Some("7b12f9bb-2eef-42e3-ad75-eee69ec9088d".into()),
                remedy: Some(remedy.into()),
                details_json: Some(body),
                ..*base(ErrorKind::Unauthenticated, format!("AADSTS{number}: Some words. And more."))
            };
            same(&actual, &expected);
        }
    }
}

const BUSY: &str = "wait and retry; Entra ID is busy or not available";

#[test]
fn a_busy_token_service_is_asked_again() {
    let temporary = |number| answer(400, &refusal("temporarily_unavailable", number, "\r\n"));
    for (number, step, status, kind) in [
        (Some(90055), answer(429, &refusal("invalid_request", 90055, "\r\n")), 429, ErrorKind::Throttled),
        (Some(90006), temporary(90006), 400, ErrorKind::Unavailable),
        (Some(90012), temporary(90012), 400, ErrorKind::Unavailable),
        (Some(90024), temporary(90024), 400, ErrorKind::Unavailable),
        (Some(90033), temporary(90033), 400, ErrorKind::Unavailable),
        // The number alone is enough.
        (Some(90033), answer(400, &refusal("server_error", 90033, " ")), 400, ErrorKind::Unavailable),
        (None, answer(500, ""), 500, ErrorKind::Unavailable),
        (None, answer(502, ""), 502, ErrorKind::Unavailable),
        (None, answer(503, ""), 503, ErrorKind::Unavailable),
        (None, answer(504, ""), 504, ErrorKind::Unavailable),
    ] {
        let error = failed(vec![step.clone(); 4]);
        let message = match number {
            Some(number) => format!("AADSTS{number}: Some words. And more."),
            None => format!("login.microsoftonline.com refused to issue a token: status {status}"),
        };
        assert_eq!((error.kind, error.status, error.message), (kind, Some(status), message));
        assert_eq!((error.code, error.remedy.as_deref()), (number.map(|number| format!("AADSTS{number}")), Some(BUSY)));

        let host = ScriptedHost::new([step.clone(), step.clone(), token(), answer(200, INCIDENT)]);
        run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an answer in the end");
        assert_eq!(host.times(), [0, 500, 1000, 1000]);
    }
}

#[test]
fn waits_for_the_token_service_within_the_deadline() {
    let busy = |seconds| answer_with(429, &[("retry-after", seconds)], "");
    let host = ScriptedHost::new([busy("5"), token(), answer(200, INCIDENT)]);
    run(&host, async |session| get_incident::typed(session, "29", None).await).expect("an answer");
    assert_eq!(host.times(), [0, 5000, 5000]);

    for status in [429, 503] {
        let error = failed([answer_with(status, &[("retry-after", "15")], "")]);
        assert_eq!((error.kind, error.retry_after_seconds), (ErrorKind::Throttled, Some(15)));
        assert_eq!(error.remedy.as_deref(), Some(BUSY));
    }
}

#[test]
fn other_refusals_are_not_repeated() {
    for status in [400, 401, 403, 404] {
        assert_eq!(failed([answer(status, &refusal("invalid_client", 7_000_215, " "))]).status, Some(status));
    }
}

#[test]
fn a_refusal_from_something_other_than_entra_is_quoted() {
    for (body, quoted) in [
        ("Not\nallowed", r#": "Not allowed""#),
        ("", ""),
        (r#"{"error":{"code":"x"}}"#, r#": "{"error":{"code":"x"}}""#),
        (r#"{"error_description":"AADSTS7000215: cut of"#, r#": "{"error_description":"AADSTS7000215: cut of""#),
    ] {
        let error = failed([answer(403, body)]);
        let message = format!("login.microsoftonline.com refused to issue a token: status 403{quoted}");
        assert_eq!((error.kind, error.message), (ErrorKind::Unauthenticated, message));
        assert_eq!((error.code, error.remedy.as_deref()), (None, Some(NO_NUMBER)));
    }
}

#[test]
fn parts_may_be_missing() {
    for (body, code, message, remedy) in [
        (
            r#"{"error":"invalid_client"}"#,
            "invalid_client",
            r#"login.microsoftonline.com refused to issue a token: status 401: "{"error":"invalid_client"}""#,
            NO_NUMBER,
        ),
        (
            r#"{"error":"invalid_client","error_description":"AADSTS7000222: Expired."}"#,
            "AADSTS7000222",
            "AADSTS7000222: Expired.",
            EXPIRED,
        ),
        (r#"{"error":"invalid_client","error_description":"Nope"}"#, "invalid_client", "Nope", NO_NUMBER),
        (
            r#"{"error":"invalid_client","error_description":"AADSTSx: y","error_codes":[]}"#,
            "invalid_client",
            "AADSTSx: y",
            NO_NUMBER,
        ),
        (
            r#"{"error":"a","error_description":"m","error_codes":[7000215,1],"trace_id":null}"#,
            "AADSTS7000215",
            "m",
            SECRET,
        ),
    ] {
        let actual = failed([answer(401, body)]);
        let expected = Error {
            status: Some(401),
            code: Some(code.into()),
            client_request_id: Some(CLIENT_REQUEST_ID.into()),
            remedy: Some(remedy.into()),
            details_json: Some(body.into()),
            ..*base(ErrorKind::Unauthenticated, message)
        };
        same(&actual, &expected);
    }
}

#[test]
fn a_proxys_page_blames_no_credential() {
    let page = "<html><head><title>Web gateway</title></head></html>";
    for status in [200, 302, 403, 407, 451, 511] {
        let error = failed([answer(status, page)]);
        assert_eq!((error.kind, error.status), (ErrorKind::Unreachable, Some(status)));
        assert_eq!(
            error.message,
            format!(
                "an HTML page came in place of an answer from login.microsoftonline.com: status {status}, titled \"Web gateway\""
            )
        );
        assert_eq!(error.client_request_id.as_deref(), Some(CLIENT_REQUEST_ID));
        let remedy = error.remedy.expect("a remedy");
        assert!(!["secret", "client_id", "permission"].iter().any(|word| remedy.contains(word)), "{remedy}");
    }
    assert_eq!(failed(vec![answer(502, page); 4]).kind, ErrorKind::Unavailable);
}
