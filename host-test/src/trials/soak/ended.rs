//! A call that ended: its outcome, and whether that is acceptable.

use std::fmt;

use defender_emulator::Exchange;
use defender_xdr_host::CallError;

use super::report::Report;
use crate::trials::chaos::action::Action;
use crate::trials::chaos::contract::may_be_done;

/// Errors that no fault of the service explains.
const UNEXPLAINED: [&str; 4] = ["invalid-input", "denied", "trap", "limit"];

/// A call that ended.
pub(crate) struct Ended {
    pub(crate) action: Action,
    /// Text that identifies a write of this call.
    pub(crate) mark: String,
    /// The fault that hit it.
    pub(crate) trouble: Option<&'static str>,
    /// The fault that hit the previous call, which may have left a broken connection behind.
    pub(crate) before: Option<&'static str>,
}

impl Ended {
    /// Records its outcome.
    pub(crate) fn note(&self, report: &mut Report, outcome: &Result<String, CallError>, journal: &[Exchange]) {
        report.troubled += usize::from(self.trouble.is_some());
        match outcome {
            Ok(_) => report.answered += 1,
            Err(error) if self.explains(error) => *report.errors.entry(error.kind()).or_default() += 1,
            Err(error) => report.lost.push(format!("{self}: {error}")),
        }
        let is_write = |exchange: &Exchange| exchange.method != "GET" && exchange.body.contains(&self.mark);
        let written = journal.iter().filter(|exchange| is_write(exchange) && may_be_done(exchange)).count();
        report.writes += written;
        if written > 1 {
            report.repeated.push(format!("{written} times, {self}"));
        }
    }

    /// Whether the fault of this call, or the connection that the previous one left behind, explains the error.
    fn explains(&self, error: &CallError) -> bool {
        match error.kind() {
            // The peer closed the connection while the request was in flight: a write cannot know whether it arrived.
            "interrupted" => self.trouble.is_some() || self.before.is_some(),
            kind => self.trouble.is_some() && !UNEXPLAINED.contains(&kind),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trouble = |trouble: Option<&'static str>| trouble.unwrap_or("none");
        let (now, before) = (trouble(self.trouble), trouble(self.before));
        write!(formatter, "{} {} (fault: {now}; before: {before})", self.action.title, self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::chaos::action::ACTIONS;

    fn ended(trouble: Option<&'static str>, before: Option<&'static str>) -> Ended {
        Ended { action: ACTIONS[4], mark: "call 7.".into(), trouble, before }
    }

    fn patch(mark: &str, status: Option<u16>) -> Exchange {
        Exchange {
            serial: 1,
            connection: 1,
            at: String::new(),
            method: "PATCH".into(),
            path: "/v1.0/security/incidents/1".into(),
            query: None,
            headers: Vec::new(),
            body: format!(r#"{{"description":"{mark}"}}"#),
            status,
            fault: None,
        }
    }

    #[test]
    fn an_error_without_a_reason_is_a_lost_answer() {
        let mut report = Report::default();
        let trap = || Err(CallError::Trap("unreachable".into()));
        ended(None, None).note(&mut report, &trap(), &[]);
        ended(Some("404"), None).note(&mut report, &trap(), &[]);
        ended(None, None).note(&mut report, &Ok(String::new()), &[]);
        assert_eq!(
            report.lost,
            [
                "update call 7. (fault: none; before: none): the component crashed: unreachable",
                "update call 7. (fault: 404; before: none): the component crashed: unreachable",
            ]
        );
        assert_eq!((report.answered, report.troubled), (1, 1));
    }

    #[test]
    fn a_write_that_may_have_happened_twice_counts_as_repeated() {
        let mut report = Report::default();
        let answer = Ok(String::new());
        let once = [patch("call 7.", Some(503)), patch("call 7.", Some(200)), patch("call 77.", Some(200))];
        ended(None, None).note(&mut report, &answer, &once);
        assert_eq!((report.writes, report.repeated.len()), (1, 0));
        ended(None, None).note(&mut report, &answer, &[patch("call 7.", None), patch("call 7.", Some(200))]);
        assert_eq!(report.repeated, ["2 times, update call 7. (fault: none; before: none)"]);
    }
}
