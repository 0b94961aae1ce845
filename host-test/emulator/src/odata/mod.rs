//! The part of OData 4 that the security endpoints take: query options, filters, pages.
//! Knows nothing of incidents; a collection describes itself as an [`EntityType`].

mod filter;
mod lexer;
mod option;
mod page;

pub(crate) use filter::Condition;
pub(crate) use option::{Options, Scope};
pub(crate) use page::next_link;

use jiff::Timestamp;

use crate::vocabulary::Vocabulary;

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
    pub(crate) fn property(&self, name: &str) -> Result<&'static Property, String> {
        self.properties
            .iter()
            .find(|property| property.name == name)
            .ok_or_else(|| format!("Could not find a property named '{name}' on type '{}'.", self.name))
    }
}
