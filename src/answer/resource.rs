//! What incidents and alerts have in common: an id, the JSON they came as, and notes for the caller.

use crate::text::fault::Fault;
use crate::text::json::{Object, Writer};

/// An object of the service that is read and updated.
pub trait Resource: Sized {
    /// What it is called in messages.
    const NOUN: &'static str;

    /// Decodes an object; `json` is kept unchanged.
    fn decode(json: String) -> Result<Self, Fault>;

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
