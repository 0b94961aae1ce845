//! Cases of literals: what they mean, what is refused, and what is named as not emulated.

use super::*;

const SECOND: i64 = 10_000_000;

#[track_caller]
fn text(literal: &str, expected: &str) {
    let read = if literal.starts_with('@') { verbatim(literal) } else { string(literal) };
    assert_eq!(read, Ok((Kind::String, expected.into(), literal.len())), "{literal}");
}

#[test]
fn knows_the_escapes_of_kusto_and_no_others() {
    text(r#"'a\'b\"c\\d'"#, "a'b\"c\\d");
    text(r"'\a\b\f\n\r\t\v'", "\u{7}\u{8}\u{c}\n\r\t\u{b}");
    text(r"'\0\7\47\101\3777'", "\0\u{7}'A\u{ff}7");
    text(r"'\x41\u00c5\U0001F600'", "A\u{c5}\u{1f600}");
    text("\"C:\\temp\"", "C:\temp");
    for wrong in [r"'\q'", r"'C:\Windows'", r"'\8'", r"'\x4'", r"'\u12'", r"'\U0011FFFF'", "'a\nb'", "'a", r"'\"] {
        assert_eq!(string(wrong), Err(Flaw::Syntax), "{wrong}");
    }
    assert!(matches!(string(r"'\ud83d\ude00'"), Err(Flaw::NotEmulated(_))));
}

#[test]
fn takes_backslashes_in_verbatim_strings_as_they_are() {
    text(r"@'C:\Windows\q'", r"C:\Windows\q");
    text("@\"a\"\"b\\\"", "a\"b\\");
    text("@'it''s'", "it's");
    assert_eq!(verbatim("@'a\nb'"), Err(Flaw::Syntax));
}

#[test]
fn reads_numbers_in_every_form() {
    for (literal, kind, cell) in [
        ("12", Kind::Long, Cell::Long(12)),
        ("0xfF", Kind::Long, Cell::Long(255)),
        ("1.5", Kind::Real, Cell::Real(1.5)),
        ("1e5", Kind::Real, Cell::Real(100_000.0)),
        ("2.5E-1", Kind::Real, Cell::Real(0.25)),
        ("1d", Kind::TimeSpan, Cell::TimeSpan(86_400 * SECOND)),
        ("1.5h", Kind::TimeSpan, Cell::TimeSpan(5_400 * SECOND)),
        ("2hrs", Kind::TimeSpan, Cell::TimeSpan(7_200 * SECOND)),
        ("10microsecond", Kind::TimeSpan, Cell::TimeSpan(100)),
        ("250nanos", Kind::TimeSpan, Cell::TimeSpan(2)),
        ("3ticks", Kind::TimeSpan, Cell::TimeSpan(3)),
    ] {
        assert_eq!(number(literal), Some(Ok((kind, cell, literal.len()))), "{literal}");
    }
    assert_eq!(number("1 .. 2"), Some(Ok((Kind::Long, Cell::Long(1), 1))));
    assert_eq!(number("3w"), None, "a name may start with a digit");
    assert_eq!(number("99999999999999999999"), Some(Err(Flaw::Syntax)));
    assert_eq!(number("99999999999999d"), Some(Err(Flaw::Syntax)));
}

#[test]
fn reads_typed_literals() {
    let name = |literal: &str| literal.split('(').next().unwrap().to_owned();
    for (literal, kind, cell) in [
        ("long(-1)", Kind::Long, Cell::Long(-1)),
        ("int(2)", Kind::Int, Cell::Long(2)),
        ("real(-1.5)", Kind::Real, Cell::Real(-1.5)),
        ("double(2)", Kind::Real, Cell::Real(2.0)),
        ("bool(true)", Kind::Bool, Cell::Bool(true)),
        ("datetime(null)", Kind::DateTime, Cell::Null),
        ("datetime('2024-02-01')", Kind::DateTime, Cell::DateTime("2024-02-01T00:00:00Z".parse().unwrap())),
        ("date(2024-02-01 08:00)", Kind::DateTime, Cell::DateTime("2024-02-01T08:00:00Z".parse().unwrap())),
        ("timespan(15 seconds)", Kind::TimeSpan, Cell::TimeSpan(15 * SECOND)),
        ("timespan(2)", Kind::TimeSpan, Cell::TimeSpan(172_800 * SECOND)),
        ("time(0.12:34:56.7)", Kind::TimeSpan, Cell::TimeSpan(452_967 * SECOND / 10)),
        ("time(00:01:00)", Kind::TimeSpan, Cell::TimeSpan(60 * SECOND)),
    ] {
        assert_eq!(typed(&name(literal), literal), Some(Ok((kind, cell, literal.len()))), "{literal}");
    }
    for literal in [
        "dynamic([1])",
        "guid(x)",
        "decimal(1.0)",
        "real(+inf)",
        "bool(1)",
        "datetime()",
        "datetime(1/2/2024)",
        "int(3000000000)",
    ] {
        assert!(matches!(typed(&name(literal), literal), Some(Err(Flaw::NotEmulated(_)))), "{literal}");
    }
    assert_eq!(typed("tolong", "tolong('1')"), None);
    assert_eq!(typed("long", "long(1"), Some(Err(Flaw::Syntax)));
}

#[test]
fn names_the_forms_of_strings_that_are_not_emulated() {
    for form in ["h'x'", "H\"x\"", "h@'x'", "```x```", "~~~x~~~", "h```x```"] {
        assert!(matches!(unsupported(form), Some(Flaw::NotEmulated(_))), "{form}");
    }
    assert_eq!(unsupported("hash"), None);
}
