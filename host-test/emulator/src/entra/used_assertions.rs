//! The assertions that were used, each by its app and its `jti`.
//! Remembered until they expire: after that, their time refuses them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Beyond this many, those that expire first are forgotten, so that an emulator can run for a long time.
const REMEMBERED: usize = 10_000;

/// All apps' assertions so far, and when each expires in seconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct UsedAssertions(Mutex<HashMap<(String, String), i64>>);

impl UsedAssertions {
    /// Whether an id comes for the first time. From then on it is used.
    pub(super) fn is_new(&self, client_id: &str, id: &str, expires: i64, now: Timestamp) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= REMEMBERED {
            used.retain(|_, expires| *expires > now.as_second());
        }
        if used.len() >= REMEMBERED {
            let first = used.iter().min_by_key(|(_, expires)| **expires).map(|(assertion, _)| assertion.clone());
            first.and_then(|assertion| used.remove(&assertion));
        }
        used.insert((client_id.to_ascii_lowercase(), id.to_owned()), expires).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_for_each_app() {
        let used = UsedAssertions::default();
        let now = Timestamp::from_second(1_000).unwrap();
        assert!(used.is_new("a", "1", 2_000, now));
        assert!(!used.is_new("A", "1", 2_000, now));
        assert!(used.is_new("b", "1", 2_000, now));
        assert!(used.is_new("a", "2", 2_000, now));
    }

    #[test]
    fn forgets_the_expired_ones_first_and_then_the_next_to_expire() {
        let used = UsedAssertions::default();
        let now = Timestamp::from_second(1_000).unwrap();
        let size = || used.0.lock().unwrap().len();
        assert!(used.is_new("a", "old", 1_001, now));
        for id in 1..REMEMBERED {
            assert!(used.is_new("a", &id.to_string(), 2_000 + i64::try_from(id).unwrap(), now));
        }
        assert!(used.is_new("a", "one more", 9_000_000, Timestamp::from_second(1_002).unwrap()));
        assert!(used.is_new("a", "another", 9_000_000, Timestamp::from_second(1_002).unwrap()));
        assert_eq!(size(), REMEMBERED);
        assert!(!used.is_new("a", "another", 9_000_000, Timestamp::from_second(1_002).unwrap()));
        assert!(
            used.is_new("a", "1", 2_001, Timestamp::from_second(1_002).unwrap()),
            "the next to expire is forgotten"
        );
    }
}
