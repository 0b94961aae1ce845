//! The three things that are needed of an X.509 certificate: from when, until when, and which key (RFC 5280, section 4.1).
//! The signature is not checked: an administrator vouches for a registered certificate, not an authority.

use jiff::Timestamp;
use rsa::pkcs8::der::asn1::{GeneralizedTime, UtcTime};
use rsa::pkcs8::der::{self, Decode, Reader, SliceReader, Tag};

use crate::message::clock;

/// What a certificate says.
#[derive(Debug)]
pub(super) struct Contents<'a> {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// The public key, still encoded.
    pub(super) key: &'a [u8],
}

/// Reads a certificate.
pub(super) fn read(certificate: &[u8]) -> der::Result<Contents<'_>> {
    let mut reader = SliceReader::new(certificate)?;
    let contents = reader.sequence(|certificate| {
        let contents = certificate.sequence(signed_part)?;
        // Signature algorithm, signature.
        skip(certificate, 2)?;
        Ok::<_, der::Error>(contents)
    })?;
    reader.finish()?;
    Ok(contents)
}

fn signed_part<'a>(reader: &mut SliceReader<'a>) -> der::Result<Contents<'a>> {
    // The first version of the format does not state its number.
    if matches!(Tag::peek(reader)?, Tag::ContextSpecific { .. }) {
        skip(reader, 1)?;
    }
    // Serial number, signature algorithm, issuer.
    skip(reader, 3)?;
    let (not_before, not_after) =
        reader.sequence(|validity| Ok::<_, der::Error>((time(validity)?, time(validity)?)))?;
    // Subject.
    skip(reader, 1)?;
    let key = reader.tlv_bytes()?;
    while !reader.is_finished() {
        skip(reader, 1)?;
    }
    Ok(Contents { not_before, not_after, key })
}

fn skip(reader: &mut SliceReader<'_>, fields: usize) -> der::Result<()> {
    for _ in 0..fields {
        reader.tlv_bytes()?;
    }
    Ok(())
}

fn time(reader: &mut SliceReader<'_>) -> der::Result<Timestamp> {
    let since_1970 = match Tag::peek(reader)? {
        Tag::UtcTime => UtcTime::decode(reader)?.to_unix_duration(),
        _ => GeneralizedTime::decode(reader)?.to_unix_duration(),
    };
    Ok(clock::shift(Timestamp::UNIX_EPOCH, i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX)))
}
