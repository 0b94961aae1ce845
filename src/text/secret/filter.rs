//! Tells quickly that a text holds none of some values, in any spelling.

use zeroize::Zeroizing;

use super::spelling::{
    CLOSELY_READ_BYTES, Known, START_BYTES, begins, escape, groups, next_mark, spelled_around, standard,
};

/// Bytes that are looked up together.
const BLOCK_BYTES: usize = 3;
/// How many of them are told apart.
const BLOCKS: usize = 1024;

/// Tells quickly that a text holds none of some values: nearly every text.
///
/// A window moves over the text by as much as its last three bytes allow for all values together: mostly by all but two of its bytes.
/// Source: Wu and Manber, <https://en.wikipedia.org/wiki/Wu%E2%80%93Manber_algorithm>.
#[derive(Debug)]
pub(super) struct Filter {
    /// How the values begin, plain and in base64; `-` and `_` as `+` and `/`.
    starts: Vec<Zeroizing<Vec<u8>>>,
    window: usize,
    shifts: Vec<u8>,
    known: Known,
}

impl Filter {
    pub(super) fn of(values: &[&[u8]]) -> Self {
        let start = |value: &[u8]| value.get(..START_BYTES).unwrap_or(value).to_vec();
        let groups = values.iter().flat_map(|value| groups(value)).map(|group| group.start);
        let mut starts: Vec<_> = values.iter().map(|value| start(value)).chain(groups).map(Zeroizing::new).collect();
        let known = Known::of(starts.iter().take(values.len()).flat_map(|start| start.iter()));
        let window = starts.iter().map(|start| start.len()).fold(START_BYTES, usize::min);
        for start in &mut starts {
            start.truncate(window);
            start.iter_mut().for_each(|byte| *byte = standard(*byte));
        }
        let farthest = u8::try_from((window + 1).saturating_sub(BLOCK_BYTES)).unwrap_or_default();
        let mut shifts = vec![farthest; BLOCKS];
        for start in &starts {
            for (bytes, shift) in start.windows(BLOCK_BYTES).zip((0..farthest).rev()) {
                for block in blocks(bytes) {
                    if let Some(known) = shifts.get_mut(block) {
                        *known = shift.min(*known);
                    }
                }
            }
        }
        Self { starts, window, shifts, known }
    }

    /// Whether a text may hold a spelling of these values, those that it was made of, that [`without`](super::spelling::without) would find; false only if it
    /// holds none.
    pub(super) fn may_be_in<'v>(&self, text: &[u8], values: &(impl Iterator<Item = &'v [u8]> + Clone)) -> bool {
        if self.window < BLOCK_BYTES {
            return !self.starts.is_empty();
        }
        self.begins_in(text) || text.len() <= CLOSELY_READ_BYTES && self.begins_escaped_in(text, values)
    }

    fn begins_in(&self, text: &[u8]) -> bool {
        let mut end = self.window;
        while let Some([one, two, three]) = text.get(end - BLOCK_BYTES..end) {
            match self.shifts.get(block(*one, *two, *three)) {
                Some(0) | None => {
                    let rest = text.get(end - self.window..).unwrap_or_default();
                    if self.starts.iter().any(|start| begins(rest, start)) {
                        return true;
                    }
                    end += 1;
                }
                Some(shift) => end += usize::from(*shift),
            }
        }
        false
    }

    /// Whether one of the values begins with an escape in its first bytes.
    fn begins_escaped_in<'v>(&self, text: &[u8], values: &(impl Iterator<Item = &'v [u8]> + Clone)) -> bool {
        let mut at = 0;
        while let Some(found) = next_mark(text, at) {
            at = found + 1;
            let escaped = text.get(found..).and_then(escape).filter(|(byte, _)| self.known.has(*byte));
            let Some((byte, _)) = escaped else { continue };
            if values.clone().any(|value| spelled_around(text, 0, found, byte, value).is_some()) {
                return true;
            }
        }
        false
    }
}

/// The place of three bytes in a table.
fn block(one: u8, two: u8, three: u8) -> usize {
    (usize::from(one) << 6 ^ usize::from(two) << 3 ^ usize::from(three)) % BLOCKS
}

/// The places of three bytes, each in either alphabet of base64.
fn blocks(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let either = |at: usize| bytes.get(at).map_or([0; 2], |byte| [standard(*byte), url_safe(*byte)]);
    let [ones, twos, threes] = [0, 1, 2].map(either);
    let pairs = ones.into_iter().flat_map(move |one| twos.map(|two| (one, two)));
    pairs.flat_map(move |(one, two)| threes.map(|three| block(one, two, three)))
}

/// A byte of either alphabet of base64 in the one for URLs.
fn url_safe(byte: u8) -> u8 {
    match byte {
        b'+' => b'-',
        b'/' => b'_',
        other => other,
    }
}
