//! Connections to destinations: direct, or through a tunnel that a proxy opens.
//!
//! hyper-util's own tunnel hides the proxy's status, which an operator needs, so CONNECT is sent with hyper's client.

use std::error::Error as StdError;
use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::cause;
use super::proxy::{self, Proxies};
use super::resolver::{BoxError, BoxFuture, DnsFailure, Resolver};

/// TCP, and the tunnel if there is a proxy; TLS runs on top.
#[derive(Clone, Debug)]
pub(crate) struct Dialer {
    pub(crate) tcp: HttpConnector<Resolver>,
    pub(crate) proxies: Proxies,
}

/// A proxy that did not open a tunnel: nothing was sent to the destination.
#[derive(Debug, thiserror::Error)]
#[error("the proxy {proxy} {problem}")]
pub(crate) struct NoTunnel {
    proxy: String,
    problem: Problem,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    #[error("refused the tunnel: {0}")]
    Refused(StatusCode),
    #[error("does not speak HTTP")]
    NotHttp,
    #[error("closed the connection before answering")]
    Closed,
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.of(&destination) else {
            let connecting = self.tcp.call(destination);
            return Box::pin(async { Ok(connecting.await?) });
        };
        let connecting = self.tcp.call(proxy.uri().clone());
        Box::pin(async move {
            let tunnel = async {
                let tcp = connecting.await.map_err(|error| Problem::Unreachable(reason(&error)))?;
                open(tcp, &destination, &proxy).await
            };
            tunnel.await.map_err(|problem| NoTunnel { proxy: proxy::name(&proxy), problem }.into())
        })
    }
}

/// Requests the tunnel and returns the connection once it leads to the destination.
async fn open(tcp: TokioIo<TcpStream>, destination: &Uri, proxy: &Intercept) -> Result<TokioIo<TcpStream>, Problem> {
    let host = destination.host().unwrap_or_default();
    let target = format!("{host}:{}", destination.port_u16().unwrap_or(443));
    let mut question = Request::builder().method(Method::CONNECT).uri(&target).header(header::HOST, &target);
    if let Some(password) = proxy.basic_auth() {
        question = question.header(header::PROXY_AUTHORIZATION, password);
    }
    let question = question.body(Empty::<Bytes>::new()).map_err(|_| Problem::NotHttp)?;
    let (mut sender, connection) = http1::handshake(tcp).await.map_err(|error| problem(&error))?;
    // Completes once the tunnel is open, or once the answer and the sender are gone.
    let asking = async move { sender.send_request(question).await.map(|answer| answer.status()) };
    let (status, connection) = tokio::join!(asking, connection.without_shutdown());
    let status = status.map_err(|error| problem(&error))?;
    if !status.is_success() {
        return Err(Problem::Refused(status));
    }
    let parts = connection.map_err(|error| problem(&error))?;
    // In TLS the client speaks first: bytes that have already arrived are not from the destination.
    if parts.read_buf.is_empty() { Ok(parts.io) } else { Err(Problem::NotHttp) }
}

fn problem(error: &hyper::Error) -> Problem {
    if error.is_parse() { Problem::NotHttp } else { Problem::Closed }
}

/// Why there is no connection to the proxy, in words.
fn reason(error: &(dyn StdError + 'static)) -> String {
    if cause::find::<DnsFailure>(error).is_some() {
        return "its name does not resolve".to_owned();
    }
    cause::deepest_io(error).map_or_else(|| error.to_string(), |io: &io::Error| io.kind().to_string())
}
