//! JSON within a limit: what does not fit is left out whole, and a note says how to get it.

use defender_xdr::text::json::{self, Writer};

/// Bytes for punctuation, names and the note.
const SPARE_BYTES: usize = 512;
/// The most warnings in an answer.
const WARNINGS_MAX: usize = 5;
/// Longest text within an object, in characters.
const TEXT_MAX: usize = 2000;

/// An answer that is being written.
#[derive(Debug)]
pub struct Answer {
    object: Writer,
    used: usize,
    limit: usize,
    notes: Vec<String>,
}

impl Answer {
    /// An empty answer of at most so many bytes.
    pub fn within(limit: usize) -> Self {
        Self { object: Writer::new(), used: SPARE_BYTES, limit, notes: Vec::new() }
    }

    /// Adds a member.
    pub fn json(&mut self, name: &str, json: &str) {
        self.used += name.len() + json.len() + 4;
        self.object.json(name, json);
    }

    /// Adds members.
    pub fn members(&mut self, members: impl IntoIterator<Item = (&'static str, String)>) {
        members.into_iter().for_each(|(name, json)| self.json(name, &json));
    }

    /// Adds the first of the warnings.
    pub fn warnings(&mut self, warnings: &[String]) {
        if let Some(first) = warnings.get(..warnings.len().min(WARNINGS_MAX)).filter(|first| !first.is_empty()) {
            self.json("warnings", &json::list(first));
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
        let room = self.limit.saturating_sub(self.used);
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
        if !self.notes.is_empty() {
            self.object.text("note", &self.notes.join("; "));
        }
        self.object.finish()
    }
}

/// A text as JSON, cut if it is very long.
pub fn text(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => json::quoted(&format!("{}…", text.get(..end).unwrap_or_default())),
        None => json::quoted(text),
    }
}
