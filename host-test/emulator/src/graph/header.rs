//! The headers of every answer of Graph.
//! Refused or not, an answer names the same two ids, in its headers and in its error.

use uuid::Uuid;

use crate::message::{Answer, Request, clock};

/// How Graph labels its JSON.
pub(crate) const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// The two ids that support asks for.
pub(crate) struct Ids {
    pub(crate) request: String,
    pub(crate) client: String,
}

impl Ids {
    /// Without an id from the client, the service repeats its own.
    pub(crate) fn of(request: &Request) -> Self {
        let id = Uuid::new_v4().to_string();
        let client = request.header("client-request-id").map_or_else(|| id.clone(), str::to_owned);
        Self { request: id, client }
    }
}

/// Adds the headers.
pub(crate) fn with_headers(answer: Answer, request: &Request, ids: &Ids) -> Answer {
    answer
        .header("cache-control", "no-cache")
        .header("strict-transport-security", "max-age=31536000")
        .header("request-id", &ids.request)
        .header("client-request-id", &ids.client)
        .header(
            "x-ms-ags-diagnostic",
            r#"{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"EMULATOR"}}"#,
        )
        .header("date", &clock::http(request.now))
}
