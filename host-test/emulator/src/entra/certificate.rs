//! The certificates that are registered with an app.
//! Entra ID knows a certificate by the hash of its encoding, so a renewed one is another one even with the same key.

use jiff::Timestamp;
use ring::digest;
use rsa::pkcs8::der;
use rsa::pkcs8::der::pem::{LineEnding, encode_string};
use serde::{Deserialize, Serialize};

use super::pem::{self, Block, PemError};
use super::public_key::PublicKey;
use super::x509;
use crate::message::clock;

/// A certificate. In JSON it is its PEM text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Certificate {
    der: Vec<u8>,
    pub(super) key: PublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    /// Reads a text with one `CERTIFICATE` block; keys beside it are passed over.
    ///
    /// # Errors
    ///
    /// If there is no such block, more than one, or one that does not hold a certificate.
    pub fn from_pem(text: &str) -> Result<Self, PemError> {
        let mut all = Self::all_from_pem(text)?;
        match (all.pop(), all.len()) {
            (Some(one), 0) => Ok(one),
            (_, others) => Err(PemError::Several(others + 1)),
        }
    }

    /// Every certificate of a text, at least one.
    pub(super) fn all_from_pem(text: &str) -> Result<Vec<Self>, PemError> {
        let mut all = Vec::new();
        for block in pem::blocks(text)? {
            if let Block::Certificate(der) = block {
                all.push(Self::from_der(der).map_err(|error| PemError::malformed(pem::CERTIFICATE, error))?);
            }
        }
        if all.is_empty() { Err(PemError::Missing(pem::CERTIFICATE)) } else { Ok(all) }
    }

    fn from_der(der: Vec<u8>) -> der::Result<Self> {
        let contents = x509::read(&der)?;
        let (not_before, not_after) = (contents.not_before, contents.not_after);
        let key = PublicKey::from_der(contents.key)?;
        Ok(Self { der, key, not_before, not_after })
    }

    /// The hash that is `x5t` in a header.
    pub(super) fn sha1(&self) -> digest::Digest {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der)
    }

    /// The hash that is `x5t#S256` in a header.
    pub(super) fn sha256(&self) -> digest::Digest {
        digest::digest(&digest::SHA256, &self.der)
    }

    pub(super) fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// `Start=06/29/2021 21:13:15, End=06/29/2023 21:13:15`, as Entra ID shows it.
    pub(super) fn period(&self) -> String {
        format!("Start={}, End={}", clock::certificate(self.not_before), clock::certificate(self.not_after))
    }
}

impl TryFrom<String> for Certificate {
    type Error = PemError;

    fn try_from(text: String) -> Result<Self, PemError> {
        Self::from_pem(&text)
    }
}

impl From<Certificate> for String {
    fn from(certificate: Certificate) -> Self {
        // Only text that is too long for memory cannot be encoded.
        encode_string(pem::CERTIFICATE, LineEnding::LF, &certificate.der).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of openssl: version 1, until after 2050, which is another type of date.
    const OLD: &str = "-----BEGIN CERTIFICATE-----
MIIBFjCBvQIUKwRZ28IrPcK1uyA4YhTLpZe5TiowCgYIKoZIzj0EAwIwDTELMAkG
A1UEAwwCdjEwIBcNMjYxMTI4MDEwNTE0WhgPMjA2MTAyMTcwMTA1MTRaMA0xCzAJ
BgNVBAMMAnYxMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkaH8g/ZD4Q9mZ+ty
3XexoRBMNpTbJMWS7pZs6mjlP7nb6tR1ObJUdaWYVFyOmPx6A+C7o833i8HCJYKv
aFy7WDAKBggqhkjOPQQDAgNIADBFAiB7iTKWSFEnNmgc+VXdRnSgbCwp6mfQfBaU
XB7ZSkXR3QIhAP26mF84/HYNpkjERgZeCIaPJKq2n9tvEZ4JRZWxOOg7
-----END CERTIFICATE-----
";

    /// Of openssl: version 3, with extensions, and the same key.
    const NEW: &str = "-----BEGIN CERTIFICATE-----
MIIBcDCCARWgAwIBAgIUQllIrcgfUCNaMkTJGPI/PVN5D3EwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCdjMwHhcNMjYxMTI4MDEwNTE0WhcNMjYxMjI4MDEwNTE0WjAN
MQswCQYDVQQDDAJ2MzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJGh/IP2Q+EP
Zmfrct13saEQTDaU2yTFku6WbOpo5T+52+rUdTmyVHWlmFRcjpj8egPgu6PN94vB
wiWCr2hcu1ijUzBRMB0GA1UdDgQWBBS1XsjNtiSqGS9ePa1W7n2KyFJdpjAfBgNV
HSMEGDAWgBS1XsjNtiSqGS9ePa1W7n2KyFJdpjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0kAMEYCIQCB/Sp/HxKx4aPzS2C1bOXLk2GCuhnmDL2+LnoCMbM+
igIhAOkbUbQZNdxY6172VFwNFpECP9sCIsqqD/slB7gK5iQU
-----END CERTIFICATE-----
";

    const KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkaH8g/ZD4Q9mZ+ty3XexoRBMNpTb
JMWS7pZs6mjlP7nb6tR1ObJUdaWYVFyOmPx6A+C7o833i8HCJYKvaFy7WA==
-----END PUBLIC KEY-----
";

    const REQUEST: &str = "-----BEGIN CERTIFICATE-----
MIHHMG8CAQAwDTELMAkGA1UEAwwCdjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AASRofyD9kPhD2Zn63Ldd7GhEEw2lNskxZLulmzqaOU/udvq1HU5slR1pZhUXI6Y
/HoD4LujzfeLwcIlgq9oXLtYoAAwCgYIKoZIzj0EAwIDSAAwRQIgaCnvOFXK/Tmx
fVTMk/uPDsYv0mFcHOrH9fr+LyRLeEsCIQC7Le4/czGa4/PdG/PcHI693UU1wskI
jVXrxhBGPvZe0g==
-----END CERTIFICATE-----
";

    #[test]
    fn reads_what_openssl_writes() {
        let (old, new) = (Certificate::from_pem(OLD).unwrap(), Certificate::from_pem(NEW).unwrap());
        assert_eq!(old.period(), "Start=11/28/2026 01:05:14, End=02/17/2061 01:05:14");
        assert_eq!(new.period(), "Start=11/28/2026 01:05:14, End=12/28/2026 01:05:14");
        // Each as openssl shows it.
        assert!(format!("{:?}", new.sha1()).contains("7943d28a042718706e1a8a5294e400369612ad63"));
        let sha256 = "0d43966aaf257ddd644101d5e9670cdb5e500ec7b5950aa0af8d9365e78f6f90";
        assert!(format!("{:?}", new.sha256()).contains(sha256));
        assert_eq!(old.key, new.key);
        for text in [OLD, NEW, KEY] {
            assert_eq!(PublicKey::from_pem(text).unwrap(), new.key);
        }
        assert_eq!((String::from(new.clone()), String::from(new.key)), (NEW.into(), KEY.into()));
    }

    #[test]
    fn takes_certificates_from_among_other_blocks() {
        let secret = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let all = Certificate::all_from_pem(&format!("a comment\n{secret}{OLD}{KEY}\n{NEW}")).unwrap();
        assert_eq!(all, [Certificate::from_pem(OLD).unwrap(), Certificate::from_pem(NEW).unwrap()]);
    }

    #[test]
    fn says_why_a_text_is_not_a_certificate() {
        let refused = |text: &str| Certificate::from_pem(text).unwrap_err().to_string();
        assert_eq!(refused("MIIB"), "the text has no block '-----BEGIN CERTIFICATE-----'");
        assert_eq!(refused(KEY), "the text has no block '-----BEGIN CERTIFICATE-----'");
        assert_eq!(refused(&format!("{OLD}{NEW}")), "the text has 2 blocks, and only one can be taken");
        let damaged = |text: &str| refused(&text.replace("MII", "M?I"));
        assert_eq!(damaged(OLD), "the text is not valid PEM: a block is not base64");
        assert_eq!(refused(&OLD[..100]), "the text is not valid PEM: a block does not end");
        assert_eq!(
            refused(&OLD.replace("CERTIFICATE-----\nMII", "CERTIFICATE\nMII")),
            "the text is not valid PEM: a block's first line is damaged"
        );
        for text in [REQUEST, &OLD.replace("MIIBFjCBvQ", "MIIBFjCBvA"), &KEY.replace("PUBLIC KEY", "CERTIFICATE")] {
            let message = refused(text);
            assert!(message.starts_with("the block '-----BEGIN CERTIFICATE-----' does not hold one: "), "{message}");
        }
        let refused = |text: &str| PublicKey::from_pem(text).unwrap_err().to_string();
        assert_eq!(refused(""), "the text has no block '-----BEGIN PUBLIC KEY-----'");
        assert_eq!(refused(&format!("{OLD}{KEY}")), "the text has 2 blocks, and only one can be taken");
        let message = refused(&NEW.replace("CERTIFICATE", "PUBLIC KEY"));
        assert!(message.starts_with("the block '-----BEGIN PUBLIC KEY-----' does not hold one: "), "{message}");
    }
}
