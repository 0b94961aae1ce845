//! Reads PEM (RFC 7468) as people pass it on: other text around the blocks, any line ends, also written as `\n`, or none at all.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// A block: what it says it is, and its bytes.
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// Why a text is not PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A block has no end, or one with another label.
    Unfinished,
    /// A block has headers that say it is encrypted (RFC 1421).
    Encrypted,
    /// The inside of a block is not base64.
    NotBase64,
}

/// The blocks of a text, in order.
pub(super) fn blocks(text: &str) -> Result<Vec<Block<'_>>, Flaw> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once(BEGIN) {
        let (label, body) = begun.split_once(DASHES).ok_or(Flaw::Unfinished)?;
        let (body, after) = body.split_once(DASHES).ok_or(Flaw::Unfinished)?;
        let after = after.strip_prefix("END ").and_then(|end| end.strip_prefix(label)).ok_or(Flaw::Unfinished)?;
        rest = after.strip_prefix(DASHES).ok_or(Flaw::Unfinished)?;
        blocks.push(Block { label, bytes: decode(body)? });
    }
    Ok(blocks)
}

fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    if body.contains("ENCRYPTED") {
        return Err(Flaw::Encrypted);
    }
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    let mut bytes = body.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if matches!(bytes.peek(), Some(b'n' | b'r')) => _ = bytes.next(),
            _ if byte.is_ascii_whitespace() => {}
            _ => base64.push(byte),
        }
    }
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&STANDARD, config).decode(&*base64);
    decoded.map(Zeroizing::new).map_err(|_| Flaw::NotBase64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str, expected: &Result<&[(&str, &[u8])], Flaw>) {
        let blocks = blocks(text);
        let found = blocks.as_ref().map(|blocks| blocks.iter().map(|it| (it.label, &it.bytes[..])).collect::<Vec<_>>());
        assert_eq!(found.map_err(|flaw| *flaw), expected.map(<[_]>::to_vec), "{text}");
    }

    #[test]
    fn reads_blocks_however_they_are_passed_on() {
        let block: &[(&str, &[u8])] = &[("X", b"abcd")];
        for text in [
            "-----BEGIN X-----\nYWJj\nZA==\n-----END X-----\n",
            "-----BEGIN X-----\r\nYWJj\r\nZA==\r\n-----END X-----",
            r"-----BEGIN X-----\nYWJj\r\nZA==\n-----END X-----\n",
            "-----BEGIN X----- YWJj ZA -----END X-----",
            "\u{feff}Bag Attributes\n  localKeyID: 01\nsubject=CN = a\n-----BEGIN X-----\nYWJjZA==\n-----END X-----\nmore",
        ] {
            read(text, &Ok(block));
        }
        read("no block", &Ok(&[]));
        read(
            "-----BEGIN A-----\nYQ==\n-----END A----------BEGIN B-----\nYg==\n-----END B-----",
            &Ok(&[("A", b"a"), ("B", b"b")]),
        );
    }

    #[test]
    fn says_what_is_wrong() {
        read("-----BEGIN X", &Err(Flaw::Unfinished));
        read("-----BEGIN X-----\nYWJj", &Err(Flaw::Unfinished));
        read("-----BEGIN X-----\nYWJj\n-----END Y-----", &Err(Flaw::Unfinished));
        read("-----BEGIN X-----\nYWJj\n-----END X--", &Err(Flaw::Unfinished));
        read("-----BEGIN X-----\nYW?j\n-----END X-----", &Err(Flaw::NotBase64));
        read("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nYWJj\n-----END X-----", &Err(Flaw::Encrypted));
    }
}
