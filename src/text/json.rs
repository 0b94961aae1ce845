//! JSON without a tree: reads an object's members as JSON texts, and writes an object member by member.
//!
//! A tree of values would add thirty kilobytes of code to the component, and copy everything in each document.

mod mend;
mod write;

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub use mend::mended;
pub use write::{Writer, list, quote, quoted, quoted_length};

/// Byte order mark, which some front ends of the service and some editors write before a text.
pub const MARK: char = '\u{feff}';

/// A text without a leading byte order mark.
pub fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// The most members of an object or items of a list that are read: no real input has more, and each takes more memory than its
/// text.
pub const MEMBERS_MAX: usize = 10_000;

/// An object's members in order, including duplicate keys, each as its JSON text.
#[derive(Debug, Default)]
pub struct Object<'a>(pub Vec<(String, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads an object; `None` when the text is something else or invalid.
    pub fn parse(json: &'a str) -> Option<Self> {
        let object: Self = serde_json::from_str(json).ok()?;
        // Names are read as bytes, which accepts control characters; `is_valid` does not.
        let is_odd = object.0.iter().any(|(name, _)| name.contains(char::is_control));
        (!is_odd || is_valid(json)).then_some(object)
    }

    /// The JSON text of a member; of the last one if there are several with this name.
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

/// The value of a JSON string. Lone surrogates, which a text cut inside a character contains, become U+FFFD.
pub fn text(json: &str) -> Option<String> {
    if !json.trim_start().starts_with('"') {
        return None;
    }
    serde_json::from_str(json).ok().or_else(|| serde_json::from_str(&mended(json)?).ok())
}

/// The text of a JSON string, number or boolean.
pub fn scalar(json: &str) -> Option<String> {
    match json.bytes().next()? {
        b'"' => text(json),
        b'[' | b'{' => None,
        _ => Some(json.to_owned()),
    }
}

/// The items of a list, each as its JSON text; `None` when there are too many.
pub fn items(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok().filter(|items: &Items<'_>| items.left_out == 0).map(|items| items.list)
}

/// The items of a list, each as its JSON text.
#[derive(Debug, Default)]
pub struct Items<'a> {
    /// The items that were read.
    pub list: Vec<&'a RawValue>,
    /// How many more there are.
    pub left_out: usize,
}

/// Whether JSON is `{}` or `[]`, possibly with white space inside.
pub fn is_bare(json: &str) -> bool {
    let json = json.trim();
    [('{', '}'), ('[', ']')].into_iter().any(|(open, close)| {
        let inside = json.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inside.is_some_and(|inside| inside.trim().is_empty())
    })
}

/// Whether a text is JSON.
pub fn is_valid(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// The name of a member, with lone surrogates replaced.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name")
            }

            fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
                Ok(Key(String::from_utf8_lossy(name).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Name)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Items<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Items::default();
                while let Some(item) = list.next_element()? {
                    if items.list.len() < MEMBERS_MAX {
                        items.list.push(item);
                    } else {
                        items.left_out += 1;
                    }
                }
                Ok(items)
            }
        }
        deserializer.deserialize_seq(Collect)
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
                while let Some((Key(name), value)) = map.next_entry()? {
                    if members.len() == MEMBERS_MAX {
                        return Err(A::Error::custom("at most 10,000 members"));
                    }
                    members.push((name, value));
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
    fn reads_members_as_json_texts() {
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
    fn lone_surrogates_are_replaced() {
        for (json, expected) in [
            (r#""Phish \ud83d""#, "Phish \u{fffd}"),
            (r#""\ud83d\ud83d\ude00\udE00""#, "\u{fffd}\u{1f600}\u{fffd}"),
            (r#""\\ud83d \ud83dx""#, "\\ud83d \u{fffd}x"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""ü\ud83d""#, "ü\u{fffd}"),
            (r#""\u00fc""#, "ü"),
        ] {
            assert_eq!(text(json).as_deref(), Some(expected), "{json}");
        }
        for json in [r#""\ud83""#, r#""\ü""#, r#""\"#, "\"\\", r#"{"a":"\u00e4"}"#] {
            assert_eq!(mended(json), None, "{json}");
        }
    }
}
