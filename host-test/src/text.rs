//! Text files from users: UTF-8 with or without a byte order mark, and what PowerShell writes instead.
//!
//! Windows PowerShell 5.1 redirects to UTF-16 and marks UTF-8; a configuration saved there must be readable too.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Larger files are refused: no legitimate input comes close to this.
const MAX_BYTES: u64 = 256 << 20;
const MARK: char = '\u{feff}';

/// A text that cannot be read. Never shows its content, which may be secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Missing or unreadable.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A directory, not a file.
    #[error("it is a directory")]
    Directory,
    /// More than 256 MiB.
    #[error("it is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// Another encoding, or not text at all.
    #[error("it is not {encoding} text from byte {offset} on; save it as UTF-8")]
    Encoding {
        /// The encoding that it seemed to have.
        encoding: &'static str,
        /// Position of the first invalid byte, from 0.
        offset: usize,
    },
}

/// Reads a text file: UTF-8, or UTF-16 with a byte order mark or JSON in it. The mark is removed.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or in another encoding.
pub fn read(path: impl AsRef<Path>) -> Result<String, TextError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(TextError::Directory);
    }
    if metadata.len() > MAX_BYTES {
        return Err(TextError::TooLarge);
    }
    read_from(file)
}

/// Reads text from a stream to its end, as [`read`] does.
///
/// # Errors
/// As [`read`].
pub fn read_from(stream: impl Read) -> Result<String, TextError> {
    let mut bytes = Vec::new();
    stream.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(TextError::TooLarge);
    }
    decode(bytes)
}

/// A text without the byte order mark that a shell may have passed on from a file.
#[must_use]
pub fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

fn decode(bytes: Vec<u8>) -> Result<String, TextError> {
    match bytes.as_slice() {
        // The UTF-32 mark begins like the UTF-16 one.
        [0xff, 0xfe, 0, 0, ..] => Err(TextError::Encoding { encoding: "UTF-8", offset: 0 }),
        // Without a mark: JSON and PEM begin with an ASCII character, and have no NUL.
        [0xff, 0xfe, ..] | [1..=0xff, 0, ..] => utf16(&bytes, u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, 1..=0xff, ..] => utf16(&bytes, u16::from_be_bytes),
        _ => {
            let mut text = String::from_utf8(bytes)
                .map_err(|error| TextError::Encoding { encoding: "UTF-8", offset: error.utf8_error().valid_up_to() })?;
            if text.starts_with(MARK) {
                text.drain(..MARK.len_utf8());
            }
            Ok(text)
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, TextError> {
    let invalid = |offset| TextError::Encoding { encoding: "UTF-16", offset };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let mut offset = 0;
    for letter in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let letter = letter.map_err(|_| invalid(offset))?;
        if offset > 0 || letter != MARK {
            text.push(letter);
        }
        offset += 2 * letter.len_utf16();
    }
    if rest.is_empty() { Ok(text) } else { Err(invalid(offset)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn decoded(bytes: &[u8]) -> String {
        decode(bytes.to_vec()).unwrap_or_else(|error| error.to_string())
    }

    fn utf16_bytes(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn byte_order_marks_are_removed() {
        assert_eq!(decoded(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(decoded(b"\xef\xbb\xbf"), "");
        assert_eq!(decoded("{\u{feff}}".as_bytes()), "{\u{feff}}");
        assert_eq!(unmarked("\u{feff}{}"), "{}");
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let text = r#"{"name": "Zoë 😀"}"#;
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(decoded(&utf16_bytes(text, bytes)), text);
            assert_eq!(decoded(&utf16_bytes(&format!("\u{feff}{text}"), bytes)), text);
        }
    }

    #[test]
    fn other_bytes_are_refused_with_their_position() {
        assert_eq!(decoded(b"{\"a\": \"Zo\xeb\"}"), "it is not UTF-8 text from byte 9 on; save it as UTF-8");
        assert_eq!(decoded(b"\xff\xfe{\0\0\xd8}\0"), "it is not UTF-16 text from byte 4 on; save it as UTF-8");
        assert_eq!(decoded(b"\xff\xfe{\0}"), "it is not UTF-16 text from byte 4 on; save it as UTF-8");
        assert_eq!(decoded(b"\xff\xfe\0\0{\0\0\0"), "it is not UTF-8 text from byte 0 on; save it as UTF-8");
    }

    #[test]
    fn short_texts_are_texts() {
        assert_eq!(decoded(b""), "");
        assert_eq!(decoded(b"7"), "7");
    }

    #[test]
    fn what_is_not_a_text_file_is_refused() {
        assert_eq!(read(std::env::temp_dir()).unwrap_err().to_string(), "it is a directory");
        assert_eq!(read_from(io::repeat(b' ')).unwrap_err().to_string(), "it is larger than 256 MiB");
    }
}
