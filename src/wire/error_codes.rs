//! What the error codes of wasi:http mean here. WASI 0.2 and 0.3 have the same codes, as types of their own.

/// Defines `failure` and `is_silence` for a host's `ErrorCode`.
#[macro_export]
macro_rules! error_codes {
    ($code:ident) => {
        /// The failure for an error code of the host: was anything sent?
        fn failure(code: &$code) -> $crate::wire::failure::Failure {
            use $crate::wire::failure::Failure;
            match code {
                $code::HttpRequestDenied | $code::DestinationIpProhibited => Failure::Denied(describe(code)),
                $code::DnsTimeout
                | $code::DnsError(_)
                | $code::DestinationNotFound
                | $code::DestinationUnavailable
                | $code::DestinationIpUnroutable
                | $code::ConnectionRefused
                | $code::ConnectionTimeout
                | $code::ConnectionLimitReached
                | $code::TlsProtocolError
                | $code::TlsCertificateError
                | $code::TlsAlertReceived(_) => Failure::Unsent(describe(code)),
                $code::HttpResponseBodySize(_) => Failure::TooLarge($crate::wire::body::BODY_MAX_BYTES),
                _ => Failure::Broken(describe(code)),
            }
        }

        /// Whether a code means that the peer sent nothing for some time.
        fn is_silence(code: &$code) -> bool {
            matches!(code, $code::HttpResponseTimeout | $code::ConnectionReadTimeout)
        }

        /// A code in words.
        fn describe(code: &$code) -> String {
            match code {
                $code::DnsTimeout | $code::DnsError(_) => "the name does not resolve".into(),
                $code::ConnectionRefused => "connection refused".into(),
                $code::ConnectionTimeout => "no connection in time".into(),
                $code::ConnectionTerminated => "the peer closed the connection".into(),
                $code::TlsCertificateError => "its TLS certificate is not trusted".into(),
                $code::TlsProtocolError | $code::TlsAlertReceived(_) => {
                    "TLS failed, possibly because of its certificate".into()
                }
                $code::HttpRequestDenied => "not on its list of allowed hosts".into(),
                $code::DestinationIpProhibited => "its address is prohibited".into(),
                code if is_silence(code) => "the peer did not respond in time".into(),
                $code::DestinationUnavailable => {
                    "the host could not open a connection to it, possibly because of a proxy".into()
                }
                $code::HttpResponseIncomplete => "the answer ended early".into(),
                $code::HttpProtocolError => "the answer is not HTTP".into(),
                $code::InternalError(Some(why)) => why.clone(),
                _ => "the host gave no reason".into(),
            }
        }
    };
}

pub use crate::error_codes;
