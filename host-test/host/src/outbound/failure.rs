//! Maps the errors of the HTTP stack to the error codes of `wasi:http`.
//!
//! The guest decides from the code whether a request may be retried. So every failure up to the end of the TLS handshake
//! must get a code that means "nothing was sent", and no later failure may get one.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind};

use hyper_util::client::legacy;
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;

use super::cause::{deepest_io, find};
use super::client::ConnectTimeout;
use super::resolver::DnsFailure;
use super::tunnel::NoTunnel;

/// Why a request got no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    /// For the guest.
    pub(crate) code: Error,
    /// For the host's trace, if it is more specific.
    reason: Option<String>,
}

impl From<Error> for Failure {
    fn from(code: Error) -> Self {
        Self { code, reason: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => formatter.write_str(reason),
            None => self.code.fmt(formatter),
        }
    }
}

/// The failure of a request that got no answer.
pub(crate) fn of_request(error: &legacy::Error) -> Failure {
    let code = if error.is_connect() { of_connect(error) } else { of_exchange(error) };
    Failure { code, reason: find::<NoTunnel>(error).map(ToString::to_string) }
}

/// The code of the error that ended a body, as the guest queries it.
pub(crate) fn code_of_body(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::ConnectionReadTimeout => Some(ErrorCode::ConnectionReadTimeout),
        Error::ConnectionTerminated => Some(ErrorCode::ConnectionTerminated),
        Error::HttpProtocolError => Some(ErrorCode::HttpProtocolError),
        _ => None,
    }
}

/// DNS, TCP and TLS: nothing of the request was sent.
fn of_connect(error: &(dyn StdError + 'static)) -> Error {
    // The only code for "nothing was sent" that does not blame the destination.
    if find::<NoTunnel>(error).is_some() {
        return Error::DestinationUnavailable;
    }
    if let Some(failure) = find::<DnsFailure>(error) {
        let reason = failure.to_string();
        let reason = reason.strip_prefix("failed to lookup address information: ").unwrap_or(&reason);
        return Error::DnsError { rcode: Some(reason.to_owned()), info_code: None };
    }
    if find::<ConnectTimeout>(error).is_some() {
        return Error::ConnectionTimeout;
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return of_tls(tls);
    }
    match deepest_io(error).map(io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => Error::ConnectionRefused,
        Some(ErrorKind::TimedOut) => Error::ConnectionTimeout,
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => Error::DestinationIpUnroutable,
        // The peer hung up in the middle of the handshake.
        Some(ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => Error::TlsProtocolError,
        _ => Error::DestinationUnavailable,
    }
}

fn of_tls(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => Error::TlsCertificateError,
        rustls::Error::AlertReceived(alert) => {
            Error::TlsAlertReceived { alert_id: Some(u8::from(*alert)), alert_message: Some(format!("{alert:?}")) }
        }
        _ => Error::TlsProtocolError,
    }
}

/// The code for an exchange or a body that broke off. The connection was established: the request may have been received.
pub(crate) fn of_exchange(error: &(dyn StdError + 'static)) -> Error {
    // The guest's own body ended early, with a code that says why.
    if let Some(Error::HttpRequestBodySize(size)) = find::<Error>(error) {
        return Error::HttpRequestBodySize(*size);
    }
    match find::<hyper::Error>(error) {
        Some(hyper) if hyper.is_parse_too_large() => Error::HttpResponseHeaderSectionSize(None),
        Some(hyper) if hyper.is_parse() => Error::HttpProtocolError,
        _ => match deepest_io(error).map(io::Error::kind) {
            Some(ErrorKind::InvalidData | ErrorKind::InvalidInput) => Error::HttpProtocolError,
            _ => Error::ConnectionTerminated,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(error: &(dyn StdError + 'static)) -> String {
        format!("{:?}", of_connect(error))
    }

    #[test]
    fn connect_errors_keep_their_reason() {
        assert_eq!(code(&io::Error::from(ErrorKind::ConnectionRefused)), "ConnectionRefused");
        assert_eq!(code(&io::Error::other(ConnectTimeout)), "ConnectionTimeout");
        assert_eq!(code(&io::Error::other(io::Error::from(ErrorKind::HostUnreachable))), "DestinationIpUnroutable");
    }

    #[test]
    fn tls_errors_are_found_below_two_io_errors() {
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = io::Error::other(io::Error::new(ErrorKind::InvalidData, certificate));
        assert_eq!(code(&wrapped), "TlsCertificateError");
        let version = rustls::Error::General("x".into());
        assert_eq!(code(&io::Error::new(ErrorKind::InvalidData, version)), "TlsProtocolError");
    }

    #[test]
    fn broken_connections_after_sending_never_look_unsent() {
        let reset = io::Error::from(ErrorKind::ConnectionReset);
        assert_eq!(format!("{:?}", of_exchange(&reset)), "ConnectionTerminated");
        let refused = io::Error::from(ErrorKind::ConnectionRefused);
        assert_eq!(format!("{:?}", of_exchange(&refused)), "ConnectionTerminated");
    }
}
