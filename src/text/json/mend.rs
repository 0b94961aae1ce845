//! Mends valid JSON that the parser refuses, so that one odd character or number does not lose the rest.

/// JSON with the values replaced that the parser would refuse: escaped lone surrogates become U+FFFD, and numbers that may be
/// too large become null. `None` when there are none.
///
/// The result has the same length, so that positions in it are positions in the original.
pub fn mended(json: &str) -> Option<String> {
    let mut out: Option<Vec<u8>> = None;
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'"' => mend_string(json, at, &mut out),
            b'0'..=b'9' | b'-' => {
                let length = rest.iter().take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)).count();
                let number = rest.get(..length).unwrap_or_default();
                if length > DIGITS_MAX
                    || (number.iter().any(|byte| byte.eq_ignore_ascii_case(&b'e')) && length >= NULL.len())
                {
                    replace(json, &mut out, at, NULL);
                    (at + NULL.len()..at + length).for_each(|place| replace(json, &mut out, place, b" "));
                }
                length
            }
            _ => 1,
        };
    }
    String::from_utf8(out?).ok()
}

/// Replaces an unreadable number.
const NULL: &[u8] = b"null";
/// A number of at most this length and without an exponent is never too large.
const DIGITS_MAX: usize = 300;
/// Length of `\\uXXXX`.
const ESCAPE_LENGTH: usize = 6;

/// Mends the string literal that starts at a position; returns its length.
fn mend_string(json: &str, from: usize, out: &mut Option<Vec<u8>>) -> usize {
    /// The code unit of a `\\uXXXX` at the start of a text.
    fn unit(text: &[u8]) -> Option<u16> {
        let digits = text.strip_prefix(b"\\u")?.get(..4)?;
        digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + u16::try_from(char::from(*digit).to_digit(16)?).ok()?))
    }
    let bytes = json.as_bytes();
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'"' => return at + 1 - from,
            b'\\' => match (unit(rest), rest.get(ESCAPE_LENGTH..).and_then(unit)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE_LENGTH,
                (Some(0xd800..=0xdfff), _) => {
                    replace(json, out, at, b"\\ufffd");
                    ESCAPE_LENGTH
                }
                _ => 2,
            },
            _ => 1,
        };
    }
    bytes.len() - from
}

/// Overwrites a part, in a copy that is made when first needed.
fn replace(json: &str, out: &mut Option<Vec<u8>>, at: usize, with: &[u8]) {
    let out = out.get_or_insert_with(|| json.as_bytes().to_owned());
    if let Some(place) = out.get_mut(at..at + with.len()) {
        place.copy_from_slice(with);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_the_parser_refuses_become_null() {
        for (json, expected) in [
            (r#"{"a":1e999,"b":[-2E+999, "1e999"]}"#, Some(r#"{"a":null ,"b":[null   , "1e999"]}"#.to_owned())),
            (r#"{"a":1.5,"b":-7,"1e9":0}"#, None),
            ("1e9", None),
            (&"9".repeat(301), Some(format!("null{}", " ".repeat(297)))),
        ] {
            assert_eq!(mended(json), expected, "{json}");
        }
    }
}
