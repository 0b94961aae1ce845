//! Update an incident: only the given fields are sent.

use std::collections::BTreeSet;

use crate::actions::read;
use crate::actions::update::{Patch, Update, check_pair, text, word};
use crate::answer::incident::Brief;
use crate::graph::call::Answer;
use crate::graph::session::Session;
use crate::request::given;
use crate::request::incident::checked_id;
use crate::request::vocabulary::Vocabulary;
use crate::text::datetime::{Timestamp, parse_rfc3339};
use crate::text::fault::{Fault, echo, error, invalid, malformed, quoted, remedied};
use crate::text::json;
use crate::wire::host::Host;
use crate::wit::actions::{ClearableField, Incident, IncidentChange, TagMode};
use crate::wit::types::ErrorKind;

/// The most tags that may be given; the portal shows only a few.
pub const TAGS_MAX: usize = 1000;

/// The incident after the update, typed; for a dry run, what would be sent.
pub async fn typed<H: Host>(
    session: &Session<'_, H>,
    incident_id: &str,
    change: &IncidentChange,
) -> Result<Incident, Fault> {
    update(session, incident_id, change).await?.typed(session).await
}

/// The incident after the update, as JSON; for a dry run, what would be sent.
pub async fn json<H: Host>(
    session: &Session<'_, H>,
    incident_id: &str,
    change: &IncidentChange,
) -> Result<String, Fault> {
    update(session, incident_id, change).await?.json::<_, Incident>(session).await
}

/// The update for a change.
async fn update<'u, H: Host>(
    session: &Session<'_, H>,
    incident_id: &'u str,
    change: &IncidentChange,
) -> Result<Update<'u>, Fault> {
    let id = checked_id(incident_id)?;
    let path = format!("security/incidents/{id}");
    let body = body(session, &path, id, change).await?;
    Ok(Update { path, id, body, dry_run: change.dry_run == Some(true) })
}

/// What to send.
async fn body<H: Host>(
    session: &Session<'_, H>,
    path: &str,
    id: &str,
    change: &IncidentChange,
) -> Result<String, Fault> {
    let mut members = members(change)?;
    let tags = tags(change)?;
    let mode = change.tag_mode.unwrap_or(TagMode::Replace);
    if mode != TagMode::Replace && tags.is_none() {
        return Err(invalid(format!("tag_mode: {} needs custom_tags", mode.word())));
    }
    if members.is_empty() && tags.is_none() {
        return Err(invalid("nothing to change: give at least one field besides incident_id"));
    }
    let unchanged_since = unchanged_since(change)?;
    let reads_first = unchanged_since.is_some() || (tags.is_some() && mode != TagMode::Replace);
    let check = |answer: Answer| {
        let present = Brief::parse(answer.into_body()?.json())?;
        if let Some(limit) = &unchanged_since {
            check_unchanged(id, limit, &present)?;
        }
        match present.custom_tags {
            Some(tags) => Ok(tags),
            None if mode == TagMode::Replace => Ok(Vec::new()),
            None => Err(remedied(
                malformed(format!("incident {id} has too many tags to be merged; nothing was sent")),
                "replace the tags instead: tag_mode replace",
            )),
        }
    };
    let old = if reads_first { read::get(session, path, check).await? } else { Vec::new() };
    if let Some(tags) = tags {
        members.set(TAGS, json::list(&merged(old, tags, mode)));
    }
    Ok(members.finish())
}

/// Wire name of the tags.
const TAGS: &str = "customTags";

/// Every member except the tags, whose old value may be needed.
fn members(change: &IncidentChange) -> Result<Patch, Fault> {
    check_pair(change.classification, change.determination)?;
    if change.clear.contains(&ClearableField::CustomTags) && change.custom_tags.is_some() {
        return Err(invalid(format!("clear: {} is also given a value", ClearableField::CustomTags.word())));
    }
    let members = vec![
        ("assignedTo", text(change.assigned_to.as_deref())),
        ("classification", word(change.classification)),
        (TAGS, None),
        ("description", text(change.description.as_deref())),
        ("determination", word(change.determination)),
        ("displayName", text(change.display_name.as_deref())),
        ("resolvingComment", text(change.resolving_comment.as_deref())),
        ("severity", word(change.severity)),
        ("status", word(change.status)),
        ("summary", text(change.summary.as_deref())),
    ];
    Patch::new(
        members,
        change.clear.iter().map(|field| {
            let (name, empty) = cleared(*field);
            (field.word(), name, empty)
        }),
    )
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
    let Some(text) = given(change.unchanged_since.as_deref()) else { return Ok(None) };
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
        let message = format!(
            "incident {id} came without a last update time, so unchanged_since cannot be checked; nothing was sent"
        );
        let remedy = "leave unchanged_since out, or change the incident in the Defender portal";
        return Err(remedied(malformed(message), remedy));
    };
    let unit = 10_u32.pow(9 - limit.digits);
    let at = Timestamp { nanoseconds: at.nanoseconds - at.nanoseconds % unit, ..at };
    if at <= limit.at {
        return Ok(());
    }
    let text = echo(limit.text);
    let message = format!("incident {id} was updated at {updated}, after unchanged_since {text}; nothing was sent");
    let remedy = "read the incident again, decide again, and give its last update time as unchanged_since";
    Err(remedied(error(ErrorKind::Conflict, message), remedy))
}

#[cfg(test)]
pub(crate) mod tests;
