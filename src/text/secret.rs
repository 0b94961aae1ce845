//! Secrets and tokens: values that are sent and never shown.

use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::wit::types::Error;

/// The least length of a value that is struck out.
const STRUCK_OUT_FROM_LENGTH: usize = 4;
/// The same for data, which a shorter value may be a part of by chance.
const STRUCK_OUT_OF_DATA_FROM_LENGTH: usize = 8;
/// Data up to this size is read for every spelling.
const CLOSELY_READ_BYTES: usize = 64 * 1024;
/// Bytes of a spelling that are looked for first.
const START_BYTES: usize = 16;
/// Where a text was cut.
const CUT: &str = "…";
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
}

/// In a time that tells nothing but the length.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
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
        if text.contains(CUT) {
            self.0.iter().for_each(|secret| out_of_ends(text, secret));
        }
    }

    /// Data of the service without them; `None` when it holds none. Short ones may well be part of it. In large data they are
    /// looked for as they are, because reading every byte for all spellings takes as long as decoding it.
    pub fn data_without(&self, data: &[u8]) -> Option<Vec<u8>> {
        self.without(data, STRUCK_OUT_OF_DATA_FROM_LENGTH)
    }

    fn without(&self, text: &[u8], least: usize) -> Option<Vec<u8>> {
        let mut struck: Option<Vec<u8>> = None;
        for secret in self.0.iter().filter(|secret| secret.0.len() >= least) {
            let found = without(struck.as_deref().unwrap_or(text), secret.0.as_bytes());
            struck = found.or(struck);
        }
        struck
    }
}

/// Strikes the start of a value out of the ends of a text that was cut.
fn out_of_ends(text: &mut String, secret: &Secret) {
    let parts: Vec<&str> = text.split(CUT).collect();
    let Some((last, cut)) = parts.split_last() else { return };
    let mut out = String::with_capacity(text.len());
    for part in cut {
        let mut starts = (STRUCK_OUT_FROM_LENGTH..secret.0.len()).rev().filter_map(|end| secret.0.get(..end));
        match starts.find_map(|start| part.strip_suffix(start)) {
            Some(rest) => out.extend([rest, STRUCK_OUT, CUT]),
            None => out.extend([part, CUT]),
        }
    }
    out.push_str(last);
    *text = out;
}

/// A text without a value, as it is, percent-encoded or escaped as in JSON, wholly or in part; and in base64 of either alphabet,
/// alone or within more.
fn without(text: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    // No spelling is shorter than base64 of what fills its groups, or the value.
    if text.len() < value.len().min(value.len().saturating_sub(2) / 3 * 4) {
        return None;
    }
    let is_small = text.len() <= CLOSELY_READ_BYTES;
    let groups = if is_small { groups(value) } else { Vec::new() };
    let starts = Starts::new(value, &groups);
    let struck = without_all(text, |text, from| {
        let mut at = from;
        loop {
            at = starts.next(text, at)?;
            let encoded = || groups.iter().filter_map(|group| group.length(text, at)).max();
            match spelled_length(text, at, value).or_else(encoded) {
                Some(length) => return Some(at..at + length),
                None => at += 1,
            }
        }
    });
    if !is_small {
        return struck;
    }
    let text = struck.as_deref().unwrap_or(text);
    let known = Known::of(value);
    without_all(text, |text, from| next_escaped(text, from, value, &known)).or(struck)
}

/// A text without all that is found in it, each from a place on; `None` when there is nothing.
fn without_all(text: &[u8], next: impl Fn(&[u8], usize) -> Option<Range<usize>>) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    let mut kept = 0;
    while let Some(found) = next(text, kept) {
        let out = out.get_or_insert_default();
        out.extend_from_slice(text.get(kept..found.start).unwrap_or_default());
        out.extend_from_slice(STRUCK_OUT.as_bytes());
        kept = found.end;
    }
    let mut out = out?;
    out.extend_from_slice(text.get(kept..).unwrap_or_default());
    Some(out)
}

/// The next place from another on where a value is spelled with escapes: before the first of them it stands as it is.
fn next_escaped(text: &[u8], from: usize, value: &[u8], known: &Known) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        at += text.get(at..)?.iter().position(|byte| matches!(byte, b'%' | b'\\'))?;
        if let Some((byte, _)) = text.get(at..).and_then(escape).filter(|(byte, _)| known.has(*byte)) {
            let places = value.iter().enumerate().filter(|(_, other)| **other == byte);
            let mut starts = places.filter_map(|(place, _)| {
                let start = at.checked_sub(place).filter(|start| *start >= from)?;
                (text.get(start..at) == value.get(..place)).then_some(start)
            });
            let spelled = starts.find_map(|start| Some(start..start + spelled_length(text, start, value)?));
            if spelled.is_some() {
                return spelled;
            }
        }
        at += 1;
    }
}

/// Which bytes a value has: most escapes of a text stand for others.
struct Known([bool; 256]);

impl Known {
    fn of(value: &[u8]) -> Self {
        let mut known = [false; 256];
        for byte in value {
            if let Some(entry) = known.get_mut(usize::from(*byte)) {
                *entry = true;
            }
        }
        Self(known)
    }

    fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

/// Where a spelling may begin. A window slides over the text, as far as its last byte allows: most bytes are never looked at.
/// Source: <https://en.wikipedia.org/wiki/Boyer%E2%80%93Moore%E2%80%93Horspool_algorithm>.
struct Starts {
    window: usize,
    shifts: [usize; 256],
}

impl Starts {
    fn new(value: &[u8], groups: &[Group<'_>]) -> Self {
        let starts = || groups.iter().map(|group| group.start.as_slice()).chain([value]);
        let window = starts().map(<[u8]>::len).fold(START_BYTES, usize::min);
        let mut made = Self { window, shifts: [window; 256] };
        for start in starts() {
            for (byte, shift) in start.iter().take(window).zip((0..window).rev()) {
                made.allow(*byte, shift);
                match byte {
                    b'+' => made.allow(b'-', shift),
                    b'/' => made.allow(b'_', shift),
                    _ => {}
                }
            }
        }
        made
    }

    fn allow(&mut self, byte: u8, shift: usize) {
        if let Some(known) = self.shifts.get_mut(usize::from(byte)) {
            *known = shift.min(*known);
        }
    }

    fn next(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let last = text.get(at + self.window - 1)?;
            match self.shifts.get(usize::from(*last)) {
                Some(0) | None => return Some(at),
                Some(shift) => at += shift,
            }
        }
    }
}

/// Length of a value that is spelled out from a place on, each byte as it is or escaped.
fn spelled_length(text: &[u8], from: usize, value: &[u8]) -> Option<usize> {
    let mut at = from;
    for byte in value {
        let rest = text.get(at..)?;
        at += match escape(rest) {
            Some((escaped, length)) if escaped == *byte => length,
            _ if rest.first() == Some(byte) => 1,
            _ => return None,
        };
    }
    Some(at - from)
}

/// The byte that an escape at the start of a text stands for, `%XX` or one of JSON, and its length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let (byte, length) = match text {
        [b'%', high, low, ..] => (hexadecimal(&[*high, *low])?, 3),
        [b'\\', b'u', digits @ ..] => (hexadecimal(digits.get(..4)?)?, 6),
        [b'\\', escaped @ (b'"' | b'\\' | b'/'), ..] => (u32::from(*escaped), 2),
        _ => return None,
    };
    Some((u8::try_from(byte).ok()?, length))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

/// Bytes that are looked for in base64.
struct Group<'a> {
    bytes: &'a [u8],
    /// How it begins in base64.
    start: Vec<u8>,
}

/// What of a value is the same in base64 wherever it starts, for three bytes are four characters; and the value itself.
fn groups(value: &[u8]) -> Vec<Group<'_>> {
    let within = (0..3).filter_map(|skipped| value.get(skipped..));
    let within = within.filter_map(|bytes| bytes.get(..bytes.len() / 3 * 3)).filter(|bytes| bytes.len() >= 6);
    let start = |bytes: &[u8]| encoded(bytes.get(..START_BYTES / 4 * 3).unwrap_or(bytes));
    std::iter::once(value).chain(within).map(|bytes| Group { bytes, start: start(bytes) }).collect()
}

impl Group<'_> {
    /// Length of its base64 at a place, the padding included.
    fn length(&self, text: &[u8], at: usize) -> Option<usize> {
        let rest = text.get(at..)?;
        begins(rest, &self.start).then_some(())?;
        let whole = encoded(self.bytes);
        let padding = rest.iter().skip(whole.len()).take(2).take_while(|byte| **byte == b'=').count();
        begins(rest, &whole).then_some(whole.len() + padding)
    }
}

fn encoded(bytes: &[u8]) -> Vec<u8> {
    STANDARD_NO_PAD.encode(bytes).into_bytes()
}

/// Whether a text begins with base64, in either alphabet.
fn begins(text: &[u8], base64: &[u8]) -> bool {
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    text.get(..base64.len()).is_some_and(|found| found.iter().map(standard).eq(base64.iter().copied()))
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
    use crate::text::fault::invalid;

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
