//! Checks that both sides do the same: same requests, same answers. Otherwise comparing their times would be meaningless.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::BenchError;
use super::journal::{Journal, Seen};
use super::side::{Component, Native, Side};
use super::work::Work;

/// Checks one call.
pub(crate) fn check(
    work: &Work,
    component: &Component,
    native: &Native,
    journal: &Journal<'_>,
) -> Result<(), BenchError> {
    let different = |what, component, native| BenchError::Different { action: work.name, what, component, native };
    let (sent, answer) = exchange(work, component, journal)?;
    let (native_sent, native_answer) = exchange(work, native, journal)?;
    if sent != native_sent {
        return Err(different("their requests", sent.join("\n"), native_sent.join("\n")));
    }
    match (Comparable::read(&answer), Comparable::read(&native_answer)) {
        (Some(left), Some(right)) if left == right => Ok(()),
        _ => Err(different("their answers", shortened(&answer), shortened(&native_answer))),
    }
}

/// The requests to Graph, and the answer. Either side may need a token first.
fn exchange(work: &Work, side: &impl Side, journal: &Journal<'_>) -> Result<(Vec<String>, String), BenchError> {
    let (seen, answer) = journal.during(|| side.answer(work))?;
    Ok((seen.iter().filter(|seen| !seen.asks_for_a_token()).map(Seen::comparable).collect(), answer))
}

fn shortened(answer: &str) -> String {
    answer.chars().take(2_000).collect()
}

/// An answer without the ids of its request.
#[derive(Debug, Deserialize)]
struct Comparable<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    meta: Map<String, Value>,
}

impl<'a> Comparable<'a> {
    fn read(answer: &'a str) -> Option<Self> {
        let mut comparable: Self = serde_json::from_str(answer).ok()?;
        for id in ["request_id", "client_request_id"] {
            comparable.meta.remove(id);
        }
        Some(comparable)
    }

    /// The data without the one property that every update changes.
    fn timeless(&self) -> Option<Value> {
        let mut data: Value = serde_json::from_str(self.data.get()).ok()?;
        data.as_object_mut()?.remove("lastUpdateDateTime");
        Some(data)
    }
}

impl PartialEq for Comparable<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = self.data.get() == other.data.get();
        self.meta == other.meta && (same || self.timeless().is_some_and(|data| Some(data) == other.timeless()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(left: &str, right: &str) -> bool {
        Comparable::read(left).unwrap() == Comparable::read(right).unwrap()
    }

    #[test]
    fn ids_and_the_time_of_an_update_may_differ() {
        let answer = |id: u8, at: &str| {
            format!(r#"{{"data":{{"id":1,"lastUpdateDateTime":"{at}"}},"meta":{{"request_id":"{id}","warnings":[]}}}}"#)
        };
        assert!(same(&answer(1, "x"), &answer(2, "x")));
        assert!(same(&answer(1, "x"), &answer(1, "y")));
    }

    #[test]
    fn nothing_else_may_differ() {
        assert!(!same(r#"{"data":[1],"meta":{}}"#, r#"{"data":[2],"meta":{}}"#));
        assert!(!same(r#"{"data":{"a":1},"meta":{}}"#, r#"{"data":{"a":2},"meta":{}}"#));
        assert!(!same(r#"{"data":1,"meta":{"row_count":1}}"#, r#"{"data":1,"meta":{}}"#));
        assert!(Comparable::read(r#"{"data":1}"#).is_none());
    }
}
