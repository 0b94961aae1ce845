//! Writes JSON without a tree: texts, lists, and objects member by member.

use std::io;

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    // Writing to memory cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// Length of a text as a JSON string.
pub fn quoted_length(text: &str) -> usize {
    let escape = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(escape).sum::<usize>() + 2
}

/// Appends a text as a JSON string.
pub fn quote(text: &str, out: &mut String) {
    /// Appends UTF-8 that arrives in complete characters, as from the serializer.
    struct Out<'s>(&'s mut String);
    impl io::Write for Out<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
            self.0.push_str(text);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(Out(out), text);
}

/// Texts as a JSON list.
pub fn list(texts: &[impl AsRef<str>]) -> String {
    let items: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", items.join(","))
}

/// Writes an object.
#[derive(Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member whose value is JSON.
    pub fn json(&mut self, name: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
    }

    /// Adds a member that is a text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.json(name, &quoted(text));
    }

    /// Adds a member whose value is JSON, if there is a value.
    pub fn optional(&mut self, name: &str, json: Option<String>) {
        if let Some(json) = json {
            self.json(name, &json);
        }
    }

    /// The object.
    pub fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_reads() {
        let mut writer = Writer::new();
        writer.text("a\"b", "c\\\n\u{fc}");
        writer.json("d", &list(&["e".to_owned(), "\"".to_owned()]));
        assert_eq!(writer.finish(), "{\"a\\\"b\":\"c\\\\\\nü\",\"d\":[\"e\",\"\\\"\"]}");
        assert_eq!(Writer::new().finish(), "{}");
    }
}
