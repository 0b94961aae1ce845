//! The notations of single members; the tests of `invoke` cover whole actions.

use super::*;
use crate::wit::actions::Severity;

/// The members of an object that may have any of these names.
fn fields(json: &str) -> Fields<'_> {
    Fields::parse(json, Text::Input, &["a", "b"]).expect(json)
}

#[test]
fn a_raw_member_is_its_json() {
    for (json, raw) in [
        (r#"{"a": {"x": 1} }"#, Some(r#"{"x": 1}"#)),
        (r#"{"a":" x "}"#, Some("\" x \"")),
        (r#"{"a":0}"#, Some("0")),
        (r#"{"a":false}"#, Some("false")),
        (r#"{"a":[null]}"#, Some("[null]")),
        (r#"{"a":null}"#, None),
        (r#"{"a":"  "}"#, None),
        (r#"{"a":[ ]}"#, None),
        (r#"{"a":{ }}"#, None),
        (r#"{"b":1}"#, None),
        ("{}", None),
    ] {
        assert_eq!(fields(json).raw("a"), raw, "{json}");
    }
}

#[test]
fn any_json_may_stand_in_a_string() {
    for (json, any, text_or_json) in [
        (r#"{"a":{"x":1}}"#, r#"{"x":1}"#, r#"{"x":1}"#),
        (r#"{"a":"{\"x\":1}"}"#, r#"{"x":1}"#, r#"{"x":1}"#),
        (r#"{"a":" [1]"}"#, " [1]", " [1]"),
        (r#"{"a":"$JSON[{\"x\":1}]"}"#, r#"{"x":1}"#, r#"{"x":1}"#),
        (r#"{"a":"$JSON[x]"}"#, "\"$JSON[x]\"", "$JSON[x]"),
        (r#"{"a":"text"}"#, "\"text\"", "text"),
        (r#"{"a":"7"}"#, "\"7\"", "7"),
        (r#"{"a":7}"#, "7", "7"),
    ] {
        assert_eq!(fields(json).any("a").as_deref(), Some(any), "{json}");
        assert_eq!(fields(json).text_or_json("a").as_deref(), Some(text_or_json), "{json}");
    }
}

#[test]
fn whole_numbers_stay_in_range() {
    for (json, number) in [
        (r#"{"a":0}"#, Some(0)),
        (r#"{"a":4294967295}"#, Some(u32::MAX)),
        (r#"{"a":"007"}"#, Some(7)),
        (r#"{"a":10.0}"#, Some(10)),
        (r#"{"a":"10.000"}"#, Some(10)),
        (r#"{"a":null}"#, None),
    ] {
        assert_eq!(fields(json).integer("a").expect(json), number);
    }
    for text in ["-1", "1.5", "1.", ".0", "1e3", "ten", "0x10", "1 000", "true"] {
        let json = format!(r#"{{"a":"{text}"}}"#);
        let error = fields(&json).integer("a").expect_err(text);
        assert_eq!(error.message, format!("a: '{text}' is not a whole number, such as 10"));
    }
    let error = fields(r#"{"a":4294967296}"#).integer("a").expect_err("too large");
    assert_eq!(error.message, "a: '4294967296' is too large");
}

#[test]
fn names_the_place_of_a_member() {
    let known = ["a"];
    let outer = fields(r#"{"a":{"a":[{"a":1},{"a":[2]}]},"b":"$JSON[{\"a\":7}]"}"#);
    outer
        .fields("a", &known, |inner| {
            let list = inner.list("a", &known).expect("a list");
            assert_eq!(list[0].text("a").expect("text").as_deref(), Some("1"));
            assert_eq!(list[1].text("a").expect_err("a list").message, "a.a[1].a: must be text");
            Ok(())
        })
        .expect("an object");
    let seven = outer.fields("b", &known, |inner| inner.integer("a")).expect("an object in a text");
    assert_eq!(seven, Some(Some(7)));
    let error = fields(r#"{"a":{"c":1}}"#).fields("a", &known, |_| Ok(())).expect_err("unknown");
    assert_eq!(error.message, "a.c: is unknown; did you mean a.a?");
}

#[test]
fn words_are_read_without_regard_to_case() {
    assert_eq!(fields(r#"{"a":" High "}"#).word::<Severity>("a").expect("a word"), Some(Severity::High));
    assert_eq!(fields(r#"{"a":""}"#).word::<Severity>("a").expect("absent"), None);
    let error = fields(r#"{"a":7}"#).word::<Severity>("a").expect_err("not a word");
    assert_eq!(error.message, "a: '7' is unknown; allowed: unknown, informational, low, medium, high");
}

#[test]
fn the_nearest_key_is_not_far_away() {
    let known = ["incident_id", "status", "display_name", "custom_tags"];
    for (key, expected) in [
        ("incident_id ", Some("incident_id")),
        ("INCIDENT-ID", Some("incident_id")),
        ("staus", Some("status")),
        ("sttaus", Some("status")),
        ("name", Some("display_name")),
        ("tags", Some("custom_tags")),
        ("my_status", Some("status")),
        ("id", None),
        ("owner", None),
        ("", None),
        ("größe", None),
    ] {
        assert_eq!(nearest(key, &known), expected, "{key}");
    }
    assert_eq!(nearest("x", &[]), None);
}
