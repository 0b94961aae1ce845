//! A list that is counted but not decoded.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A list of rows: the number of rows, the first and the last.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    /// How many there are.
    pub count: u32,
    first: Option<&'a RawValue>,
    last: Option<&'a RawValue>,
}

impl<'a> Rows<'a> {
    /// The last row.
    pub fn last(&self) -> Option<&'a str> {
        self.last.map(RawValue::get)
    }

    /// Position of the list in the text it was read from, including the brackets; `None` when it is empty.
    pub fn span(&self, text: &str) -> Option<Range<usize>> {
        let offset = |part: &RawValue| part.get().as_ptr().addr() - text.as_ptr().addr();
        let (first, last) = (self.first?, self.last?);
        let start = text.get(..offset(first))?.rfind('[')?;
        let end = offset(last) + last.get().len();
        let closing = text.get(end..)?.find(']')?;
        Some(start..end + closing + 1)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Rows<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = Rows<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
                let mut found = Rows::default();
                while let Some(row) = rows.next_element::<&RawValue>()? {
                    found.first = found.first.or(Some(row));
                    found.last = Some(row);
                    found.count += 1;
                }
                Ok(found)
            }
        }
        deserializer.deserialize_seq(Count)
    }
}
