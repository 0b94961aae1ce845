//! JSON within a limit: what does not fit is left out whole, and a note says how to get it.

use defender_xdr::text::json::{self, Writer};

/// Bytes for the note and what holds everything together.
const SPARE_BYTES: usize = 768;
/// Longest note.
const NOTE_MAX: usize = 600;
/// The most warnings in an answer.
const WARNINGS_MAX: usize = 5;
/// Longest text within an object, in characters, and as JSON, in bytes.
const TEXT_MAX: usize = 2000;
const TEXT_MAX_BYTES: usize = 3000;

/// An answer that is being written.
#[derive(Debug)]
pub struct Answer {
    object: Writer,
    used: usize,
    limit: usize,
    notes: Vec<String>,
    left_out: Vec<String>,
}

impl Answer {
    /// An empty answer of at most so many bytes.
    pub fn within(limit: usize) -> Self {
        Self { object: Writer::new(), used: SPARE_BYTES, limit, notes: Vec::new(), left_out: Vec::new() }
    }

    /// Adds a member, if it fits.
    pub fn json(&mut self, name: &str, json: &str) {
        let bytes = name.len() + json.len() + 4;
        if self.used + bytes > self.limit {
            self.left_out.push(name.to_owned());
            return;
        }
        self.used += bytes;
        self.object.json(name, json);
    }

    /// Adds members.
    pub fn members(&mut self, members: impl IntoIterator<Item = (&'static str, String)>) {
        members.into_iter().for_each(|(name, json)| self.json(name, &json));
    }

    /// Keeps up to so many bytes for later, unless that leaves no room for what comes before, and returns how many.
    pub fn reserve(&mut self, bytes: usize) -> usize {
        let reserved = bytes.min(self.limit / 2);
        self.limit -= reserved;
        reserved
    }

    /// Allows so many bytes more.
    pub fn widen(&mut self, bytes: usize) {
        self.limit += bytes;
    }

    /// Adds the first of the warnings.
    pub fn warnings(&mut self, warnings: &[String]) {
        if let Some(first) = warnings.get(..warnings.len().min(WARNINGS_MAX)).filter(|first| !first.is_empty()) {
            let first: Vec<String> = first.iter().map(|warning| text(warning)).collect();
            self.json("warnings", &format!("[{}]", first.join(",")));
        }
    }

    /// Adds a list with as many of its items as fit, and returns whether all do. If not, a note says `how` to see the others.
    pub fn list(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = impl AsRef<str>>,
        count: usize,
        how: &str,
    ) -> bool {
        let mut list = String::from("[");
        let mut shown = 0;
        let room = self.limit.saturating_sub(self.used + name.len() + 4);
        for item in items {
            let item = item.as_ref();
            if list.len() + item.len() + 2 > room {
                break;
            }
            if shown > 0 {
                list.push(',');
            }
            list.push_str(item);
            shown += 1;
        }
        list.push(']');
        self.json(name, &list);
        if shown < count {
            self.notes.push(format!("{shown} of {count} {name} are shown, the others do not fit: {how}"));
        }
        shown == count
    }

    /// Adds a note for the reader.
    pub fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    /// The answer.
    pub fn finish(mut self) -> String {
        if !self.left_out.is_empty() {
            self.notes.push(format!("left out, as they do not fit: {}", self.left_out.join(", ")));
        }
        if !self.notes.is_empty() {
            let note: String = self.notes.join("; ").chars().take(NOTE_MAX).collect();
            self.object.text("note", &note);
        }
        self.object.finish()
    }
}

/// A text as JSON, cut if it is very long.
pub fn text(text: &str) -> String {
    let mut characters = TEXT_MAX;
    loop {
        let (shown, is_cut) = match text.char_indices().nth(characters) {
            Some((end, _)) => (text.get(..end).unwrap_or_default(), true),
            None => (text, false),
        };
        let json = json::quoted(&format!("{shown}{}", if is_cut { "…" } else { "" }));
        // Some characters are six times as long in JSON.
        if json.len() <= TEXT_MAX_BYTES || characters == 0 {
            return json;
        }
        characters /= 2;
    }
}
