//! Secrets and tokens: values that are sent and never shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::percent;
use crate::wit::types::Error;

/// Shorter values are too common in ordinary text to be struck out of it.
const STRUCK_OUT_FROM_LENGTH: usize = 4;

/// A value that no message shows.
#[derive(Clone, PartialEq, Eq)]
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

    /// Strikes the value, as it is or encoded, out of everything in an error that the service could have echoed it into.
    pub fn strike_out(&self, error: &mut Error) {
        if self.0.len() < STRUCK_OUT_FROM_LENGTH {
            return;
        }
        let json = serde_json::to_string(&self.0).unwrap_or_default();
        let spellings = [
            self.0.clone(),
            percent::encode(&self.0, percent::QUERY),
            json.trim_matches('"').to_owned(),
            STANDARD.encode(&self.0),
        ];
        let texts = [&mut error.code, &mut error.request_id, &mut error.remedy, &mut error.details_json];
        for text in texts.into_iter().flatten().chain([&mut error.message]) {
            for spelling in &spellings {
                if text.contains(spelling.as_str()) {
                    *text = text.replace(spelling.as_str(), "***");
                }
            }
        }
    }
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
        let mut error = invalid(r#"a p"s~w/1 b p%22s~w%2F1 c p\"s~w/1 d cCJzfncvMQ=="#);
        error.details_json = Some(r#"{"x":"p\"s~w/1"}"#.into());
        secret.strike_out(&mut error);
        assert_eq!(error.message, "a *** b *** c *** d ***");
        assert_eq!(error.details_json.as_deref(), Some(r#"{"x":"***"}"#));
    }
}
