//! Decodes JSON objects by tables of their members, in one pass.
//!
//! One visitor serves every kind of object: code derived for each would be several times as large.

mod rows;

pub use rows::Rows;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Fault, undecodable};

/// A kind of object.
#[derive(Debug)]
pub struct Shape {
    /// What an object of this kind is called, with its article.
    pub what: &'static str,
    /// The members that are read; others are passed over.
    pub members: &'static [Member],
}

/// A member: its name, what it holds, and whether an object is none without it.
#[derive(Debug)]
pub struct Member {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// What a member holds. A member that is not required may be null.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    /// A list of texts in which the service allows null.
    Texts,
    Number,
    Records(&'static Shape),
    /// A list of anything, each item as it stands.
    Items,
    Rows,
}

/// A text that every object has.
pub const fn text(name: &'static str) -> Member {
    Member { name, kind: Kind::Text, required: true }
}

/// A text that may be missing.
pub const fn optional_text(name: &'static str) -> Member {
    Member { name, kind: Kind::Text, required: false }
}

/// A list of texts; a missing one is empty.
pub const fn texts(name: &'static str) -> Member {
    Member { name, kind: Kind::Texts, required: false }
}

/// A whole number that may be missing.
pub const fn number(name: &'static str) -> Member {
    Member { name, kind: Kind::Number, required: false }
}

/// A list of objects; a missing one is empty.
pub const fn records(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, kind: Kind::Records(shape), required: false }
}

/// A list of objects that every object has.
pub const fn required_records(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, kind: Kind::Records(shape), required: true }
}

/// A list that every object has, however long: see [`Rows`].
pub const fn rows(name: &'static str) -> Member {
    Member { name, kind: Kind::Rows, required: true }
}

/// A list that every object has, whatever its items are.
pub const fn items(name: &'static str) -> Member {
    Member { name, kind: Kind::Items, required: true }
}

/// A decoded object. Each member is taken out once, by its name.
#[derive(Debug)]
pub struct Record<'a> {
    shape: &'static Shape,
    values: Vec<Value<'a>>,
}

#[derive(Debug, Default)]
enum Value<'a> {
    #[default]
    Absent,
    Text(String),
    Texts(Vec<String>),
    Number(u64),
    Records(Vec<Record<'a>>),
    Items(Vec<&'a RawValue>),
    Rows(Rows<'a>),
}

impl Shape {
    /// Reads an object of this kind; `answer` says what the whole is called, should it be none.
    pub fn parse<'a>(&'static self, json: &'a str, answer: &str) -> Result<Record<'a>, Fault> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let record = self.deserialize(&mut deserializer);
        record.and_then(|record| deserializer.end().map(|()| record)).map_err(|error| undecodable(answer, &error))
    }
}

impl<'a> Record<'a> {
    fn take(&mut self, name: &str) -> Value<'a> {
        let at = self.shape.members.iter().position(|member| member.name == name);
        at.and_then(|at| self.values.get_mut(at)).map(std::mem::take).unwrap_or_default()
    }

    /// A text that may be missing.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        match self.take(name) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text that the shape requires.
    pub fn text(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_default()
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        match self.take(name) {
            Value::Texts(texts) => texts,
            _ => Vec::new(),
        }
    }

    /// A number, if there is one that fits.
    pub fn number<N: TryFrom<u64>>(&mut self, name: &str) -> Option<N> {
        match self.take(name) {
            Value::Number(number) => number.try_into().ok(),
            _ => None,
        }
    }

    /// A list of objects.
    pub fn records(&mut self, name: &str) -> Vec<Self> {
        match self.take(name) {
            Value::Records(records) => records,
            _ => Vec::new(),
        }
    }

    /// A list that is left where it is.
    pub fn rows(&mut self, name: &str) -> Rows<'a> {
        match self.take(name) {
            Value::Rows(rows) => rows,
            _ => Rows::default(),
        }
    }

    /// A list of anything.
    pub fn items(&mut self, name: &str) -> Vec<&'a RawValue> {
        match self.take(name) {
            Value::Items(items) => items,
            _ => Vec::new(),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &'static Shape {
    type Value = Record<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &'static Shape {
    type Value = Record<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.what)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values: Vec<Value<'de>> = self.members.iter().map(|_| Value::Absent).collect();
        while let Some(known) = map.next_key_seed(Name(self))? {
            let Some((member, value)) = known.and_then(|at| Some((self.members.get(at)?, values.get_mut(at)?))) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            *value = match member.kind {
                Kind::Text if member.required => Value::Text(map.next_value()?),
                Kind::Text => map.next_value::<Option<String>>()?.map_or(Value::Absent, Value::Text),
                Kind::Texts => {
                    let texts = map.next_value::<Option<Vec<Option<String>>>>()?;
                    Value::Texts(texts.into_iter().flatten().flatten().collect())
                }
                Kind::Number => map.next_value::<Option<u64>>()?.map_or(Value::Absent, Value::Number),
                Kind::Records(shape) => {
                    Value::Records(map.next_value_seed(List { shape, nullable: !member.required })?)
                }
                Kind::Items => Value::Items(map.next_value()?),
                Kind::Rows => Value::Rows(map.next_value()?),
            };
        }
        let missing =
            self.members.iter().zip(&values).find(|(member, value)| member.required && matches!(value, Value::Absent));
        match missing {
            Some((member, _)) => Err(A::Error::missing_field(member.name)),
            None => Ok(Record { shape: self, values }),
        }
    }
}

/// Finds a member by its name, in any case: the service's own samples differ in it.
struct Name(&'static Shape);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.members.iter().position(|member| member.name.eq_ignore_ascii_case(name)))
    }
}

/// A list of objects; null for none where that is allowed.
struct List {
    shape: &'static Shape,
    nullable: bool,
}

impl<'de> DeserializeSeed<'de> for List {
    type Value = Vec<Record<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.nullable { deserializer.deserialize_option(self) } else { deserializer.deserialize_seq(self) }
    }
}

impl<'de> Visitor<'de> for List {
    type Value = Vec<Record<'de>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        while let Some(record) = items.next_element_seed(self.shape)? {
            records.push(record);
        }
        Ok(records)
    }
}
