//! Cases of `$filter`: what passes and what is refused.

use super::*;
use crate::data::incident::INCIDENT;
use crate::data::vocabulary;

/// An incident as far as a filter sees it.
struct Sample;

impl Record for Sample {
    fn id(&self) -> &'static str {
        "1"
    }

    fn operand(&self, property: &Property) -> Operand<'_> {
        match property.name {
            "assignedTo" => Operand::Null,
            "severity" => Operand::Member(vocabulary::SEVERITY.rank("high").unwrap()),
            "status" => Operand::Member(vocabulary::INCIDENT_STATUS.rank("active").unwrap()),
            "createdDateTime" => Operand::Time("2026-01-22T12:09:23.1433333Z".parse().unwrap()),
            other => panic!("{other} was not expected"),
        }
    }
}

#[track_caller]
fn holds(expression: &str, expected: bool) {
    assert_eq!(Condition::read(expression, &INCIDENT).map(|it| it.holds(&Sample)), Ok(expected), "{expression}");
}

#[track_caller]
fn refused(expression: &str, message: &str) {
    assert_eq!(Condition::read(expression, &INCIDENT).unwrap_err(), Trouble::Query(message.into()), "{expression}");
}

#[test]
fn compares_members_times_and_null() {
    holds("severity eq 'high'", true);
    holds("severity eq 'HIGH'", true);
    holds("severity gt 'medium'", true);
    holds("severity ne 'high'", false);
    holds("assignedTo eq null", true);
    holds("assignedTo ne null", false);
    holds("assignedTo eq 'jdoe@haldenmarine.example'", false);
    holds("assignedTo ge 'a'", false);
    holds("createdDateTime ge 2026-01-22T12:09:23Z", true);
    holds("createdDateTime lt 2026-01-22T12:09:23.1433333Z", false);
    holds("createdDateTime le 2026-01-22T13:09:23.1433333+01:00", true);
    holds("createdDateTime gt 2026-01-22", true);
}

#[test]
fn binds_and_tighter_than_or_and_not_tightest() {
    holds("status eq 'resolved' and severity eq 'low' or severity eq 'high'", true);
    holds("severity\u{a0}eq 'high'\r\n\tand severity ne 'low'", true);
    holds("status eq 'resolved' and (severity eq 'low' or severity eq 'high')", false);
    holds("not status eq 'resolved' and severity eq 'high'", true);
    holds("not (status eq 'active' or severity eq 'low')", false);
}

#[test]
fn refuses_what_the_service_refuses() {
    refused("status eq 'open'", "The string 'open' is not a valid enumeration type constant.");
    refused("displayName eq 'x'", "The property 'displayName' cannot be used in the $filter query option.");
    refused("nope eq 'x'", "Could not find a property named 'nope' on type 'microsoft.graph.security.incident'.");
    refused(
        "Status eq 'active'",
        "Could not find a property named 'Status' on type 'microsoft.graph.security.incident'.",
    );
    refused(
        "status eq active",
        "Could not find a property named 'active' on type 'microsoft.graph.security.incident'.",
    );
    refused("resembles(assignedTo,'x')", "An unknown function with name 'resembles' was found.");
    for (expression, types) in [
        ("severity eq 256", "'microsoft.graph.security.alertSeverity' and 'Edm.Int32'"),
        ("severity eq true", "'microsoft.graph.security.alertSeverity' and 'Edm.Boolean'"),
        ("assignedTo eq 2026-01-01T00:00:00Z", "'Edm.String' and 'Edm.DateTimeOffset'"),
        ("assignedTo eq 1.5", "'Edm.String' and 'Edm.Double'"),
        ("createdDateTime eq duration'P1D'", "'Edm.DateTimeOffset' and 'Edm.Duration'"),
        (
            "status eq microsoft.graph.security.alertStatus'new'",
            "'microsoft.graph.security.incidentStatus' and 'microsoft.graph.security.alertStatus'",
        ),
    ] {
        let message = format!(
            "A binary operator with incompatible types was detected. Found operand types {types} for operator kind 'Equal'."
        );
        refused(expression, &message);
    }
    refused(
        "status eq microsoft.graph.security.incidentStatus'open'",
        "The string 'open' is not a valid enumeration type constant.",
    );
    refused("status eq text'active'", "Syntax error at position 10 in 'status eq text'active''.");
    refused(
        "createdDateTime ge '2026-01-01T00:00:00Z'",
        "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTimeOffset' and \
         'Edm.String' for operator kind 'GreaterThanOrEqual'.",
    );
    refused(
        "createdDateTime ge 2026-01-01T00:00:00",
        "Syntax error at position 19 in 'createdDateTime ge 2026-01-01T00:00:00'.",
    );
    refused("status eq", "Expression expected at position 9 in 'status eq'.");
    refused("", "Expression expected at position 0 in ''.");
    refused("(status eq 'active'", "Syntax error at position 19 in '(status eq 'active''.");
    refused("status eq 'active')", "Syntax error at position 18 in 'status eq 'active')'.");
    refused("status like 'active'", "Syntax error at position 7 in 'status like 'active''.");
}

#[test]
fn takes_literals_with_their_type_and_any_white_space() {
    holds("status eq microsoft.graph.security.incidentStatus'active'", true);
    holds("severity\teq  microsoft.graph.security.alertSeverity'low'", false);
    holds(" status\t eq\t'active' ", true);
    holds("createdDateTime gt 2026-01-22T12:09Z", true);
}

#[test]
fn names_what_it_does_not_emulate() {
    for (expression, what) in [
        ("contains(assignedTo,'x')", "the OData function 'contains'"),
        ("not endswith(assignedTo, 'x')", "the OData function 'endswith'"),
        ("createdDateTime ge now()", "the OData function 'now'"),
        ("status in ('active','resolved')", "the OData operator 'in'"),
        ("status has 'active'", "the OData operator 'has'"),
        ("createdDateTime sub 1 gt 2", "the OData operator 'sub'"),
        ("status EQ 'active'", "the OData operator 'EQ'"),
        ("status eq 'active' AND severity eq 'low'", "the OData operator 'AND'"),
        ("(status eq 'active' Or severity eq 'low')", "the OData operator 'Or'"),
        ("NOT (status eq 'active')", "the OData operator 'NOT'"),
        ("comments/any(c:c/comment eq 'x')", "the path 'comments/any' in a query option"),
        ("alerts/$count gt 1", "the path 'alerts/$count' in a query option"),
        ("assignedTo eq lastModifiedBy", "the comparison of two properties"),
        ("'active' eq status", "a comparison that does not start with a property"),
        ("1 eq 1", "a comparison that does not start with a property"),
        ("true", "a comparison that does not start with a property"),
        ("status eq 'active' eq true", "a comparison that does not start with a property"),
        ("status eq ('active')", "a parenthesis on the right of a comparison"),
    ] {
        let found = Condition::read(expression, &INCIDENT).unwrap_err();
        assert_eq!(found, Trouble::NotEmulated(what.into()), "{expression}");
    }
}

#[test]
fn stops_at_a_hundred_nodes() {
    refused(&"(".repeat(5_000), "The node count limit of '100' has been exceeded.");
    refused(&"not ".repeat(5_000), "The node count limit of '100' has been exceeded.");
}
