//! Secrets and tokens: values that are sent but never shown.

mod filter;
mod key;
mod spelling;

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::wit::types::Error;
use filter::Filter;
use key::Key;
use spelling::{CLOSELY_READ_BYTES, STRUCK_OUT, without};

/// Shorter values are not struck out.
const STRUCK_OUT_FROM_LENGTH: usize = 4;
/// The same for data, which may contain a shorter value by chance.
const STRUCK_OUT_OF_DATA_FROM_LENGTH: usize = 8;
/// The longest start of a value that is looked for where a text was cut.
const STARTS_MAX_LENGTH: usize = 1024;
/// What a PEM text contains.
const PEM: &str = "-----BEGIN ";
/// Marks where a text was cut.
const CUT: &str = "…";

/// A value that is never shown in a message, and wiped when the last copy is dropped.
#[derive(Clone)]
pub struct Secret(Arc<Value>);

struct Value {
    text: Zeroizing<String>,
    /// If it contains private keys: then those are secret, and not the rest.
    key: Option<Key>,
}

impl Secret {
    /// Wraps a value.
    pub fn new(value: String) -> Self {
        Self(Arc::new(Value { text: Zeroizing::new(value), key: None }))
    }

    /// Wraps a value without the white space around it.
    pub fn trimmed(value: &str) -> Self {
        Self::new(value.trim().to_owned())
    }

    /// Wraps a PEM text. Nothing of it is secret but its private keys.
    pub fn pem(text: &str) -> Self {
        Self(Arc::new(Value { text: Zeroizing::new(text.trim().to_owned()), key: Some(Key::of(text)) }))
    }

    /// Wraps what somebody gave as a credential, which may be the wrong one.
    pub fn any(text: &str) -> Self {
        if text.contains(PEM) { Self::pem(text) } else { Self::trimmed(text) }
    }

    /// The value, for the request that needs it.
    pub fn reveal(&self) -> &str {
        &self.0.text
    }

    fn bytes(&self) -> &[u8] {
        self.reveal().as_bytes()
    }
}

/// Compares in a time that reveals only the length.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        let (one, other) = (self.reveal().as_bytes(), other.reveal().as_bytes());
        one.len() == other.len() && one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

/// Secrets to strike out, in every spelling, wherever the other side could have echoed them.
#[derive(Debug)]
pub struct Strikes<'s> {
    secrets: Vec<&'s Secret>,
    /// Of those that are not keys; looked up when the first text is there.
    filter: OnceCell<Rc<Filter>>,
}

/// What tells that a text holds none of some secrets: making it takes as long as reading a small answer.
type Made = (Vec<Secret>, Rc<Filter>);

/// How many of them are kept: those of a few connections, with and without their tokens.
const FILTERS_MAX: usize = 4;

thread_local! {
    /// The newest first.
    static FILTERS: RefCell<Vec<Made>> = const { RefCell::new(Vec::new()) };
}

/// What tells that a text holds none of these.
fn filter_of<'s>(secrets: impl Iterator<Item = &'s Secret> + Clone) -> Rc<Filter> {
    FILTERS.with_borrow_mut(|made| {
        if let Some((_, filter)) = made.iter().find(|(known, _)| known.iter().eq(secrets.clone())) {
            return filter.clone();
        }
        let values: Vec<&[u8]> = secrets.clone().map(Secret::bytes).collect();
        let filter = Rc::new(Filter::of(&values));
        made.truncate(FILTERS_MAX - 1);
        made.insert(0, (secrets.cloned().collect(), filter.clone()));
        filter
    })
}

impl<'s> Strikes<'s> {
    /// Strikes out these secrets.
    pub fn of(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let mut all = Vec::new();
        // Shorter values are too common in ordinary text.
        for secret in secrets.into_iter().filter(|secret| secret.reveal().len() >= STRUCK_OUT_FROM_LENGTH) {
            if !all.contains(&secret) {
                all.push(secret);
            }
        }
        Self { secrets: all, filter: OnceCell::new() }
    }

    /// Strikes them out of everything in an error that the service wrote.
    pub fn out_of_error(&self, error: &mut Error) {
        let texts = [
            &mut error.code,
            &mut error.request_id,
            &mut error.client_request_id,
            &mut error.remedy,
            &mut error.details_json,
        ];
        texts.into_iter().flatten().chain([&mut error.message]).for_each(|text| self.out_of(text));
    }

    /// Strikes them out of a text, including a partial one where the text was cut.
    pub fn out_of(&self, text: &mut String) {
        if let Some(struck) = self.without(text.as_bytes(), STRUCK_OUT_FROM_LENGTH) {
            *text = String::from_utf8_lossy(&struck).into_owned();
        }
        if text.contains(CUT) {
            self.secrets.iter().for_each(|secret| out_of_ends(text, secret));
        }
    }

    /// The service's data without them; `None` when it contains none. Short ones are ignored. In large data only the plain spelling
    /// is searched, because searching for all of them takes as long as decoding the data.
    pub fn data_without(&self, data: &[u8]) -> Option<Vec<u8>> {
        self.without(data, STRUCK_OUT_OF_DATA_FROM_LENGTH)
    }

    fn without(&self, text: &[u8], least: usize) -> Option<Vec<u8>> {
        let plain = self.secrets.iter().copied().filter(|secret| secret.0.key.is_none());
        // Nearly every text holds none of them, and that is quickly seen for all at once.
        let may_be_in =
            self.filter.get_or_init(|| filter_of(plain.clone())).may_be_in(text, &plain.clone().map(Secret::bytes));
        let mut struck: Option<Vec<u8>> = None;
        for secret in self.secrets.iter().filter(|secret| secret.reveal().len() >= least) {
            let text = struck.as_deref().unwrap_or(text);
            let found = match &secret.0.key {
                Some(key) if text.len() <= CLOSELY_READ_BYTES => key.out_of(text),
                None if may_be_in => without(text, secret.bytes()),
                _ => None,
            };
            struck = found.or(struck);
        }
        struck
    }
}

/// Strikes out the start of a value wherever a text was cut. A cut message shows less than the longest start that is looked for.
fn out_of_ends(text: &mut String, secret: &Secret) {
    let parts: Vec<&str> = text.split(CUT).collect();
    let Some((last, cut)) = parts.split_last() else { return };
    let mut out = String::with_capacity(text.len());
    for part in cut {
        let longest = secret.reveal().len().min(part.len()).min(STARTS_MAX_LENGTH);
        let mut starts = (STRUCK_OUT_FROM_LENGTH..=longest).rev().filter_map(|end| secret.reveal().get(..end));
        match starts.find_map(|start| part.strip_suffix(start)) {
            Some(rest) => out.extend([rest, STRUCK_OUT, CUT]),
            None => out.extend([part, CUT]),
        }
    }
    out.push_str(last);
    *text = out;
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests;
