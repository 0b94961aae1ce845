//! RSA keys for whoever has none. One takes up to a second to make, so each is made when it is first needed, once a process.
//! The TLS library signs with such keys but makes none: <https://github.com/briansmith/ring/issues/219>

use std::sync::OnceLock;

use getrandom::SysRng;
use jiff::tz::TimeZone;
use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData, SigningKey, date_time_ymd};
use rsa::pkcs8::EncodePrivateKey;

use super::certificate::Certificate;
use super::public_key::PublicKey;
use crate::message::clock;

const BITS: usize = 2048;

/// How long the default app's certificate is valid, from the day before it is made.
const DAYS: i64 = 365;

/// A private key.
#[derive(Debug)]
pub(super) struct PrivateKey(KeyPair);

/// A private key and its certificate.
#[derive(Debug)]
pub(super) struct Certified {
    pub(super) key: PrivateKey,
    pub(super) certificate: Certificate,
}

/// The default app's key.
pub(super) fn of_app() -> &'static Certified {
    static KEY: OnceLock<Certified> = OnceLock::new();
    KEY.get_or_init(|| {
        let made = PrivateKey::make().and_then(|key| Some(Certified { certificate: key.certify()?, key }));
        made.expect("the system has random numbers")
    })
}

/// The key of the default app's Kubernetes cluster.
pub(super) fn of_cluster() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| PrivateKey::make().expect("the system has random numbers"))
}

impl PrivateKey {
    fn make() -> Option<Self> {
        let key = rsa::PrivateKey::new(&mut SysRng, BITS).ok()?.to_pkcs8_der().ok()?;
        KeyPair::try_from(key.as_bytes()).ok().map(Self)
    }

    fn certify(&self) -> Option<Certificate> {
        let day = |days: i64| {
            let at = TimeZone::UTC.to_datetime(clock::shift(clock::now(), days * 24 * 60 * 60));
            let (month, day) = (u8::try_from(at.month()).ok()?, u8::try_from(at.day()).ok()?);
            Some(date_time_ymd(i32::from(at.year()), month, day))
        };
        let mut certificate = CertificateParams::default();
        certificate.distinguished_name.push(DnType::CommonName, "defender-connector");
        certificate.not_before = day(-1)?;
        certificate.not_after = day(DAYS)?;
        Certificate::from_pem(&certificate.self_signed(&self.0).ok()?.pem()).ok()
    }

    /// The key as PKCS#8.
    pub(super) fn pem(&self) -> String {
        self.0.serialize_pem()
    }

    pub(super) fn public(&self) -> Option<PublicKey> {
        PublicKey::from_der(&self.0.subject_public_key_info()).ok()
    }

    /// The signature RS256 of a text.
    pub(super) fn sign(&self, text: &str) -> Vec<u8> {
        // Fails only for keys that are too short for the hash.
        self.0.sign(text.as_bytes()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entra::public_key::Algorithm;

    #[test]
    fn what_a_key_signs_its_certificate_verifies() {
        let Certified { key, certificate } = of_app();
        let signature = key.sign("text");
        assert_eq!(certificate.key.verifies(Algorithm::Rs256, b"text", &signature), Ok(true));
        assert_eq!(certificate.key.verifies(Algorithm::Rs256, b"test", &signature), Ok(false));
        assert_eq!(certificate.key.verifies(Algorithm::Ps256, b"text", &signature), Ok(false));
        assert_eq!(key.public().as_ref(), Some(&certificate.key));
        assert!(certificate.is_valid_at(clock::now()));
        assert!(!certificate.is_valid_at(clock::shift(clock::now(), -3 * 24 * 60 * 60)));
        assert!(!certificate.is_valid_at(clock::shift(clock::now(), 366 * 24 * 60 * 60)));
        assert!(key.pem().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    }
}
