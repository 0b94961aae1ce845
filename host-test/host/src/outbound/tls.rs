//! Whose certificates to trust: the public authorities', a private authority's or, if the configuration says so, anybody's.
//!
//! `verify: false` is the caller's choice in the contract; only the host can implement it, because TLS is done here.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme, WantsVerifier};

/// Authorities to trust.
#[derive(Clone, Debug)]
pub(crate) struct Trust(Arc<RootCertStore>);

/// The private authority's certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidAuthority {
    #[error("{0}")]
    Pem(#[from] rustls::pki_types::pem::Error),
    #[error("{0}")]
    Certificate(#[from] rustls::Error),
    #[error("no certificate found")]
    Empty,
}

impl Trust {
    /// The public authorities and those in `pem`.
    pub(crate) fn new(pem: Option<&str>) -> Result<Self, InvalidAuthority> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let public = roots.len();
        if let Some(pem) = pem {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate?)?;
            }
            if roots.len() == public {
                return Err(InvalidAuthority::Empty);
            }
        }
        Ok(Self(Arc::new(roots)))
    }

    pub(crate) fn config(&self) -> ClientConfig {
        builder().with_root_certificates(self.0.clone()).with_no_client_auth()
    }
}

/// A configuration that accepts any certificate.
pub(crate) fn accept_any_certificate() -> ClientConfig {
    let verifier = Arc::new(AnyCertificate(ring::default_provider()));
    builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
}

fn builder() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    // Explicit, because the process may have more than one provider.
    #[expect(clippy::expect_used, reason = "fails only if the provider lacks all suites of both versions")]
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
}

/// Accepts any certificate, but verifies that the peer has its key.
#[derive(Debug)]
struct AnyCertificate(CryptoProvider);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_must_hold_a_certificate() {
        assert_eq!(Trust::new(Some("nothing here")).unwrap_err().to_string(), "no certificate found");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(Trust::new(Some(broken)).is_err());
        assert!(Trust::new(None).is_ok());
    }
}
