//! Finds parts of a private key, however its lines are broken: by any line ends, escaped or encoded, or not at all.

use std::ops::Range;

use super::spelling::{escape, without_all};

/// Characters of base64 that are compared first. Any part of twice this length is found, and a shorter one
/// that nothing of the kind is in front of.
const WINDOW: usize = 16;

/// base64 of private keys, and where each window of it is, sorted by content.
pub(super) struct Key {
    base64: Vec<u8>,
    windows: Vec<usize>,
}

impl Key {
    /// The private keys in a PEM text.
    pub(super) fn of(text: &str) -> Self {
        let inside = text.split("PRIVATE KEY-----").skip(1).step_by(2);
        let inside = inside.filter_map(|rest| rest.split("-----").next());
        let base64: Vec<u8> =
            inside.flat_map(|body| Run::at(body.as_bytes(), 0).characters).map(|(byte, _)| byte).collect();
        let mut windows: Vec<usize> = (0..(base64.len() + 1).saturating_sub(WINDOW)).collect();
        windows.sort_unstable_by_key(|at| base64.get(*at..at + WINDOW));
        Self { base64, windows }
    }

    /// A text without the parts of the keys; `None` when there are none.
    pub(super) fn out_of(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (mut at, mut found) = (0, Vec::new());
        while at < text.len() {
            let run = Run::at(text, at);
            self.find(&run.characters, &mut found);
            // What ended the run is no part of the next one.
            at = run.end + 1;
        }
        without_all(text, |_, from| found.get(found.partition_point(|range| range.start < from)).cloned())
    }

    /// The parts in a run of base64, as ranges of its text.
    fn find(&self, run: &[(u8, Range<usize>)], found: &mut Vec<Range<usize>>) {
        let mut at = 0;
        while let Some(window) = run.get(at..at + WINDOW) {
            let content = window.iter().map(|(byte, _)| byte);
            let known = |start: &usize| self.base64.get(*start..start + WINDOW).unwrap_or_default().iter();
            let Ok(place) = self.windows.binary_search_by(|start| known(start).cmp(content.clone())) else {
                at += WINDOW;
                continue;
            };
            let start = self.windows.get(place).copied().unwrap_or_default();
            let before = self.base64.iter().take(start).rev().zip(run.iter().take(at).rev());
            let first = at - before.take_while(|(known, (byte, _))| *known == byte).count();
            let after = self.base64.iter().skip(start).zip(run.iter().skip(at));
            let last = at + after.take_while(|(known, (byte, _))| *known == byte).count();
            if let (Some((_, first)), Some((_, end))) = (run.get(first), run.get(last - 1)) {
                found.push(first.start..end.end);
            }
            at = last;
        }
    }
}

/// Characters of base64 in a row, and where each is in the text. White space between them does not count.
struct Run {
    end: usize,
    characters: Vec<(u8, Range<usize>)>,
}

impl Run {
    fn at(text: &[u8], start: usize) -> Self {
        let mut run = Self { end: start, characters: Vec::new() };
        while let Some(byte) = text.get(run.end) {
            // A backslash that is itself escaped, as in JSON inside JSON.
            if *byte == b'\\' && text.get(run.end + 1) == Some(&b'\\') {
                run.end += 1;
                continue;
            }
            let (byte, length) = text.get(run.end..).and_then(escape).unwrap_or((*byte, 1));
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => {
                    run.characters.push((byte, run.end..run.end + length));
                }
                b' ' | b'\n' | b'\r' | b'\t' => {}
                _ => break,
            }
            run.end += length;
        }
        run
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = include_str!("../../../tests/certificates/key-pkcs8.pem");

    fn lines() -> Vec<&'static str> {
        PEM.lines().filter(|line| !line.starts_with('-')).collect()
    }

    /// What is left of a text.
    fn left(text: &str) -> String {
        let struck = Key::of(PEM).out_of(text.as_bytes()).unwrap_or_else(|| text.as_bytes().to_owned());
        String::from_utf8(struck).expect("text")
    }

    #[test]
    fn parts_are_found_however_lines_are_broken() {
        let body = lines().concat();
        let percent = body.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
        for text in [
            PEM.to_owned(),
            PEM.replace('\n', "\r\n"),
            PEM.replace('\n', " "),
            PEM.replace('\n', "\\n"),
            PEM.replace('\n', "\\r\\n"),
            PEM.replace('\n', "\\\\n"),
            PEM.replace('\n', "\\u000a"),
            PEM.replace('\n', "%0D%0A"),
            body.replace('/', "\\/"),
            percent,
            body.clone(),
            lines()[5..].concat(),
            lines()[7].to_owned(),
            (*lines().last().expect("a line")).to_owned(),
            body[100..131].to_owned(),
        ] {
            let left = left(&format!("<{text}>"));
            assert!(left.len() < 90 && left.contains("***"), "{left}");
            assert!(lines().iter().all(|line| !left.contains(&line[..16.min(line.len())])), "{left}");
        }
    }

    #[test]
    fn other_texts_are_left_alone() {
        let certificate = include_str!("../../../tests/certificates/ca.pem");
        for text in ["", "lastUpdateDateTime", certificate, &"A".repeat(100), "\\", "%", "\\u00"] {
            assert_eq!(Key::of(PEM).out_of(text.as_bytes()), None, "{text}");
            assert_eq!(Key::of("").out_of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn several_parts_are_found() {
        let [first, second] = [lines()[3], lines()[9]];
        assert_eq!(left(&format!("a {first}, b.{second}; c")), "a ***, b.***; c");
    }
}
