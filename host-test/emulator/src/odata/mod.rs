//! The part of OData 4 that the security endpoints take: query options, filters, pages.
//! Knows nothing of incidents; a collection describes itself as an [`EntityType`].

mod filter;
mod known;
mod lexer;
mod literal;
mod option;
mod page;

pub(crate) use filter::Condition;
pub(crate) use option::{Options, Scope};
pub(crate) use page::next_link;

use jiff::Timestamp;

use crate::graph::refusal::Refusal;
use crate::vocabulary::Vocabulary;

/// Why a query option is not applied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is wrong, in the words of the OData library.
    Query(String),
    /// It may be right, but is not emulated.
    NotEmulated(String),
}

impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self::Query(message)
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Query(message) => Self::query(message),
            Trouble::NotEmulated(what) => Self::not_emulated(&what),
        }
    }
}

/// A type of the metadata, as far as query options need it.
#[derive(Debug)]
pub(crate) struct EntityType {
    /// Qualified name, as error texts write it.
    pub(crate) name: &'static str,
    pub(crate) properties: &'static [Property],
    /// The navigation property that `$expand` takes.
    pub(crate) expandable: Option<&'static str>,
    pub(crate) default_page: usize,
    pub(crate) largest_page: usize,
}

/// One property of an [`EntityType`].
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether `$filter` takes it.
    pub(crate) filterable: bool,
}

/// What a property can be compared with.
#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    Time,
    Member(&'static Vocabulary),
    /// Numbers, collections, complex values: shown and selected, not compared.
    Other,
}

/// The value of a property of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operand<'a> {
    Null,
    Text(&'a str),
    Time(Timestamp),
    /// Position in its vocabulary.
    Member(usize),
}

/// Something with properties.
pub(crate) trait Record {
    /// The value of a comparable property.
    fn operand(&self, property: &Property) -> Operand<'_>;
}

impl EntityType {
    /// Looks a name up that may also be a path. Paths of real properties are not emulated.
    pub(crate) fn property_or_path(&self, name: &str) -> Result<&'static Property, Trouble> {
        let first = name.split('/').next().unwrap_or_default();
        if self.expandable == Some(first) || first != name && self.property(first).is_ok() {
            return Err(Trouble::NotEmulated(format!("the path '{name}' in a query option")));
        }
        Ok(self.property(name)?)
    }

    pub(crate) fn property(&self, name: &str) -> Result<&'static Property, String> {
        self.properties
            .iter()
            .find(|property| property.name == name)
            .ok_or_else(|| format!("Could not find a property named '{name}' on type '{}'.", self.name))
    }
}
