//! `wasi:http` of wasmtime 48, with two of its functions fixed. An upgrade of wasmtime starts here.
//!
//! Each fix has a test that fails once wasmtime no longer needs it. Remove the fix then, and this file with the last one.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::p2::IoError;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{RequestOptions, WasiHttp, WasiHttpCtxView};

use super::guest::Guest;
use crate::outbound::failure;

/// These serve every 0.2: the linker looks for a version that is compatible with the imported one.
const TYPES: &str = "wasi:http/types@0.2.0";
const OUTGOING_HANDLER: &str = "wasi:http/outgoing-handler@0.2.0";

/// Links both interfaces under our own names, which do not depend on those that wasmtime uses.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut handler = linker.instance(OUTGOING_HANDLER)?;
    handler.func_wrap("handle", |mut store: StoreContextMut<'_, Guest>, (request, options)| {
        Ok((handle(&mut store.data_mut().http(), request, options)?,))
    })?;
    linker.allow_shadowing(true);
    let mut types = linker.instance(TYPES)?;
    types::add_to_linker_instance::<_, WasiHttp>(&mut types, &types::LinkOptions::default(), Guest::http)?;
    types.func_wrap("http-error-code", |mut store: StoreContextMut<'_, Guest>, (error,)| {
        Ok((code_of_body(&store.data_mut().http(), &error)?,))
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Sends a request and drops its options, which now belong to the host. wasmtime leaves them in the instance's table
/// (`wasmtime-wasi-http/src/p2/http_impl.rs`), which holds a million entries: an instance would crash after that many
/// requests.
fn handle(
    http: &mut WasiHttpCtxView<'_>,
    request: Resource<HostOutgoingRequest>,
    options: Option<Resource<RequestOptions>>,
) -> wasmtime::Result<Result<Resource<HostFutureIncomingResponse>, ErrorCode>> {
    let lent = options.as_ref().map(|options| Resource::new_borrow(options.rep()));
    let sent = outgoing_handler::Host::handle(http, request, lent);
    if let Some(options) = options {
        http.table.delete(options)?;
    }
    match sent {
        Ok(future) => Ok(Ok(future)),
        Err(error) => Ok(Err(error.downcast()?)),
    }
}

/// Why a body broke off. wasmtime stores the reason as its own error type but looks only for the WIT's, so it never finds
/// one (`wasmtime-wasi-http/src/p2/types_impl.rs`).
fn code_of_body(http: &WasiHttpCtxView<'_>, error: &Resource<IoError>) -> wasmtime::Result<Option<ErrorCode>> {
    Ok(http.table.get(error)?.downcast_ref().and_then(failure::code_of_body))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wasmtime::{Engine, Store};
    use wasmtime_wasi_http::{Error, FieldMap};

    use super::*;
    use crate::outbound::client::Clients;
    use crate::outbound::proxy::Proxies;
    use crate::outbound::tls::Trust;
    use crate::sandbox::memory::Budget;
    use crate::settings::Settings;

    /// A guest whose requests are all denied.
    fn guest() -> Store<Guest> {
        let clients = Arc::new(Clients::new(Trust::new(None).unwrap(), Proxies::default()));
        Guest::store(&Engine::default(), &Settings::default(), &clients, &Budget::new(0))
    }

    /// Whether the options of a request are still in the table after it was sent this way.
    fn options_stay<T>(
        send: impl FnOnce(&mut WasiHttpCtxView<'_>, Resource<HostOutgoingRequest>, Option<Resource<RequestOptions>>) -> T,
    ) -> bool {
        let mut store = guest();
        let mut http = store.data_mut().http();
        let request = HostOutgoingRequest {
            method: types::Method::Get,
            scheme: None,
            authority: Some("graph.example".to_owned()),
            path_with_query: Some("/".to_owned()),
            headers: FieldMap::default(),
            body: None,
        };
        let request = http.table.push(request).unwrap();
        let options = http.table.push(RequestOptions::default()).unwrap();
        let number = options.rep();
        send(&mut http, request, Some(options));
        http.table.get(&Resource::<RequestOptions>::new_borrow(number)).is_ok()
    }

    fn broken_body(http: &mut WasiHttpCtxView<'_>) -> Resource<IoError> {
        http.table.push(IoError::from(Error::ConnectionTerminated)).unwrap()
    }

    #[tokio::test]
    async fn options_are_dropped_with_their_request() {
        assert!(!options_stay(|http, request, options| handle(http, request, options).unwrap().unwrap()));
    }

    #[test]
    fn a_broken_body_has_its_code() {
        let mut store = guest();
        let mut http = store.data_mut().http();
        let error = broken_body(&mut http);
        assert!(matches!(code_of_body(&http, &error).unwrap(), Some(ErrorCode::ConnectionTerminated)));
    }

    /// When this fails, wasmtime drops them itself: remove `handle`.
    #[tokio::test]
    async fn wasmtime_leaves_options_in_the_table() {
        assert!(options_stay(|http, request, options| {
            outgoing_handler::Host::handle(http, request, options).unwrap()
        }));
    }

    /// When this fails, wasmtime finds it itself: remove `code_of_body`.
    #[test]
    fn wasmtime_finds_no_code_for_a_broken_body() {
        let mut store = guest();
        let mut http = store.data_mut().http();
        let error = broken_body(&mut http);
        assert!(types::Host::http_error_code(&mut http, error).unwrap().is_none());
    }
}
