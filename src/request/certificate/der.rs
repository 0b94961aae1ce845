//! Reads the parts of DER that a certificate and a private key need.
//!
//! Sources: <https://www.rfc-editor.org/rfc/rfc5280> (certificates), <https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1> and
//! <https://www.rfc-editor.org/rfc/rfc5208> (keys).

use crate::text::datetime::parse_rfc3339;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// Object ids of kinds of keys, and their names.
const KEY_KINDS: [(&[u8], &str); 5] = [
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], RSA),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "an RSASSA-PSS key"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01], "an EC key"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "a DSA key"),
    (&[0x2b, 0x65, 0x70], "an Ed25519 key"),
];
const RSA: &str = "an RSA key";
const UNKNOWN: &str = "a key of another kind";

/// A key, as far as it is of use.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key<T> {
    /// An RSA key.
    Rsa(T),
    /// A key of this other kind.
    Other(&'static str),
}

/// The public part of an RSA key, in big-endian bytes without leading zeros.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) struct PublicKey<'a> {
    pub(super) modulus: &'a [u8],
    pub(super) exponent: &'a [u8],
}

/// An RSA key, likewise.
pub(super) struct PrivateKey<'a> {
    pub(super) public: PublicKey<'a>,
    pub(super) exponent: &'a [u8],
    pub(super) primes: [&'a [u8]; 2],
}

/// What counts of a certificate.
pub(super) struct Certificate<'a> {
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) key: Key<PublicKey<'a>>,
}

/// A time of a certificate.
#[derive(Debug, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
    /// The same as RFC 3339.
    pub text: String,
}

/// Elements that follow each other.
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next element's content, if it has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (first, mut rest) = rest.split_first()?;
        let length = match first {
            0..=0x7f => usize::from(*first),
            0x81..=0x84 => {
                let (length, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
                rest = after;
                length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length).filter(|_| *found == tag)?;
        self.0 = rest;
        Some(content)
    }

    fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Der)
    }

    /// A number that is not negative, without leading zeros.
    fn integer(&mut self) -> Option<&'a [u8]> {
        let bytes = self.take(INTEGER).filter(|bytes| bytes.first().is_some_and(|first| first & 0x80 == 0))?;
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
        bytes.get(start..)
    }

    fn time(&mut self) -> Option<Time> {
        let (century, digits) = match self.take(GENERALIZED_TIME) {
            Some(time) => ("", time),
            None => match self.take(UTC_TIME)? {
                time @ [b'5'..=b'9', ..] => ("19", time),
                time => ("20", time),
            },
        };
        let all = [century, std::str::from_utf8(digits).ok()?].concat();
        // DER leaves nothing out, and certificates have no fractions of seconds.
        if all.len() != "20261128004700Z".len() || !all.ends_with('Z') {
            return None;
        }
        let part = |from: usize, to: usize| all.get(from..to);
        let text = format!(
            "{}-{}-{}T{}:{}:{}{}",
            part(0, 4)?,
            part(4, 6)?,
            part(6, 8)?,
            part(8, 10)?,
            part(10, 12)?,
            part(12, 14)?,
            all.get(14..)?
        );
        Some(Time { unix_seconds: parse_rfc3339(&text)?.unix_seconds, text })
    }

    /// The kind of key that an algorithm is for.
    fn key_kind(&mut self) -> Option<&'static str> {
        let id = self.sequence()?.take(OBJECT_ID)?;
        Some(KEY_KINDS.iter().find(|(known, _)| *known == id).map_or(UNKNOWN, |(_, name)| *name))
    }

    fn public_key(&mut self) -> Option<PublicKey<'a>> {
        Some(PublicKey { modulus: self.integer()?, exponent: self.integer()? })
    }
}

/// The only element of a text.
fn whole(bytes: &[u8]) -> Option<Der<'_>> {
    let mut all = Der(bytes);
    all.sequence().filter(|_| all.0.is_empty())
}

/// Reads a certificate.
pub(super) fn certificate(bytes: &[u8]) -> Option<Certificate<'_>> {
    let mut body = whole(bytes)?.sequence()?;
    // Only version 1 leaves it out.
    body.take(VERSION);
    let _serial_number = body.take(INTEGER)?;
    let _algorithm = body.sequence()?;
    let _issuer = body.sequence()?;
    let mut validity = body.sequence()?;
    let _subject = body.sequence()?;
    let mut key = body.sequence()?;
    let key = match key.key_kind()? {
        RSA => {
            let (unused_bits, bits) = key.take(BIT_STRING)?.split_first()?;
            Key::Rsa(whole(bits).filter(|_| *unused_bits == 0)?.public_key()?)
        }
        other => Key::Other(other),
    };
    Some(Certificate { not_before: validity.time()?, not_after: validity.time()?, key })
}

/// Reads a private key in PKCS#8.
pub(super) fn pkcs8(bytes: &[u8]) -> Option<Key<PrivateKey<'_>>> {
    let mut info = whole(bytes)?;
    info.integer()?;
    match info.key_kind()? {
        RSA => Some(Key::Rsa(pkcs1(info.take(OCTET_STRING)?)?)),
        other => Some(Key::Other(other)),
    }
}

/// Reads a private key in PKCS#1.
pub(super) fn pkcs1(bytes: &[u8]) -> Option<PrivateKey<'_>> {
    let mut key = whole(bytes)?;
    // Version 0: a key of two primes.
    key.integer().filter(|version| version.is_empty())?;
    let public = key.public_key()?;
    Some(PrivateKey { public, exponent: key.integer()?, primes: [key.integer()?, key.integer()?] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_of_both_forms() {
        for (bytes, expected) in [
            (&b"\x17\x0d261128004700Z"[..], Some("2026-11-28T00:47:00Z")),
            (b"\x17\x0d491231235959Z", Some("2049-12-31T23:59:59Z")),
            (b"\x17\x0d500101000000Z", Some("1950-01-01T00:00:00Z")),
            (b"\x18\x0f99991231235959Z", Some("9999-12-31T23:59:59Z")),
            (b"\x17\x0d261328004700Z", None),
            (b"\x17\x0b2611280047Z", None),
            (b"\x17\x0d261128004700+", None),
            (b"\x17\x0d26112800470\xff", None),
            (b"\x02\x01\x00", None),
        ] {
            assert_eq!(Der(bytes).time().map(|time| time.text).as_deref(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn reads_lengths_that_fit_only() {
        for (bytes, expected) in [
            (&b"\x02\x01\x05"[..], Some(&b"\x05"[..])),
            (b"\x02\x81\x01\x05", Some(b"\x05")),
            (b"\x02\x84\x00\x00\x00\x01\x05", Some(b"\x05")),
            (b"\x02\x02\x00\x80", Some(b"\x80")),
            (b"\x02\x02\x00\x00", Some(b"")),
            (b"\x02\x01\x80", None),
            (b"\x02\x00", None),
            (b"\x02\x02\x05", None),
            (b"\x02\x80\x05\x00\x00", None),
            (b"\x02\x85\x00\x00\x00\x00\x01\x05", None),
            (b"\x02\x84\xff\xff\xff\xff\x05", None),
            (b"\x02", None),
            (b"", None),
        ] {
            assert_eq!(Der(bytes).integer(), expected, "{bytes:?}");
        }
    }
}
