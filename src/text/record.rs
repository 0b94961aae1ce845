//! Decodes JSON objects in one pass, driven by tables of their members.
//!
//! One visitor handles every kind of object: derived code for each would be several times as large.

mod read;
mod rows;

pub use rows::Rows;

use serde_json::value::RawValue;

use crate::text::fault::{Fault, undecodable};
use crate::text::json::{Items, mended};

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
    /// An object of such a list.
    Record(&'static Shape),
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
    Record(Record<'a>),
    Items(Items<'a>),
    Rows(Rows<'a>),
    Raw(&'a RawValue),
}

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
