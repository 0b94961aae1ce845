//! The form of the envelope: unknown members are left out, warnings are always present.

use super::*;

#[test]
fn leaves_out_what_is_not_known() {
    assert_eq!(around("null", &Meta::default()), r#"{"data":null,"meta":{"warnings":[]}}"#);
}

#[test]
fn contains_everything_that_is_known() {
    let meta = Meta {
        status: Some(200),
        request_id: Some("r".into()),
        client_request_id: Some("c".into()),
        total: Some(u64::MAX),
        cursor: Some("https://x?\"".into()),
        row_count: Some(1),
        limit_reached: Some(2),
        state: Some("s".into()),
        more: Some(true),
        dry_run: true,
        warnings: vec!["one\n".into(), "ü".into()],
    };
    assert_eq!(
        around(r#"{"a": [1]}"#, &meta),
        r#"{"data":{"a": [1]},"meta":{"status":200,"request_id":"r","client_request_id":"c","total":18446744073709551615,"cursor":"https://x?\"","row_count":1,"limit_reached":2,"state":"s","more":true,"dry_run":true,"warnings":["one\n","ü"]}}"#
    );
}

#[test]
fn closes_behind_a_body_without_moving_it() {
    let mut text = String::with_capacity(4096);
    text.push_str(PREFIX);
    text.push_str("[1]");
    let before = text.as_ptr();
    let closed = close(Body { text, start: PREFIX.len() }, &Meta::default());
    assert_eq!((closed.as_str(), closed.as_ptr()), (r#"{"data":[1],"meta":{"warnings":[]}}"#, before));
}
