//! Percent-encoding, so that no input can leave its place in a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything except the unreserved characters of RFC 3986: for query values and form fields.
pub const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As [`QUERY`], but keeps the sub-delimiters that OData uses in paths: for path segments.
pub const SEGMENT: &AsciiSet =
    &QUERY.remove(b'$').remove(b'(').remove(b')').remove(b'\'').remove(b',').remove(b'=').remove(b':').remove(b'@');

/// As [`SEGMENT`], for several segments with their slashes.
pub const SEGMENTS: &AsciiSet = &SEGMENT.remove(b'/').remove(b'!').remove(b'&').remove(b'*').remove(b'+').remove(b';');

/// As [`QUERY`], but keeps the `$` of OData: for names of query parameters.
pub const NAME: &AsciiSet = &QUERY.remove(b'$');

/// As [`NAME`], but keeps the comma between the items of a list: for values that people write into an address.
pub const VALUE: &AsciiSet = &NAME.remove(b',');

/// Encodes a text for one place.
pub fn encode(text: &str, place: &'static AsciiSet) -> String {
    utf8_percent_encode(text, place).to_string()
}

/// Encodes a text that may already contain escapes, and keeps those.
pub fn complete(text: &str, place: &'static AsciiSet) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.find('%').and_then(|at| rest.split_at_checked(at)) {
        out.extend(utf8_percent_encode(before, place));
        let digits = escape.get(1..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        out.push('%');
        out.push_str(digits.unwrap_or("25"));
        rest = escape.get(1 + digits.map_or(0, str::len)..).unwrap_or_default();
    }
    out.extend(utf8_percent_encode(rest, place));
    out
}

/// Appends `name=value` pairs to a target.
pub fn append_query<'a>(target: &mut String, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let mut separator = if target.contains('?') { '&' } else { '?' };
    for (name, value) in pairs {
        target.push(separator);
        target.extend(utf8_percent_encode(name, NAME));
        target.push('=');
        target.extend(utf8_percent_encode(value, QUERY));
        separator = '&';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place() {
        let mut target = "/v1.0/security/incidents".to_owned();
        append_query(&mut target, [("$filter", "status eq 'a&b=c#d' or x"), ("$top", "5")]);
        assert_eq!(target, "/v1.0/security/incidents?$filter=status%20eq%20%27a%26b%3Dc%23d%27%20or%20x&$top=5");
        assert_eq!(encode("a/b?c#d%\r\n", SEGMENT), "a%2Fb%3Fc%23d%25%0D%0A");
    }
}
