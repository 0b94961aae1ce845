//! Secrets in every spelling, and texts without one.

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
