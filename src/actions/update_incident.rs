//! Update an incident: only the given fields are sent.

use std::collections::BTreeSet;

use crate::actions::get_incident::{decoded, enveloped, fetch};
use crate::answer::envelope::{self, Meta};
use crate::answer::incident::{self, Brief};
use crate::graph::session::{Answer, Call, Due, Session, prefer};
use crate::request::incident::checked_id;
use crate::request::vocabulary::{Vocabulary, determinations};
use crate::text::datetime::{Timestamp, parse_rfc3339};
use crate::text::fault::{Fault, echo, error, invalid, malformed, quoted};
use crate::text::json::{self, Writer};
use crate::wire::host::{Host, Method};
use crate::wire::retry::Effect;
use crate::wit::actions::{ClearableField, Incident, IncidentChange, TagMode};
use crate::wit::types::{Error, ErrorKind};

/// The most tags that may be given; the portal shows only a few.
pub const TAGS_MAX: usize = 1000;
/// Warning for an update that was only checked.
const DRY_RUN_WARNING: &str = "dry run: nothing was changed";

/// The incident after the update, typed; for a dry run, what would be sent.
pub async fn typed<H: Host>(
    session: &Session<'_, H>,
    incident_id: &str,
    change: &IncidentChange,
) -> Result<Incident, Fault> {
    let of = |body: &str, warning: String| {
        let incident = incident::decode(body.to_owned())?;
        Ok(Incident { warnings: vec![warning], ..incident })
    };
    let mut incident = None;
    let mut take = |answer| {
        incident = Some(decoded(answer)?);
        Ok(())
    };
    match run(session, incident_id, change, &mut take).await? {
        Outcome::Done => incident.ok_or_else(|| malformed("no answer was taken")),
        Outcome::Unread { sent, meta, .. } => of(&sent, meta.warnings.join("; ")),
        Outcome::DryRun { id, body } => {
            Ok(Incident { raw_json: body.clone(), ..of(&incident::of_update(&id, &body), DRY_RUN_WARNING.to_owned())? })
        }
    }
}

/// The incident after the update, as JSON; for a dry run, what would be sent.
pub async fn json<H: Host>(
    session: &Session<'_, H>,
    incident_id: &str,
    change: &IncidentChange,
) -> Result<String, Fault> {
    let mut text = None;
    let mut take = |answer| {
        text = Some(enveloped(answer)?);
        Ok(())
    };
    match run(session, incident_id, change, &mut take).await? {
        Outcome::Done => text.ok_or_else(|| malformed("no answer was taken")),
        Outcome::Unread { sent, meta } => Ok(envelope::around(&sent, &meta)),
        Outcome::DryRun { body, .. } => {
            let meta = Meta { dry_run: true, warnings: vec![DRY_RUN_WARNING.to_owned()], ..Meta::default() };
            Ok(envelope::around(&body, &meta))
        }
    }
}

enum Outcome {
    /// The updated incident was decoded.
    Done,
    /// The update is done, but the incident could not be read back.
    Unread {
        sent: String,
        meta: Meta,
    },
    DryRun {
        id: String,
        body: String,
    },
}

/// Updates an incident and passes the updated one to `take`. Both forms use it.
async fn run<H: Host>(
    session: &Session<'_, H>,
    incident_id: &str,
    change: &IncidentChange,
    take: &mut dyn FnMut(Answer) -> Result<(), Fault>,
) -> Result<Outcome, Fault> {
    let id = checked_id(incident_id)?;
    let body = body(session, id, change).await?;
    if change.dry_run == Some(true) {
        return Ok(Outcome::DryRun { id: id.to_owned(), body: session.cleared(body) });
    }
    let call = Call {
        method: Method::Patch,
        target: session.path(&format!("security/incidents/{id}")),
        headers: vec![prefer(), ("content-type".into(), "application/json; charset=utf-8".into())],
        body: body.as_bytes(),
        effect: Effect::Assign,
        due: Due::Json,
    };
    let confirm = |answer: Answer| {
        let (whole, status, mut meta) = (answer.response.cut.is_none(), answer.response.status, Meta::of(&answer));
        // The status alone says that the update is done.
        if take(answer).is_ok() && whole {
            return Ok(None);
        }
        meta.warnings.push(format!("the update is done (status {status}), but its answer was not the incident"));
        Ok(Some(meta))
    };
    let Some(mut meta) = session.send(&call, confirm).await? else { return Ok(Outcome::Done) };
    match fetch(session, id, take).await {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => {
            meta.warnings.push(format!("it could not be read back: {}; this is what was sent", error.message));
            Ok(Outcome::Unread { sent: session.cleared(incident::of_update(id, &body)), meta })
        }
    }
}

/// What to send.
async fn body<H: Host>(session: &Session<'_, H>, id: &str, change: &IncidentChange) -> Result<String, Fault> {
    let mut patch = Patch::new(change)?;
    let tags = tags(change)?;
    let mode = change.tag_mode.unwrap_or(TagMode::Replace);
    if mode != TagMode::Replace && tags.is_none() {
        return Err(invalid(format!("tag_mode: {} needs custom_tags", mode.word())));
    }
    if patch.is_empty() && tags.is_none() {
        return Err(invalid("nothing to change: give at least one field besides incident_id"));
    }
    let unchanged_since = unchanged_since(change)?;
    let reads_first = unchanged_since.is_some() || (tags.is_some() && mode != TagMode::Replace);
    let read = |answer: Answer| {
        let present = Brief::parse(answer.into_body()?.json())?;
        if let Some(limit) = &unchanged_since {
            check_unchanged(id, limit, &present)?;
        }
        match present.custom_tags {
            Some(tags) => Ok(tags),
            None if mode == TagMode::Replace => Ok(Vec::new()),
            None => Err(Box::new(Error {
                remedy: Some("replace the tags instead: tag_mode replace".to_owned()),
                ..*malformed(format!("incident {id} has too many tags to be merged; nothing was sent"))
            })),
        }
    };
    let old = if reads_first { fetch(session, id, read).await? } else { Vec::new() };
    if let Some(tags) = tags {
        patch.set(TAGS, json::list(&merged(old, tags, mode)));
    }
    Ok(patch.finish())
}

/// Wire name of the tags.
const TAGS: &str = "customTags";

/// The members to send, each as JSON, in the order they are written.
struct Patch([(&'static str, Option<String>); 10]);

impl Patch {
    /// Every member except the tags, whose old value may be needed.
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
        let mut seen = Vec::new();
        for field in &change.clear {
            let (name, empty) = cleared(*field);
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let is_tags = *field == ClearableField::CustomTags && change.custom_tags.is_some();
            if is_tags || patch.0.iter().any(|(known, value)| *known == name && value.is_some()) {
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

/// Wire name of a field, and the JSON that clears it. A list is never null.
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
        // Only the service knows the other value.
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

fn tags(change: &IncidentChange) -> Result<Option<Vec<String>>, Fault> {
    let given = change.custom_tags.iter().flatten().map(|tag| tag.trim()).filter(|tag| !tag.is_empty());
    let tags: Vec<String> = given.map(str::to_owned).collect();
    if tags.len() > TAGS_MAX {
        return Err(invalid(format!("custom_tags: has {} tags; allowed: {TAGS_MAX} at most", tags.len())));
    }
    Ok((!tags.is_empty()).then_some(tags))
}

/// The tags to send. Tags that differ only in case are the same; the existing spelling is kept.
fn merged(old: Vec<String>, given: Vec<String>, mode: TagMode) -> Vec<String> {
    let lower = |tag: &str| tag.chars().flat_map(char::to_lowercase).collect::<String>();
    let all = |tags: &[String]| tags.iter().map(|tag| lower(tag)).collect::<BTreeSet<_>>();
    if mode == TagMode::Remove {
        let removed = all(&given);
        return old.into_iter().filter(|tag| !removed.contains(&lower(tag))).collect();
    }
    let kept = if mode == TagMode::Append { old } else { Vec::new() };
    let mut seen = all(&kept);
    let added: Vec<String> = given.into_iter().filter(|tag| seen.insert(lower(tag))).collect();
    kept.into_iter().chain(added).collect()
}

/// A time to compare with, at the precision given.
struct Limit<'t> {
    text: &'t str,
    at: Timestamp,
    /// Digits of its fraction.
    digits: u32,
}

fn unchanged_since(change: &IncidentChange) -> Result<Option<Limit<'_>>, Fault> {
    let Some(text) = change.unchanged_since.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).take(9).fold(0, |count, _| count + 1);
    parse_rfc3339(text).map(|at| Some(Limit { text, at, digits })).ok_or_else(|| {
        invalid(format!("unchanged_since: {} is not an RFC 3339 time, such as 2026-02-25T16:29:33.1Z", quoted(text)))
    })
}

/// Callers often keep only milliseconds of the service's seven digits, so only the digits given are compared.
fn check_unchanged(id: &str, limit: &Limit<'_>, present: &Brief) -> Result<(), Fault> {
    let Some((updated, at)) = present.last_update_at.as_deref().and_then(|text| Some((text, parse_rfc3339(text)?)))
    else {
        return Err(Box::new(Error {
            remedy: Some("leave unchanged_since out, or change the incident in the Defender portal".to_owned()),
            ..*malformed(format!(
                "incident {id} came without a last update time, so unchanged_since cannot be checked; nothing was sent"
            ))
        }));
    };
    let unit = 10_u32.pow(9 - limit.digits);
    let at = Timestamp { nanoseconds: at.nanoseconds - at.nanoseconds % unit, ..at };
    if at <= limit.at {
        return Ok(());
    }
    let text = echo(limit.text);
    Err(Box::new(Error {
        remedy: Some("read the incident again, decide again, and give its last update time as unchanged_since".into()),
        ..*error(
            ErrorKind::Conflict,
            format!("incident {id} was updated at {updated}, after unchanged_since {text}; nothing was sent"),
        )
    }))
}

#[cfg(test)]
pub(crate) mod tests;
