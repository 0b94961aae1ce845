//! The callers' keys: `Authorization: Bearer <key>`.

use defender_xdr::text::secret::Secret;
use subtle::{Choice, ConstantTimeEq as _};

use crate::call::http::Request;

/// A shorter key could be guessed.
pub const KEY_MIN_CHARACTERS: usize = 16;

/// Whether a request has one of the keys. The time that it takes reveals only their number and lengths.
pub fn fits(request: &Request, keys: &[Secret]) -> bool {
    let Some((scheme, given)) = request.header("authorization").and_then(|value| value.split_once(' ')) else {
        return false;
    };
    let given = given.trim().as_bytes();
    let is_one = keys.iter().fold(Choice::from(0), |is_one, key| is_one | given.ct_eq(key.reveal().as_bytes()));
    scheme.eq_ignore_ascii_case("bearer") && bool::from(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a-key-for-the-callers";
    const OTHER: &str = "the-key-of-tomorrow";

    fn fits_with(values: &[&str]) -> bool {
        let headers = values.iter().map(|value| ("authorization".to_owned(), value.as_bytes().to_vec())).collect();
        let keys = [KEY, OTHER].map(|key| Secret::new(key.into()));
        fits(&Request { headers, ..Request::default() }, &keys)
    }

    #[test]
    fn takes_each_key() {
        assert!(fits_with(&["Bearer the-key-of-tomorrow"]));
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
            "Bearer a-key-for-the-callers,the-key-of-tomorrow",
        ] {
            assert!(!fits_with(&[value]), "{value}");
        }
        assert!(!fits_with(&[]));
        assert!(!fits_with(&["Bearer a-key-for-the-callers", "Bearer a-key-for-the-callers"]));
    }
}
