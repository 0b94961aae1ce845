//! Reads the JSON of `invoke` as people and playbook engines write it: numbers and booleans may be strings, empty and null mean
//! absent, and a byte order mark is skipped. An unknown key is refused with the nearest known one.

use std::num::IntErrorKind;

use serde_json::value::RawValue;

use crate::request::vocabulary::Vocabulary;
use crate::text::fault::{Fault, echo, invalid, quoted};
use crate::text::json::{self, Object, items, scalar};
use crate::wit::types::NameValue;

/// An object's members, each as its JSON text.
#[derive(Debug, Default)]
pub struct Fields<'a> {
    /// Prefix of names in messages, for nested objects: empty, or for example `endpoints.`.
    place: String,
    /// Whether messages repeat values: never for a configuration, where a secret may be in the wrong field.
    repeats_values: bool,
    members: Vec<(String, &'a RawValue)>,
}

/// What a JSON text is called in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// A configuration.
    Config,
    /// The input of an action.
    Input,
}

impl<'a> Fields<'a> {
    /// Reads an object, or a list of one object, with only the `known` keys.
    pub fn parse(json: &'a str, text: Text, known: &[&str]) -> Result<Self, Fault> {
        let json = json::unmarked(json);
        let what = if text == Text::Config { "config" } else { "input" };
        let syntax = |error: &serde_json::Error| {
            // The parser's message could quote a secret.
            invalid(format!("{what}: is not valid JSON at line {}, column {}", error.line(), error.column()))
        };
        let object = match json.trim_start().bytes().next() {
            Some(b'[') => {
                let list: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| syntax(&error))?;
                match list[..] {
                    [one] => one.get(),
                    _ => {
                        return Err(invalid(format!(
                            "{what}: must be an object or a list of one object; this list has {}",
                            list.len()
                        )));
                    }
                }
            }
            Some(_) => {
                serde_json::from_str::<&RawValue>(json).map_err(|error| syntax(&error))?;
                json
            }
            None => return Err(invalid(format!("{what}: is empty; a JSON object is needed, such as {{}}"))),
        };
        let is_object = object.trim_start().starts_with('{');
        let why = if is_object { "has more than 10,000 keys" } else { "must be a JSON object" };
        Self::object(object, "", text == Text::Input, known).ok_or_else(|| invalid(format!("{what}: {why}")))?
    }

    /// Reads valid JSON as an object; `None` when it is something else.
    fn object(json: &'a str, place: &str, repeats_values: bool, known: &[&str]) -> Option<Result<Self, Fault>> {
        let Object(members) = Object::parse(json)?;
        let fields = Self { place: place.to_owned(), repeats_values, members };
        Some(fields.check_keys(known).map(|()| fields))
    }

    fn check_keys(&self, known: &[&str]) -> Result<(), Fault> {
        for (at, (key, _)) in self.members.iter().enumerate() {
            if !known.contains(&key.as_str()) {
                // A secret may be in the place of a name.
                let is_name = self.repeats_values || key.len() <= NAME_MAX_BYTES;
                let (place, shown) = (&self.place, if is_name { echo(key) } else { "a long name".to_owned() });
                return Err(match nearest(key, known) {
                    Some(nearest) => invalid(format!("{place}{shown}: is unknown; did you mean {place}{nearest}?")),
                    None => invalid(format!("{place}{shown}: is unknown; allowed: {}", known.join(", "))),
                });
            }
            if self.members.iter().take(at).any(|(other, _)| other == key) {
                return Err(invalid(format!("{}{key}: is given twice", self.place)));
            }
        }
        Ok(())
    }

    /// The JSON of a member; `None` when absent, null or an empty text. An empty list or object counts as present.
    pub fn present(&self, name: &str) -> Option<&'a str> {
        let (_, raw) = self.members.iter().find(|(key, _)| key == name)?;
        let json = raw.get().trim();
        let is_blank =
            json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(|text| text.trim().is_empty());
        (json != "null" && !is_blank).then_some(json)
    }

    /// The JSON of a member; `None` when absent, null, or an empty text, list or object.
    pub fn raw(&self, name: &str) -> Option<&'a str> {
        self.present(name).filter(|json| !json::is_bare(json))
    }

    /// A text; a number becomes its digits.
    pub fn text(&self, name: &str) -> Result<Option<String>, Fault> {
        self.raw(name).map_or(Ok(None), |json| {
            let text = scalar(json).ok_or_else(|| self.wrong(name, "must be text"))?;
            Ok(Some(text).filter(|text| !text.trim().is_empty()))
        })
    }

    /// A required text.
    pub fn required_text(&self, name: &str) -> Result<String, Fault> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "is required"))
    }

    /// A whole number, also as a string, and also as `10.0`, which engines with only floating-point numbers write.
    pub fn integer(&self, name: &str) -> Result<Option<u32>, Fault> {
        let wrong = "is not a whole number, such as 10";
        let Some(text) = self.text(name).map_err(|_| self.wrong(name, wrong))? else { return Ok(None) };
        let text = text.trim();
        match whole(text).parse::<u32>() {
            Ok(number) => Ok(Some(number)),
            Err(why) if *why.kind() == IntErrorKind::PosOverflow => Err(self.wrong_value(name, text, "is too large")),
            Err(_) => Err(self.wrong_value(name, text, wrong)),
        }
    }

    /// Digits, as a text or a whole number in any form.
    pub fn digits(&self, name: &str) -> Result<Option<String>, Fault> {
        Ok(self.text(name)?.map(|text| whole(text.trim()).to_owned()))
    }

    /// Several of them.
    pub fn digit_list(&self, name: &str) -> Result<Vec<String>, Fault> {
        let texts = self.texts(name)?.unwrap_or_default();
        Ok(texts.iter().map(|text| whole(text).to_owned()).collect())
    }

    /// Required digits.
    pub fn required_digits(&self, name: &str) -> Result<String, Fault> {
        self.digits(name)?.ok_or_else(|| self.wrong(name, "is required"))
    }

    /// True or false, also as a string.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Fault> {
        let wrong = "is neither true nor false";
        let Some(text) = self.text(name).map_err(|_| self.wrong(name, wrong))? else { return Ok(None) };
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "1.0" => Ok(Some(true)),
            "false" | "no" | "0" | "0.0" => Ok(Some(false)),
            _ => Err(self.wrong_value(name, text.trim(), wrong)),
        }
    }

    /// A word of a vocabulary.
    pub fn word<V: Vocabulary>(&self, name: &str) -> Result<Option<V>, Fault> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        V::parse(text.trim()).map(Some).map_err(|why| self.wrong_value(name, text.trim(), &why))
    }

    /// Words of a vocabulary.
    pub fn words<V: Vocabulary>(&self, name: &str) -> Result<Vec<V>, Fault> {
        let texts = self.texts(name)?.unwrap_or_default();
        texts.iter().map(|text| V::parse(text).map_err(|why| self.wrong_value(name, text, &why))).collect()
    }

    /// Texts: a list, or one text separated by commas, plain or in the list notation of playbooks, `$LIST[a, b]`.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Fault> {
        let Some(json) = self.raw(name) else { return Ok(None) };
        let wrong = || self.wrong(name, "must be a list of texts, 10,000 at most");
        let list = |json: &str| -> Result<Vec<String>, Fault> {
            let items = items(json).ok_or_else(wrong)?;
            items.iter().filter(|item| item.get() != "null").map(|item| scalar(item.get()).ok_or_else(wrong)).collect()
        };
        let texts = if json.starts_with('[') {
            list(json)?
        } else {
            let text = scalar(json).ok_or_else(wrong)?;
            let text = text.trim();
            let notation = text.strip_prefix("$LIST[").and_then(|rest| rest.strip_suffix(']'));
            match notation {
                None if text.starts_with('[') => list(text)?,
                _ => notation.unwrap_or(text).split(',').map(str::to_owned).collect(),
            }
        };
        let texts: Vec<String> =
            texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned).collect();
        Ok((!texts.is_empty()).then_some(texts))
    }

    /// Names and values: an object of texts, numbers and booleans.
    pub fn pairs(&self, name: &str) -> Result<Vec<NameValue>, Fault> {
        let Some(json) = self.raw(name) else { return Ok(Vec::new()) };
        let wrong = |why: &str| self.wrong(name, why);
        let inner = unquoted(json);
        let Object(members) = Object::parse(inner.as_deref().unwrap_or(json))
            .ok_or_else(|| wrong("must be an object of names and values"))?;
        members
            .into_iter()
            .filter(|(_, value)| value.get() != "null")
            .map(|(key, value)| match scalar(value.get()) {
                Some(value) => Ok(NameValue { name: key, value }),
                None => Err(wrong(&format!("the value of {} must be text, a number or a boolean", quoted(&key)))),
            })
            .collect()
    }

    /// Any JSON. A string that contains an object or a list is replaced by its content.
    pub fn any(&self, name: &str) -> Option<String> {
        let json = self.present(name)?;
        Some(unquoted(json).filter(|text| is_json(text)).unwrap_or_else(|| json.to_owned()))
    }

    /// A text unchanged, or any other JSON.
    pub fn text_or_json(&self, name: &str) -> Option<String> {
        let json = self.present(name)?;
        Some(unquoted(json).unwrap_or_else(|| json.to_owned()))
    }

    /// Passes a nested object to `read`; the object may also be written as a text.
    pub fn fields<T>(
        &self,
        name: &str,
        known: &[&str],
        read: impl FnOnce(&Fields<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let Some(json) = self.raw(name) else { return Ok(None) };
        let text = unquoted(json);
        let place = format!("{}{name}.", self.place);
        let fields = Fields::object(text.as_deref().unwrap_or(json), &place, self.repeats_values, known)
            .ok_or_else(|| self.wrong(name, "must be an object"))??;
        read(&fields).map(Some)
    }

    /// The objects of a nested list.
    pub fn list(&self, name: &str, known: &[&str]) -> Result<Vec<Self>, Fault> {
        let Some(json) = self.raw(name) else { return Ok(Vec::new()) };
        let wrong = || self.wrong(name, "must be a list of objects, 10,000 at most");
        items(json)
            .ok_or_else(wrong)?
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let place = format!("{}{name}[{at}].", self.place);
                Self::object(item.get(), &place, self.repeats_values, known).ok_or_else(wrong)?
            })
            .collect()
    }

    /// An error about a member's value.
    fn wrong_value(&self, name: &str, value: &str, why: &str) -> Fault {
        if self.repeats_values { self.wrong(name, &format!("{} {why}", quoted(value))) } else { self.wrong(name, why) }
    }

    /// An error about a member.
    pub fn wrong(&self, name: &str, why: &str) -> Fault {
        invalid(format!("{}{name}: {why}", self.place))
    }
}

/// A number without a trailing `.0`.
fn whole(number: &str) -> &str {
    match number.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => number,
    }
}

/// The text of a JSON string, without `$JSON[…]`, the notation of playbooks for JSON.
fn unquoted(json: &str) -> Option<String> {
    let text = json::text(json)?;
    let inside = text.trim().strip_prefix("$JSON[").and_then(|rest| rest.strip_suffix(']'));
    Some(inside.filter(|inside| is_json(inside)).map(str::to_owned).unwrap_or(text))
}

/// Whether a text is a JSON object or list.
pub fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && json::is_valid(text)
}

/// Longer names are not repeated of a configuration.
const NAME_MAX_BYTES: usize = 40;
/// Longer keys are not typing errors.
const TYPED_MAX_BYTES: usize = 100;

/// The known key that was probably meant: one that contains the given key, is contained in it, or differs by few typing errors.
pub fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    if key.len() > TYPED_MAX_BYTES {
        return None;
    }
    let wanted = key.to_ascii_lowercase().replace(['-', ' '], "_");
    let length = wanted.chars().count();
    let is_part = |name: &str| length > 2 && (name.contains(&wanted) || wanted.contains(name));
    let distances = known.iter().map(|name| (!is_part(name), strsim::levenshtein(&wanted, name), *name));
    let (is_no_part, distance, nearest) = distances.min()?;
    (!is_no_part || distance <= length.div_ceil(3)).then_some(nearest)
}

#[cfg(test)]
mod tests;
