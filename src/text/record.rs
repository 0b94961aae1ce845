//! Decodes JSON objects in one pass, driven by tables of their members.
//!
//! One visitor handles every kind of object: derived code for each would be several times as large.

mod rows;

pub use rows::Rows;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::fault::{Fault, undecodable};
use crate::text::json::{Items, MEMBERS_MAX, mended};

/// A kind of object.
#[derive(Debug)]
pub struct Shape {
    /// Name of this kind of object, with its article.
    pub what: &'static str,
    /// The members that are read; others are skipped.
    pub members: &'static [Member],
}

/// A member: its name, its kind, and whether it is required; an object without a required member is rejected. A value of another
/// kind counts as absent, so that one odd member does not lose the rest.
#[derive(Debug)]
pub struct Member {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// The kind of a member's value.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    /// A text that may come as a number.
    Id,
    Texts,
    Number,
    Records(&'static Shape),
    /// A list of anything, each item as its JSON text.
    Items,
    Rows,
    /// Anything, as its JSON text.
    Raw,
}

/// A required text; it may come as a number.
pub const fn id(name: &'static str) -> Member {
    Member { name, kind: Kind::Id, required: true }
}

/// An optional text.
pub const fn text(name: &'static str) -> Member {
    Member { name, kind: Kind::Text, required: false }
}

/// A list of texts; empty if it is missing.
pub const fn texts(name: &'static str) -> Member {
    Member { name, kind: Kind::Texts, required: false }
}

/// An optional whole number.
pub const fn number(name: &'static str) -> Member {
    Member { name, kind: Kind::Number, required: false }
}

/// An optional list of objects.
pub const fn records(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, kind: Kind::Records(shape), required: false }
}

/// A required list of any length; see [`Rows`].
pub const fn rows(name: &'static str) -> Member {
    Member { name, kind: Kind::Rows, required: true }
}

/// A required list with items of any kind.
pub const fn items(name: &'static str) -> Member {
    Member { name, kind: Kind::Items, required: true }
}

/// An optional value of any kind.
pub const fn raw(name: &'static str) -> Member {
    Member { name, kind: Kind::Raw, required: false }
}

/// A decoded object. Each member is taken once, by its name.
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
    /// A list of texts that is too long.
    TooLong,
    Number(i128),
    Records(Records<'a>),
    Items(Items<'a>),
    Rows(Rows<'a>),
    Raw(&'a RawValue),
}

/// The most texts that are read from a list.
const TEXTS_MAX: usize = 100_000;

/// The objects of a list.
#[derive(Debug, Default)]
pub struct Records<'a> {
    /// In order.
    pub list: Vec<Record<'a>>,
    /// Number of items left out because they are not such objects, or too many.
    pub left_out: usize,
}

impl Shape {
    /// Reads an object of this kind and passes it to `then`; `answer` names it in an error message.
    ///
    /// `then` also gets the text that was read: `json`, or a [`mended`] copy of the same length.
    pub fn read<T>(
        &'static self,
        json: &str,
        answer: &str,
        then: impl FnOnce(Record<'_>, &str) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        match self.parse(json) {
            Ok(record) => then(record, json),
            Err(error) => match mended(json) {
                Some(mended) => then(self.parse(&mended).map_err(|error| undecodable(answer, &error))?, &mended),
                None => Err(undecodable(answer, &error)),
            },
        }
    }

    fn parse<'a>(&'static self, json: &'a str) -> serde_json::Result<Record<'a>> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let record = deserializer.deserialize_map(Whole(self))?;
        deserializer.end()?;
        Ok(record)
    }

    /// The first required member that is missing.
    fn missing(&self, values: &[Value<'_>]) -> Option<&'static str> {
        let mut members = self.members.iter().zip(values);
        members.find(|(member, value)| member.required && matches!(value, Value::Absent)).map(|(member, _)| member.name)
    }

    fn values<'de, A: MapAccess<'de>>(&'static self, mut map: A) -> Result<Vec<Value<'de>>, A::Error> {
        let mut values: Vec<Value<'de>> = self.members.iter().map(|_| Value::Absent).collect();
        while let Some(known) = map.next_key_seed(Name(self))? {
            match known.and_then(|at| Some((self.members.get(at)?.kind, values.get_mut(at)?))) {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some((Kind::Items, value)) => *value = Value::Items(map.next_value()?),
                Some((Kind::Rows, value)) => *value = Value::Rows(map.next_value()?),
                Some((Kind::Raw, value)) => *value = Value::Raw(map.next_value()?),
                Some((kind, value)) => *value = map.next_value_seed(Lenient(kind))?,
            }
        }
        Ok(values)
    }
}

impl<'a> Record<'a> {
    fn take(&mut self, name: &str) -> Value<'a> {
        let at = self.shape.members.iter().position(|member| member.name == name);
        at.and_then(|at| self.values.get_mut(at)).map(std::mem::take).unwrap_or_default()
    }

    /// An optional text.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        match self.take(name) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A required text.
    pub fn text(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_default()
    }

    /// A list of texts; `None` when it is too long.
    pub fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        match self.take(name) {
            Value::Texts(texts) => Some(texts),
            Value::TooLong => None,
            _ => Some(Vec::new()),
        }
    }

    /// A number, if there is one in range.
    pub fn number<N: TryFrom<i128>>(&mut self, name: &str) -> Option<N> {
        match self.take(name) {
            Value::Number(number) => number.try_into().ok(),
            _ => None,
        }
    }

    /// A list of objects, if there is one.
    pub fn records(&mut self, name: &str) -> Option<Records<'a>> {
        match self.take(name) {
            Value::Records(records) => Some(records),
            _ => None,
        }
    }

    /// A list of rows, not decoded.
    pub fn rows(&mut self, name: &str) -> Rows<'a> {
        match self.take(name) {
            Value::Rows(rows) => rows,
            _ => Rows::default(),
        }
    }

    /// A list of anything.
    pub fn items(&mut self, name: &str) -> Items<'a> {
        match self.take(name) {
            Value::Items(items) => items,
            _ => Items::default(),
        }
    }

    /// A value of any kind, as its JSON text.
    pub fn raw(&mut self, name: &str) -> Option<&'a str> {
        match self.take(name) {
            Value::Raw(raw) => Some(raw.get()),
            _ => None,
        }
    }
}

/// A whole text that must be an object of a kind.
struct Whole(&'static Shape);

impl<'de> Visitor<'de> for Whole {
    type Value = Record<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.what)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let values = self.0.values(map)?;
        match self.0.missing(&values) {
            Some(name) => Err(A::Error::missing_field(name)),
            None => Ok(Record { shape: self.0, values }),
        }
    }
}

/// Finds a member by its name in any case, because the service's own samples differ in case.
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

/// Reads a value of a kind; a value of any other kind counts as absent.
struct Lenient(Kind);

impl<'de> DeserializeSeed<'de> for Lenient {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lenient {
    type Value = Value<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Value::Absent)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Value::Absent)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(if matches!(self.0, Kind::Number) { Value::Number(number.into()) } else { Value::Absent })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(match self.0 {
            Kind::Number => Value::Number(number.into()),
            Kind::Id => Value::Text(number.to_string()),
            _ => Value::Absent,
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(match self.0 {
            Kind::Text | Kind::Id => Value::Text(text.to_owned()),
            _ => Value::Absent,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let value = match self.0 {
            Kind::Texts => {
                let mut texts = Vec::new();
                while texts.len() <= TEXTS_MAX {
                    match seq.next_element_seed(Lenient(Kind::Text))? {
                        Some(Value::Text(text)) => texts.push(text),
                        Some(_) => {}
                        None => return Ok(Value::Texts(texts)),
                    }
                }
                Value::TooLong
            }
            Kind::Records(shape) => {
                let mut records = Records::default();
                while records.list.len() < MEMBERS_MAX {
                    match seq.next_element_seed(Item(shape))? {
                        Some(Some(record)) => records.list.push(record),
                        Some(None) => records.left_out += 1,
                        None => return Ok(Value::Records(records)),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    records.left_out += 1;
                }
                Value::Records(records)
            }
            _ => Value::Absent,
        };
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Absent)
    }
}

/// An item of a list of objects; `None` when it is not an object of its kind.
struct Item(&'static Shape);

impl<'de> DeserializeSeed<'de> for Item {
    type Value = Option<Record<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item {
    type Value = Option<Record<'de>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an item")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let values = self.0.values(map)?;
        Ok(self.0.missing(&values).is_none().then_some(Record { shape: self.0, values }))
    }
}
