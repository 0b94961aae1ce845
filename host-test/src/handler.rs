//! `wasi:http/outgoing-handler`, and the future answer that it gives: requests that need no task of their own, see [`InFlight`].

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Request, Uri};
use http_body_util::{BodyExt as _, Empty};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::{DynPollable, subscribe};
use wasmtime_wasi_http::p2::bindings::http::types::{self, ErrorCode};
use wasmtime_wasi_http::p2::body::HostIncomingBody;
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{FieldMap, RequestOptions, WasiBody};

use crate::in_flight::InFlight;
use crate::sandbox::{Guest, HTTP_TYPES};

/// The interface as wasmtime 48 names it.
const OUTGOING_HANDLER: &str = "wasi:http/outgoing-handler@0.2.12";

type Store<'a> = StoreContextMut<'a, Guest>;
type Future = Resource<InFlight>;
/// What `future-incoming-response.get` answers.
type Got = Option<Result<Result<Resource<HostIncomingResponse>, ErrorCode>, ()>>;

/// Links both in place of wasmtime's.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut types = linker.instance(HTTP_TYPES)?;
    types.resource("future-incoming-response", ResourceType::host::<InFlight>(), |mut store, index| {
        store.data_mut().table().delete(Future::new_own(index))?;
        Ok(())
    })?;
    types.func_wrap("[method]future-incoming-response.subscribe", |mut store: Store<'_>, (future,): (Future,)| {
        Ok((subscribe(store.data_mut().table(), future)?,)) as wasmtime::Result<(Resource<DynPollable>,)>
    })?;
    types.func_wrap("[method]future-incoming-response.get", |mut store: Store<'_>, (future,): (Future,)| {
        Ok((get(store.data_mut(), &future)?,))
    })?;
    linker.instance(OUTGOING_HANDLER)?.func_wrap("handle", |mut store: Store<'_>, (request, options)| {
        Ok((handle(store.data_mut(), request, options)?,))
    })
}

/// Starts a request. wasmtime's own leaves the options in the table, which would grow with each request of a warm instance.
fn handle(
    guest: &mut Guest,
    request: Resource<HostOutgoingRequest>,
    options: Option<Resource<RequestOptions>>,
) -> wasmtime::Result<Result<Future, ErrorCode>> {
    let request = guest.table().delete(request)?;
    let options = options.map(|options| guest.table().delete(options)).transpose()?;
    match outgoing(request) {
        Ok(request) => {
            let in_flight = guest.outbound().start(request, options.unwrap_or_default());
            Ok(Ok(guest.table().push(in_flight)?))
        }
        Err(code) => Ok(Err(code)),
    }
}

/// A request as the client takes it. Without a scheme it goes over TLS.
fn outgoing(request: HostOutgoingRequest) -> Result<Request<WasiBody>, ErrorCode> {
    let scheme = match request.scheme {
        Some(types::Scheme::Http) => Scheme::HTTP,
        Some(types::Scheme::Https) | None => Scheme::HTTPS,
        Some(types::Scheme::Other(_)) => return Err(ErrorCode::HttpProtocolError),
    };
    let invalid = |_| ErrorCode::HttpRequestUriInvalid;
    let authority = Authority::try_from(request.authority.unwrap_or_default()).map_err(invalid)?;
    let target = request.path_with_query.unwrap_or_else(|| "/".to_owned());
    let target = PathAndQuery::try_from(target).map_err(invalid)?;
    let uri = Uri::builder().scheme(scheme).authority(authority).path_and_query(target);
    let method = request.method.try_into().map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
    let headers = HeaderMap::from(request.headers);
    let body = match request.body {
        Some(body) => body,
        // A body that is announced and does not come would be read out of the next request.
        None if headers.get(http::header::CONTENT_LENGTH).is_some_and(|length| length != "0") => {
            return Err(ErrorCode::HttpRequestBodySize(Some(0)));
        }
        None => Empty::new().map_err(|never| match never {}).boxed_unsync(),
    };
    let mut outgoing = Request::new(body);
    *outgoing.uri_mut() = uri.build().map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    *outgoing.method_mut() = method;
    *outgoing.headers_mut() = headers;
    Ok(outgoing)
}

fn get(guest: &mut Guest, future: &Future) -> wasmtime::Result<Got> {
    let Some(taken) = guest.table().get_mut(future)?.take() else { return Ok(None) };
    let mut http = guest.http();
    Ok(Some(match taken {
        Err(()) => Err(()),
        Ok(Ok(response)) => {
            let (head, body) = response.into_parts();
            let response = HostIncomingResponse {
                status: head.status.as_u16(),
                headers: FieldMap::new_immutable(http.hooks, head.headers),
                body: Some(HostIncomingBody::new(body)),
            };
            Ok(Ok(http.table.push(response)?))
        }
        Ok(Err(error)) => {
            // wasmtime keeps to itself which code an error has; its own future tells.
            let failed = http.table.push(HostFutureIncomingResponse::Ready(Err(error)))?;
            let failed = Resource::new_own(failed.rep());
            let code = types::HostFutureIncomingResponse::get(&mut http, Resource::new_borrow(failed.rep()))?;
            http.table.delete::<HostFutureIncomingResponse>(failed)?;
            return Ok(code);
        }
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::client::Clients;
    use crate::clock::Clock;
    use crate::outbound::Outbound;
    use crate::policy::Policy;
    use crate::proxy::Proxies;
    use crate::tls::Trust;

    fn request(change: impl FnOnce(&mut HostOutgoingRequest)) -> Result<Request<WasiBody>, ErrorCode> {
        let mut request = HostOutgoingRequest {
            method: types::Method::Get,
            scheme: None,
            authority: Some("graph.example:8443".to_owned()),
            path_with_query: None,
            headers: FieldMap::default(),
            body: None,
        };
        change(&mut request);
        outgoing(request)
    }

    #[test]
    fn goes_over_tls_to_the_root_by_default() {
        let request = request(|_| ()).unwrap();
        assert_eq!(
            (request.method().as_str(), request.uri().to_string().as_str()),
            ("GET", "https://graph.example:8443/")
        );
    }

    #[test]
    fn refuses_what_is_no_request() {
        let code = |change: fn(&mut HostOutgoingRequest)| format!("{:?}", request(change).unwrap_err());
        assert!(
            code(|request| request.scheme = Some(types::Scheme::Other("ftp".into()))).contains("HttpProtocolError")
        );
        assert!(code(|request| request.authority = None).contains("HttpRequestUriInvalid"));
        assert!(code(|request| request.path_with_query = Some("/a b".into())).contains("HttpRequestUriInvalid"));
        assert!(
            code(|request| request.method = types::Method::Other("A B".into())).contains("HttpRequestMethodInvalid")
        );
    }

    #[test]
    fn refuses_a_body_that_is_announced_and_not_there() {
        let announced = |length: &'static str| {
            let headers = [(http::header::CONTENT_LENGTH, http::HeaderValue::from_static(length))];
            let clients = Arc::new(Clients::new(Trust::new(None).unwrap(), Proxies::default()));
            let mut hooks = Outbound { policy: Policy::default(), clients, clock: Clock::new(1), trace: None };
            let headers = FieldMap::new_immutable(&mut hooks, HeaderMap::from_iter(headers));
            request(|request| request.headers = headers).is_ok()
        };
        assert!(announced("0"));
        assert!(!announced("7"));
    }
}
