//! Finds a value in every spelling an echo may have: plain, percent-encoded, escaped as in JSON, in base64.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Data up to this size is searched for every spelling.
pub(super) const CLOSELY_READ_BYTES: usize = 64 * 1024;
/// Bytes of a spelling that are searched first.
pub(super) const START_BYTES: usize = 16;
/// Replaces a value.
pub(super) const STRUCK_OUT: &str = "***";

/// A text without a value: plain, percent-encoded or escaped as in JSON, wholly or partly, and in base64 of either alphabet,
/// alone or as part of more data.
pub(super) fn without(text: &[u8], value: &[u8]) -> Option<Vec<u8>> {
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

/// The next `%` or backslash: eight bytes at a time.
pub(super) fn next_mark(text: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 128;
    let rest = text.get(from..)?;
    let (words, tail) = rest.as_chunks::<8>();
    let has = |word: u64, byte: u8| {
        let differs = word ^ (ONES * u64::from(byte));
        differs.wrapping_sub(ONES) & !differs & HIGH
    };
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let marks = has(word, b'%') | has(word, b'\\');
        if marks != 0 {
            return Some(from + at * 8 + usize::try_from(marks.trailing_zeros() / 8).unwrap_or_default());
        }
    }
    let in_tail = tail.iter().position(|byte| matches!(byte, b'%' | b'\\'))?;
    Some(from + words.len() * 8 + in_tail)
}

/// A text without everything that `next` finds from a position on; `None` when there is nothing.
pub(super) fn without_all(text: &[u8], next: impl Fn(&[u8], usize) -> Option<Range<usize>>) -> Option<Vec<u8>> {
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

/// The next range from a position on where a value is spelled with an escape in its first bytes. With a later one, its start is plain
/// and was found already.
fn next_escaped(text: &[u8], from: usize, value: &[u8], known: &Known) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        at = next_mark(text, at)?;
        if let Some((byte, _)) = text.get(at..).and_then(escape).filter(|(byte, _)| known.has(*byte)) {
            let spelled = spelled_around(text, from, at, byte, value);
            if spelled.is_some() {
                return spelled;
            }
        }
        at += 1;
    }
}

/// Where a value is spelled whose first escape is the one at a position, which means this byte; not before `from`.
pub(super) fn spelled_around(text: &[u8], from: usize, at: usize, byte: u8, value: &[u8]) -> Option<Range<usize>> {
    let places = value.iter().take(START_BYTES).enumerate().filter(|(_, other)| **other == byte);
    let mut starts = places.filter_map(|(place, _)| {
        let start = at.checked_sub(place).filter(|start| *start >= from)?;
        (text.get(start..at) == value.get(..place)).then_some(start)
    });
    starts.find_map(|start| Some(start..start + spelled_length(text, start, value)?))
}

/// The bytes of a value: most escapes in a text mean other bytes.
#[derive(Debug)]
pub(super) struct Known([bool; 256]);

impl Known {
    pub(super) fn of<'b>(bytes: impl IntoIterator<Item = &'b u8>) -> Self {
        let mut known = [false; 256];
        for byte in bytes {
            if let Some(entry) = known.get_mut(usize::from(*byte)) {
                *entry = true;
            }
        }
        Self(known)
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

/// Where a spelling may begin. A window moves over the text as far as its last byte allows, so most bytes are never read.
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

/// Length of a value spelled from a position on, each byte plain or escaped.
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

/// The byte of an escape at the start of a text, `%XX` or as in JSON, and the escape's length.
pub(super) fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let (byte, length) = match text {
        [b'%', high, low, ..] => (hexadecimal(&[*high, *low])?, 3),
        [b'\\', b'u', digits @ ..] => (hexadecimal(digits.get(..4)?)?, 6),
        [b'\\', escaped @ (b'"' | b'\\' | b'/'), ..] => (u32::from(*escaped), 2),
        [b'\\', b'n', ..] => (u32::from(b'\n'), 2),
        [b'\\', b'r', ..] => (u32::from(b'\r'), 2),
        [b'\\', b't', ..] => (u32::from(b'\t'), 2),
        _ => return None,
    };
    Some((u8::try_from(byte).ok()?, length))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

/// Bytes to find in base64.
pub(super) struct Group<'a> {
    bytes: &'a [u8],
    /// Its first characters in base64.
    pub(super) start: Vec<u8>,
}

/// The parts of a value that look the same in base64 wherever it starts, because three bytes make four characters; and the value.
pub(super) fn groups(value: &[u8]) -> Vec<Group<'_>> {
    let within = (0..3).filter_map(|skipped| value.get(skipped..));
    let within = within.filter_map(|bytes| bytes.get(..bytes.len() / 3 * 3)).filter(|bytes| bytes.len() >= 6);
    let start = |bytes: &[u8]| encoded(bytes.get(..START_BYTES / 4 * 3).unwrap_or(bytes));
    std::iter::once(value).chain(within).map(|bytes| Group { bytes, start: start(bytes) }).collect()
}

impl Group<'_> {
    /// Length of its base64 at a position, including the padding.
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
pub(super) fn begins(text: &[u8], base64: &[u8]) -> bool {
    text.get(..base64.len())
        .is_some_and(|found| found.iter().zip(base64).all(|(byte, wanted)| standard(*byte) == *wanted))
}

/// A byte of either alphabet of base64 in the standard one.
pub(super) fn standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}
