//! An update of an object: only the given members are sent.

use crate::actions::read::{self, decoded, enveloped};
use crate::answer::envelope::{self, Meta};
use crate::answer::resource::{Resource, of_update};
use crate::graph::call::{Answer, Call};
use crate::graph::session::Session;
use crate::request::vocabulary::{Vocabulary, determinations};
use crate::text::fault::{Fault, invalid, malformed};
use crate::text::json::{self, Writer};
use crate::wire::host::{Host, Method};
use crate::wire::retry::Effect;
use crate::wit::actions::{Classification, Determination};

/// An update, checked.
pub(super) struct Update<'u> {
    /// Path of the object below the API version.
    pub(super) path: String,
    /// ID of the object.
    pub(super) id: &'u str,
    /// What to send.
    pub(super) body: String,
    /// Whether nothing is to be sent.
    pub(super) dry_run: bool,
}

impl Update<'_> {
    /// The object after the update, typed; for a dry run, what would be sent.
    pub(super) async fn typed<H: Host, R: Resource>(self, session: &Session<'_, H>) -> Result<R, Fault> {
        let mut object = None;
        let mut take = |answer| {
            object = Some(decoded(answer, None)?);
            Ok(())
        };
        match self.run(session, R::NOUN, &mut take).await? {
            Outcome::Done => object.ok_or_else(|| malformed("no answer was taken")),
            Outcome::Unread(meta) => self.stand_in(session, &meta, false),
            Outcome::DryRun => self.stand_in(session, &Meta::dry_run(), true),
        }
    }

    /// The object after the update, as JSON; for a dry run, what would be sent.
    pub(super) async fn json<H: Host, R: Resource>(self, session: &Session<'_, H>) -> Result<String, Fault> {
        let mut text = None;
        let mut take = |answer| {
            text = Some(enveloped::<R>(answer, None)?);
            Ok(())
        };
        match self.run(session, R::NOUN, &mut take).await? {
            Outcome::Done => text.ok_or_else(|| malformed("no answer was taken")),
            Outcome::Unread(meta) => Ok(envelope::around(&session.cleared(of_update(self.id, &self.body)), &meta)),
            Outcome::DryRun => Ok(envelope::around(&session.cleared(self.body), &Meta::dry_run())),
        }
    }

    /// The object with only what was sent.
    fn stand_in<H: Host, R: Resource>(
        self,
        session: &Session<'_, H>,
        meta: &Meta,
        raw_is_body: bool,
    ) -> Result<R, Fault> {
        let body = session.cleared(self.body);
        let mut object = R::decode(of_update(self.id, &body))?;
        let (notes, raw_json) = object.notes();
        notes.clear();
        notes.push(meta.warnings.join("; "));
        if raw_is_body {
            *raw_json = body;
        }
        Ok(object)
    }

    /// Updates the object and passes the updated one to `take`.
    async fn run<H: Host>(&self, session: &Session<'_, H>, noun: &str, take: Take<'_>) -> Result<Outcome, Fault> {
        if self.dry_run {
            return Ok(Outcome::DryRun);
        }
        let call = Call::write(Method::Patch, session.path(&self.path), &self.body, Effect::Assign);
        let confirm = |answer: Answer| {
            let (whole, status, mut meta) = (answer.response.cut.is_none(), answer.response.status, Meta::of(&answer));
            // The status alone says that the update is done.
            if take(answer).is_ok() && whole {
                return Ok(None);
            }
            meta.warnings.push(format!("the update is done (status {status}), but its answer was not the {noun}"));
            Ok(Some(meta))
        };
        let Some(mut meta) = session.send(&call, confirm).await? else { return Ok(Outcome::Done) };
        match read::get(session, &self.path, &mut *take).await {
            Ok(()) => Ok(Outcome::Done),
            Err(error) => {
                meta.warnings.push(format!("it could not be read back: {}; this is what was sent", error.message));
                Ok(Outcome::Unread(meta))
            }
        }
    }
}

type Take<'t> = &'t mut dyn FnMut(Answer) -> Result<(), Fault>;

enum Outcome {
    /// The updated object was taken.
    Done,
    /// The update is done, but the object could not be read back.
    Unread(Meta),
    DryRun,
}

/// The members to send, each as JSON, in the order they are written.
pub(super) struct Patch(Vec<(&'static str, Option<String>)>);

impl Patch {
    /// These members, with some of them cleared: each by the parameter's word, the member's name, and the JSON that empties it.
    pub(super) fn new(
        members: Vec<(&'static str, Option<String>)>,
        clear: impl Iterator<Item = (&'static str, &'static str, &'static str)>,
    ) -> Result<Self, Fault> {
        let mut patch = Self(members);
        let mut seen = Vec::new();
        for (word, name, empty) in clear {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            if patch.0.iter().any(|(known, value)| *known == name && value.is_some()) {
                return Err(invalid(format!("clear: {word} is also given a value")));
            }
            patch.set(name, empty.to_owned());
        }
        Ok(patch)
    }

    pub(super) fn set(&mut self, name: &str, json: String) {
        if let Some((_, value)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            *value = Some(json);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, value)| value.is_none())
    }

    pub(super) fn finish(self) -> String {
        let mut writer = Writer::new();
        for (name, json) in self.0 {
            writer.optional(name, json);
        }
        writer.finish()
    }
}

/// A word of a vocabulary as JSON.
pub(super) fn word<V: Vocabulary>(word: Option<V>) -> Option<String> {
    word.map(|word| json::quoted(word.word()))
}

/// A text as JSON; a blank one counts as absent.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).map(json::quoted)
}

/// Checks that a determination goes with its classification.
pub(super) fn check_pair(
    classification: Option<Classification>,
    determination: Option<Determination>,
) -> Result<(), Fault> {
    let (Some(classification), Some(determination)) = (classification, determination) else {
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
