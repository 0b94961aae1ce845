//! Secrets and tokens: values that are sent and never shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::wit::types::Error;

/// The least length of a value that is struck out.
const STRUCK_OUT_FROM_LENGTH: usize = 4;
/// The same for data, which a shorter value may be a part of by chance.
const STRUCK_OUT_OF_DATA_FROM_LENGTH: usize = 8;
/// Data up to this size is read for every spelling.
const CLOSELY_READ_BYTES: usize = 64 * 1024;
/// Bytes of a value that are looked for first in larger data.
const START_BYTES: usize = 16;
/// What stands in its place.
const STRUCK_OUT: &str = "***";

/// A value that no message shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value, for the request that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in a time that tells of another one's length only.
    pub fn is_same(&self, other: &Self) -> bool {
        let (one, other) = (self.0.as_bytes(), other.0.as_bytes());
        one.len() == other.len() && one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

/// Secrets in every spelling, to be struck out of what the other side could have echoed them into.
#[derive(Debug)]
pub struct Strikes<'s>(Vec<&'s Secret>);

impl<'s> Strikes<'s> {
    /// Of these secrets.
    pub fn of(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        // Shorter values are too common in ordinary text.
        Self(secrets.into_iter().filter(|secret| secret.0.len() >= STRUCK_OUT_FROM_LENGTH).collect())
    }

    /// Strikes them out of everything in an error that the service wrote.
    pub fn out_of_error(&self, error: &mut Error) {
        let texts = [
            &mut error.code,
            &mut error.request_id,
            &mut error.client_request_id,
            &mut error.remedy,
            &mut error.details_json,
        ];
        texts.into_iter().flatten().chain([&mut error.message]).for_each(|text| self.out_of(text));
    }

    /// Strikes them out of a text, also the start of one before the text was cut.
    pub fn out_of(&self, text: &mut String) {
        if let Some(struck) = self.without(text.as_bytes(), STRUCK_OUT_FROM_LENGTH) {
            *text = String::from_utf8_lossy(&struck).into_owned();
        }
        for secret in &self.0 {
            let starts = (STRUCK_OUT_FROM_LENGTH..secret.0.len()).rev().filter_map(|end| secret.0.get(..end));
            let cut = starts.map(|start| format!("{start}…")).find(|start| text.contains(start.as_str()));
            if let Some(cut) = cut {
                *text = text.replace(&cut, &format!("{STRUCK_OUT}…"));
            }
        }
    }

    /// Data of the service without them; `None` when it holds none. Short ones may well be part of it. Of large data it is
    /// looked for as it is first, because reading every byte for all spellings takes as long as decoding it.
    pub fn data_without(&self, data: &[u8]) -> Option<Vec<u8>> {
        if data.len() > CLOSELY_READ_BYTES {
            let text = std::str::from_utf8(data).ok()?;
            let is_there = |secret: &&Secret| {
                secret.0.get(..START_BYTES.min(secret.0.len())).is_some_and(|start| text.contains(start))
            };
            self.0.iter().find(|secret| is_there(secret))?;
        }
        self.without(data, STRUCK_OUT_OF_DATA_FROM_LENGTH)
    }

    fn without(&self, text: &[u8], least: usize) -> Option<Vec<u8>> {
        let mut struck: Option<Vec<u8>> = None;
        for secret in self.0.iter().filter(|secret| secret.0.len() >= least) {
            let found = without(struck.as_deref().unwrap_or(text), secret);
            struck = found.or(struck);
        }
        struck
    }
}

/// A text without a value, as it is, percent-encoded or escaped as in JSON, wholly or in part; and in base64 of either alphabet,
/// alone or within more.
fn without(text: &[u8], secret: &Secret) -> Option<Vec<u8>> {
    let value = secret.0.as_bytes();
    let groups = encoded_groups(value);
    let is_start = starts(value, &groups);
    let mut out: Option<Vec<u8>> = None;
    let (mut at, mut kept) = (0, 0);
    while let Some(next) = text.get(at..).and_then(|rest| rest.iter().position(|byte| is_start(*byte))) {
        at += next;
        let encoded = || groups.iter().filter_map(|group| encoded_length(text, at, group)).max();
        match spelled_length(text, at, value).or_else(encoded) {
            Some(length) => {
                let out = out.get_or_insert_default();
                out.extend_from_slice(text.get(kept..at).unwrap_or_default());
                out.extend_from_slice(STRUCK_OUT.as_bytes());
                at += length;
                kept = at;
            }
            None => at += 1,
        }
    }
    let mut out = out?;
    out.extend_from_slice(text.get(kept..).unwrap_or_default());
    Some(out)
}

/// Which bytes any spelling can begin with: most of a text is passed over by this alone.
fn starts(value: &[u8], groups: &[Vec<u8>]) -> impl Fn(u8) -> bool + use<> {
    let mut known = [false; 256];
    let firsts = groups.iter().filter_map(|group| group.first()).chain(value.first());
    for first in firsts.chain(b"%\\-_") {
        if let Some(entry) = known.get_mut(usize::from(*first)) {
            *entry = true;
        }
    }
    move |byte| known.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Length of a value that is spelled out from a place on, each byte as it is, as `%XX`, or escaped as in JSON.
fn spelled_length(text: &[u8], from: usize, value: &[u8]) -> Option<usize> {
    let mut at = from;
    for byte in value {
        let rest = text.get(at..)?;
        at += match rest {
            [b'%', high, low, ..] if hexadecimal(&[*high, *low]) == Some(u32::from(*byte)) => 3,
            [b'\\', b'u', digits @ ..] if digits.get(..4).and_then(hexadecimal) == Some(u32::from(*byte)) => 6,
            [b'\\', escaped, ..] if escaped == byte => 2,
            [plain, ..] if plain == byte => 1,
            _ => return None,
        };
    }
    Some(at - from)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

/// What of a value is the same in base64 wherever it starts: three bytes are four characters.
fn encoded_groups(value: &[u8]) -> Vec<Vec<u8>> {
    let whole = STANDARD_NO_PAD.encode(value).into_bytes();
    let groups = (0..3).filter_map(|skipped| value.get(skipped..));
    let groups = groups.filter_map(|bytes| bytes.get(..bytes.len() / 3 * 3)).filter(|bytes| bytes.len() >= 6);
    std::iter::once(whole).chain(groups.map(|bytes| STANDARD_NO_PAD.encode(bytes).into_bytes())).collect()
}

/// Length of base64 at a place, in either alphabet, its padding included.
fn encoded_length(text: &[u8], at: usize, encoded: &[u8]) -> Option<usize> {
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let found = text.get(at..at + encoded.len())?;
    let is_same = found.iter().map(standard).eq(encoded.iter().copied());
    let padding = text.iter().skip(at + encoded.len()).take(2).take_while(|byte| **byte == b'=').count();
    is_same.then_some(encoded.len() + padding)
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;
    use crate::error::invalid;

    #[track_caller]
    fn struck(secret: &str, text: &str, expected: &str) {
        let secret = Secret::new(secret.into());
        let mut text = text.to_owned();
        Strikes::of([&secret]).out_of(&mut text);
        assert_eq!(text, expected);
    }

    #[test]
    fn strikes_out_any_way_of_writing_it() {
        let secret = "planted~Secret.1";
        struck(secret, "a planted%7ESecret%2e1 b", "a *** b");
        struck(secret, "%70%6C%61%6e%74%65%64%7E%53%65%63%72%65%74%2E%31", "***");
        struck(secret, r"planted\u007eSecret\u002E1 plante\u0064~Secret.1", "*** ***");
        struck(secret, "planted~Secret.1planted~Secret.1", "******");
        struck(secret, "planted~Secret.2 planted~Secre", "planted~Secret.2 planted~Secre");
        // A text that was cut in the middle of it.
        struck(secret, "xx planted~Se…", "xx ***…");
        struck(secret, "xx plan…, and more", "xx ***…, and more");
        struck(secret, "xx pla…", "xx pla…");
    }

    #[test]
    fn strikes_out_of_large_data_and_of_bytes() {
        let secret = Secret::new("planted~Secret.1".into());
        let strikes = Strikes::of([&secret]);
        let large = format!("{}planted~Secret.1", "x".repeat(70_000));
        assert!(strikes.data_without(large.as_bytes()).expect("struck").ends_with(b"xx***"));
        assert_eq!(strikes.data_without("x".repeat(70_000).as_bytes()), None);
        assert_eq!(strikes.data_without(b"\xff planted~Secret.1").as_deref(), Some(&b"\xff ***"[..]));
        // Short values may be part of any data.
        assert_eq!(Strikes::of([&Secret::new("2026".into())]).data_without(b"2026-01-01"), None);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("s3cret".into())), "Secret(***)");
    }

    #[test]
    fn strikes_out_every_spelling() {
        let secret = Secret::new("p\"s~w/1".into());
        let mut error = invalid(r#"a p"s~w/1 b p%22s~w%2F1 c p\"s~w/1 d cCJzfncvMQ== e p%22s~w%2f1 p"s~w/1"#);
        error.details_json = Some(r#"{"x":"p\"s~w/1"}"#.into());
        error.client_request_id = Some(r#"-p"s~w/1-"#.into());
        Strikes::of([&secret]).out_of_error(&mut error);
        assert_eq!(error.message, "a *** b *** c *** d *** e *** ***");
        assert_eq!(error.details_json.as_deref(), Some(r#"{"x":"***"}"#));
        assert_eq!(error.client_request_id.as_deref(), Some("-***-"));
        error.details_json = Some(r#"{"x":"p\u0022s\u007ew\/1","y":1}"#.into());
        Strikes::of([&secret]).out_of_error(&mut error);
        assert_eq!(error.details_json.as_deref(), Some(r#"{"x":"***","y":1}"#));
    }

    #[test]
    fn strikes_out_base64_that_holds_more() {
        let secret = Secret::new("planted~Secret.1".into());
        for before in ["", "a", "ab", "abc", "Bearer "] {
            for engine in [STANDARD, URL_SAFE] {
                let mut text = engine.encode(format!("{before}planted~Secret.1, and more"));
                Strikes::of([&secret]).out_of(&mut text);
                assert!(text.contains(STRUCK_OUT), "{before}: {text}");
            }
        }
    }

    #[test]
    fn leaves_other_texts_and_short_values_alone() {
        let mut text = "a planted secret: abc".to_owned();
        let secrets = ["planted~Secret.1", "abc", ""].map(|value| Secret::new(value.into()));
        Strikes::of(&secrets).out_of(&mut text);
        assert_eq!(text, "a planted secret: abc");
    }
}
