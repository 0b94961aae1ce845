//! What every host knows about the bodies of answers.

use crate::wire::host::Header;

/// The largest answer accepted: the service's 50 MB of hunting results, and space for their JSON.
pub const BODY_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Space behind an answer for the envelope, so that the answer need not be moved.
pub const SPARE_BYTES: usize = 4096;

/// The `Content-Length` of the body that is read. It is ignored on 304, where it describes another answer, and with
/// `Content-Encoding`: hosts built on `fetch` decode the body and keep both headers.
pub fn announced_length(status: u16, headers: &[Header]) -> Option<usize> {
    let value = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    // A chunked body marks its own end.
    if status == 304
        || value("transfer-encoding").is_some()
        || value("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
    {
        return None;
    }
    value("content-length")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn length(status: u16, headers: &[(&str, &str)], expected: Option<usize>) {
        let headers: Vec<Header> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(announced_length(status, &headers), expected);
    }

    #[test]
    fn a_length_counts_where_it_is_the_one_of_this_body() {
        let of_7 = ("content-length", "7");
        length(200, &[of_7], Some(7));
        length(200, &[of_7, ("content-encoding", "identity")], Some(7));
        length(304, &[of_7], None);
        length(200, &[of_7, ("content-encoding", "gzip")], None);
        length(200, &[of_7, ("transfer-encoding", "chunked")], None);
        length(200, &[("content-length", "-7")], None);
        length(200, &[], None);
    }
}
