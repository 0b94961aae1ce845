//! The body of a PATCH: which properties may change, and to what.
//! Read completely before anything changes, so that a bad body changes nothing.

use serde_json::{Map, Value};

use super::body::{check_type, text, unexpected};
use super::refusal::Refusal;
use crate::data::alert::Alert;
use crate::data::incident::Incident;
use crate::data::vocabulary::{ALERT_STATUS, CLASSIFICATION, DETERMINATION, INCIDENT_STATUS, SEVERITY};
use crate::odata::{SENTINEL, Vocabulary};

/// The properties to change. An inner `None` is a JSON null.
#[expect(clippy::option_option, reason = "a member that is absent and one that is null mean different things")]
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    status: Option<&'static str>,
    severity: Option<&'static str>,
    classification: Option<Option<&'static str>>,
    determination: Option<Option<&'static str>>,
    assigned_to: Option<Option<String>>,
    display_name: Option<Option<String>>,
    description: Option<Option<String>>,
    summary: Option<Option<String>>,
    resolving_comment: Option<Option<String>>,
    custom_tags: Option<Vec<Option<String>>>,
}

impl Change {
    /// Reads the body of an incident's PATCH.
    pub(crate) fn of_incident(members: Map<String, Value>) -> Result<Self, Refusal> {
        Self::read(members, "incident", |change, name, value| {
            match name {
                "status" => change.status = Some(member(value, &INCIDENT_STATUS)?),
                "severity" => change.severity = Some(member(value, &SEVERITY)?),
                "displayName" => change.display_name = Some(text(value)?),
                "description" => change.description = Some(text(value)?),
                "summary" => change.summary = Some(text(value)?),
                "resolvingComment" => change.resolving_comment = Some(text(value)?),
                "customTags" => change.custom_tags = Some(tags(value)?),
                _ => return change.set_common(name, value),
            }
            Ok(())
        })
    }

    /// Reads the body of an alert's PATCH.
    pub(crate) fn of_alert(members: Map<String, Value>) -> Result<Self, Refusal> {
        Self::read(members, "alert", |change, name, value| match name {
            "status" => {
                change.status = Some(member(value, &ALERT_STATUS)?);
                Ok(())
            }
            _ => change.set_common(name, value),
        })
    }

    fn read(
        mut members: Map<String, Value>,
        kind: &str,
        set: fn(&mut Self, &str, Value) -> Result<(), Refusal>,
    ) -> Result<Self, Refusal> {
        check_type(&mut members, kind)?;
        let mut change = Self::default();
        for (name, value) in members {
            set(&mut change, &name, value)?;
        }
        if change == Self::default() { Err(Refusal::body()) } else { Ok(change) }
    }

    /// What incidents and alerts have in common.
    fn set_common(&mut self, name: &str, value: Value) -> Result<(), Refusal> {
        match name {
            "classification" => self.classification = Some(nullable_member(value, &CLASSIFICATION)?),
            "determination" => self.determination = Some(nullable_member(value, &DETERMINATION)?),
            "assignedTo" => self.assigned_to = Some(text(value)?),
            other => return Err(unexpected(other)),
        }
        Ok(())
    }

    pub(crate) fn apply_to_incident(self, incident: &mut Incident) {
        set(&mut incident.status, self.status);
        set(&mut incident.severity, self.severity);
        // An incident without a verdict says "unknown", never null.
        set(&mut incident.classification, self.classification.map(|it| it.unwrap_or("unknown")));
        set(&mut incident.determination, self.determination.map(|it| it.unwrap_or("unknown")));
        set(&mut incident.assigned_to, self.assigned_to);
        set(&mut incident.display_name, self.display_name);
        set(&mut incident.description, self.description);
        set(&mut incident.summary, self.summary);
        set(&mut incident.resolving_comment, self.resolving_comment);
        set(&mut incident.custom_tags, self.custom_tags);
    }

    /// The alert must already bear the time of the change.
    pub(crate) fn apply_to_alert(self, alert: &mut Alert) {
        if let Some(status) = self.status {
            alert.status = status;
            alert.resolved = (status == "resolved").then_some(alert.updated);
        }
        set(&mut alert.classification, self.classification);
        set(&mut alert.determination, self.determination);
        set(&mut alert.assigned_to, self.assigned_to);
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A member that a caller may set. The sentinel is not a value, and the members after it are not for apps
/// (`awaitingAction` is for Defender Experts).
fn member(value: Value, vocabulary: &Vocabulary) -> Result<&'static str, Refusal> {
    let Value::String(word) = value else { return Err(Refusal::body()) };
    vocabulary
        .read(&word)
        .filter(|member| *member != SENTINEL && !vocabulary.is_later(member))
        .ok_or_else(Refusal::body)
}

fn nullable_member(value: Value, vocabulary: &Vocabulary) -> Result<Option<&'static str>, Refusal> {
    if value.is_null() { Ok(None) } else { member(value, vocabulary).map(Some) }
}

/// The items may be null, the array may not.
fn tags(value: Value) -> Result<Vec<Option<String>>, Refusal> {
    match value {
        Value::Array(items) => items.into_iter().map(text).collect(),
        _ => Err(Refusal::body()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<Change, Refusal> {
        let Value::Object(members) = value else { panic!("an object was expected") };
        Change::of_incident(members)
    }

    #[track_caller]
    fn refused(value: &Value) {
        assert_eq!(read(value.clone()).unwrap_err().message(), "Request body is incorrect", "{value}");
    }

    #[test]
    fn reads_members_in_any_case() {
        let change = read(json!({"classification": "TruePositive", "determination": "MULTISTAGEDATTACK"})).unwrap();
        let expected = Change {
            classification: Some(Some("truePositive")),
            determination: Some(Some("multiStagedAttack")),
            ..Change::default()
        };
        assert_eq!(change, expected);
    }

    #[test]
    fn takes_null_where_the_metadata_does() {
        let change = read(json!({"assignedTo": null, "classification": null, "customTags": [null, "a"]})).unwrap();
        let expected = Change {
            assigned_to: Some(None),
            classification: Some(None),
            custom_tags: Some(vec![None, Some("a".into())]),
            ..Change::default()
        };
        assert_eq!(change, expected);
        refused(&json!({"status": null}));
        refused(&json!({"severity": null}));
        refused(&json!({"customTags": null}));
    }

    #[test]
    fn refuses_unknown_members_read_only_properties_and_wrong_types() {
        refused(&json!({"status": "open"}));
        refused(&json!({"status": "awaitingAction"}));
        refused(&json!({"status": "unknownFutureValue"}));
        refused(&json!({"determination": "confirmedUserActivity"}));
        refused(&json!({"comments": []}));
        refused(&json!({"id": "1"}));
        refused(&json!({"Status": "active"}));
        refused(&json!({"assignedTo": 7}));
        refused(&json!({"customTags": "one"}));
        refused(&json!({"customTags": [1]}));
        refused(&json!({"severity": 256}));
        refused(&json!({}));
        refused(&json!({"@odata.type": "#microsoft.graph.security.alert", "status": "active"}));
    }

    #[test]
    fn takes_the_type_that_generated_clients_send() {
        assert!(read(json!({"@odata.type": "#microsoft.graph.security.incident", "status": "active"})).is_ok());
    }

    #[test]
    fn changes_less_on_an_alert() {
        let alert = |value: Value| match value {
            Value::Object(members) => Change::of_alert(members),
            _ => Err(Refusal::body()),
        };
        assert!(alert(json!({"status": "New", "assignedTo": "x"})).is_ok());
        assert!(alert(json!({"status": "active"})).is_err(), "a word of incidents");
        assert!(alert(json!({"severity": "low"})).is_err());
        assert!(alert(json!({"customTags": []})).is_err());
    }
}
