//! Secrets and tokens: values that are sent but never shown.

mod key;
mod spelling;

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::wit::types::Error;
use key::Key;
use spelling::{CLOSELY_READ_BYTES, Filter, STRUCK_OUT, without};

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

/// How many of them are kept: a service looks for its own keys and for those of the connection in turn.
const FILTERS_MAX: usize = 4;

thread_local! {
    /// The newest first.
    static FILTERS: RefCell<Vec<Made>> = const { RefCell::new(Vec::new()) };
}

/// What tells that a text holds none of these.
fn filter<'s>(secrets: impl Iterator<Item = &'s Secret> + Clone) -> Rc<Filter> {
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
            self.filter.get_or_init(|| filter(plain.clone())).may_be_in(text, plain.clone().map(Secret::bytes));
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
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;
    use crate::text::fault::invalid;

    #[track_caller]
    fn struck(secret: &str, text: &str, expected: &str) {
        let secret = Secret::new(secret.into());
        let mut text = text.to_owned();
        Strikes::of([&secret]).out_of(&mut text);
        assert_eq!(text, expected);
    }

    #[test]
    fn strikes_out_mixed_spellings() {
        let secret = "planted~Secret.1";
        struck(secret, "a planted%7ESecret%2e1 b", "a *** b");
        struck(secret, "%70%6C%61%6e%74%65%64%7E%53%65%63%72%65%74%2E%31", "***");
        struck(secret, r"planted\u007eSecret\u002E1 plante\u0064~Secret.1", "*** ***");
        struck(secret, "planted~Secret.1planted~Secret.1", "******");
        struck(secret, "planted~Secret.2 planted~Secre", "planted~Secret.2 planted~Secre");
        // A text that was cut inside it.
        struck(secret, "xx planted~Se…", "xx ***…");
        struck(secret, "xx plan…, and more", "xx ***…, and more");
        struck(secret, "xx pla…", "xx pla…");
    }

    #[test]
    fn strikes_out_of_large_data_and_of_bytes() {
        let secret = Secret::new("planted~Secret.1".into());
        let strikes = Strikes::of([&secret]);
        let large = format!("{}planted~Secret.1", "x".repeat(70_000));
        assert!(strikes.data_without(large.as_bytes()).expect("struck").ends_with(b"xx***"));
        assert_eq!(strikes.data_without("x".repeat(70_000).as_bytes()), None);
        assert_eq!(strikes.data_without(b"\xff planted~Secret.1").as_deref(), Some(&b"\xff ***"[..]));
        // Any data may contain short values.
        assert_eq!(Strikes::of([&Secret::new("2026".into())]).data_without(b"2026-01-01"), None);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("s3cret".into())), "Secret(***)");
    }

    #[test]
    fn strikes_out_every_spelling() {
        let secret = Secret::new("p\"s~w/1".into());
        let mut error = invalid(r#"a p"s~w/1 b p%22s~w%2F1 c p\"s~w/1 d cCJzfncvMQ== e p%22s~w%2f1 p"s~w/1"#);
        error.details_json = Some(r#"{"x":"p\"s~w/1"}"#.into());
        error.client_request_id = Some(r#"-p"s~w/1-"#.into());
        Strikes::of([&secret]).out_of_error(&mut error);
        assert_eq!(error.message, "a *** b *** c *** d *** e *** ***");
        assert_eq!(error.details_json.as_deref(), Some(r#"{"x":"***"}"#));
        assert_eq!(error.client_request_id.as_deref(), Some("-***-"));
        error.details_json = Some(r#"{"x":"p\u0022s\u007ew\/1","y":1}"#.into());
        Strikes::of([&secret]).out_of_error(&mut error);
        assert_eq!(error.details_json.as_deref(), Some(r#"{"x":"***","y":1}"#));
    }

    #[test]
    fn strikes_out_base64_that_contains_more() {
        let secret = Secret::new("planted~Secret.1".into());
        for before in ["", "a", "ab", "abc", "Bearer "] {
            for engine in [STANDARD, URL_SAFE] {
                let mut text = engine.encode(format!("{before}planted~Secret.1, and more"));
                Strikes::of([&secret]).out_of(&mut text);
                assert!(text.contains(STRUCK_OUT), "{before}: {text}");
            }
        }
    }

    #[test]
    fn strikes_out_both_alphabets_of_base64_in_plain_values() {
        for value in ["a-key-for-the-callers", "a+b/c-d_e", "-_+/-_+/", "++++++++++++++++++++", "__-__-__-__-__-__"] {
            let others = [Secret::new("s3cret-value".into()), Secret::new(value.into())];
            for text in [value.to_owned(), URL_SAFE.encode(value.repeat(3)), value.replace('-', "%2D")] {
                let mut text = format!("no {text} here");
                Strikes::of(&others).out_of(&mut text);
                assert!(text.contains(STRUCK_OUT), "{value}: {text}");
            }
        }
    }

    proptest::proptest! {
        /// That no text holds a value is told quickly, and as it is told by a search for each.
        #[test]
        fn a_quick_look_misses_nothing(
            values in proptest::collection::vec("[a+/_%-]{4,20}", 1..4),
            text in "[a+/_%-]{0,40}",
            place in 0..40_usize,
            length in 0..20_usize,
        ) {
            let secrets: Vec<Secret> = values.iter().map(|value| Secret::new(value.clone())).collect();
            let start = &values[0][..length.min(values[0].len())];
            let (before, after) = text.split_at(place.min(text.len()));
            for text in [format!("{before}{start}{after}"), format!("{before}{}{after}", URL_SAFE.encode(start))] {
                let mut expected: Option<Vec<u8>> = None;
                for secret in &Strikes::of(&secrets).secrets {
                    let text = expected.as_deref().unwrap_or(text.as_bytes());
                    expected = without(text, secret.reveal().as_bytes()).or(expected);
                }
                proptest::prop_assert_eq!(Strikes::of(&secrets).without(text.as_bytes(), 0), expected);
            }
        }
    }

    #[test]
    fn leaves_other_texts_and_short_values_alone() {
        let mut text = "a planted secret: abc".to_owned();
        let secrets = ["planted~Secret.1", "abc", ""].map(|value| Secret::new(value.into()));
        Strikes::of(&secrets).out_of(&mut text);
        assert_eq!(text, "a planted secret: abc");
    }
}
