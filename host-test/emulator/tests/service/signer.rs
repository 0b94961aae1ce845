//! Assertions that do not come from the emulator: `rsa` and `ring` sign them here, `rcgen` writes their certificates.
//! The keys are made once for all tests, as each takes a while.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{CertificateParams, KeyPair, PublicKeyData, date_time_ymd};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey;
use rsa::sha2::Sha256;
use serde_json::{Value, json};

use crate::client::{Client, GRAPH_SCOPE, Reply};

pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key pair.
pub(crate) struct Signer {
    rsa: rsa::PrivateKey,
    ring: RsaKeyPair,
    rcgen: KeyPair,
}

/// A key that tests register.
pub(crate) fn ours() -> &'static Signer {
    static KEY: OnceLock<Signer> = OnceLock::new();
    KEY.get_or_init(|| Signer::new(rsa::PrivateKey::new(&mut getrandom::SysRng, 2048).unwrap()))
}

/// Another one.
pub(crate) fn theirs() -> &'static Signer {
    static KEY: OnceLock<Signer> = OnceLock::new();
    KEY.get_or_init(|| Signer::new(rsa::PrivateKey::new(&mut getrandom::SysRng, 2048).unwrap()))
}

impl Signer {
    fn new(rsa: rsa::PrivateKey) -> Self {
        let der = rsa.to_pkcs8_der().unwrap();
        let ring = RsaKeyPair::from_pkcs8(der.as_bytes()).unwrap();
        Self { rsa, ring, rcgen: KeyPair::try_from(der.as_bytes()).unwrap() }
    }

    /// A key that somebody else made.
    pub(crate) fn from_pem(pem: &str) -> Self {
        Self::new(rsa::pkcs8::DecodePrivateKey::from_pkcs8_pem(pem).unwrap())
    }

    pub(crate) fn public_pem(&self) -> String {
        self.rcgen.public_key_pem()
    }

    /// The hash by which Kubernetes names the key.
    pub(crate) fn id(&self) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, &self.rcgen.subject_public_key_info());
        URL_SAFE_NO_PAD.encode(hash)
    }

    /// A certificate of the key that is valid from the first day of one year to that of another. The serial number makes it unique.
    pub(crate) fn certificate(&self, serial: u64, from: i32, until: i32) -> Certificate {
        let mut certificate = CertificateParams::default();
        certificate.serial_number = Some(serial.into());
        certificate.not_before = date_time_ymd(from, 1, 1);
        certificate.not_after = date_time_ymd(until, 1, 1);
        let certificate = certificate.self_signed(&self.rcgen).unwrap();
        Certificate { pem: certificate.pem(), der: certificate.der().to_vec() }
    }

    /// A signed token.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = if header["alg"] == "PS256" {
            self.rsa.pss_sign_with_rng::<Sha256, _>(&mut getrandom::SysRng, text.as_bytes()).unwrap()
        } else {
            let mut signature = vec![0; self.ring.public().modulus_len()];
            self.ring.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
            signature
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A certificate as it is registered, and as it is hashed.
pub(crate) struct Certificate {
    pub(crate) pem: String,
    der: Vec<u8>,
}

impl Certificate {
    fn hash(&self, algorithm: &'static ring::digest::Algorithm) -> Vec<u8> {
        ring::digest::digest(algorithm, &self.der).as_ref().to_vec()
    }

    pub(crate) fn sha1(&self) -> Vec<u8> {
        self.hash(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY)
    }

    pub(crate) fn sha256(&self) -> Vec<u8> {
        self.hash(&ring::digest::SHA256)
    }

    /// The header that the documentation asks for.
    pub(crate) fn header(&self) -> Value {
        json!({"typ": "JWT", "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(self.sha256())})
    }

    pub(crate) fn registered(&self) -> defender_emulator::Certificate {
        defender_emulator::Certificate::from_pem(&self.pem).unwrap()
    }
}

/// As Entra ID shows a hash.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat()
}

pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// An object with some members replaced, or taken out if null.
pub(crate) fn with(mut object: Value, changes: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    let Value::Object(changes) = changes else { panic!("an object was expected") };
    for (name, value) in changes {
        if value.is_null() {
            members.shift_remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    object
}

/// Asks for a token with an assertion.
pub(crate) fn ask(client: &Client, client_id: &str, assertion: &str) -> Reply {
    let tenant = client.emulator.connector_config().tenant_id;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("scope", GRAPH_SCOPE),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    client.form(&format!("/{tenant}/oauth2/v2.0/token"), &form)
}
