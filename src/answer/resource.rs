//! What incidents and alerts have in common: an id, the JSON they came as, and notes for the caller.

use crate::graph::refusal::{check_error, spliced_object};
use crate::text::fault::Fault;
use crate::text::json::{Object, Writer};
use crate::text::record::{Record, Shape};

/// An object of the service that is read and updated.
pub trait Resource: Sized {
    /// What it is called in messages.
    const NOUN: &'static str;

    /// The members that are decoded, and `error`.
    const SHAPE: &'static Shape;

    /// Everything except the JSON.
    fn of(record: Record<'_>) -> Self;

    /// Decodes an object; `json` is kept unchanged.
    fn decode(json: String) -> Result<Self, Fault> {
        let object = Self::SHAPE.read(&json, Self::NOUN, |mut record, _| {
            check_error(&mut record)?;
            Ok(Self::of(record))
        });
        let mut object = object.map_err(|fault| spliced_object(&json).unwrap_or(fault))?;
        *object.notes().1 = json;
        Ok(object)
    }

    /// Checks that this is such an object, without decoding it. Returns what the caller should know.
    fn check(json: &str) -> Result<Vec<String>, Fault>;

    /// Notes for the caller, and the JSON.
    fn notes(&mut self) -> (&mut Vec<String>, &mut String);
}

/// An object with only the fields that an update sends: for an update that was only checked, or cannot be read back.
pub fn of_update(id: &str, body: &str) -> String {
    let mut object = Writer::new();
    object.text("id", id);
    for (name, value) in Object::parse(body).unwrap_or_default().0 {
        object.json(&name, value.get());
    }
    object.finish()
}
