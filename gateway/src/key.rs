//! The callers' key: `Authorization: Bearer <key>`.

use subtle::ConstantTimeEq as _;

use crate::http::Request;

/// A shorter key could be guessed.
pub const KEY_MIN_CHARACTERS: usize = 16;

/// Whether a request has the key. The time that the comparison takes reveals only the length of the key.
pub fn fits(request: &Request, key: &str) -> bool {
    let Some((scheme, given)) = request.header("authorization").and_then(|value| value.split_once(' ')) else {
        return false;
    };
    scheme.eq_ignore_ascii_case("bearer") && bool::from(given.trim().as_bytes().ct_eq(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a-key-for-the-callers";

    fn fits_with(values: &[&str]) -> bool {
        let headers = values.iter().map(|value| ("authorization".to_owned(), value.as_bytes().to_vec())).collect();
        fits(&Request { headers, ..Request::default() }, KEY)
    }

    #[test]
    fn takes_the_key() {
        assert!(fits_with(&["Bearer a-key-for-the-callers"]));
        assert!(fits_with(&["bearer  a-key-for-the-callers "]));
    }

    #[test]
    fn refuses_all_else() {
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic a-key-for-the-callers",
            "a-key-for-the-callers",
            "Bearer a-key-for-the-caller",
            "Bearer a-key-for-the-callers!",
            "Bearer A-key-for-the-callers",
        ] {
            assert!(!fits_with(&[value]), "{value}");
        }
        assert!(!fits_with(&[]));
        assert!(!fits_with(&["Bearer a-key-for-the-callers", "Bearer a-key-for-the-callers"]));
    }
}
