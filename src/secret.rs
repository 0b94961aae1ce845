//! Secrets and tokens: values that are sent and never shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json;
use crate::percent;
use crate::wit::types::Error;

/// The least length of a value that is struck out.
const STRUCK_OUT_FROM_LENGTH: usize = 4;
/// The same for data, which a shorter value may be a part of by chance.
const STRUCK_OUT_OF_DATA_FROM_LENGTH: usize = 8;
/// Bytes of a spelling that are looked for first.
const START_BYTES: usize = 16;
/// What stands in its place.
const STRUCK_OUT: &str = "***";

/// A value that no message shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value, for the request that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in a time that tells of another one's length only.
    pub fn is_same(&self, other: &Self) -> bool {
        let (one, other) = (self.0.as_bytes(), other.0.as_bytes());
        one.len() == other.len() && one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }

    /// The value as it is, percent-encoded, as JSON, and in base64, alone or within more; each spelling once.
    fn spellings(&self) -> Vec<String> {
        // Shorter values are too common in ordinary text.
        if self.0.len() < STRUCK_OUT_FROM_LENGTH {
            return Vec::new();
        }
        let json = json::quoted(&self.0);
        let mut spellings = vec![
            self.0.clone(),
            percent::encode(&self.0, percent::QUERY),
            json.trim_matches('"').to_owned(),
            STANDARD.encode(&self.0),
        ];
        // Three bytes are four characters: what of the value fills such groups, wherever it starts in one.
        let groups = (0..3).filter_map(|skipped| self.0.as_bytes().get(skipped..));
        let groups = groups.filter_map(|bytes| bytes.get(..bytes.len() / 3 * 3)).filter(|bytes| bytes.len() >= 6);
        spellings.extend(groups.map(|bytes| STANDARD.encode(bytes)));
        let mut known = Vec::with_capacity(spellings.len());
        for spelling in spellings {
            if !known.contains(&spelling) {
                known.push(spelling);
            }
        }
        known
    }
}

/// Secrets in every spelling, to be struck out of what the other side could have echoed them into.
#[derive(Debug)]
pub struct Strikes(Vec<String>);

impl Strikes {
    /// Of these secrets.
    pub fn of<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        Self(secrets.into_iter().flat_map(Secret::spellings).collect())
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
        for text in texts.into_iter().flatten().chain([&mut error.message]) {
            self.out_of(text);
        }
        // JSON may escape any character.
        if let Some(details) = &mut error.details_json
            && json::is_valid(details)
            && let Some(struck) = self.without(&json::unescaped(details))
        {
            *details = struck;
        }
    }

    /// Strikes them out of a text.
    pub fn out_of(&self, text: &mut String) {
        if let Some(struck) = self.without(text) {
            *text = struck;
        }
    }

    /// The text without them; `None` when it holds none.
    pub fn without(&self, text: &str) -> Option<String> {
        self.longer_without(STRUCK_OUT_FROM_LENGTH, text)
    }

    /// Data of the service without them; `None` when it holds none. Short ones may well be part of it.
    pub fn data_without(&self, data: &str) -> Option<String> {
        self.longer_without(STRUCK_OUT_OF_DATA_FROM_LENGTH, data)
    }

    fn longer_without(&self, least: usize, text: &str) -> Option<String> {
        let mut struck: Option<String> = None;
        for spelling in self.0.iter().filter(|spelling| spelling.len() >= least) {
            let text = struck.as_deref().unwrap_or(text);
            if text.len() < spelling.len() {
                continue;
            }
            // Hexadecimal digits may have either case.
            let found = if spelling.contains('%') { without_any_case(text, spelling) } else { without(text, spelling) };
            struck = found.or(struck);
        }
        struck
    }
}

fn without(text: &str, spelling: &str) -> Option<String> {
    // Searching for all of a token costs as much as reading it, so its start is looked for first.
    let start = spelling.get(..START_BYTES).unwrap_or(spelling);
    (text.contains(start) && text.contains(spelling)).then(|| text.replace(spelling, STRUCK_OUT))
}

fn without_any_case(text: &str, spelling: &str) -> Option<String> {
    let (lower, wanted) = (text.to_ascii_lowercase(), spelling.to_ascii_lowercase());
    let mut kept = String::new();
    let mut from = 0;
    for (at, _) in lower.match_indices(&wanted) {
        kept.push_str(text.get(from..at).unwrap_or_default());
        kept.push_str(STRUCK_OUT);
        from = at + wanted.len();
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    (from > 0).then_some(kept)
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::invalid;

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
    fn strikes_out_base64_that_holds_more() {
        let secret = Secret::new("planted~Secret.1".into());
        for before in ["", "a", "ab", "abc", "Bearer "] {
            let mut text = STANDARD.encode(format!("{before}planted~Secret.1, and more"));
            Strikes::of([&secret]).out_of(&mut text);
            assert!(text.contains(STRUCK_OUT), "{before}: {text}");
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
