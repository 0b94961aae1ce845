//! The public keys that assertions are checked with.
//! Any key can be registered, as in Entra ID; one that is not RSA verifies nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm};
use rsa::pkcs1::ALGORITHM_OID as RSA_ENCRYPTION;
use rsa::pkcs8::der::pem::{LineEnding, encode_string};
use rsa::pkcs8::der::{self, Decode};
use rsa::pkcs8::spki::SubjectPublicKeyInfoRef;
use serde::{Deserialize, Serialize};

use super::pem::{self, Block, PemError};
use super::x509;

/// A public key, or that of a certificate. In JSON it is its PEM text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    /// `SubjectPublicKeyInfo`, the form in which both PEM blocks hold a key.
    der: Vec<u8>,
    /// Modulus and exponent, if the key is RSA.
    rsa: Option<Vec<u8>>,
}

/// The signature algorithms that are emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Ps256,
}

/// A key cannot be used with an algorithm.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsuitable;

impl PublicKey {
    /// Reads a text with one `PUBLIC KEY` or `CERTIFICATE` block; private keys beside it are passed over.
    ///
    /// # Errors
    ///
    /// If there is no such block, more than one, or one that does not hold what its label says.
    pub fn from_pem(text: &str) -> Result<Self, PemError> {
        match pem::blocks(text)?.as_slice() {
            [] => Err(PemError::Missing(pem::PUBLIC_KEY)),
            [Block::PublicKey(der)] => Self::from_der(der).map_err(|error| PemError::malformed(pem::PUBLIC_KEY, error)),
            [Block::Certificate(der)] => x509::read(der)
                .and_then(|certificate| Self::from_der(certificate.key))
                .map_err(|error| PemError::malformed(pem::CERTIFICATE, error)),
            several => Err(PemError::Several(several.len())),
        }
    }

    pub(super) fn from_der(der: &[u8]) -> der::Result<Self> {
        let key = SubjectPublicKeyInfoRef::from_der(der)?;
        let rsa = (key.algorithm.oid == RSA_ENCRYPTION).then(|| key.subject_public_key.raw_bytes().to_vec());
        Ok(Self { der: der.to_vec(), rsa })
    }

    /// The name of the key where Kubernetes publishes it: the hash of its encoding.
    pub(super) fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.der))
    }

    /// Whether a signature is this key's.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<bool, Unsuitable> {
        let algorithm: &'static dyn VerificationAlgorithm = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        };
        let key = self.rsa.as_ref().ok_or(Unsuitable)?;
        Ok(UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok())
    }
}

impl TryFrom<String> for PublicKey {
    type Error = PemError;

    fn try_from(text: String) -> Result<Self, PemError> {
        Self::from_pem(&text)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        // Only text that is too long for memory cannot be encoded.
        encode_string(pem::PUBLIC_KEY, LineEnding::LF, &key.der).unwrap_or_default()
    }
}
