//! How a collection describes itself: its type, its properties, and their values in a record.
//! All that filters, orders and selections know about incidents and alerts.

use jiff::Timestamp;

use super::trouble::Trouble;
use super::vocabulary::Vocabulary;

/// A type of the metadata, as far as query options need it.
#[derive(Debug)]
pub(crate) struct EntityType {
    /// Qualified name, as error texts write it.
    pub(crate) name: &'static str,
    pub(crate) properties: &'static [Property],
    /// The navigation property that `$expand` accepts.
    pub(crate) expandable: Option<&'static str>,
    pub(crate) default_page: usize,
    pub(crate) largest_page: usize,
}

/// One property of an [`EntityType`].
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether `$filter` accepts it.
    pub(crate) filterable: bool,
}

pub(crate) const fn filtered(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, filterable: true }
}

pub(crate) const fn shown(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, filterable: false }
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
    /// What `$orderby` falls back on.
    fn id(&self) -> &str;

    /// The value of a comparable property.
    fn operand(&self, property: &Property) -> Operand<'_>;
}

impl EntityType {
    /// Looks up a name that may also be a path. Paths of real properties are not emulated.
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
