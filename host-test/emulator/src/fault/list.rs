//! The faults in force, and which of them hits a request.
//! The first match wins, so a script reads from top to bottom.

use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::percent_decode_str;

use crate::fault::script::{Fault, Matches};
use crate::message::Request;

/// All faults in force.
#[derive(Debug, Default)]
pub(crate) struct FaultList(Mutex<Vec<Entry>>);

#[derive(Debug)]
struct Entry {
    fault: Fault,
    /// How many requests matched so far.
    seen: u32,
    /// How many of those were hit.
    hit: u32,
}

/// A fault that hits, and its place in the list.
pub(crate) type Hit = (usize, Fault);

impl FaultList {
    pub(crate) fn add(&self, fault: Fault) {
        self.entries().push(Entry { fault, seen: 0, hit: 0 });
    }

    pub(crate) fn clear(&self) {
        self.entries().clear();
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.entries().iter().map(|entry| entry.fault.clone()).collect()
    }

    /// The fault for a connection that was just accepted.
    pub(crate) fn for_connection(&self, connection: u64) -> Option<Hit> {
        self.first(|fault| fault.action.early().is_some() && fits_connection(&fault.matches, connection))
    }

    /// The fault for a request.
    pub(crate) fn for_request(&self, request: &Request) -> Option<Hit> {
        self.first(|fault| fault.action.early().is_none() && fits(&fault.matches, request))
    }

    fn first(&self, fits: impl Fn(&Fault) -> bool) -> Option<Hit> {
        let mut entries = self.entries();
        for (place, entry) in entries.iter_mut().enumerate() {
            let spent = entry.fault.times.is_some_and(|times| entry.hit >= times);
            if spent || !fits(&entry.fault) {
                continue;
            }
            entry.seen += 1;
            if entry.fault.matches.nth.is_none_or(|nth| nth == entry.seen) {
                entry.hit += 1;
                return Some((place, entry.fault.clone()));
            }
        }
        None
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fits_connection(matches: &Matches, connection: u64) -> bool {
    matches.connection.is_none_or(|wanted| wanted == connection)
}

fn fits(matches: &Matches, request: &Request) -> bool {
    let query = request.query.as_deref().unwrap_or_default();
    let body = || String::from_utf8_lossy(&request.body);
    fits_connection(matches, request.connection)
        && matches.method.as_ref().is_none_or(|method| request.method.as_str().eq_ignore_ascii_case(method))
        && matches.path_contains.as_ref().is_none_or(|part| request.path.contains(part))
        && matches.query_contains.as_ref().is_none_or(|part| {
            query.contains(part) || percent_decode_str(&query.replace('+', " ")).decode_utf8_lossy().contains(part)
        })
        && matches.body_contains.as_ref().is_none_or(|part| body().contains(part))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::fault::script::{Action, Point};

    fn hits(list: &FaultList, target: &str) -> Option<usize> {
        list.for_request(&Request::sample(Method::GET, target)).map(|(place, _)| place)
    }

    #[test]
    fn the_first_that_fits_wins_until_it_is_spent() {
        let list = FaultList::default();
        list.add(Fault { times: Some(2), action: Action::Endless, ..Fault::default() });
        list.add(Fault { action: Action::NotHttp, ..Fault::default() });
        assert_eq!([hits(&list, "/"), hits(&list, "/"), hits(&list, "/")], [Some(0), Some(0), Some(1)]);
        list.clear();
        assert_eq!(hits(&list, "/"), None);
    }

    #[test]
    fn counts_only_the_requests_that_fit() {
        let list = FaultList::default();
        let matches = Matches { nth: Some(2), query_contains: Some("$expand".into()), ..Matches::default() };
        list.add(Fault { matches, ..Fault::default() });
        assert_eq!(hits(&list, "/a?$expand=alerts"), None);
        assert_eq!(hits(&list, "/a?$top=1"), None);
        assert_eq!(hits(&list, "/a?%24expand=alerts"), Some(0));
        assert_eq!(hits(&list, "/a?$expand=alerts"), None);
    }

    #[test]
    fn keeps_connections_and_requests_apart() {
        let list = FaultList::default();
        let matches = Matches { connection: Some(2), ..Matches::default() };
        list.add(Fault { matches, action: Action::Reset { at: Point::Accept }, ..Fault::default() });
        assert_eq!(hits(&list, "/"), None);
        assert!(list.for_connection(1).is_none());
        assert!(list.for_connection(2).is_some());
    }
}
