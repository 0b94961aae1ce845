//! The visitors of the decoder: an object by its table, and each member by its kind.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Kind, Record, Records, Shape, Value};
use crate::text::json::MEMBERS_MAX;

/// The most texts that are read from a list.
const TEXTS_MAX: usize = 100_000;

impl Shape {
    pub(super) fn parse<'a>(&'static self, json: &'a str) -> serde_json::Result<Record<'a>> {
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
                    match seq.next_element_seed(Lenient(Kind::Record(shape)))? {
                        Some(Value::Record(record)) => records.list.push(record),
                        Some(_) => records.left_out += 1,
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
        if let Kind::Record(shape) = self.0 {
            let values = shape.values(map)?;
            let is_whole = shape.missing(&values).is_none();
            return Ok(if is_whole { Value::Record(Record { shape, values }) } else { Value::Absent });
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Absent)
    }
}
