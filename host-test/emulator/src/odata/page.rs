//! The link to the next page.
//! Repeats the first request's options, because a client sends the link back unchanged.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::option::Options;

/// Not encoded in a query: the unreserved characters, and those that OData uses.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'$')
    .remove(b'\'')
    .remove(b':')
    .remove(b',');

/// Absolute URL of the page after this one; `None` on the last page.
pub(crate) fn next_link(collection: &str, options: &Options, matches: usize) -> Option<String> {
    let next = options.skip.saturating_add(options.top);
    if next >= matches {
        return None;
    }
    let mut query: Vec<String> = options
        .sent
        .iter()
        .filter(|(name, _)| !name.trim_start_matches('$').eq_ignore_ascii_case("skip"))
        .map(|(name, value)| format!("{}={}", utf8_percent_encode(name, QUERY), utf8_percent_encode(value, QUERY)))
        .collect();
    query.push(format!("$skip={next}"));
    Some(format!("{collection}?{}", query.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::incident::INCIDENT;
    use crate::odata::Scope;

    fn next(query: &str, matches: usize) -> Option<String> {
        let options = Options::read(query, &INCIDENT, Scope::Collection, "v1.0").unwrap();
        next_link("https://graph.example/v1.0/security/incidents", &options, matches)
    }

    #[test]
    fn repeats_the_options_and_moves_on() {
        assert_eq!(
            next("$top=10&$skip=20&$filter=severity+eq+'high'&$count=true", 31).unwrap(),
            "https://graph.example/v1.0/security/incidents?$top=10&$filter=severity%20eq%20'high'&$count=true&$skip=30"
        );
    }

    #[test]
    fn ends_with_the_last_match() {
        assert_eq!(next("", 51).unwrap(), "https://graph.example/v1.0/security/incidents?$skip=50");
        assert_eq!(next("", 50), None);
        assert_eq!(next("$skip=60", 50), None);
    }
}
