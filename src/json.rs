//! JSON without a tree: an object's members as they stand, and an object written member by member.
//!
//! A tree of values would cost the component thirty kilobytes of code, and each document a copy of everything in it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// An object's members in order, doubled keys included, each as its JSON text.
#[derive(Debug, Default)]
pub struct Object<'a>(pub Vec<(String, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads an object; `None` when the text is something else or is not valid.
    pub fn parse(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The JSON text of a member; of the last one, where a name is doubled.
    pub fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, raw)| raw.get())
    }

    /// A member that is a string.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(text)
    }

    /// A member that is an object.
    pub fn object(&self, name: &str) -> Option<Self> {
        self.raw(name).and_then(Self::parse)
    }
}

/// The value of a JSON string.
pub fn text(json: &str) -> Option<String> {
    json.trim_start().starts_with('"').then(|| serde_json::from_str(json).ok()).flatten()
}

/// The text of a JSON string, number or boolean.
pub fn scalar(json: &str) -> Option<String> {
    match json.bytes().next()? {
        b'"' => text(json),
        b'[' | b'{' => None,
        _ => Some(json.to_owned()),
    }
}

/// The items of a list, each as its JSON text.
pub fn items(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok()
}

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    // Writing a string to memory cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// Texts as a JSON list.
pub fn list<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    let items: Vec<String> = texts.into_iter().map(|text| quoted(text)).collect();
    format!("[{}]", items.join(","))
}

/// Whether a text is JSON.
pub fn is_valid(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Valid JSON with every string in it written with as few escapes as possible.
pub fn unescaped(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, string)) = rest.find('"').and_then(|at| rest.split_at_checked(at)) {
        plain.push_str(before);
        let length = string_length(string);
        let (literal, after) = string.split_at_checked(length).unwrap_or((string, ""));
        plain.push_str(&text(literal).map_or_else(|| literal.to_owned(), |text| quoted(&text)));
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// Length of the string literal that a text starts with.
fn string_length(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

/// Writes an object.
#[derive(Debug)]
pub struct Writer(String);

impl Writer {
    /// An empty object.
    pub fn new() -> Self {
        Self("{".to_owned())
    }

    /// Adds a member whose value is JSON.
    pub fn json(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
    }

    /// Adds a member that is a text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.json(name, &quoted(text));
    }

    /// The object.
    pub fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Object<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_members_as_they_stand() {
        let object =
            Object::parse(r#" {"a": [1, {"b": 2}], "c":"\u00fc", "d": {"e": null}, "c": "last"} "#).expect("an object");
        assert_eq!(object.raw("a"), Some(r#"[1, {"b": 2}]"#));
        assert_eq!(object.text("c").as_deref(), Some("last"));
        assert_eq!(object.text("a"), None);
        assert_eq!(object.object("d").and_then(|inner| inner.raw("e")), Some("null"));
        for other in ["", "[]", "\"{}\"", "{", "{\"a\":}"] {
            assert!(Object::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        let mut writer = Writer::new();
        writer.text("a\"b", "c\\\n\u{fc}");
        writer.json("d", &list(&["e".to_owned(), "\"".to_owned()]));
        assert_eq!(writer.finish(), "{\"a\\\"b\":\"c\\\\\\nü\",\"d\":[\"e\",\"\\\"\"]}");
        assert_eq!(Writer::new().finish(), "{}");
    }

    #[test]
    fn takes_needless_escapes_out_of_strings() {
        for (json, plain) in [
            (r#"{"\u0061": ["\u0062\/", 1]}"#, r#"{"a": ["b/", 1]}"#),
            (r#"{"a":"x\"y\\"}"#, r#"{"a":"x\"y\\"}"#),
            (r#"["unfinished"#, r#"["unfinished"#),
            ("", ""),
        ] {
            assert_eq!(unescaped(json), plain);
        }
    }
}
