//! The measuring stick: the least that a component does for one request to Graph a call.
//!
//! It keeps a token, fetches the same incident (or, with `BASELINE_HUNT`, makes the same hunt) whatever it is asked, and passes the
//! answer on without looking into it.

use std::cell::RefCell;
use wasip3::http::types::{ErrorCode, Fields, Method, Request, Response, Scheme};
use wasip3::wit_bindgen::{StreamResult, spawn_local};
use wasip3::{cli::environment::get_environment, http::client, wit_future, wit_stream};

thread_local! { static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) }; }
struct Baseline;
wasip3::http::service::export!(Baseline);

impl wasip3::exports::http::handler::Guest for Baseline {
    async fn handle(_: Request) -> Result<Response, ErrorCode> {
        let kept = TOKEN.with_borrow(Clone::clone);
        let token = if let Some(token) = kept { token } else { sign_in().await? };
        let key = ("authorization", format!("Bearer {token}"));
        let hunt = Some(variable("BASELINE_HUNT").into_bytes()).filter(|hunt| !hunt.is_empty());
        let path = if hunt.is_some() { "runHuntingQuery" } else { "incidents/2972395" };
        let (status, body) = send(&format!("/v1.0/security/{path}"), &[key, ("content-type", "application/json".into())], hunt).await?;
        let (mut writer, contents) = wit_stream::new();
        let (end, trailers) = wit_future::new(|| Ok(None));
        let (answer, _) = Response::new(Fields::new(), Some(contents), trailers);
        let _ = answer.set_status_code(status);
        spawn_local(async move {
            writer.write_all(body).await;
            drop(end);
        });
        Ok(answer)
    }
}

async fn sign_in() -> Result<String, ErrorCode> {
    let grant = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let (id, secret) = (variable("DEFENDER_CLIENT_ID"), variable("SECRET_ENC"));
    let form = format!("{grant}&client_id={id}&client_secret={secret}").into_bytes();
    let path = format!("/{}/oauth2/v2.0/token", variable("DEFENDER_TENANT_ID"));
    let (_, body) = send(&path, &[("content-type", "application/x-www-form-urlencoded".into())], Some(form)).await?;
    let body = String::from_utf8_lossy(&body);
    let token = body.split("\"access_token\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    TOKEN.set(Some(token.into()));
    Ok(token.into())
}

/// One exchange with Graph's endpoint, which is Entra ID's, too: a POST if there is a body.
async fn send(path: &str, given: &[(&str, String)], body: Option<Vec<u8>>) -> Result<(u16, Vec<u8>), ErrorCode> {
    let endpoint = variable("DEFENDER_GRAPH_ENDPOINT");
    let (scheme, authority) = endpoint.split_once("://").unwrap_or_default();
    let headers = Fields::new();
    given.iter().for_each(|(name, value)| drop(headers.append(name, value.as_bytes())));
    let (end, trailers) = wit_future::new(|| Ok(None));
    let (writer, contents) = body.as_ref().map(|_| wit_stream::new()).unzip();
    let (request, _) = Request::new(headers, contents, trailers, None);
    let _ = request.set_method(if body.is_some() { &Method::Post } else { &Method::Get });
    let _ = request.set_scheme(Some(if scheme == "https" { &Scheme::Https } else { &Scheme::Http }));
    let _ = request.set_authority(Some(authority));
    let _ = request.set_path_with_query(Some(path));
    spawn_local(async move {
        if let (Some(mut writer), Some(body)) = (writer, body) {
            writer.write_all(body).await;
        }
        drop(end);
    });
    let answer = client::send(request).await?;
    let status = answer.get_status_code();
    let (mut stream, _) = Response::consume_body(answer, wit_future::new(|| Ok(())).1);
    let mut received = Vec::new();
    loop {
        received.reserve(64 * 1024);
        let (end, bytes) = stream.read(received).await;
        received = bytes;
        if !matches!(end, StreamResult::Complete(_)) {
            return Ok((status, received));
        }
    }
}

fn variable(name: &str) -> String {
    get_environment().into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}
