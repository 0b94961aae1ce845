//! Update an incident: only what is given is sent.

use crate::actions::get_incident;
use crate::datetime::{Timestamp, parse_rfc3339};
use crate::envelope::{self, Meta};
use crate::error::{Fault, error, invalid, malformed};
use crate::graph::{Answer, Call, Session};
use crate::host::Method;
use crate::incident::{self, Brief};
use crate::json::{self, Writer};
use crate::retry::Effect;
use crate::vocabulary::{Vocabulary, determinations};
use crate::wit::actions::{ClearableField, Incident, IncidentChange, TagMode};
use crate::wit::types::{Error, ErrorKind};

/// The incident afterwards, typed; of a dry run, what would be sent.
pub fn typed(session: &Session<'_>, incident_id: &str, change: &IncidentChange) -> Result<Incident, Fault> {
    match run(session, incident_id, change)? {
        Outcome::Sent(answer) => {
            let service_warnings = Meta::of(&answer).warnings;
            let mut incident = incident::decode(answer.into_body()?.text)?;
            incident.warnings.extend(service_warnings);
            Ok(incident)
        }
        Outcome::DryRun { id, body } => Ok(incident::of_dry_run(id, body)),
    }
}

/// The incident afterwards as JSON; of a dry run, what would be sent.
pub fn json(session: &Session<'_>, incident_id: &str, change: &IncidentChange) -> Result<String, Fault> {
    match run(session, incident_id, change)? {
        Outcome::Sent(answer) => {
            let meta = Meta::of(&answer);
            let body = answer.into_body()?;
            Brief::parse(body.json())?;
            Ok(envelope::close(body, &meta))
        }
        Outcome::DryRun { body, .. } => {
            let meta = Meta { dry_run: true, warnings: vec![incident::DRY_RUN_WARNING.into()], ..Meta::default() };
            Ok(envelope::around(&body, &meta))
        }
    }
}

enum Outcome {
    Sent(Answer),
    DryRun { id: String, body: String },
}

fn run(session: &Session<'_>, incident_id: &str, change: &IncidentChange) -> Result<Outcome, Fault> {
    let id = incident::id(incident_id)?;
    let mut patch = Patch::new(change)?;
    let tags = tags(change);
    let mode = change.tag_mode.unwrap_or(TagMode::Replace);
    if mode != TagMode::Replace && tags.is_none() {
        return Err(invalid(format!("tag_mode: {} needs custom_tags", mode.word())));
    }
    if patch.is_empty() && tags.is_none() {
        return Err(invalid("nothing to change: give at least one field besides incident_id"));
    }
    let unchanged_since = unchanged_since(change)?;
    let reads_first = unchanged_since.is_some() || (tags.is_some() && mode != TagMode::Replace);
    let present = if reads_first { Some(read(session, id)?) } else { None };
    if let (Some((text, limit)), Some(present)) = (unchanged_since, &present) {
        check_unchanged(id, text, limit, present)?;
    }
    if let Some(tags) = tags {
        let old = present.map(|present| present.custom_tags).unwrap_or_default();
        patch.set(TAGS, json::list(&merged(old, tags, mode)));
    }
    let body = patch.finish();
    if change.dry_run == Some(true) {
        return Ok(Outcome::DryRun { id: id.to_owned(), body });
    }
    let answer = session.send(&Call {
        method: Method::Patch,
        target: session.path(&format!("security/incidents/{id}")),
        headers: vec![incident::prefer(), ("content-type".into(), "application/json; charset=utf-8".into())],
        body: body.as_bytes(),
        effect: Effect::Assign,
    })?;
    Ok(Outcome::Sent(answer))
}

fn read(session: &Session<'_>, id: &str) -> Result<Brief, Fault> {
    Brief::parse(get_incident::fetch(session, id)?.into_body()?.json())
}

/// Wire name of the tags.
const TAGS: &str = "customTags";

/// The members to send, each as JSON, in the order in which they are written.
struct Patch([(&'static str, Option<String>); 10]);

impl Patch {
    /// Every member but the tags, whose old value may be needed.
    fn new(change: &IncidentChange) -> Result<Self, Fault> {
        check_pair(change)?;
        let word = |word: Option<&str>| word.map(json::quoted);
        let text = |text: &Option<String>| text.as_deref().filter(|text| !text.trim().is_empty()).map(json::quoted);
        let mut patch = Self([
            ("assignedTo", text(&change.assigned_to)),
            ("classification", word(change.classification.map(Vocabulary::word))),
            (TAGS, None),
            ("description", text(&change.description)),
            ("determination", word(change.determination.map(Vocabulary::word))),
            ("displayName", text(&change.display_name)),
            ("resolvingComment", text(&change.resolving_comment)),
            ("severity", word(change.severity.map(Vocabulary::word))),
            ("status", word(change.status.map(Vocabulary::word))),
            ("summary", text(&change.summary)),
        ]);
        for (at, field) in change.clear.iter().enumerate() {
            let (name, empty) = cleared(*field);
            let is_tags = *field == ClearableField::CustomTags && change.custom_tags.is_some();
            let named_before = change.clear.iter().take(at).any(|other| other == field);
            let is_given = patch.0.iter().any(|(known, value)| *known == name && value.is_some());
            if is_tags || (is_given && !named_before) {
                return Err(invalid(format!("clear: {} is also given a value", field.word())));
            }
            patch.set(name, empty.to_owned());
        }
        Ok(patch)
    }

    fn set(&mut self, name: &str, json: String) {
        if let Some((_, value)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            *value = Some(json);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, value)| value.is_none())
    }

    fn finish(self) -> String {
        let mut writer = Writer::new();
        for (name, json) in self.0 {
            if let Some(json) = json {
                writer.json(name, &json);
            }
        }
        writer.finish()
    }
}

/// Wire name of a field, and the JSON that empties it. A list is never null.
fn cleared(field: ClearableField) -> (&'static str, &'static str) {
    match field {
        ClearableField::AssignedTo => ("assignedTo", "null"),
        ClearableField::Classification => ("classification", "null"),
        ClearableField::Determination => ("determination", "null"),
        ClearableField::Description => ("description", "null"),
        ClearableField::ResolvingComment => ("resolvingComment", "null"),
        ClearableField::DisplayName => ("displayName", "null"),
        ClearableField::Summary => ("summary", "null"),
        ClearableField::CustomTags => (TAGS, "[]"),
    }
}

fn check_pair(change: &IncidentChange) -> Result<(), Fault> {
    let (Some(classification), Some(determination)) = (change.classification, change.determination) else {
        // The service knows the value that is not given.
        return Ok(());
    };
    let allowed = determinations(classification);
    if allowed.contains(&determination) {
        return Ok(());
    }
    let words: Vec<&str> = allowed.iter().map(|word| word.word()).collect();
    Err(invalid(format!(
        "determination: '{}' does not go with classification '{}'; allowed: {}",
        determination.word(),
        classification.word(),
        words.join(", ")
    )))
}

fn tags(change: &IncidentChange) -> Option<Vec<String>> {
    let tags: Vec<String> = change.custom_tags.iter().flatten().map(|tag| tag.trim().to_owned()).collect();
    let tags: Vec<String> = tags.into_iter().filter(|tag| !tag.is_empty()).collect();
    (!tags.is_empty()).then_some(tags)
}

/// The tags to send. Two tags that differ in case only are one; the spelling that is there stays.
fn merged(old: Vec<String>, given: Vec<String>, mode: TagMode) -> Vec<String> {
    let lower = |tag: &str| tag.chars().flat_map(char::to_lowercase).collect::<String>();
    let same = |one: &str, other: &str| lower(one) == lower(other);
    let add = |mut tags: Vec<String>, tag: String| {
        if !tags.iter().any(|known| same(known, &tag)) {
            tags.push(tag);
        }
        tags
    };
    match mode {
        TagMode::Replace => given.into_iter().fold(Vec::new(), add),
        TagMode::Append => given.into_iter().fold(old, add),
        TagMode::Remove => old.into_iter().filter(|tag| !given.iter().any(|other| same(tag, other))).collect(),
    }
}

fn unchanged_since(change: &IncidentChange) -> Result<Option<(&str, Timestamp)>, Fault> {
    let Some(text) = change.unchanged_since.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    parse_rfc3339(text).map(|limit| Some((text, limit))).ok_or_else(|| {
        invalid(format!("unchanged_since: '{text}' is no RFC 3339 time, such as 2026-02-25T16:29:33.1Z"))
    })
}

fn check_unchanged(id: &str, text: &str, limit: Timestamp, present: &Brief) -> Result<(), Fault> {
    let updated = &present.last_update_at;
    match parse_rfc3339(updated) {
        Some(at) if at <= limit => Ok(()),
        Some(_) => Err(Box::new(Error {
            remedy: Some(
                "read the incident again, decide anew, and give its last update time as unchanged_since".into(),
            ),
            ..*error(
                ErrorKind::Conflict,
                format!("incident {id} was updated at {updated}, after unchanged_since {text}; nothing was sent"),
            )
        })),
        None => Err(malformed(format!(
            "incident {id} came without a time of its last update, so unchanged_since cannot be checked; nothing was sent"
        ))),
    }
}

#[cfg(test)]
pub(crate) mod tests;
