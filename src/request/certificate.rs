//! An app's certificate and its private key, as `openssl` and Azure Key Vault write them.

mod der;
mod pem;

pub use self::der::Time;

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::{BoxedUint, PrivateKey};
use sha2::{Digest as _, Sha256};

use self::der::Key;
use self::pem::{Block, Flaw};
use crate::text::fault::{Fault, invalid};
use crate::text::secret::Secret;

/// Longest certificate chain and longest key, as text.
const TEXT_MAX_BYTES: usize = 64 * 1024;
/// Sizes of keys that Entra ID takes.
const KEY_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// The most certificates that an instance keeps.
const KNOWN_MAX: usize = 16;

const CERTIFICATE: &str = "certificate";
const PRIVATE_KEY: &str = "private_key";
/// Label of a key in PKCS#8, and part of the label of every other private key.
const PKCS8: &str = "PRIVATE KEY";

/// Labels of blocks that are refused, and the reason.
const REFUSED: [(&str, &str); 12] = [
    ("ENCRYPTED PRIVATE KEY", ENCRYPTED),
    ("EC PRIVATE KEY", "is an EC key; allowed: RSA"),
    ("EC PARAMETERS", "is an EC key; allowed: RSA"),
    ("DSA PRIVATE KEY", "is a DSA key; allowed: RSA"),
    ("OPENSSH PRIVATE KEY", "is in OpenSSH's own format; convert it: ssh-keygen -p -N '' -m PKCS8 -f key.pem"),
    ("PUBLIC KEY", "is a public key; the private one is needed"),
    ("RSA PUBLIC KEY", "is a public key; the private one is needed"),
    ("CERTIFICATE REQUEST", "is a request for a certificate; the certificate itself is needed"),
    ("NEW CERTIFICATE REQUEST", "is a request for a certificate; the certificate itself is needed"),
    (
        "TRUSTED CERTIFICATE",
        "is in OpenSSL's own format; convert it: openssl x509 -in trusted.pem -out certificate.pem",
    ),
    ("PKCS7", "is PKCS#7; convert it: openssl pkcs7 -print_certs -in chain.p7b -out certificate.pem"),
    ("PKCS12", "is PKCS#12; convert it: openssl pkcs12 -nodes -in file.pfx -out file.pem"),
];
const ENCRYPTED: &str = "is encrypted; decrypt it: openssl pkey -in key.pem -out plain.pem";

thread_local! {
    /// The certificates last used, so that a key is not read again for each call. The most recently used one is last.
    static KNOWN: RefCell<Vec<Arc<Certificate>>> = const { RefCell::new(Vec::new()) };
}

/// A certificate with its private key, which is wiped when dropped.
pub struct Certificate {
    /// The texts of both, as given.
    source: [Secret; 2],
    /// SHA-256 of the certificate, in base64url.
    pub thumbprint: String,
    /// From when it is valid.
    pub not_before: Time,
    /// Until when.
    pub not_after: Time,
    key: PrivateKey,
}

impl Certificate {
    /// Reads a certificate, or a chain in any order, and its key. Each text may hold both.
    ///
    /// # Errors
    /// `invalid-input`, naming the text and what is wrong.
    pub fn read(certificate: &str, private_key: &str) -> Result<Arc<Self>, Fault> {
        let source = [certificate.trim(), private_key.trim()];
        KNOWN.with_borrow_mut(|known| {
            let certificate = match known.iter().position(|it| it.source.each_ref().map(Secret::reveal) == source) {
                Some(at) => known.remove(at),
                None => Arc::new(Self::parse(source.map(Secret::pem))?),
            };
            if known.len() >= KNOWN_MAX {
                known.remove(0);
            }
            known.push(certificate.clone());
            Ok(certificate)
        })
    }

    fn parse(source: [Secret; 2]) -> Result<Self, Fault> {
        let [certificate, private_key] = &source;
        let mut found = Found::default();
        found.read(CERTIFICATE, certificate.reveal())?;
        found.read(PRIVATE_KEY, private_key.reveal())?;
        let key = found.key(private_key.reveal().is_empty())?;
        if found.certificates.is_empty() {
            let is_absent = certificate.reveal().is_empty();
            return Err(invalid(if is_absent {
                "certificate: is required beside private_key"
            } else {
                "certificate: holds no certificate"
            }));
        }
        let bits = bits(key.public.modulus);
        if !KEY_BITS.contains(&bits) {
            return Err(invalid(format!(
                "private_key: has {bits} bits; allowed: RSA of {} to {} bits",
                KEY_BITS.start(),
                KEY_BITS.end()
            )));
        }
        let (bytes, certificate) = found.certificate_of(&key)?;
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
        let key = private_key_of(&key).ok_or_else(|| {
            invalid("private_key: cannot be used: its numbers do not belong together, or are unusual for RSA")
        })?;
        Ok(Self { thumbprint, not_before: certificate.not_before, not_after: certificate.not_after, key, source })
    }

    /// The texts with the private key.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.source.iter().filter(|text| text.reveal().contains(PKCS8))
    }

    /// The signature of a message: RSASSA-PSS with SHA-256 and a salt of its length. `random` gives 64 random bits.
    pub fn sign(&self, message: &[u8], random: &mut dyn FnMut() -> u64) -> Option<Vec<u8>> {
        self.key.pss_sign_with_rng::<Sha256, _>(&mut Random(random), message).ok()
    }
}

/// Whether the texts are the same.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Certificate({})", self.thumbprint)
    }
}

/// What the texts hold.
#[derive(Default)]
struct Found<'a> {
    certificates: Vec<Block<'a>>,
    keys: Vec<Block<'a>>,
}

impl<'a> Found<'a> {
    /// Adds the blocks of a text.
    fn read(&mut self, field: &str, text: &'a str) -> Result<(), Fault> {
        let wrong = |why: &str| Err(invalid(format!("{field}: {why}")));
        if text.len() > TEXT_MAX_BYTES {
            return wrong(&format!("has {} bytes; allowed: {TEXT_MAX_BYTES} at most", text.len()));
        }
        let blocks = match pem::blocks(text) {
            Ok(blocks) => blocks,
            Err(Flaw::Encrypted) => return wrong(ENCRYPTED),
            Err(Flaw::Unfinished) => return wrong("is cut off: a -----BEGIN line has no -----END line"),
            Err(Flaw::NotBase64) => return wrong("is damaged: what is between -----BEGIN and -----END is not base64"),
        };
        if blocks.is_empty() && !text.is_empty() {
            return wrong(
                "is not PEM, which starts with -----BEGIN: neither a file's name nor base64 of one is accepted; convert a PFX file: \
                 openssl pkcs12 -nodes -in file.pfx -out file.pem",
            );
        }
        for block in blocks {
            match block.label {
                "CERTIFICATE" | "X509 CERTIFICATE" => self.certificates.push(block),
                PKCS8 | "RSA PRIVATE KEY" => self.keys.push(block),
                label => {
                    let refused = REFUSED.iter().find(|(known, _)| *known == label);
                    return wrong(refused.map_or("holds a block of an unknown kind", |(_, why)| why));
                }
            }
        }
        Ok(())
    }

    /// The private key. The same one may be given twice, in either form.
    fn key(&self, is_absent: bool) -> Result<der::PrivateKey<'_>, Fault> {
        let wrong = |why: String| Err(invalid(format!("{PRIVATE_KEY}: {why}")));
        let mut found: Option<der::PrivateKey<'_>> = None;
        for block in &self.keys {
            let key =
                if block.label == PKCS8 { der::pkcs8(&block.bytes) } else { der::pkcs1(&block.bytes).map(Key::Rsa) };
            match (key, &found) {
                (Some(Key::Rsa(key)), Some(other)) if key.public != other.public => {
                    return wrong("different private keys are given; allowed: one".into());
                }
                (Some(Key::Rsa(key)), _) => found = Some(key),
                (Some(Key::Other(kind)), _) => return wrong(format!("is {kind}; allowed: RSA")),
                (None, _) => return wrong("is damaged: it does not read as a private key".into()),
            }
        }
        let absent = if is_absent { "is required beside certificate" } else { "holds no private key" };
        found.ok_or_else(|| invalid(format!("{PRIVATE_KEY}: {absent}")))
    }

    /// The certificate of a key, whatever the order of the chain; of several the one that is valid for the longest time.
    fn certificate_of(&self, key: &der::PrivateKey<'_>) -> Result<(&[u8], der::Certificate<'_>), Fault> {
        let mut other_kind = None;
        let mut found: Option<(&[u8], der::Certificate<'_>)> = None;
        for block in &self.certificates {
            let Some(certificate) = der::certificate(&block.bytes) else {
                return Err(invalid("certificate: is damaged: it does not read as a certificate"));
            };
            match certificate.key {
                Key::Rsa(public) if public == key.public => {
                    let ends = |(_, known): &(&[u8], der::Certificate<'_>)| known.not_after.unix_seconds;
                    if found.as_ref().map(ends) < Some(certificate.not_after.unix_seconds) {
                        found = Some((&block.bytes, certificate));
                    }
                }
                Key::Rsa(_) => {}
                Key::Other(kind) => other_kind = Some(kind),
            }
        }
        found.ok_or_else(|| match (&self.certificates[..], other_kind) {
            ([_], Some(kind)) => invalid(format!("certificate: is for {kind}; allowed: RSA")),
            _ => invalid("private_key: does not belong to the certificate"),
        })
    }
}

/// Bits of a number in big-endian bytes without leading zeros.
fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

fn private_key_of(key: &der::PrivateKey<'_>) -> Option<PrivateKey> {
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, u32::try_from(bytes.len() * 8).ok()?).ok();
    let primes = key.primes.map(number);
    let [p, q] = primes;
    let public = key.public;
    PrivateKey::from_components(number(public.modulus)?, number(public.exponent)?, number(key.exponent)?, vec![p?, q?])
        .ok()
}

/// The host's random numbers for the crate.
struct Random<'r>(&'r mut dyn FnMut() -> u64);

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.iter_mut().zip(self.0().to_le_bytes()).for_each(|(byte, random)| *byte = random);
        }
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}

#[cfg(test)]
mod tests;
