//! Entries of the catalog's tables: constants, so that the description costs nothing until it is requested.

use crate::wit::catalog::{Action, Effect, Parameter, ParameterKind};

/// A parameter as written in the tables; see [`Parameter`].
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) kind: ParameterKind,
    pub(super) required: bool,
    pub(super) default: Option<&'static str>,
    /// Values that the app lists.
    pub(super) allowed: &'static [&'static str],
    /// The vocabulary: all its words are allowed too, so that a value that was read can be written back.
    pub(super) words: fn() -> Vec<&'static str>,
    pub(super) range: Option<(u32, Option<u32>)>,
    pub(super) example: Option<&'static str>,
    /// The group of which exactly one parameter is to be given.
    pub(super) one_of: Option<&'static str>,
    pub(super) comment: Option<&'static str>,
}

/// An optional line of text; the entries override what differs.
pub(super) const TEXT: Entry = Entry {
    name: "",
    description: "",
    kind: ParameterKind::Text,
    required: false,
    default: None,
    allowed: &[],
    words: Vec::new,
    range: None,
    example: None,
    one_of: None,
    comment: None,
};

/// An action as written in the tables; see [`Action`].
pub(super) struct ActionEntry {
    pub(super) name: &'static str,
    pub(super) function: &'static str,
    pub(super) description: &'static str,
    pub(super) effect: Effect,
    pub(super) permissions: &'static [&'static str],
    pub(super) parameters: &'static [Entry],
    pub(super) example: &'static str,
}

/// The title of what has this name: `incident_id` is Incident ID.
fn title(name: &str) -> String {
    let word = |word: &str| match word {
        "api" | "id" => word.to_ascii_uppercase(),
        "ids" => "IDs".to_owned(),
        _ => {
            let (initial, rest) = word.split_at_checked(1).unwrap_or_default();
            initial.to_ascii_uppercase() + rest
        }
    };
    name.split('_').map(word).collect::<Vec<_>>().join(" ")
}

impl Entry {
    fn allowed_values(&self) -> Vec<&'static str> {
        let words = (self.words)().into_iter().filter(|word| !self.allowed.contains(word));
        self.allowed.iter().copied().chain(words).collect()
    }
}

impl From<&Entry> for Parameter {
    fn from(entry: &Entry) -> Self {
        Self {
            name: entry.name.into(),
            title: title(entry.name),
            description: entry.description.into(),
            kind: entry.kind,
            required: entry.required,
            default_value: entry.default.map(str::to_owned),
            allowed_values: entry.allowed_values().into_iter().map(str::to_owned).collect(),
            minimum: entry.range.map(|(minimum, _)| minimum),
            maximum: entry.range.and_then(|(_, maximum)| maximum),
            example: entry.example.map(str::to_owned),
            one_of: entry.one_of.map(str::to_owned),
            comment: entry.comment.map(str::to_owned),
        }
    }
}

impl From<&ActionEntry> for Action {
    fn from(entry: &ActionEntry) -> Self {
        Self {
            name: entry.name.into(),
            function: entry.function.into(),
            title: title(entry.name),
            description: entry.description.into(),
            effect: entry.effect,
            permissions: entry.permissions.iter().map(|name| (*name).to_owned()).collect(),
            parameters: entry.parameters.iter().map(Parameter::from).collect(),
            example_json: entry.example.into(),
        }
    }
}
